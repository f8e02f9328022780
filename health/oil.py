"""Engine oil: revolutions of each group, weighted by how hard its temperature is on the oil.

Section 7 of the model notes. "Lowest of revolutions, time and distance" is US5382942, revolutions weighted by
temperature are US4742476 and US5060156.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from health.policy import OilPolicy, Policy
from health.quality import Floats, Integers, or_zero
from health.samples import Samples
from health.ticks import Ticks
from schemas.frames import Columns

SOURCES = ("oil", "model", "coolant_lagged", "coolant")
"""Where the temperature of the oil comes from, best first."""

COLUMNS: Columns = {
    "revolutions": pl.Float64,
    **{f"{source}_revolutions": pl.Float64 for source in SOURCES},  # weighted
    "oil_peak_c": pl.Float64,
}
"""Columns of one group."""

MPH_PER_KMH = 1 / 1.609344


def per_group(samples: Samples, ticks: Ticks, policy: Policy) -> Mapping[str, Floats | Integers]:
    """Revolutions, plain and weighted by each source of temperature; NaN where the inputs were never read."""
    unknown = np.full(len(samples.groups), np.nan)
    columns: dict[str, Floats | Integers] = dict.fromkeys(COLUMNS, unknown)
    if not samples.has("engine_rpm"):
        return columns
    turned = samples.middle(samples.read("engine_rpm")) / 60 * samples.observed_s
    told = samples.segments.any(~np.isnan(turned))
    turned = or_zero(turned)
    columns["revolutions"] = np.where(told, samples.segments.total(turned), np.nan)
    for source, signal in (("oil", "oil_c"), ("coolant", "coolant_c")):
        if samples.has(signal):
            weight = oil_weight(samples.read(signal), policy.oil)
            columns[f"{source}_revolutions"] = _weighted(turned, weight, samples)
    if samples.has("coolant_c"):
        columns |= _by_tick(samples, ticks, turned, policy.oil)
    if samples.has("oil_c"):
        columns["oil_peak_c"] = samples.segments.greatest(samples.read("oil_c"))
    return columns


def oil_weight(oil_c: Floats, p: OilPolicy) -> Floats:
    """Wear of the oil per revolution relative to the best temperature [1].

    1 from 80 to 110 C; 1 + (80 - T)/40 below, at most 3 (fuel and water stay in cold oil); doubled every 10 K above
    (oxidation). Shape from the patents, constants practice.
    """
    cold = np.clip((p.warm_c - oil_c) * p.cold_per_k, 0.0, p.cold_most - 1)
    hot = oil_c > p.hot_c
    weight: Floats = 1 + cold
    if hot.any():
        weight[hot] = 2 ** ((oil_c[hot] - p.hot_c) / p.doubling_k)
    return weight


def _weighted(turned: Floats, weight: Floats, samples: Samples) -> Floats:
    """Weighted revolutions of each group; intervals without temperature count like the others."""
    weight = samples.middle(weight)
    known = np.where(np.isnan(weight), 0.0, turned)
    whole, seen = samples.segments.total(turned), samples.segments.total(known)
    share = whole / np.where(seen > 0, seen, np.nan)
    return samples.segments.total(known * or_zero(weight)) * share


def _by_tick(samples: Samples, ticks: Ticks, turned: Floats, p: OilPolicy) -> dict[str, Floats]:
    """Weighted revolutions by the lagged coolant and by the model: both are slow, so ticks are enough."""
    turned = ticks.of_samples.total(turned)
    coolant = ticks.mean(samples.read("coolant_c"))

    def weighted(oil_c: Floats) -> Floats:
        known = np.isfinite(ticks.of_groups.total(oil_c * 0.0))
        return np.where(known, ticks.of_groups.sum(turned * oil_weight(oil_c, p)), np.nan)

    columns = {"coolant_lagged_revolutions": weighted(ticks.lagged(coolant, p.lag_s))}
    if samples.any_of("fuel_rate_l_h", "maf_g_s"):
        columns["model_revolutions"] = weighted(_modelled_c(samples, ticks, coolant, p))
    return columns


def _modelled_c(samples: Samples, ticks: Ticks, coolant_c: Floats, p: OilPolicy) -> Floats:
    rpm, fuel = ticks.mean(samples.read("engine_rpm")), ticks.mean(samples.read("fuel_rate_l_h")) / 3.6e3
    air = ticks.mean(samples.read("maf_g_s")) / 14.7 / 745
    fuel_l_s = np.where(np.isnan(fuel), air, fuel)
    strokes_s = np.maximum(rpm, 300.0) / 120 * p.cylinders
    intake = np.nan_to_num(ticks.mean(samples.read("intake_air_c")), nan=25.0)
    return oil_c_by_model(rpm, coolant_c, fuel_l_s * 1e6 / strokes_s, intake, ticks.mean(samples.speed_kmh), p)


def oil_c_by_model(rpm: Floats, coolant_c: Floats, fuel_mm3: Floats, intake_c: Floats, speed_kmh: Floats,
                   p: OilPolicy) -> Floats:
    """Oil temperature [C] by the regression of US6327900.

    T = -9 + 0.012 rpm + 0.95 coolant + 0.21 q - 0.001 air - 0.01 mph with q in mm3 per cylinder and stroke. Its
    constants are those of a 6.6 L V8 diesel: for other engines a guess that beats the coolant alone.
    """
    constant, by_rpm, by_coolant, by_fuel, by_air, by_mph = p.model_c
    result: Floats = (constant + by_rpm * rpm + by_coolant * coolant_c + by_fuel * fuel_mm3 + by_air * intake_c
                      + by_mph * speed_kmh * MPH_PER_KMH)
    return result
