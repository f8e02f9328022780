"""A speed profile for benchmarks: our own mix of town, open road and motorway, about as lively as a WLTC."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np

from device_sim.world import pieces, speed
from device_sim.world.arrays import Floats
from device_sim.world.drivers import DRIVERS
from device_sim.world.plan import HOME, Place, Way
from device_sim.world.roads import Road

_ROUND_M = 23_000.0
_FAR_END: Place = (0.0, _ROUND_M / 1.3)
_ROUND_S = 1500
"""A round never takes less; so many are driven that the samples suffice."""
_MIX = ((Road.CONGESTED, 0.06), (Road.URBAN, 0.40), (Road.MOTORWAY, 0.54))


def wltc_like(samples: int, seed: int = 0) -> Floats:
    """Speed [km/h] at 1 Hz, the same for the same seed."""
    rng = np.random.default_rng(seed)
    rounds = [Way(0.0, 0.0, _ROUND_M, _MIX, HOME)] * (samples // (_ROUND_S // 2) + 1)
    driven = 3.6 * speed.drive(pieces.cut(rounds, DRIVERS["commuter"], rng), rng).speed_m_s
    return driven[:samples]


def wltc_like_ways(first: datetime, days: int, rounds_a_day: int) -> Iterator[Way]:
    """The same mix to drive for days: round after round from `first` on, there and back."""
    for number in range(days * rounds_a_day):
        day, there = first + timedelta(days=number // rounds_a_day), number % 2 == 0
        yield Way(day.timestamp(), 0.0, _ROUND_M, _MIX, _FAR_END if there else HOME)
