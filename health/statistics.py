"""Per-group statistics: everything the report needs to know of each trip, one row per trip.

A row depends on the readings of its own group and `TripPolicy.window_margin_s` around it, on the policy, and on the
facts named in `FACTS_USED`; never on the rest of the frame. What is learned later enters linearly.
"""

from collections.abc import Callable, Mapping

import polars as pl

from health import gps_path, mileage
from health.policy import DEFAULT, Policy
from health.quality import Floats, Integers, Track, clean
from health.samples import Samples, sample
from health.trips import Groups, cut_into_trips
from schemas.frames import TIME
from schemas.frames import Columns as Schema
from schemas.vehicle import VehicleFacts

FACTS_USED = ("mass_kg", "cda_m2", "crr", "rated_kw", "driven_axle")
"""Facts a row depends on: when one of these changes, the rows of the vehicle are computed again."""

Columns = Mapping[str, Floats | Integers]

IDENTITY: Schema = {
    "vehicle": pl.String,
    "start": TIME,
    "end": TIME,
    "moved": pl.Boolean,  # false: the engine ran without any movement
    "kept": pl.Boolean,   # false: too short to be called a trip
    "clock": pl.Int64,    # health.samples.Clock
}

ESTIMATORS: tuple[Callable[[Samples, Policy], Columns], ...] = (mileage.per_group, gps_path.per_group)

TRIP_STATISTICS = pl.Schema(IDENTITY | mileage.COLUMNS | gps_path.COLUMNS)
"""One row per group, ordered by vehicle and start."""


def summarise(readings: pl.DataFrame, facts: Mapping[str, VehicleFacts], policy: Policy = DEFAULT) -> pl.DataFrame:
    """Condense readings into one row per group.

    Parameters
    ----------
    readings
        Columns of `schemas.frames.READINGS`; any number of vehicles, any order, duplicates and missing columns allowed.
    facts
        Facts by vehicle; `"*"` serves vehicles not named.
    """
    track = clean(readings)
    groups = cut_into_trips(track, policy.trips)
    if len(groups) == 0:
        return TRIP_STATISTICS.to_frame()
    samples = sample(track, groups, policy)
    columns = _identity(track, groups, samples)
    for estimate in ESTIMATORS:
        columns |= estimate(samples, policy)
    return _frame(columns, policy)


def _identity(track: Track, groups: Groups, samples: Samples) -> dict[str, object]:
    return {
        "vehicle": pl.Series([track.names[code] for code in groups.vehicle], dtype=pl.String),
        "start": groups.start_us,
        "end": groups.end_us,
        "moved": groups.moved,
        "clock": samples.clock,
    }


def _frame(columns: Mapping[str, object], policy: Policy) -> pl.DataFrame:
    frame = pl.DataFrame({name: columns[name] for name in TRIP_STATISTICS if name in columns})
    times = [pl.col(name).cast(pl.Datetime("us")).dt.replace_time_zone("UTC") for name in ("start", "end")]
    floats = pl.col(pl.Float64).fill_nan(None)
    longest = pl.max_horizontal("speed_km", "receiver_km", "gps_km", "odometer_km").fill_null(0.0)
    frame = frame.with_columns(*times, floats).with_columns(
        kept=pl.col("moved") & (longest >= policy.trips.keep_from_km))
    return frame.select(TRIP_STATISTICS.names()).cast(TRIP_STATISTICS)
