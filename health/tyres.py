"""Tyre wear indices per axle: how hard each group was on the tyres. Section 5 of the model notes."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from health.cornering import seen_by_receiver
from health.policy import STANDARD_GRAVITY_M_S2, CarPolicy, Policy, TyrePolicy
from health.quality import Floats, Integers
from health.road_load import Cars, RoadLoad
from health.samples import Samples
from schemas.frames import Columns

COLUMNS: Columns = {
    "slip_front_km": pl.Float64,  # integral of (Fx/Fz)^2 over the distance
    "slip_rear_km": pl.Float64,
    "lateral_km": pl.Float64,     # integral of (ay/g)^2 over the distance it was measured on
    "lateral_of_km": pl.Float64,  # that distance
    "pressure_front_kpa": pl.Float64,  # of the softer tyre of the axle, at the first reading of the group
    "pressure_rear_kpa": pl.Float64,
}
"""Columns of one group. Free rolling, cornering by road type and load factors are linear and added in the report."""


def per_group(samples: Samples, group_cars: Cars, load: RoadLoad, policy: Policy) -> Mapping[str, Floats | Integers]:
    """Wear-relevant slip of both axles, as integrals over the distance at scale 1."""
    front, rear = slip_squares(load.force_n, samples.segments.spread(group_cars.drives_front),
                               samples.segments.spread(group_cars.mass_kg),
                               samples.segments.spread(group_cars.front_weight), policy.car)
    return {
        "slip_front_km": samples.segments.sum(front * samples.step_m) / 1000,
        "slip_rear_km": samples.segments.sum(rear * samples.step_m) / 1000,
    } | _lateral(samples, policy.tyres) | _pressure(samples)


def _lateral(samples: Samples, p: TyrePolicy) -> dict[str, Floats]:
    """Cornering by accelerometer, else by the turns the satellite receiver saw."""
    seen = seen_by_receiver(samples, p)
    if not samples.has("accel_lat_m_s2"):
        return {"lateral_km": seen.square_m / 1000, "lateral_of_km": seen.of_m / 1000}
    lateral = samples.read("accel_lat_m_s2") / STANDARD_GRAVITY_M_S2
    measured = np.where(np.isnan(lateral), 0.0, samples.step_m)
    of_m, square_m = samples.segments.total(measured), samples.segments.sum(lateral * lateral * measured)
    better = of_m >= seen.of_m
    return {"lateral_km": np.where(better, square_m, seen.square_m) / 1000,
            "lateral_of_km": np.where(better, of_m, seen.of_m) / 1000}


def _pressure(samples: Samples) -> dict[str, Floats]:
    """Before driving warms them the tyres show what the placard speaks of."""
    sides = {"front": ("tyre_kpa_fl", "tyre_kpa_fr"), "rear": ("tyre_kpa_rl", "tyre_kpa_rr")}
    return {f"pressure_{axle}_kpa": np.fmin(*(samples.segments.first(samples.read(name)) for name in names))
            for axle, names in sides.items()}


def slip_squares(force_n: Floats, drives_front: Floats, mass_kg: Floats, front_weight: Floats,
                 policy: CarPolicy) -> tuple[Floats, Floats]:
    """Squared ratio of longitudinal to vertical force of the front and the rear axle [1].

    Wear per distance goes with force times slip and slip with force (Schallamach), hence the square. Traction falls
    on the driven axle, braking 70/30; vertical forces are static, which holds up to about 0.4 g.
    """
    traction, braking = np.maximum(force_n, 0.0), np.maximum(-force_n, 0.0)
    weight = mass_kg * STANDARD_GRAVITY_M_S2
    front = traction * drives_front + braking * policy.front_braking
    rear = traction * (1 - drives_front) + braking * (1 - policy.front_braking)
    return (front / (weight * front_weight)) ** 2, (rear / (weight * (1 - front_weight))) ** 2
