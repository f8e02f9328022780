"""GPS path: distance along the fixes of the satellite receiver. Section 1 of the model notes."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from health.policy import MileagePolicy, Policy
from health.quality import Booleans, Floats, Integers
from health.samples import Samples
from health.satellites import Points, arc_m
from health.segments import Segments, segments_of
from health.trips import SECOND
from schemas.frames import Columns

COLUMNS: Columns = {
    "gps_km": pl.Float64,          # path over anchors at least 5 m apart
    "gps_fix_s": pl.Float64,       # mean time between distinct fixes while moving
    "gps_bridged_km": pl.Float64,  # straight lines over intervals in which no speed was observed
}
"""Columns of one group."""


def per_group(samples: Samples, policy: Policy) -> Mapping[str, Floats | Integers]:
    """Length of the path of every group; NaN without at least two distinct fixes."""
    unknown = np.full(len(samples.groups), np.nan)
    result = {name: unknown.copy() for name in COLUMNS}
    rows = distinct_fixes(samples)
    if len(rows) < 2:
        return result
    track = segments_of(samples.segments.of_element[rows])
    lat, lon = samples.read("latitude")[rows], samples.read("longitude")[rows]
    seconds = samples.time_us[rows] / SECOND
    points = Points.of(lat, lon)
    anchor = _anchors(points, track, policy.mileage)
    owner = samples.segments.of_element[rows][anchor]
    path = segments_of(owner)
    step_m, step_s = _steps(points, anchor, path), path.differences(seconds[anchor])
    step_m = np.where(step_m <= policy.mileage.fix_gate_m_s * step_s, step_m, 0.0)
    several = path.sizes > 1
    owners = owner[path.starts]
    result["gps_km"][owners] = np.where(several, path.total(step_m) / 1000, np.nan)
    result["gps_fix_s"][owners] = np.where(several, path.total(step_s) / np.maximum(path.sizes - 1, 1), np.nan)
    result["gps_bridged_km"][owners] = path.total(_bridged_m(samples, rows[anchor], step_m, policy)) / 1000
    return result


def _bridged_m(samples: Samples, rows: Integers, step_m: Floats, policy: Policy) -> Floats:
    """Part of each step between anchors that no observed interval accounts for, where one was not observed [m]."""
    unobserved = samples.interval_s > policy.mileage.longest_interval_s
    if not unobserved.any():
        return np.zeros(len(step_m))
    unseen_m = np.maximum(step_m - np.add.reduceat(samples.step_m, rows), 0.0)
    return np.where((step_m > 0) & _silent(unobserved, rows), unseen_m, 0.0)


def distinct_fixes(samples: Samples) -> Integers:
    """Samples whose fix differs from the one before in their group."""
    lat, lon = samples.read("latitude"), samples.read("longitude")
    rows = np.flatnonzero(~np.isnan(lat))
    if len(rows) == 0:
        return rows
    label = samples.segments.of_element[rows]
    changed = np.ones(len(rows), dtype=np.bool_)
    changed[1:] = (np.diff(lat[rows]) != 0) | (np.diff(lon[rows]) != 0) | (np.diff(label) != 0)
    result: Integers = rows[changed]
    return result


def _steps(points: Points, anchor: Integers, path: Segments) -> Floats:
    """Distance to the next anchor of the same path [m]; 0 at its end."""
    step = np.zeros(len(anchor))
    step[:-1] = arc_m(points.chord_square(anchor[:-1], anchor[1:]))
    step[path.ends - 1] = 0.0
    return step


def _anchors(points: Points, track: Segments, policy: MileagePolicy) -> Integers:
    """Fixes of the chain from each group's first fix to the next at least `fix_step_m` away, and so on."""
    following = _following(points, track, policy)
    on_chain = np.zeros(len(following), dtype=np.bool_)
    on_chain[track.starts] = True
    # Pointer doubling: after k rounds every chain is marked over its first 2^k links.
    on_chain[-1] = True
    ahead = following[on_chain]
    while not on_chain[ahead].all():
        on_chain[ahead] = True
        following = following[following]
        ahead = following[on_chain]
    return np.flatnonzero(on_chain[:-1])


def _following(points: Points, track: Segments, policy: MileagePolicy) -> Integers:
    """Index of the first later fix of the group far enough away; one past the array where there is none."""
    none = track.length
    far_square = (2 * np.sin(policy.fix_step_m / policy.earth_radius_m / 2)) ** 2
    end = np.repeat(track.ends, track.sizes)
    following = np.full(none + 1, none)
    open_ones = np.arange(none)
    for lag in range(1, policy.fix_lag + 1):
        open_ones = open_ones[open_ones + lag < end[open_ones]]
        if len(open_ones) == 0:
            break
        ahead = open_ones + lag
        far: Booleans = points.chord_square(open_ones, ahead) >= far_square
        if lag == policy.fix_lag:
            far = np.ones_like(far)
        following[open_ones[far]] = ahead[far]
        open_ones = open_ones[~far]
    return following


def _silent(unobserved: Booleans, rows: Integers) -> Booleans:
    """Whether the samples right after a fix, up to the next one, include an unobserved interval."""
    unseen = np.cumsum(unobserved)
    before = np.concatenate([[0], unseen])
    until = np.append(rows[1:], rows[-1:])
    result: Booleans = before[until] - before[rows] > 0
    return result
