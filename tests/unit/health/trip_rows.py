"""Rows of trip statistics for the tests: months of a car without driving every second of it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from health.assess import report
from health.statistics import TRIP_STATISTICS
from schemas.report import VehicleReport
from schemas.vehicle import VehicleFacts
from tests.unit.health.reports import SHANGHAI

FIRST = datetime(2026, 1, 5, 0, 30, tzinfo=UTC)
"""A Monday morning in Shanghai."""

HALF_AN_HOUR = timedelta(minutes=30)

AIR_G_PER_L = 14.7 * 0.745 * 1000
"""Air that burns a litre of petrol [g/L]."""


def rows(days: Sequence[float] | np.ndarray, **columns: object) -> pl.DataFrame:
    """One trip of half an hour for each day after `FIRST`; columns are single values or one value per trip."""
    starts = [FIRST + timedelta(days=float(day)) for day in days]
    known = {"vehicle": "car", "start": starts, "end": [start + HALF_AN_HOUR for start in starts],
             "moved": True, "kept": True, "clock": 0, "unobserved_s": 0.0, "observed_s": 1800.0,
             "engine_s": 1800.0, "idle_s": 0.0, "odometer_resets": 0} | columns
    table = pl.DataFrame({name: values if isinstance(values, list) else np.broadcast_to(np.asarray(values), len(starts))
                          for name, values in known.items()})
    missing = [pl.lit(None, kind).alias(name) for name, kind in TRIP_STATISTICS.items() if name not in known]
    return table.with_columns(*missing).select(TRIP_STATISTICS.names()).cast(TRIP_STATISTICS)


def told(statistics: pl.DataFrame, now: datetime | None = None, **facts: object) -> VehicleReport:
    """The report of these trips, made an hour after the last one."""
    last = statistics["start"].max()
    assert isinstance(last, datetime)
    return report(statistics, {"car": VehicleFacts.model_validate(facts)}, now or last + timedelta(hours=1), SHANGHAI)[
        "car"]
