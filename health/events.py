"""Harsh events: braking, accelerating and cornering beyond the usual, second by second.

Section 9 of the model notes. From speed, a(t) = (v(t+1) - v(t-1))/2 on the 1 Hz grid; where the car has an
accelerometer its mean over each second is preferred, and cornering is known only from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from health.lists import Column, Lists
from health.policy import EventPolicy, Policy
from health.quality import Booleans, Floats, Integers, Track
from health.samples import Clock, Samples, rows_of
from health.seconds import Seconds
from health.segments import segments_of
from health.trips import SECOND
from schemas.frames import Columns

KINDS = ("brake", "accel", "corner")
COLUMNS: Columns = {
    **{f"{kind}_n": pl.Float64 for kind in KINDS},           # null where the kind cannot be seen
    **{f"{kind}_strong_n": pl.Float64 for kind in KINDS},
    "event_us": pl.List(pl.Int64),                            # begin of each event, in order of kind and time
    "event_kind": pl.List(pl.Int64),                          # place in KINDS
    "event_peak": pl.List(pl.Float64),                        # [m/s2]
    "event_kmh": pl.List(pl.Float64),                         # speed before it
}
"""Columns of one group."""


@dataclass(frozen=True)
class _Found:
    """Events of one kind, in order."""

    group: Integers
    second: Integers  # on the grid
    peak: Floats
    kmh: Floats


def per_group(samples: Samples, seconds: Seconds, track: Track, policy: Policy) -> Mapping[str, Column]:
    """Count and list the events of every group."""
    p, groups = policy.events, len(samples.groups)
    watched = seconds.segments.spread(samples.clock <= Clock.RECEIVER)
    along = np.where(watched, acceleration_m_s2(samples, seconds, p), np.nan)
    aside = np.full(len(along), np.nan)
    if {"accel_long_m_s2", "accel_lat_m_s2"} & set(track.columns):
        grid = _Grid.of(samples, seconds, track)
        along = _preferred(grid.mean(track.read("accel_long_m_s2")), along)
        aside = grid.mean(track.read("accel_lat_m_s2"))
    found = [_events(-along, "brake", seconds, p), _events(along, "accel", seconds, p),
             _events(np.abs(aside), "corner", seconds, p)]
    counts: dict[str, Column] = {}
    for kind, values, events in zip(KINDS, (along, along, aside), found, strict=True):
        seen = seconds.segments.any(~np.isnan(values))
        strong = events.group[events.peak > p.strong_m_s2[kind]]
        counts[f"{kind}_n"] = np.where(seen, np.bincount(events.group, minlength=groups), np.nan)
        counts[f"{kind}_strong_n"] = np.where(seen, np.bincount(strong, minlength=groups), np.nan)
    return counts | _lists(found, samples, seconds)


def acceleration_m_s2(samples: Samples, seconds: Seconds, p: EventPolicy) -> Floats:
    """Central difference of the speed [m/s2]; NaN at the ends of a group and next to gaps.

    Whole km/h leave a noise of about 0.1 m/s2, far below every threshold.
    """
    result = np.full(seconds.segments.length, np.nan)
    if len(result) < 3:
        return result
    near = (samples.interval_s <= p.longest_gap_s)[seconds.sample] & seconds.observed
    result[1:-1] = (seconds.speed_kmh[2:] - seconds.speed_kmh[:-2]) * (0.5 / 3.6)
    usable = np.zeros(len(result), dtype=np.bool_)
    usable[1:-1] = near[:-2] & near[1:-1] & near[2:]
    usable[seconds.segments.starts] = False
    usable[seconds.segments.ends - 1] = False
    result[~usable] = np.nan
    return result


def _preferred(best: Floats, other: Floats) -> Floats:
    return np.where(np.isnan(best), other, best)


@dataclass(frozen=True)
class _Grid:
    """Place of every reading of the groups on the grid of seconds."""

    rows: Integers | slice
    place: Integers
    inside: Booleans  # groups begin with their first speed: earlier readings have no second
    length: int

    @classmethod
    def of(cls, samples: Samples, seconds: Seconds, track: Track) -> "_Grid":
        rows, group = rows_of(samples.groups)
        second = (track.time_us[rows] - samples.time_us[samples.segments.starts][group]) // SECOND
        inside = (second >= 0) & (second < seconds.segments.sizes[group])
        return cls(rows, seconds.segments.starts[group] + second, inside, seconds.segments.length)

    def mean(self, values: Floats) -> Floats:
        """Mean of an accelerometer over each second; NaN where it was not read."""
        result = np.full(self.length, np.nan)
        values = values[self.rows]
        known = np.flatnonzero(self.inside & ~np.isnan(values))
        if len(known):
            place = self.place[known]
            same = segments_of(place)
            result[place[same.starts]] = same.total(values[known]) / same.sizes
        return result


def _events(strength: Floats, kind: str, seconds: Seconds, p: EventPolicy) -> _Found:
    """Exceedances of the threshold; those within the refractory time of the one before are the same event."""
    at = np.flatnonzero(strength > p.threshold_m_s2[kind])
    owner = seconds.segments.of_element[at]
    begins = np.ones(len(at), dtype=np.bool_)
    begins[1:] = (np.diff(at) > p.refractory_s) | (np.diff(owner) != 0)
    first = np.flatnonzero(begins)
    if len(first) == 0:
        return _Found(owner, at, strength[at], strength[at])
    peak, second = np.maximum.reduceat(strength[at], first), at[first]
    before = np.maximum(second - 1, seconds.segments.starts[owner[first]])
    found = _Found(owner[first], second, peak, seconds.speed_kmh[before])
    return _only(found, found.kmh >= p.brake_from_kmh) if kind == "brake" else found


def _only(found: _Found, chosen: Booleans) -> _Found:
    return _Found(found.group[chosen], found.second[chosen], found.peak[chosen], found.kmh[chosen])


def _lists(found: list[_Found], samples: Samples, seconds: Seconds) -> dict[str, Lists]:
    """Events of every group as lists, one entry per group."""
    group = np.concatenate([events.group for events in found])
    order = np.argsort(group, kind="stable")
    second = np.concatenate([events.second for events in found])
    since = second - seconds.segments.starts[group]
    begin = samples.time_us[samples.segments.starts][group] + since * SECOND
    kind = np.repeat(np.arange(len(found)), [len(events.group) for events in found])
    peak, kmh = (np.concatenate([getattr(events, name) for events in found]) for name in ("peak", "kmh"))
    columns = {"event_us": begin, "event_kind": kind, "event_peak": peak, "event_kmh": kmh}
    sizes = np.bincount(group, minlength=len(samples.groups))
    return {name: Lists(values[order], sizes) for name, values in columns.items()}
