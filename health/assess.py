"""The report: per-trip statistics folded in time order, chapter by chapter."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl

from health.distance import estimate_mileage
from health.figures import exact, with_reasons
from health.history import History, facts_of, histories
from health.policy import DEFAULT, Policy
from health.statistics import summarise
from health.trip_list import list_trips
from schemas.report import Learned, VehicleReport
from schemas.vehicle import VehicleFacts


def assess(readings: pl.DataFrame, facts: Mapping[str, VehicleFacts], as_of: datetime, timezone: ZoneInfo,
           policy: Policy = DEFAULT) -> dict[str, VehicleReport]:
    """Readings in, one report per vehicle out. Parameters as in `summarise` and `report`."""
    return report(summarise(readings, facts, policy), facts, as_of, timezone, policy)


def report(statistics: pl.DataFrame, facts: Mapping[str, VehicleFacts], as_of: datetime, timezone: ZoneInfo,
           policy: Policy = DEFAULT) -> dict[str, VehicleReport]:
    """Fold per-trip statistics into one report per vehicle.

    A pure function of its arguments and `MODEL_VERSION`.

    Parameters
    ----------
    statistics
        Rows of `TRIP_STATISTICS`, any order, repeated rows allowed.
    facts
        Facts by vehicle; `"*"` serves vehicles not named.
    as_of
        Nothing that starts later is known yet; due dates count from here.
    timezone
        Where the vehicle's days begin.
    """
    return {history.vehicle: _report(history, facts_of(history.vehicle, facts), as_of, timezone, policy)
            for history in histories(statistics, as_of)}


def _report(history: History, facts: VehicleFacts, as_of: datetime, timezone: ZoneInfo,
            policy: Policy) -> VehicleReport:
    mileage = estimate_mileage(history, facts, policy)
    draft = VehicleReport(
        vehicle=history.vehicle,
        observed_s=exact(history.total("observed_s"), "readings", "s"),
        unobserved_s=exact(history.total("unobserved_s"), "readings", "s"),
        distance_km=mileage.total,
        distance_by_source=mileage.by_source,
        trips=list_trips(history, mileage, policy),
        learned=Learned(speed_scale=mileage.scale),
    )
    return draft.model_copy(update={"unknown": with_reasons(dict(draft), mileage.reasons)})
