"""Which samples share a message, and when it can be sent: silence without network makes late and big messages."""

from dataclasses import dataclass

import numpy as np

from device_sim.dongle.settings import Dongle, Sins
from device_sim.world.arrays import Flags, Ints

_SLEEP_GAP_MS = 60_000
"""A dongle empties its buffer before it falls asleep, so no message spans a longer gap."""
_BOOT_LIMIT = 2**31


@dataclass(frozen=True)
class Silences:
    """Intervals [ms] without network, sorted, not overlapping."""

    begin_ms: Ints
    end_ms: Ints

    def number(self, epoch_ms: Ints) -> Ints:
        """Which silence an instant falls into; -1 when there is network."""
        number = np.searchsorted(self.begin_ms, epoch_ms, side="right") - 1
        inside = (number >= 0) & (epoch_ms < np.append(self.end_ms, 0)[number])
        return np.where(inside, number, -1)

    def sent_ms(self, epoch_ms: Ints) -> Ints:
        """When something that is ready at an instant gets through."""
        number = self.number(epoch_ms)
        return np.where(number >= 0, np.append(self.end_ms, 0)[number], epoch_ms)


def draw_silences(epoch_ms: Ints, sins: Sins, rng: np.random.Generator) -> Silences:
    """Random silences over the whole calendar time of a history."""
    hours = float(epoch_ms[-1] - epoch_ms[0]) / 3.6e6
    many = int(rng.poisson(sins.offline_chance * hours))
    begin = np.sort(epoch_ms[0] + (rng.random(many) * hours * 3.6e6)).astype(np.int64)
    end = begin + (3.6e6 * sins.offline_hours * rng.standard_exponential(many)).astype(np.int64)
    separate = np.minimum(end, np.append(begin[1:], np.iinfo(np.int64).max))
    return Silences(begin, separate)


@dataclass(frozen=True)
class Boots:
    """Starts of the dongle: index of the first sample after each, and the random numbers they chose."""

    first: Ints
    number: Ints

    def turn(self, index: Ints) -> Ints:
        return np.searchsorted(self.first, index, side="right") - 1


def draw_boots(samples: int, sins: Sins, rng: np.random.Generator) -> Boots:
    """One start at the beginning and one after each reboot."""
    again = rng.integers(1, max(samples, 2), sins.reboots)
    first = np.unique(np.append(0, again))
    return Boots(first, rng.integers(1, _BOOT_LIMIT, first.size))


def clock_error_ms(epoch_ms: Ints, woke_ms: Ints, sins: Sins) -> Ints:
    """What the dongle's clock shows minus the time: after a start it counts from 1970 until it hears the network."""
    woke_ms = np.minimum(woke_ms, epoch_ms)  # a jittered first sample may be later than the event of its ignition
    unsynced = epoch_ms - woke_ms < 1000 * sins.unsynced_s
    return sins.clock_offset_ms - np.where(unsynced, woke_ms, 0)


@dataclass(frozen=True)
class Cuts:
    """One row per message."""

    first: Ints
    last: Ints
    due_ms: Ints
    shift_ms: Ints
    turn: Ints                 # of the dongle's starts


def cut(epoch_ms: Ints, dongle: Dongle, silences: Silences, boots: Boots) -> Cuts:
    """Runs of samples of one state of mind, cut to message size."""
    index = np.arange(epoch_ms.size)
    silence, turn = silences.number(epoch_ms), boots.turn(index)
    error_ms = clock_error_ms(epoch_ms, epoch_ms[boots.first[turn]], dongle.sins)
    opens = _changes(silence) | _changes(turn) | _changes(error_ms) | (np.diff(epoch_ms, prepend=0) > _SLEEP_GAP_MS)
    size = np.where(silence >= 0, dongle.samples_per_late_message, dongle.samples_per_message)
    in_run = index - np.maximum.accumulate(np.where(opens, index, 0))
    first = np.flatnonzero(in_run % size == 0)
    last = np.append(first[1:], epoch_ms.size) - 1
    return Cuts(first, last, silences.sent_ms(epoch_ms[last]), error_ms[first], turn[first])


def _changes(state: Ints) -> Flags:
    return np.append(True, state[1:] != state[:-1])
