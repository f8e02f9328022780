"""Reports for the tests, and figures out of them: assess with the store's zone, long after the recording."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl

from health.assess import assess
from schemas.quantity import Q
from schemas.report import VehicleReport
from schemas.vehicle import VehicleFacts
from tests.unit.health.shared_data import AFTERWARDS

SHANGHAI = ZoneInfo("Asia/Shanghai")


def assessed(readings: pl.DataFrame, facts: Mapping[str, VehicleFacts] | None = None,
             as_of: datetime = AFTERWARDS) -> dict[str, VehicleReport]:
    """Reports by vehicle."""
    return assess(readings, facts or {}, as_of, SHANGHAI)


def known(quantity: Q) -> float:
    """The value of a figure that must be there, within its own interval."""
    assert quantity is not None
    assert quantity.low <= quantity.value <= quantity.high
    return quantity.value
