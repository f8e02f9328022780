"""Patterns of a trip: warm-up, idling and congestion in terms of fuel, and the character of its speed.

Section 4 of the model notes. Everything is a sum over the trip, so trips add up to weeks.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from health.policy import Policy
from health.quality import Booleans, Floats, Integers, or_zero
from health.road import RoadTypes
from health.samples import Clock, Samples
from health.seconds import Seconds
from schemas.frames import Columns

COLUMNS: Columns = {
    "coolant_s": pl.Float64,         # engine-on time with the coolant read
    "cold_s": pl.Float64,            # of it, below the temperature of a warm engine
    "start_c": pl.Float64,           # coolant at its first reading
    "outside_c": pl.Float64,         # mean air temperature outside while driving, else in the intake
    "pull_m2_s2": pl.Float64,        # integral of v a+ over time, second by second
    "cubed_m3_s2": pl.Float64,       # integral of v^3 over time
    "top_kmh": pl.Float64,
    "flow": pl.Float64,              # fuel or air of the best signal, in its own unit: only shares of it mean anything
    "idle_flow": pl.Float64,         # of it, standing
    "congested_flow": pl.Float64,    # of it, in congestion
}
"""Columns of one group."""


def per_group(samples: Samples, seconds: Seconds, roads: RoadTypes, policy: Policy) -> Mapping[str, Floats | Integers]:
    """Sums of every group; NaN where the signals were never read."""
    return _warmth(samples, policy) | _motion(samples, seconds) | _shares(samples, seconds, roads, policy)


def _warmth(samples: Samples, policy: Policy) -> dict[str, Floats]:
    unknown = np.full(len(samples.groups), np.nan)
    columns = dict.fromkeys(("coolant_s", "cold_s", "start_c"), unknown)
    if samples.has("coolant_c"):
        coolant = samples.read("coolant_c")
        known = ~np.isnan(coolant)
        running, told = known & _running(samples, policy), samples.segments.any(known)
        cold = running & (coolant < policy.patterns.warm_c)
        columns = {"coolant_s": np.where(told, samples.seconds(running), np.nan),
                   "cold_s": np.where(told, samples.seconds(cold), np.nan),
                   "start_c": samples.segments.first(coolant)}
    outside, intake = (_mean_driving_c(samples, name, policy) for name in ("ambient_c", "intake_air_c"))
    return columns | {"outside_c": np.where(np.isnan(outside), intake, outside)}


def _mean_driving_c(samples: Samples, signal: str, policy: Policy) -> Floats:
    """Mean of an air temperature under way: at standstill its sensor tells of the hot engine beside it."""
    if not samples.has(signal):
        return np.full(len(samples.groups), np.nan)
    values = samples.read(signal)
    chosen = (samples.speed_kmh >= policy.patterns.airflow_kmh) & ~np.isnan(values)
    count = samples.segments.count(chosen)
    result: Floats = samples.segments.total(np.where(chosen, values, 0.0)) / np.where(count > 0, count, np.nan)
    return result


def _running(samples: Samples, policy: Policy) -> Booleans:
    """Engine on; without engine speed always, for the coolant of a sleeping engine is not asked for."""
    rpm = samples.read("engine_rpm")
    running: Booleans = np.isnan(rpm) | (rpm > policy.trips.engine_on_rpm)
    return running


def _motion(samples: Samples, seconds: Seconds) -> dict[str, Floats]:
    """Acceleration, drag and the greatest speed."""
    known, middle = samples.clock != Clock.ENGINE, samples.mid_speed_m_s
    sums = {"pull_m2_s2": seconds.segments.total(pull_m2_s3(seconds)),
            "cubed_m3_s2": samples.segments.total(middle * middle * samples.step_m),
            "top_kmh": samples.segments.greatest(samples.speed_kmh)}
    return {name: np.where(known, values, np.nan) for name, values in sums.items()}


def pull_m2_s3(seconds: Seconds) -> Floats:
    """v a+ of every second, a = v(t+1) - v(t) on the 1 Hz grid; 0 before gaps and at the end of a group.

    Divided by distance its sum is the relative positive acceleration (RPA) of Regulation (EU) 2016/427, appendix 7a.
    """
    speed = seconds.speed_kmh / 3.6
    pull = speed * np.maximum(seconds.segments.differences(speed), 0.0)
    pull[:-1] *= seconds.observed[1:]
    return pull


def _shares(samples: Samples, seconds: Seconds, roads: RoadTypes, policy: Policy) -> dict[str, Floats]:
    """Fuel flow over all time, standing time and congested time; second by second, as roads are told."""
    flow = best_flow(samples)
    if flow is None:
        return dict.fromkeys(("flow", "idle_flow", "congested_flow"), np.full(len(samples.groups), np.nan))
    by_second = np.where(seconds.observed, or_zero(flow[seconds.sample]), 0.0)
    standing = seconds.speed_kmh < policy.trips.standstill_kmh
    total = seconds.segments.total
    told = samples.segments.any(~np.isnan(flow))
    sums = {"flow": total(by_second), "idle_flow": total(by_second * standing),
            "congested_flow": total(by_second * roads.classes["congested"])}
    return {name: np.where(told, values, np.nan) for name, values in sums.items()}


def best_flow(samples: Samples) -> Floats | None:
    """Fuel or air flow by the best signal of each group, in that signal's unit; None where nothing tells.

    Ladder of section 4: fuel rate, its mass, air mass, manifold pressure x speed, load x speed.
    """
    rpm = samples.read("engine_rpm")
    ladder: dict[str, Floats | float] = {"fuel_rate_l_h": 1.0, "fuel_rate_g_s": 1.0, "maf_g_s": 1.0, "map_kpa": rpm,
                                         "engine_load_pct": rpm}
    flow: Floats | None = None
    for name, factor in ladder.items():
        if samples.has(name):
            values = samples.read(name) * factor
            if flow is None:
                flow = values
            else:
                silent = ~samples.segments.any(~np.isnan(flow))
                flow = np.where(samples.segments.spread(silent), values, flow) if silent.any() else flow
    return flow
