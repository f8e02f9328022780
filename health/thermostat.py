"""Thermostat: temperature of the warm engine, and the time it takes to get warm, per group.

The idea is that of the on-board monitor behind P0128 (coolant below thermostat regulating temperature, 13 CCR 1968.2
(e)(10)): after enough driving the coolant must be within 11 K of where the thermostat regulates. The monitor knows the
maker's temperature; here the car's own past takes its place.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from health.policy import Policy
from health.quality import Booleans, Floats, Integers
from health.samples import Samples
from health.segments import histogram_quantiles
from health.trips import SECOND
from schemas.frames import Columns
from schemas.signals import BY_COLUMN

COLUMNS: Columns = {
    "steady_c": pl.Float64,      # median of the coolant while driving with the engine long warm
    "steady_n": pl.Int64,        # readings it rests on
    "warm_after_s": pl.Float64,  # from the engine's start until the coolant first was warm
}
"""Columns of one group."""


def per_group(samples: Samples, policy: Policy) -> Mapping[str, Floats | Integers]:
    """Warmth of every group; NaN where the coolant was never read or the trip too short."""
    count = len(samples.groups)
    if not samples.has("coolant_c"):
        unknown = np.full(count, np.nan)
        return {"steady_c": unknown, "steady_n": np.zeros(count, dtype=np.int64), "warm_after_s": unknown}
    coolant = samples.read("coolant_c")
    since_s = (samples.time_us - samples.segments.spread(samples.groups.start_us)) / SECOND
    rows = np.flatnonzero(_long_warm(samples, since_s, policy) & ~np.isnan(coolant))
    owner = samples.segments.of_element[rows]
    warm = np.where((coolant >= policy.patterns.warm_c) & (since_s >= 0), since_s, np.nan)
    return {"steady_c": _median_c(owner, coolant[rows], count), "steady_n": np.bincount(owner, minlength=count),
            "warm_after_s": samples.segments.least(warm)}


def _long_warm(samples: Samples, since_s: Floats, policy: Policy) -> Booleans:
    """Driving fast enough for cold air through the radiator, long after the start."""
    p = policy.cooling
    rpm = samples.read("engine_rpm")
    running = np.isnan(rpm) | (rpm > policy.trips.engine_on_rpm)
    chosen: Booleans = running & (since_s >= p.warm_after_s) & (samples.speed_kmh >= p.driving_kmh)
    return chosen


def _median_c(owner: Integers, coolant: Floats, count: int) -> Floats:
    """Medians by counting whole degrees, the resolution of PID 05."""
    lowest = BY_COLUMN["coolant_c"].low
    found = histogram_quantiles(owner, np.rint(coolant - lowest).astype(np.int64), count, (0.5,))
    result: Floats = found[:, 0] + lowest
    return result
