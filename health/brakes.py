"""Brake energy of each group. Section 6 of the model notes."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from health.figures import relative
from health.history import History, ratio
from health.policy import BrakePolicy, Policy
from health.quality import Floats, Integers
from health.road_load import Cars, RoadLoad
from health.samples import Samples
from schemas.frames import Columns
from schemas.report import Q

COLUMNS: Columns = {"brake_mj": pl.Float64}
"""Columns of one group."""


def per_group(samples: Samples, group_cars: Cars, load: RoadLoad, policy: Policy) -> Mapping[str, Floats | Integers]:
    """Energy turned into heat by the brakes [MJ]."""
    mass = samples.segments.spread(group_cars.mass_kg)
    dragged = np.where(load.speed_m_s > policy.brakes.drag_from_m_s, policy.brakes.engine_drag_m_s2, 0.0)
    braking_n = np.maximum(-load.force_n - mass * dragged, 0.0)
    return {"brake_mj": samples.segments.sum(braking_n * samples.step_m) / 1e6}


def energy_per_km(history: History, policy: BrakePolicy) -> Q:
    """Brake energy per distance driven [MJ/km], over the groups whose speed was read."""
    mj, km = history.total("brake_mj"), history.total("speed_km")
    return relative(ratio(mj, km), policy.sigma_energy, "speed", "MJ/km")
