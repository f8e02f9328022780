"""Fuel trims: how much the engine computer corrects its fuel, by load, per group.

Short and long trim (PID 06, 07) add up to the whole correction (SAE J1979). Which load it grows at tells the cause: air
leaks weigh at idle, where little air passes; too little fuel or a dirty air meter weigh under load. Workshop practice.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from health.fuel_rungs import fuel_is_cut
from health.policy import Policy
from health.quality import Booleans, Floats, Integers, or_zero
from health.samples import Samples
from schemas.frames import Columns

LOADS = ("idle", "part_load", "high_load")
COLUMNS: Columns = {
    **{f"trim_{load}_pct_s": pl.Float64 for load in LOADS},  # integral of the correction over time
    **{f"trim_{load}_s": pl.Float64 for load in LOADS},
}
"""Columns of one group."""

TRIMS = ("short_fuel_trim_pct", "long_fuel_trim_pct")


def per_group(samples: Samples, policy: Policy) -> Mapping[str, Floats | Integers]:
    """Corrections of every group; NaN where no trim was read."""
    if not samples.any_of(*TRIMS):
        return dict.fromkeys(COLUMNS, np.full(len(samples.groups), np.nan))
    short, long = (samples.read(name) for name in TRIMS)
    known = ~(np.isnan(short) & np.isnan(long))
    trim = or_zero(short) + or_zero(long)
    columns: dict[str, Floats] = {}
    for load, mask in _by_load(samples, policy).items():
        chosen = mask & known
        columns[f"trim_{load}_pct_s"] = samples.segments.total(np.where(chosen, trim * samples.weight_s, 0.0))
        columns[f"trim_{load}_s"] = samples.seconds(chosen)
    told = samples.segments.any(known)
    return {name: np.where(told, values, np.nan) for name, values in columns.items()}


def _by_load(samples: Samples, policy: Policy) -> dict[str, Booleans]:
    """Warm running with fuel: standing, driving gently, driving hard; without a load signal all driving is gentle."""
    rpm, coolant = samples.read("engine_rpm"), samples.read("coolant_c")
    warm = np.isnan(coolant) | (coolant >= policy.patterns.warm_c)
    closed = (rpm > policy.trips.engine_on_rpm) & warm & ~fuel_is_cut(samples, policy.fuel)
    standing = samples.speed_kmh < policy.trips.standstill_kmh
    hard = samples.read("engine_load_pct") >= policy.trims.high_load_pct
    return {"idle": closed & standing, "part_load": closed & ~standing & ~hard, "high_load": closed & ~standing & hard}
