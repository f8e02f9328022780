"""GPS path: distance along the fixes of the satellite receiver. Section 1 of the model notes."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from health.policy import MileagePolicy, Policy
from health.quality import Booleans, Floats, Integers
from health.samples import Samples
from health.satellites import DEGREE_M, Points
from health.segments import Segments, segments_of, sums_between
from health.trips import SECOND
from schemas.frames import Columns

COLUMNS: Columns = {
    "gps_km": pl.Float64,          # path over anchors at least 5 m apart
    "gps_fix_s": pl.Float64,       # mean time between distinct fixes while moving
    "gps_bridged_km": pl.Float64,  # straight lines over intervals in which no speed was observed
}
"""Columns of one group."""


def per_group(samples: Samples, policy: Policy) -> Mapping[str, Floats | Integers]:
    """Length of the path of every group; NaN without at least two distinct fixes.

    Sum of great-circle distances [km] between anchors: a fix at least `fix_step_m` from the anchor before becomes the
    next one, so that held fixes and jitter add nothing; steps faster than `fix_gate_m_s` are left out. Cuts corners
    where fixes are seconds apart.
    """
    unknown = np.full(len(samples.groups), np.nan)
    result = {name: unknown.copy() for name in COLUMNS}
    rows = samples.fixes
    if len(rows) < 2:
        return result
    points = Points.of(samples.read("latitude")[rows], samples.read("longitude")[rows])
    anchor = _anchors(points, segments_of(samples.segments.of_element[rows]), policy.mileage)
    at = rows[anchor]
    owner = samples.segments.of_element[at]
    path = segments_of(owner)
    step_m, step_s = _steps(points[anchor], path), path.differences(samples.time_us[at] / SECOND)
    step_m = np.where(step_m <= policy.mileage.fix_gate_m_s * step_s, step_m, 0.0)
    several = path.sizes > 1
    owners = owner[path.starts]
    result["gps_km"][owners] = np.where(several, path.total(step_m) / 1000, np.nan)
    result["gps_fix_s"][owners] = np.where(several, path.total(step_s) / np.maximum(path.sizes - 1, 1), np.nan)
    result["gps_bridged_km"][owners] = path.total(_bridged_m(samples, at, step_m, policy)) / 1000
    return result


def _bridged_m(samples: Samples, anchors: Integers, step_m: Floats, policy: Policy) -> Floats:
    """Part of each step between anchors that no observed interval accounts for, where one was not observed [m]."""
    bridged = np.zeros(len(step_m))
    unobserved = np.flatnonzero(samples.interval_s > policy.mileage.longest_interval_s)
    begin = np.unique(np.searchsorted(anchors, unobserved, side="right") - 1)
    begin = begin[(begin >= 0) & (step_m[begin] > 0)]
    seen_m = sums_between(samples.step_m, anchors[begin], anchors[begin + 1])
    bridged[begin] = np.maximum(step_m[begin] - seen_m, 0.0)
    return bridged


def _steps(anchors: Points, path: Segments) -> Floats:
    """Distance to the next anchor of the same path [m]; 0 at its end."""
    step = np.zeros(path.length)
    step[:-1] = anchors[:-1].metres_to(anchors[1:])
    step[path.ends - 1] = 0.0
    return step


def _anchors(points: Points, track: Segments, policy: MileagePolicy) -> Integers:
    """Fixes of the chain from each group's first fix to the next at least `fix_step_m` away, and so on.

    From most fixes that is the very next one. So the chain runs on to the next fix where it is not, a halt, and jumps
    from there; only these jumps are followed one by one.
    """
    halts = _halts(points, track, policy)
    landing = _landings(points, halts, track, policy)
    reached = _reached(np.searchsorted(halts, track.starts), np.searchsorted(halts, landing))
    begins, ends = np.concatenate([track.starts, landing[reached]]), halts[reached] + 1
    change = np.zeros(track.length + 1, dtype=np.int64)
    change[begins] = 1
    change[ends] -= 1
    return np.flatnonzero(np.cumsum(change[:-1]))


def _far_square(policy: MileagePolicy) -> float:
    return (policy.fix_step_m / DEGREE_M) ** 2


def _halts(points: Points, track: Segments, policy: MileagePolicy) -> Integers:
    """Fixes whose next one is not far enough away, and the last of each group."""
    halt = np.ones(track.length, dtype=np.bool_)
    halt[:-1] = points[:-1].square_to(points[1:]) < _far_square(policy)
    halt[track.ends - 1] = True
    return np.flatnonzero(halt)


def _landings(points: Points, halts: Integers, track: Segments, policy: MileagePolicy) -> Integers:
    """Index of the first fix of the group far enough from each halt; one past the array where there is none."""
    landing, end = np.full(len(halts), track.length), track.end_of_element[halts]
    waiting = np.arange(len(halts))
    for lag in range(2, policy.fix_lag + 1):
        waiting = waiting[halts[waiting] + lag < end[waiting]]
        if len(waiting) == 0:
            break
        here = halts[waiting]
        far: Booleans = points[here].square_to(points[here + lag]) >= _far_square(policy)
        if lag == policy.fix_lag:
            far = np.ones_like(far)
        landing[waiting[far]] = here[far] + lag
        waiting = waiting[~far]
    return landing


def _reached(first: Integers, following: Integers) -> Integers:
    """Those of a list that a walk comes by which begins at the first ones and goes from each to the one following it.

    Pointer doubling: after k rounds every walk is marked over its first 2^k steps. Whoever follows the last one follows
    himself.
    """
    following = np.append(following, len(following))
    marked = np.zeros(len(following), dtype=np.bool_)
    marked[first] = marked[-1] = True
    ahead = following[marked]
    while not marked[ahead].all():
        marked[ahead] = True
        following = following[following]
        ahead = following[marked]
    return np.flatnonzero(marked[:-1])
