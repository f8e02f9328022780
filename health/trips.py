"""Trips: movement groups with the engine-on idle around them, and running without moving.

A group depends on readings within `TripPolicy.window_margin_s` of itself only.
"""

from dataclasses import dataclass

import numpy as np

from health.policy import TripPolicy
from health.quality import Booleans, Integers, Track
from health.satellites import steps_m
from health.segments import Segments, sums_between

SECOND = 1_000_000
"""Microseconds."""


@dataclass(frozen=True)
class Groups:
    """One entry per group, ordered by vehicle and time; times in microseconds since 1970."""

    vehicle: Integers
    start_us: Integers  # reported: first movement, or engine start before it
    end_us: Integers
    first_us: Integers  # first and last movement; start and end of a group that never moved
    last_us: Integers
    row_from: Integers  # rows of the track whose motion counts
    row_to: Integers  # exclusive
    moved: Booleans

    def __len__(self) -> int:
        return len(self.vehicle)


def cut_into_trips(track: Track, policy: TripPolicy) -> Groups:
    """Cut the readings of all vehicles into groups. Section 2 of the model notes."""
    line = TimeLine.of(track)
    trips = _with_idle(track, line, _movements(track, policy), policy)
    return _in_order(trips, _stationary(track, trips, policy))


@dataclass(frozen=True)
class TimeLine:
    """All vehicles on one time line, one after the other, so that a single binary search serves them all."""

    stride_us: int
    origin_us: int
    key: Integers

    @classmethod
    def of(cls, track: Track) -> "TimeLine":
        origin = int(track.time_us.min()) if len(track) else 0
        span = int(track.time_us.max()) - origin if len(track) else 0
        stride = span + 4 * 3600 * SECOND
        return cls(stride, origin, track.vehicle * stride + (track.time_us - origin))

    def place(self, vehicle: Integers, time_us: Integers) -> Integers:
        offset = np.clip(time_us - self.origin_us, 0, self.stride_us - 1)
        result: Integers = vehicle * self.stride_us + offset
        return result

    def rows_from(self, vehicle: Integers, time_us: Integers) -> Integers:
        """Index of the first row at or after each instant."""
        return np.searchsorted(self.key, self.place(vehicle, time_us), side="left")

    def rows_to(self, vehicle: Integers, time_us: Integers) -> Integers:
        """One past the last row at or before each instant."""
        return np.searchsorted(self.key, self.place(vehicle, time_us), side="right")


def is_moving(track: Track, policy: TripPolicy) -> Booleans:
    """Rows that prove movement: speed, else speed of the satellite receiver, else a clear step between fixes."""
    speed = track.read("speed_kmh")
    by_receiver = np.where(np.isnan(speed), track.read("gps_speed_kmh"), speed)
    moving = by_receiver >= policy.moving_kmh
    unknown = np.isnan(by_receiver)
    if unknown.any() and "latitude" in track.columns:
        moving |= unknown & (steps_m(track) >= policy.step_moves_m)
    return moving


