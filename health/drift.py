"""Drift: the latest values of a car beside its own past."""

from dataclasses import dataclass

import numpy as np

from health.figures import absolute
from health.history import DAY
from health.quality import Floats, Integers
from schemas.quantity import Q


@dataclass(frozen=True)
class Drift:
    """Median of the latest trips and of those before them; NaN where too few tell."""

    recent: float
    before: float
    recent_trips: int
    before_trips: int

    @property
    def change(self) -> float:
        """By how much the latest trips differ."""
        return self.recent - self.before

    def quantities(self, sigma: float, source: str, unit: str) -> tuple[Q, Q]:
        """Both medians with an error of `sigma` [unit]."""
        return absolute(self.recent, sigma, source, unit), absolute(self.before, sigma, source, unit)


def drift(values: Floats, start_us: Integers, recent: int, before: int, reach_d: int) -> Drift:
    """Compare the last `recent` known values with those of `reach_d` days before them, at least `before` of them.

    Medians on both sides: a drift is what lasts, one odd trip is not. With fewer values than `recent` nothing is said.
    """
    known = np.flatnonzero(~np.isnan(values))
    latest, past = known[-recent:], known[:-recent]
    if len(latest) < recent:
        return Drift(float("nan"), float("nan"), len(latest), 0)
    past = past[start_us[past] >= start_us[latest[0]] - reach_d * DAY]
    usual = float(np.median(values[past])) if len(past) >= before else float("nan")
    return Drift(float(np.median(values[latest])), usual, len(latest), len(past))
