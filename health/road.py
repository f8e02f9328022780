"""Road type of every second: highway, congested, standing, urban; and jams relative to free flow.

Section 3 of the model notes. Means are taken over integers (1e-4 km/h), so that they do not depend on what else is
in the frame.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.lib.stride_tricks import sliding_window_view

from health.policy import Policy, RoadPolicy
from health.quality import Booleans, Floats, Integers
from health.samples import Clock, Samples
from health.seconds import Seconds
from health.segments import Segments, segments_of
from schemas.frames import Columns

CLASSES = ("highway", "urban", "congested", "standing")
COLUMNS: Columns = {
    **{f"{name}_m": pl.Float64 for name in CLASSES},  # distance over seconds of this class
    **{f"{name}_s": pl.Float64 for name in CLASSES},
    "jam_s": pl.Float64,
}
"""Columns of one group."""

TENTHS_OF_MILLI = 10_000
"""Speeds are summed as integers of 1e-4 km/h."""


@dataclass(frozen=True)
class RoadTypes:
    """Mean speed around every second [km/h] and the mask of each class."""

    mean_kmh: Floats
    classes: Mapping[str, Booleans]


def road_types(seconds: Seconds, policy: RoadPolicy) -> RoadTypes:
    """Class of every second of all groups."""
    mean = centred_mean_kmh(seconds, policy.mean_half_s)
    return RoadTypes(mean, classify(seconds, mean, policy))


def per_group(samples: Samples, seconds: Seconds, roads: RoadTypes, policy: Policy) -> Mapping[str, Floats | Integers]:
    """Distance and time of each road type; null where no speed is known."""
    classes = roads.classes
    metres = seconds.speed_kmh / 3.6
    known = samples.clock != Clock.ENGINE
    result = {f"{name}_m": seconds.segments.total(np.where(mask, metres, 0.0)) for name, mask in classes.items()}
    result |= {f"{name}_s": seconds.segments.count(mask).astype(float) for name, mask in classes.items()}
    result["jam_s"] = seconds.segments.count(jammed(seconds, roads.mean_kmh, policy.road)).astype(float)
    return {name: np.where(known, values, np.nan) for name, values in result.items()}


def centred_mean_kmh(seconds: Seconds, half_s: int) -> Floats:
    """Mean speed over the observed seconds within `half_s` before and after [km/h]."""
    whole = np.rint(seconds.speed_kmh * TENTHS_OF_MILLI).astype(np.int64)
    total = seconds.segments.window_sum(whole, half_s)
    count = seconds.segments.window_count(seconds.observed, half_s)
    result: Floats = total / (np.maximum(count, 1) * TENTHS_OF_MILLI)
    return result


def classify(seconds: Seconds, mean_kmh: Floats, policy: RoadPolicy) -> dict[str, Booleans]:
    """Masks of the four types; every observed second has exactly one."""
    highway = on_highway(seconds, mean_kmh, policy)
    standing = ~highway & _standing(seconds, policy)
    congested = ~highway & ~standing & (mean_kmh < policy.congested_kmh)
    urban = ~highway & ~standing & ~congested
    masks = dict(zip(CLASSES, (highway, urban, congested, standing), strict=True))
    return {name: mask & seconds.observed for name, mask in masks.items()}


def on_highway(seconds: Seconds, mean_kmh: Floats, policy: RoadPolicy) -> Booleans:
    """Hysteresis: on above `highway_enter_kmh`, off at `highway_leave_kmh`, in between as before."""
    enter, leave = mean_kmh > policy.highway_enter_kmh, mean_kmh <= policy.highway_leave_kmh
    if not enter.any():
        return enter
    decided = seconds.segments.latest(enter | leave)
    result: Booleans = (decided >= 0) & enter[np.maximum(decided, 0)]
    return result


def _standing(seconds: Seconds, policy: RoadPolicy) -> Booleans:
    slow = seconds.observed & (seconds.speed_kmh < policy.standing_kmh)
    share = policy.standing_share * seconds.segments.window_count(seconds.observed, policy.standing_half_s)
    result: Booleans = seconds.segments.window_count(slow, policy.standing_half_s) > share
    return result


def jammed(seconds: Seconds, mean_kmh: Floats, policy: RoadPolicy) -> Booleans:
    """Seconds much slower than the free flow around them, where the free flow is that of a fast road."""
    free = free_flow_kmh(seconds, policy, policy.jam_free_kmh)
    slow: Booleans = (free > policy.jam_free_kmh) & (mean_kmh < policy.jam_ratio * free)
    return slow & seconds.observed


def free_flow_kmh(seconds: Seconds, policy: RoadPolicy, above_kmh: float = -np.inf) -> Floats:
    """90th percentile of the speed within 600 s, taken every 10 s of each group [km/h]; 0 up to `above_kmh`."""
    groups = seconds.segments
    counts = -(-groups.sizes // policy.jam_step_s)
    owner = np.repeat(np.arange(len(counts)), counts)
    nth = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    coarse = groups.starts[owner] + nth * policy.jam_step_s
    quantile = _quantile_above(seconds.speed_kmh[coarse], segments_of(owner), policy, above_kmh)
    return np.repeat(quantile, np.diff(coarse, append=groups.length))


def _quantile_above(speed_kmh: Floats, groups: Segments, policy: RoadPolicy, above_kmh: float) -> Floats:
    """Quantile, by nearest rank, of the speeds in a centred window clipped to the group; 0 up to `above_kmh`.

    Counting tells where it is above that; only there speeds are put in order.
    """
    half = policy.jam_half_s // policy.jam_step_s
    size = groups.window_count(np.ones(groups.length, dtype=np.bool_), half)
    from_top = size - np.floor((size - 1) * policy.jam_quantile + 0.5).astype(np.int64)  # 1 is the greatest
    fast = np.flatnonzero(groups.window_count(speed_kmh > above_kmh, half) >= from_top)
    quantile = np.zeros(groups.length)
    quantile[fast] = _from_top(_windows(speed_kmh, fast, groups, half), from_top[fast])
    return quantile


def _windows(values: Floats, chosen: Integers, groups: Segments, half: int) -> Floats:
    """Values within `half` places on both sides of the chosen ones, of the same group; -inf beyond its ends."""
    # Groups are laid out with `half` places between them, so that no window reaches a neighbour.
    place = np.arange(groups.length) + half * (1 + groups.of_element)
    padded = np.full(groups.length + half * (1 + len(groups.starts)), -np.inf)
    padded[place] = values
    windows: Floats = sliding_window_view(padded, 2 * half + 1)[place[chosen] - half]
    return windows


def _from_top(windows: Floats, rank: Integers) -> Floats:
    """The greatest value of each row, the second greatest, ... as its rank says."""
    if len(rank) == 0:
        return np.zeros(0)
    column = windows.shape[1] - rank
    ordered = np.partition(windows, np.unique(column), axis=1)
    result: Floats = ordered[np.arange(len(rank)), column]
    return result