@dataclass(frozen=True)
class _Movements:
    vehicle: Integers
    first_us: Integers
    last_us: Integers

    def previous_last_us(self) -> Integers:
        """End of the movement before, of the same vehicle; long ago where there is none."""
        before = np.full(len(self.vehicle), np.iinfo(np.int64).min // 2)
        same = self.vehicle[1:] == self.vehicle[:-1]
        before[1:] = np.where(same, self.last_us[:-1], before[1:])
        return before

    def next_first_us(self) -> Integers:
        """Start of the movement after, of the same vehicle; far ahead where there is none."""
        after = np.full(len(self.vehicle), np.iinfo(np.int64).max // 2)
        same = self.vehicle[1:] == self.vehicle[:-1]
        after[:-1] = np.where(same, self.first_us[1:], after[:-1])
        return after


def _movements(track: Track, policy: TripPolicy) -> _Movements:
    rows = np.flatnonzero(is_moving(track, policy))
    vehicle, time = track.vehicle[rows], track.time_us[rows]
    if len(rows) == 0:
        return _Movements(vehicle, time, time)
    breaks = (vehicle[1:] != vehicle[:-1]) | _stops(track, rows, policy)
    first = np.concatenate([[0], np.flatnonzero(breaks) + 1])
    last = np.append(first[1:], len(rows)) - 1
    return _Movements(vehicle[first], time[first], time[last])


def _stops(track: Track, rows: Integers, policy: TripPolicy) -> Booleans:
    """Whether the trip ends between one moving row and the next.

    It does after a long silence, after a long standstill that was watched, and after a very long time without
    movement. A stop watched only now and then does not count twice: receivers fall silent at traffic lights.
    """
    close = round(policy.close_after_s * SECOND)
    gap = np.diff(track.time_us[rows])
    long = np.flatnonzero(gap > close)
    steps = np.diff(track.time_us, append=track.time_us[-1:])
    watched = np.where((steps > 0) & (steps <= policy.contiguous_s * SECOND), steps, 0)
    watched_us, silences = (sums_between(values, rows[long], rows[long + 1])
                            for values in (watched, (steps > close).astype(np.int64)))
    stops = np.zeros(len(gap), dtype=np.bool_)
    stops[long] = (watched_us > close) | (silences > 0) | (gap[long] > policy.longest_pause_s * SECOND)
    return stops


def _with_idle(track: Track, line: TimeLine, found: _Movements, policy: TripPolicy) -> Groups:
    """Add engine-on idle and creeping; neighbours are kept apart by one instant between them."""
    close, creep, ramp = (round(s * SECOND) for s in (policy.close_after_s, policy.creep_s, policy.ramp_s))
    # Silence between two movements exceeds close_after_s, so the cut always lies between them.
    until = np.minimum(found.last_us + close, found.next_first_us() - ramp)
    since = np.minimum(found.previous_last_us() + close, found.first_us - ramp) + 1
    start, end = _idle_around(track, line, found, since, until, policy)
    row_from = line.rows_from(found.vehicle, np.maximum(since, np.minimum(start, found.first_us - creep)))
    row_to = line.rows_to(found.vehicle, np.minimum(until, np.maximum(end, found.last_us + creep)))
    moved = np.ones(len(start), dtype=np.bool_)
    return Groups(found.vehicle, start, end, found.first_us, found.last_us, row_from, row_to, moved)


def _idle_around(track: Track, line: TimeLine, found: _Movements, since: Integers, until: Integers,
                 policy: TripPolicy) -> tuple[Integers, Integers]:
    """Reach back to the start of the engine and ahead to its stop, as far as rows are contiguous."""
    rows, runs = _engine_runs(track, policy)
    if len(rows) == 0 or len(found.vehicle) == 0:
        return found.first_us, found.last_us
    time, keys, vehicle = track.time_us[rows], line.key[rows], track.vehicle[rows]
    reach = round(policy.contiguous_s * SECOND)
    warm_up = round(policy.longest_warm_up_s * SECOND)

    before = np.searchsorted(keys, line.place(found.vehicle, found.first_us), side="right") - 1
    at = np.maximum(before, 0)
    run = runs.holding(at)
    near = (before >= 0) & (vehicle[at] == found.vehicle) & (found.first_us - time[at] <= reach)
    earliest = np.maximum(since, found.first_us - warm_up)
    bounded = np.searchsorted(keys, line.place(found.vehicle, earliest), side="left")
    head = time[np.minimum(np.maximum(runs.starts[run], bounded), at)]
    start = np.where(near, np.minimum(head, found.first_us), found.first_us)

    after = np.searchsorted(keys, line.place(found.vehicle, found.last_us), side="left")
    at = np.minimum(after, len(rows) - 1)
    run = runs.holding(at)
    near = (after < len(rows)) & (vehicle[at] == found.vehicle) & (time[at] - found.last_us <= reach)
    bounded = np.searchsorted(keys, line.place(found.vehicle, until), side="right") - 1
    tail = time[np.maximum(np.minimum(runs.ends[run] - 1, bounded), at)]
    end = np.where(near & (time[at] <= until), np.maximum(tail, found.last_us), found.last_us)
    return start, end


def _engine_runs(track: Track, policy: TripPolicy) -> tuple[Integers, Segments]:
    """Engine-on rows, and the contiguous runs of them."""
    rpm = track.read("engine_rpm")
    known = np.flatnonzero(~np.isnan(rpm))
    running = rpm[known] > policy.engine_on_rpm
    rows = known[running]
    if len(rows) == 0:
        return rows, Segments(rows, 0)
    order = np.flatnonzero(running)
    silence = np.diff(track.time_us[rows]) > policy.contiguous_s * SECOND
    breaks = (np.diff(order) > 1) | silence | (np.diff(track.vehicle[rows]) != 0)
    return rows, Segments(np.concatenate([[0], np.flatnonzero(breaks) + 1]), len(rows))


def _stationary(track: Track, trips: Groups, policy: TripPolicy) -> Groups:
    """Engine running outside every trip, cut by silence, by trips between, and at full hours."""
    rpm = track.read("engine_rpm")
    trip_before = np.zeros(len(track) + 1, dtype=np.int64)
    np.add.at(trip_before, trips.row_from, 1)
    ended = np.zeros(len(track) + 1, dtype=np.int64)
    np.add.at(ended, trips.row_to, 1)
    ordinal = np.cumsum(trip_before)[:-1]
    inside = ordinal > np.cumsum(ended)[:-1]
    rows = np.flatnonzero((rpm > policy.engine_on_rpm) & ~inside)
    time, vehicle = track.time_us[rows], track.vehicle[rows]
    hour = time // round(policy.stationary_chunk_s * SECOND)
    breaks = np.diff(time) > policy.close_after_s * SECOND
    for label in (vehicle, hour, ordinal[rows]):
        breaks |= np.diff(label) != 0
    first = np.concatenate([[0], np.flatnonzero(breaks) + 1]) if len(rows) else rows
    last = np.append(first[1:], len(rows)) - 1 if len(rows) else rows
    start, end = time[first], time[last]
    moved = np.zeros(len(first), dtype=np.bool_)
    return Groups(vehicle[first], start, end, start, end, rows[first], rows[last] + 1, moved)


def _in_order(trips: Groups, stationary: Groups) -> Groups:
    fields = {name: np.concatenate([getattr(trips, name), getattr(stationary, name)])
              for name in Groups.__dataclass_fields__}
    order = np.lexsort((fields["start_us"], fields["vehicle"]))
    return Groups(**{name: values[order] for name, values in fields.items()})
