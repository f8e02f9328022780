"""Per-group statistics: everything the report needs to know of each trip, one row per trip.

A row depends on the readings of its own group and `TripPolicy.window_margin_s` around it, on the policy, and on the
facts named in `FACTS_USED`; never on the rest of the frame. What is learned later enters linearly.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from health import (
    battery,
    brakes,
    engine_kind,
    events,
    fuel_electric,
    fuel_rungs,
    fuel_trims,
    gps_path,
    mileage,
    oil,
    patterns,
    refuel,
    road,
    thermostat,
    tyres,
)
from health.lists import Column, Lists, end_to_end
from health.pieces import pieces
from health.policy import DEFAULT, Policy
from health.quality import Floats, Integers, Track, clean
from health.road import RoadTypes, road_types
from health.road_load import Cars, RoadLoad, cars, road_load
from health.samples import Samples, sample
from health.seconds import Seconds, resample
from health.ticks import Ticks
from health.trips import Groups, cut_into_trips
from schemas.frames import TIME
from schemas.frames import Columns as Schema
from schemas.vehicle import VehicleFacts

FACTS_USED = ("mass_kg", "cda_m2", "crr", "rated_kw", "driven_axle")
"""Facts a row depends on: when one of these changes, the rows of the vehicle are computed again."""

Columns = Mapping[str, Floats | Integers] | Mapping[str, Lists] | Mapping[str, Column]

IDENTITY: Schema = {
    "vehicle": pl.String,
    "start": TIME,
    "end": TIME,
    "moved": pl.Boolean,  # false: the engine ran without any movement
    "kept": pl.Boolean,   # false: too short to be called a trip
    "clock": pl.Int64,    # health.samples.Clock
}


@dataclass(frozen=True)
class Drive:
    """What an estimator sees: all readings, the samples of all groups, second by second with the type of road and in
    ticks, the car behind each group, the forces in each interval."""

    track: Track
    samples: Samples
    seconds: Seconds
    roads: RoadTypes
    ticks: Ticks
    cars: Cars
    load: RoadLoad
    policy: Policy


ESTIMATORS: tuple[Callable[[Drive], Columns], ...] = (
    lambda d: mileage.per_group(d.samples, d.policy),
    lambda d: gps_path.per_group(d.samples, d.policy),
    lambda d: road.per_group(d.samples, d.seconds, d.roads, d.policy),
    lambda d: engine_kind.per_group(d.samples, d.policy),
    lambda d: fuel_rungs.per_group(d.samples, d.cars, d.load, d.policy),
    lambda d: tyres.per_group(d.samples, d.cars, d.load, d.policy),
    lambda d: brakes.per_group(d.samples, d.ticks, d.cars, d.load, d.policy),
    lambda d: oil.per_group(d.samples, d.ticks, d.policy),
    lambda d: battery.per_group(d.samples, d.track, d.policy),
    lambda d: events.per_group(d.samples, d.seconds, d.track, d.policy),
    lambda d: patterns.per_group(d.samples, d.seconds, d.roads, d.policy),
    lambda d: thermostat.per_group(d.samples, d.policy),
    lambda d: fuel_trims.per_group(d.samples, d.policy),
    lambda d: refuel.per_group(d.samples, d.policy),
    lambda d: fuel_electric.per_group(d.samples, d.policy),
)
"""A further estimator is a further line here and its columns below."""

TRIP_STATISTICS = pl.Schema(
    IDENTITY | mileage.COLUMNS | gps_path.COLUMNS | road.COLUMNS | engine_kind.COLUMNS | fuel_rungs.COLUMNS
    | tyres.COLUMNS | brakes.COLUMNS | oil.COLUMNS | battery.COLUMNS | events.COLUMNS | patterns.COLUMNS
    | thermostat.COLUMNS | fuel_trims.COLUMNS | refuel.COLUMNS | fuel_electric.COLUMNS)
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
    return _summarised(pieces(clean(readings), policy.trips), facts, policy)


def _summarised(parts: Iterable[Track], facts: Mapping[str, VehicleFacts], policy: Policy) -> pl.DataFrame:
    found = [columns for part in parts if (columns := _columns(part, facts, policy))]
    return _frame(found, policy) if found else TRIP_STATISTICS.to_frame()


def _columns(track: Track, facts: Mapping[str, VehicleFacts], policy: Policy) -> dict[str, Column]:
    """Columns of the groups of one piece; none where it has no group."""
    groups = cut_into_trips(track, policy.trips)
    if len(groups) == 0:
        return {}
    samples = sample(track, groups, policy)
    columns = _identity(track, groups, samples)
    drive = _drive(track, samples, cars(track.names, facts, policy.car).at(groups.vehicle), policy)
    for estimate in ESTIMATORS:
        columns |= estimate(drive)
    return columns


def _drive(track: Track, samples: Samples, group_cars: Cars, policy: Policy) -> Drive:
    seconds = resample(samples)
    return Drive(track, samples, seconds, road_types(seconds, policy.road), Ticks.of(samples), group_cars,
                 road_load(samples, group_cars, policy), policy)


def _identity(track: Track, groups: Groups, samples: Samples) -> dict[str, Column]:
    return {
        "vehicle": np.array(track.names)[groups.vehicle],
        "start": groups.start_us,
        "end": groups.end_us,
        "moved": groups.moved,
        "clock": samples.clock,
    }


def _frame(parts: list[dict[str, Column]], policy: Policy) -> pl.DataFrame:
    """One table for all pieces: a hundred columns take as long for ten rows as for a thousand."""
    frame = pl.DataFrame({name: end_to_end([part[name] for part in parts]) for name in parts[0]})
    times = [pl.col(name).cast(pl.Datetime("us")).dt.replace_time_zone("UTC") for name in ("start", "end")]
    floats = pl.col(pl.Float64).fill_nan(None)
    longest = pl.max_horizontal("speed_km", "receiver_km", "gps_km", "odometer_km").fill_null(0.0)
    frame = frame.with_columns(*times, floats).with_columns(
        kept=pl.col("moved") & (longest >= policy.trips.keep_from_km))
    return frame.select(TRIP_STATISTICS.names()).cast(TRIP_STATISTICS)
