"""The list of trips in the report."""

import numpy as np

from health.distance import Mileage, sigma_speed, trip_sigma
from health.figures import relative
from health.fuel import Fuel
from health.history import History
from health.pattern_list import cold_starts, patterns, short_trips
from health.policy import Policy
from health.road_mix import road_mixes
from health.segments import Segments
from schemas.report_use import Trip


def list_trips(history: History, mileage: Mileage, fuel: Fuel, policy: Policy) -> list[Trip]:
    """Every kept trip, oldest first."""
    sigma = sigma_speed(mileage.scale, policy.mileage)
    starts, ends, idle = history.rows["start"].to_list(), history.rows["end"].to_list(), history.read("idle_s").tolist()
    each = Segments(np.arange(len(history)), len(history))
    mixes, driven = road_mixes(history, each, policy.road), patterns(history, each, policy)
    cold, short = cold_starts(history, policy.patterns), short_trips(mileage, policy.patterns)
    return [
        Trip(
            start=starts[i], end=ends[i], idle_s=idle[i], road_mix=mixes[i], pattern=driven[i],
            cold_start=cold[i], short=short[i],
            fuel_l=relative(fuel.trip_l[i], fuel.trip_sigma[i], fuel.trip_source[i], "L"),
            distance_km=relative(mileage.trip_km[i], trip_sigma(mileage.trip_source[i], sigma, policy.mileage),
                                 mileage.trip_source[i], "km"))
        for i, kept in enumerate(history.kept) if kept
    ]
