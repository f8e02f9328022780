"""Brake energy of each group, and the part of it that wears the pads. Section 6 of the model notes."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from health.figures import relative
from health.history import History, ratio
from health.policy import BrakePolicy, Policy
from health.quality import Floats, Integers, or_zero
from health.road_load import Cars, RoadLoad
from health.samples import Samples
from health.segments import decaying
from health.ticks import Ticks
from schemas.frames import Columns
from schemas.quantity import Q

COLUMNS: Columns = {
    "brake_mj": pl.Float64,      # turned into heat by the brakes
    "pad_front_mj": pl.Float64,  # heat of the front axle, as often as hot discs make it count
    "pad_rear_mj": pl.Float64,
}
"""Columns of one group."""


def per_group(samples: Samples, ticks: Ticks, group_cars: Cars, load: RoadLoad,
              policy: Policy) -> Mapping[str, Floats | Integers]:
    """Energy turned into heat by the brakes [MJ], and wear-relevant heat of both axles [MJ].

    E = sum max(0, -F - m a_drag) v dt, F the road load of `health.road_load`, a_drag the engine's drag above
    `drag_from_m_s`. The share of an axle counts `hot_factor` times; its discs warm by E/(2 m c) and cool with
    exp(-t/`cooling_s`). On the level: a mountain road brakes more than this says.
    """
    p = policy.brakes
    drag = samples.segments.spread(group_cars.mass_kg * p.engine_drag_m_s2)
    braking_n = np.maximum(-load.force_n - np.where(load.speed_m_s > p.drag_from_m_s, drag, 0.0), 0.0)
    heat_j = or_zero(braking_n * samples.step_m)
    air = ticks.mean(samples.read("ambient_c")) if samples.has("ambient_c") else np.full(len(ticks.place), np.nan)
    air = np.where(np.isnan(air), p.outside_c, air)
    by_tick = ticks.of_samples.total(heat_j)
    kept = decaying(by_tick, np.exp(-ticks.step_s / p.cooling_s), ticks.of_groups)
    # Half of a tick's own heat is in the disc when its average joule is rubbed off.
    above_k = (kept - by_tick / 2) / (p.discs_per_axle * p.disc_j_per_k)
    shares = {"pad_front_mj": policy.car.front_braking, "pad_rear_mj": 1 - policy.car.front_braking}
    return {"brake_mj": samples.segments.total(heat_j) / 1e6} | {
        name: _wearing_mj(by_tick * share, air + above_k * share, ticks, p) for name, share in shares.items()}


def _wearing_mj(heat_j: Floats, disc_c: Floats, ticks: Ticks, p: BrakePolicy) -> Floats:
    """Heat of one axle, each joule as often as the temperature of the discs multiplies its wear [MJ]."""
    return ticks.of_groups.total(heat_j * hot_factor(disc_c, p)) / 1e6


def hot_factor(disc_c: Floats, p: BrakePolicy) -> Floats:
    """Wear relative to a cool brake [1]: 1 up to 200 C, rising linearly to 4 at 400 C and staying there."""
    share = np.clip((disc_c - p.hot_from_c) / (p.hot_to_c - p.hot_from_c), 0.0, 1.0)
    return 1 + (p.hot_factor - 1) * share


def energy_per_km(history: History, policy: BrakePolicy) -> Q:
    """Brake energy per distance driven [MJ/km], over the groups whose speed was read."""
    mj, km = history.total("brake_mj"), history.total("speed_km")
    return relative(ratio(mj, km), policy.sigma_energy, "speed", "MJ/km")
