"""Road load: the force that drives or brakes a car, from its speed alone."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from health.history import facts_of
from health.policy import STANDARD_GRAVITY_M_S2, CarPolicy, Policy
from health.quality import Floats, Integers
from health.samples import Samples
from schemas.vehicle import VehicleFacts


@dataclass(frozen=True)
class Cars:
    """What the models need to know of the car behind each group; defaults where the vehicle file is silent."""

    mass_kg: Floats
    cda_m2: Floats
    crr: Floats
    rated_kw: Floats
    drives_front: Floats  # share of traction on the front axle: 1, 0.5 or 0
    front_weight: Floats

    def at(self, index: Integers) -> "Cars":
        """Return the car of each vehicle index."""
        return Cars(*(getattr(self, field.name)[index] for field in fields(self)))


def cars(names: list[str], facts: Mapping[str, VehicleFacts], policy: CarPolicy) -> Cars:
    """Cars of the named vehicles, in that order."""
    known = [facts_of(name, facts) for name in names]

    def fact(name: str) -> Floats:
        default = getattr(policy, name)
        return np.array([default if getattr(k, name) is None else getattr(k, name) for k in known], dtype=np.float64)

    axle = [k.driven_axle or policy.driven_axle for k in known]
    front = np.array([{"front": 1.0, "all": 0.5, "rear": 0.0}[a] for a in axle])
    weight = np.where(front == 1.0, policy.front_weight_fwd, policy.front_weight_rwd)
    return Cars(fact("mass_kg"), fact("cda_m2"), fact("crr"), fact("rated_kw"), front, weight)


@dataclass(frozen=True)
class RoadLoad:
    """Forces in each interval [N] and the speeds they belong to [m/s]."""

    speed_m_s: Floats
    inertia_n: Floats
    resistance_n: Floats

    @cached_property
    def force_n(self) -> Floats:
        """Force of the tyres on the road along the car: positive drives, negative brakes."""
        return self.inertia_n + self.resistance_n


def road_load(samples: Samples, group_cars: Cars, policy: Policy) -> RoadLoad:
    """F = 1.03 m a + 0.5 rho CdA v^2 + Crr m g on the level, with mid-point speed and a = dv/dt of each interval.

    Valid for intervals up to a few seconds; longer ones smooth the acceleration away. Speeds in whole km/h are
    smoothed first: their steps would pass for accelerations of 0.28 m/s2.
    """
    speed = smoothed_m_s(samples)
    mid = samples.middle(speed)
    step_s = np.maximum(samples.observed_s, 1e-3)
    acceleration = np.where(samples.observed_s > 0, samples.segments.differences(speed) / step_s, 0.0)
    spread = samples.segments.spread
    mass, p = spread(group_cars.mass_kg), policy.car
    air = 0.5 * p.air_kg_m3 * spread(group_cars.cda_m2) * mid * mid
    rolling = np.where(mid > p.rolling_from_m_s, spread(group_cars.crr) * mass * STANDARD_GRAVITY_M_S2, 0.0)
    return RoadLoad(mid, p.rotating_mass * mass * acceleration, air + rolling)


def smoothed_m_s(samples: Samples) -> Floats:
    """Speed [m/s]; the mean of three neighbours in groups that only know whole km/h, at most 1.5 s apart."""
    speed = samples.speed_m_s
    whole = samples.segments.all(samples.speed_kmh == np.rint(samples.speed_kmh))
    if not whole.any():
        return speed
    before = np.roll(speed, 1)
    gap_before = np.roll(samples.interval_s, 1)
    near = (samples.interval_s > 0) & (samples.interval_s <= 1.5) & (gap_before > 0) & (gap_before <= 1.5)
    mean = (before + speed + samples.segments.next(speed)) / 3
    return np.where(samples.segments.spread(whole) & near, mean, speed)
