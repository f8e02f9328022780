"""Speed second by second, from pieces: ramps and cruises drawn as one broken line over all ways of a car."""

from dataclasses import dataclass

import numpy as np

from device_sim.world.arrays import Floats, Ints, coloured, running_sum, smooth
from device_sim.world.pieces import Pieces
from device_sim.world.roads import TRAFFIC, Road

_EASING = np.array([1.0, 4.0, 6.0, 4.0, 1.0])
"""Feet take about two seconds to change their mind: bounds the jerk at the corners of the broken line."""
_STANDSTILL_M_S = 0.15


@dataclass(frozen=True)
class Motion:
    """All driving seconds of a car in one row after the other; parking is left out."""

    way: Ints                  # which way each second belongs to
    first: Ints                # first second of each way
    road: Ints
    speed_m_s: Floats
    metres: Floats             # driven since the first second
    turn_at_m: Floats          # where turns begin

    @property
    def last(self) -> Ints:
        return np.append(self.first[1:], self.speed_m_s.size) - 1

    def only(self, ways: int) -> "Motion":
        """The motion of the first so many ways."""
        end = int(self.last[ways - 1]) + 1 if ways else 0
        turns = self.turn_at_m[self.turn_at_m <= self.metres[end - 1]] if ways else self.turn_at_m[:0]
        return Motion(self.way[:end], self.first[:ways], self.road[:end], self.speed_m_s[:end], self.metres[:end],
                      turns)


def drive(pieces: Pieces, rng: np.random.Generator) -> Motion:
    """The motion of all ways."""
    durations, speeds = _broken_line(pieces)
    way_s = _whole_seconds(durations, pieces)
    corner_s = pieces.idle_before_s[0] + np.cumsum(durations.ravel())
    seconds = np.arange(int(way_s.sum()), dtype=float)
    piece = np.minimum(np.searchsorted(corner_s[3::4], seconds, side="right"), pieces.way.size - 1)
    raw = np.interp(seconds, np.append(pieces.idle_before_s[0], corner_s), np.append(0.0, speeds.ravel()))
    speed = _with_ripple(smooth(raw, _EASING), pieces.road[piece], rng)
    metres = running_sum(speed)
    return Motion(np.repeat(np.arange(way_s.size), way_s), np.cumsum(way_s) - way_s, pieces.road[piece], speed, metres,
                  np.interp(corner_s[2::4][pieces.turns], seconds, metres))


def _broken_line(pieces: Pieces) -> tuple[Floats, Floats]:
    """Durations and end speeds of ramp up, cruise, ramp down, wait: one row of four per piece."""
    start, end, up, down = np.roll(pieces.end_m_s, 1), pieces.end_m_s, pieces.accel_m_s2, pieces.brake_m_s2
    least = np.abs(start**2 - end**2) / (2 * np.where(start > end, down, up))
    metres = np.maximum(pieces.metres, least + 3.0)
    reachable = np.sqrt((2 * metres * up * down + down * start**2 + up * end**2) / (up + down))
    top = np.minimum(pieces.target_m_s, reachable)
    ramps = (top**2 - start**2) / (2 * up) + (top**2 - end**2) / (2 * down)
    cruise = np.maximum(metres - ramps, 0) / top
    durations = np.stack([(top - start) / up, cruise, (top - end) / down, pieces.wait_s], 1)
    return durations, np.stack([top, top, end, end], 1)


def _whole_seconds(durations: Floats, pieces: Pieces) -> Ints:
    """Seconds of each way; puts the idling around ways into `durations`, each way rounded up to a whole second."""
    last = np.flatnonzero(np.append(np.diff(pieces.way) > 0, True))
    first = np.append(0, last[:-1] + 1)
    durations[last, 3] = pieces.idle_after_s
    exact_s = np.add.reduceat(durations.sum(axis=1), first) + pieces.idle_before_s
    way_s = np.ceil(exact_s)
    durations[last, 3] += way_s - exact_s
    durations[last[:-1], 3] += pieces.idle_before_s[1:]
    return way_s.astype(np.int64)


def _with_ripple(speed: Floats, road: Ints, rng: np.random.Generator) -> Floats:
    """Nobody holds a speed exactly; nobody creeps at a standstill."""
    size = np.array([TRAFFIC[kind].ripple_m_s for kind in Road])[road]
    wandering = 0.8 * coloured(rng, speed.size, 9) + 0.6 * coloured(rng, speed.size, 40)
    rippled = speed + size * wandering * np.clip((speed - 2.0) / 8.0, 0.0, 1.0)
    return np.where(speed < _STANDSTILL_M_S, 0.0, np.maximum(rippled, 0.0))
