"""Ticks: means and sums over some seconds of each group, for what changes slowly - oil, brake discs."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from health.quality import Floats, Integers
from health.samples import Samples
from health.segments import Segments, decaying, segments_of
from health.trips import SECOND

TICK_S = 20
"""Length of a tick [s]: short beside the minutes in which oil and discs follow."""


@dataclass(frozen=True)
class Ticks:
    """One element per tick with samples in it, group after group."""

    of_samples: Segments  # samples of each tick
    of_groups: Segments   # ticks of each group
    place: Integers       # number of the tick within its group

    @classmethod
    def of(cls, samples: Samples) -> "Ticks":
        """Cut every group into ticks from its first sample on."""
        first = samples.segments.spread(samples.time_us[samples.segments.starts])
        place = (samples.time_us - first) // (TICK_S * SECOND)
        change = place[1:] != place[:-1]
        change[samples.segments.starts[1:] - 1] = True
        starts = np.concatenate([[0], np.flatnonzero(change) + 1])
        return cls(Segments(starts, len(place)), segments_of(samples.segments.of_element[starts]), place[starts])

    @cached_property
    def step_s(self) -> Floats:
        """Time since the tick before of the same group [s]; 0 at its first."""
        step = np.zeros(len(self.place))
        step[1:] = np.diff(self.place) * float(TICK_S)
        step[self.of_groups.starts] = 0.0
        return step

    def mean(self, values: Floats) -> Floats:
        """Mean of each tick, the last known one where a tick knows nothing, the first known one before that."""
        whole = self.of_samples.total(values)
        if not np.isnan(whole).any():
            return whole / self.of_samples.sizes
        known = ~np.isnan(values)
        count = self.of_samples.count(known)
        mean = self.of_samples.sum(values) / np.where(count > 0, count, np.nan)
        latest = self.of_groups.latest(count > 0)
        first = self.of_groups.spread(self.of_groups.first(mean))
        return np.where(latest >= 0, mean[np.maximum(latest, 0)], first)

    def lagged(self, values: Floats, time_constant_s: float) -> Floats:
        """First-order lag of tick values, in balance at the start of each group."""
        decay = np.exp(-self.step_s / time_constant_s)
        start = self.of_groups.starts
        gain = (1 - decay) * values
        gain[start] = values[start]
        return decaying(gain, decay, self.of_groups)
