"""Cornering seen by the satellite receiver: lateral acceleration from the turn of the heading along the path.

Section 5 of the model notes: a_y = v d(heading)/dt, taken over at least 20 m of distinct fixes, never from held fixes
or fixes 4 s apart: over those a corner looks like a straight line.
"""

from dataclasses import dataclass

import numpy as np

from health.policy import STANDARD_GRAVITY_M_S2, TyrePolicy
from health.quality import Booleans, Floats, Integers
from health.samples import Samples
from health.segments import segments_of
from health.trips import SECOND

MICROMETRES = 1e6
"""In a metre."""


@dataclass(frozen=True)
class Cornering:
    """Per group: integral of (a_y/g)^2 over the distance it could be seen on, and that distance [m]."""

    square_m: Floats
    of_m: Floats


def seen_by_receiver(samples: Samples, p: TyrePolicy) -> Cornering:
    """Cornering of every group; zero distance where the heading was not read or too seldom."""
    none = np.zeros(len(samples.groups))
    if not samples.has("heading_deg", "latitude"):
        return Cornering(none, none)
    rows = samples.fixes
    heading = samples.read("heading_deg")[rows]
    known = ~np.isnan(heading)
    if not known.all():
        rows, heading = rows[known], heading[known]
    if len(rows) < 2:
        return Cornering(none, none)
    way, time_us = _way(samples.step_m)[rows], samples.time_us[rows]
    owner = samples.segments.of_element[rows]
    ahead = _ahead(way, p.turn_over_m)
    span_m, seconds = (way[ahead] - way) / MICROMETRES, (time_us[ahead] - time_us) / SECOND
    usable = (owner[ahead] == owner) & (span_m >= p.turn_over_m) & (seconds <= p.turn_within_s)
    usable &= _dense(time_us, ahead, p)
    turn = _turn_rad(heading, ahead)
    lateral = np.where(usable, turn * span_m / np.maximum(seconds, 1e-6) ** 2, 0.0) / STANDARD_GRAVITY_M_S2
    own_m = np.where(usable, np.diff(way, append=way[-1:]) / MICROMETRES, 0.0)
    seen = segments_of(owner)
    square_m, of_m = none.copy(), none.copy()
    square_m[owner[seen.starts]] = seen.total(lateral * lateral * own_m)
    of_m[owner[seen.starts]] = seen.total(own_m)
    return Cornering(square_m, of_m)


def _way(step_m: Floats) -> Integers:
    """Path up to each sample [µm]. Whole numbers, for differences of them do not depend on the trips before."""
    steps = np.rint(step_m * MICROMETRES).astype(np.int64)
    result: Integers = np.cumsum(steps) - steps
    return result


def _ahead(way: Integers, over_m: float) -> Integers:
    """Index of the first fix at least so far ahead of each; the last one where there is none."""
    result: Integers = np.minimum(np.searchsorted(way, way + round(over_m * MICROMETRES)), len(way) - 1)
    return result


def _dense(time_us: Integers, ahead: Integers, p: TyrePolicy) -> Booleans:
    """Whether no two neighbouring fixes on the way are further apart than a corner lasts."""
    sparse = np.concatenate([[0], np.cumsum(np.diff(time_us) > p.fix_within_s * SECOND)])
    result: Booleans = sparse[ahead] == sparse
    return result


def _turn_rad(heading_deg: Floats, ahead: Integers) -> Floats:
    """Turn between fixes the short way round [rad]."""
    turn = np.abs(heading_deg[ahead] - heading_deg)
    return np.deg2rad(np.minimum(turn, 360.0 - turn))
