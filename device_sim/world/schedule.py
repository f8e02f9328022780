"""Real time: when each way really begins, since one can only leave after one has arrived."""

from dataclasses import dataclass

import numpy as np

from device_sim.world.arrays import Flags, Floats, Ints
from device_sim.world.pieces import KEY_OFF_S, KEY_ON_S
from device_sim.world.plan import Way
from device_sim.world.speed import Motion

_LEAST_PARKING_S = 90


@dataclass(frozen=True)
class Clock:
    """Time of every driving second."""

    epoch_s: Floats
    since_key_s: Floats        # since the ignition of its way
    running: Flags             # engine on (an electric car: ready)
    parked_before_s: Floats    # one per way

    @property
    def running_s(self) -> Floats:
        return np.maximum(self.since_key_s - KEY_ON_S, 0.0)


def begin_times(ways: list[Way], motion: Motion) -> Ints:
    """Epoch second of each way's ignition."""
    lengths = motion.last - motion.first + 1
    begins = np.empty(len(ways), np.int64)
    arrived = -(2**62)
    for number, (way, length) in enumerate(zip(ways, lengths, strict=True)):
        begins[number] = max(int(way.not_before_s), arrived + int(max(way.stay_s, _LEAST_PARKING_S)))
        arrived = int(begins[number] + length)
    return begins


def clock(motion: Motion, begins: Ints) -> Clock:
    """Time of all seconds, given when ways begin."""
    since_key = (np.arange(motion.way.size) - motion.first[motion.way]).astype(float)
    length = (motion.last - motion.first + 1)[motion.way]
    running = (since_key >= KEY_ON_S) & (since_key < length - KEY_OFF_S)
    ends = begins + motion.last - motion.first
    parked = np.concatenate([[12 * 3600.0], (begins[1:] - ends[:-1]).astype(float)])
    return Clock(begins[motion.way] + since_key, since_key, running, parked)
