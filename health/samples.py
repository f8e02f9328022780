"""Samples: the readings of each group at the times of its speed channel, other signals held there.

Dense devices lose nothing here; sparse streams (one signal per row) become rows with all signals.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from health.policy import Policy
from health.quality import Booleans, Floats, Integers, Track
from health.satellites import steps_m
from health.segments import Segments, Value, median_by, segments_of
from health.trips import SECOND, Groups
from schemas.signals import BY_COLUMN, Hold


class Clock(IntEnum):
    """Channel whose times a group is evaluated at, best first."""

    SPEED = 0
    RECEIVER = 1  # speed of the satellite receiver
    FIXES = 2     # steps between fixes
    ENGINE = 3    # engine speed alone: running without moving


@dataclass(frozen=True)
class Samples:
    """One element per evaluated instant; interval i lies between sample i and i + 1 of the same group."""

    groups: Groups
    segments: Segments
    time_us: Integers
    clock: Integers  # per group
    speed_kmh: Floats
    columns: Mapping[str, Floats]
    longest_interval_s: float

    def __len__(self) -> int:
        return len(self.time_us)

    def read(self, column: str) -> Floats:
        """Return one signal held to the sample times, all NaN where it was never read."""
        found = self.columns.get(column)
        return self._unknown if found is None else found

    @cached_property
    def _unknown(self) -> Floats:
        """What a signal looks like that was never read; costs no memory, cannot be written to."""
        return np.broadcast_to(np.nan, len(self))

    def has(self, *columns: str) -> bool:
        """Whether every one of the signals was ever read."""
        return all(name in self.columns for name in columns)

    def any_of(self, *columns: str) -> bool:
        """Whether any of the signals was ever read."""
        return any(name in self.columns for name in columns)

    @cached_property
    def interval_s(self) -> Floats:
        """Length of each interval [s]; 0 at the end of a group."""
        steps = np.zeros(len(self))
        steps[:-1] = np.diff(self.time_us) / SECOND
        steps[self.segments.ends - 1] = 0.0
        return steps

    @cached_property
    def observed_s(self) -> Floats:
        """Length of each interval short enough to integrate over [s], else 0."""
        return np.where(self.interval_s <= self.longest_interval_s, self.interval_s, 0.0)

    @cached_property
    def within(self) -> Booleans:
        """Intervals between the reported start and end of their group."""
        start, end = (self.segments.spread(t) for t in (self.groups.start_us, self.groups.end_us))
        return (self.time_us >= start) & (self.time_us + self.interval_s * SECOND <= end)

    @cached_property
    def speed_m_s(self) -> Floats:
        return self.speed_kmh / 3.6

    @cached_property
    def mid_speed_m_s(self) -> Floats:
        """Speed in the middle of each interval [m/s], trapezoid."""
        return self.middle(self.speed_m_s)

    @cached_property
    def step_m(self) -> Floats:
        """Distance driven in each observed interval [m]."""
        return self.mid_speed_m_s * self.observed_s

    @cached_property
    def weight_s(self) -> Floats:
        """Time each sample stands for in a trapezoid integral [s]: half of the observed intervals on both sides."""
        weight = self.observed_s / 2
        weight[1:] += self.observed_s[:-1] / 2
        return weight

    @cached_property
    def fixes(self) -> Integers:
        """Samples whose position differs from the one before in their group: receivers repeat a held fix."""
        lat, lon = self.read("latitude"), self.read("longitude")
        known = np.flatnonzero(~np.isnan(lat))
        fixes = slice(None) if len(known) == len(self) else known
        changed = np.ones(len(known), dtype=np.bool_)
        changed[1:] = _changes(lat[fixes]) | _changes(lon[fixes]) | _changes(self.segments.of_element[fixes])
        return known[changed]

    def seconds(self, mask: Booleans) -> Floats:
        """Observed time a condition held in each group [s]: the integral of 1 where true, 0 where not."""
        return self.segments.total(mask * self.weight_s)

    def middle(self, values: Floats) -> Floats:
        """Mean of both ends of each interval; NaN where one is unknown."""
        middle = np.empty(len(values))
        np.add(values[:-1], values[1:], out=middle[:-1])
        last = self.segments.ends - 1
        middle[last] = 2 * values[last]
        middle *= 0.5
        return middle

    def integral(self, rate_per_s: Floats) -> Floats:
        """Trapezoid integral of a rate over the observed intervals of each group; unknown intervals add nothing."""
        return self.segments.sum(self.middle(rate_per_s) * self.observed_s)


def _changes(values: NDArray[Value]) -> Booleans:
    """Whether each element but the first differs from the one before."""
    result: Booleans = values[1:] != values[:-1]
    return result


def sample(track: Track, groups: Groups, policy: Policy) -> Samples:
    """Evaluate every group at the times of its speed channel."""
    rows, label = rows_of(groups)
    everything = segments_of(label)
    rank, speed = _clocks(track, rows)
    clock = np.minimum.reduceat(rank, everything.starts)
    chosen = np.flatnonzero(rank == everything.spread(clock))
    pick = slice(None) if len(chosen) == len(label) else chosen
    time_us = track.time_us[rows]
    columns = {name: _held(name, values[rows], time_us, everything, pick, policy)
               for name, values in track.columns.items()}
    return Samples(groups, segments_of(label[pick]), time_us[pick], clock, speed[pick], columns,
                   policy.mileage.longest_interval_s)


Rows = Integers | slice


def rows_of(groups: Groups) -> tuple[Rows, Integers]:
    """Rows of all groups, one group after the other, and the group of each; a slice where nothing lies between."""
    sizes = groups.row_to - groups.row_from
    label = np.repeat(np.arange(len(groups)), sizes)
    if np.array_equal(groups.row_to[:-1], groups.row_from[1:]):
        return slice(int(groups.row_from[0]), int(groups.row_to[-1])), label
    offset = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    return np.arange(len(label)) - np.repeat(offset - groups.row_from, sizes), label


def _clocks(track: Track, rows: Rows) -> tuple[Integers, Floats]:
    """Best clock each row can serve, and the speed it says [km/h]; 4 serves none."""
    speed = track.read("speed_kmh")[rows]
    rank = np.where(np.isnan(speed), 4, Clock.SPEED.value).astype(np.int64)
    if not rank.any():
        return rank, speed
    receiver, rpm = track.read("gps_speed_kmh")[rows], track.read("engine_rpm")[rows]
    fixes_kmh = _speed_between_fixes(track)[rows]
    ladder = ((Clock.RECEIVER, receiver), (Clock.FIXES, fixes_kmh), (Clock.ENGINE, np.where(np.isnan(rpm), rpm, 0.0)))
    for step, values in ladder:
        usable = (rank == 4) & ~np.isnan(values)
        rank, speed = np.where(usable, step.value, rank), np.where(usable, values, speed)
    return rank, speed


def _speed_between_fixes(track: Track) -> Floats:
    """Mean speed since the fix before [km/h], where fixes were read."""
    result = np.full(len(track), np.nan)
    known = np.flatnonzero(~np.isnan(track.read("latitude")))
    if len(known) < 2:
        return result
    seconds = np.diff(track.time_us[known]) / SECOND
    same = np.diff(track.vehicle[known]) == 0
    metres = np.where(same, steps_m(track)[known[1:]], 0.0)
    result[known[0]] = 0.0
    result[known[1:]] = np.where(same, metres / np.maximum(seconds, 1e-6) * 3.6, 0.0)
    return result


def _held(name: str, values: Floats, time_us: Integers, everything: Segments, chosen: Rows,
          policy: Policy) -> Floats:
    """Carry a signal forward to the chosen instants: max(2 s, 2 x its median interval), at most 10 s."""
    known = ~np.isnan(values)
    if BY_COLUMN[name].hold is Hold.NEVER or known[chosen].all():
        return values[chosen]
    limit_s = everything.spread(_hold_s(time_us, known, everything, policy))
    latest = everything.latest(known)
    age_s = (time_us - time_us[np.maximum(latest, 0)]) / SECOND
    held = np.where((latest >= 0) & (age_s <= limit_s), values[np.maximum(latest, 0)], np.nan)
    result: Floats = held[chosen]
    return result


def _hold_s(time_us: Integers, known: Booleans, everything: Segments, policy: Policy) -> Floats:
    """How long each group holds a signal [s], from the median interval between its readings there."""
    rows = np.flatnonzero(known)
    label = everything.of_element[rows]
    same = np.diff(label) == 0
    interval, owner = np.diff(time_us[rows])[same], label[1:][same]
    median = median_by(owner, interval, len(everything.starts)) / SECOND
    wanted = np.where(np.isnan(median), policy.hold.least_s, policy.hold.intervals * median)
    return np.clip(wanted, policy.hold.least_s, policy.hold.most_s)
