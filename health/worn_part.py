"""A part that wears in proportion to a wear index: where its depth is known from, how far it has gone since.

Depth h = h0 - k I. Tyres and brake pads are such parts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from health.distance import Mileage
from health.history import DAY, History, known_sum
from health.moments import instant_us
from health.quality import Floats
from health.wear_fit import WearFit, WearPrior, fit_wear

UNSEEN_D = 60
"""Days before the first trip of which nothing need be known [d]. K: at 35 km a day they wear tyres by 0.3 mm, which is
what a gauge errs."""


@dataclass(frozen=True)
class Reading:
    """A depth somebody measured."""

    at_us: int
    odometer_km: float | None
    depth_mm: float

    @classmethod
    def of(cls, time: datetime, odometer_km: float | None, depth_mm: float) -> "Reading":
        return cls(instant_us(time), odometer_km, depth_mm)


@dataclass(frozen=True)
class Anchor:
    """Where the depth is known from: a new part fitted, or a reading of one of unknown age."""

    at_us: int | None
    odometer_km: float | None
    depth_mm: float
    sigma_mm: float
    from_gauge: bool

    @classmethod
    def at(cls, reading: Reading, sigma_mm: float) -> "Anchor":
        """A reading to begin with."""
        return cls(reading.at_us, reading.odometer_km, reading.depth_mm, sigma_mm, from_gauge=True)

    def tells_of(self, reading: Reading) -> bool:
        """Whether a reading is of the part that began here: on the day a new one is fitted it is of the old one."""
        begun_us = self.at_us if self.from_gauge or self.at_us is None else self.at_us + DAY
        return begun_us is None or reading.at_us >= begun_us


def index_per_km(index: Floats, mileage: Mileage) -> float:
    """Mean wear index per distance over the history [of the index, per km]; NaN where nothing was driven."""
    driven_km = known_sum(np.where(np.isnan(index), np.nan, mileage.trip_km))
    return known_sum(index) / driven_km if driven_km > 0 else float("nan")


@dataclass(frozen=True)
class Worn:
    """Wear index of one part over the history, and what readings say about its coefficient."""

    index: Floats          # per group, in mm at k = 1
    index_per_km: float    # mean over the history
    fit: WearFit           # the prior alone where there is no anchor
    index_since: float     # since the anchor; NaN without one

    @property
    def known(self) -> bool:
        """Whether the depth has a starting point."""
        return bool(np.isfinite(self.index_since))

    @classmethod
    def of(cls, index: Floats, fresh: Anchor | None, readings: Sequence[Reading], history: History, mileage: Mileage,
           prior: WearPrior, new_mm: float, usual_per_km: float = float("nan")) -> "Worn":
        """Fold a wear index and readings of the same part; one that has not been driven wears like those before it.

        It is followed from where it was new, else from the first reading after which all its driving is known.
        """
        per_km = index_per_km(index, mileage)
        bare = cls(index, per_km if np.isfinite(per_km) else usual_per_km, fit_wear([], [], new_mm, prior),
                   float("nan"))
        own = sorted((r for r in readings if fresh is None or fresh.tells_of(r)), key=lambda r: (r.at_us, r.depth_mm))
        for place, anchor in enumerate([fresh, *(Anchor.at(reading, prior.sigma_gauge_mm) for reading in own)]):
            since = float("nan") if anchor is None else bare.since(anchor, None, history, mileage)
            if anchor is not None and np.isfinite(since):
                fit = bare._fitted(anchor, own[place:], history, mileage, prior)
                return cls(index, bare.index_per_km, fit, since)
        return bare

    def _fitted(self, anchor: Anchor, later: Sequence[Reading], history: History, mileage: Mileage,
                prior: WearPrior) -> WearFit:
        """Coefficient from readings after the anchor."""
        worn = [(self.since(anchor, r, history, mileage), r.depth_mm) for r in later]
        usable = [(w, mm) for w, mm in worn if np.isfinite(w)]
        return fit_wear([w for w, _ in usable], [mm for _, mm in usable], anchor.depth_mm, prior, anchor.sigma_mm)

    def since(self, anchor: Anchor, until: Reading | None, history: History, mileage: Mileage) -> float:
        """Wear index from the anchor to a reading, or to now; NaN where much of the driving in between is not known.

        Where odometers are known at both ends they fix the distance; what was not observed wears like the average.
        """
        inside = np.ones(len(history), dtype=np.bool_)
        if anchor.at_us is not None:
            inside &= history.start_us >= anchor.at_us
        if until is not None:
            inside &= history.start_us < until.at_us
        end_km = mileage.odometer_now_km if until is None else _odometer_at(until, history, mileage)
        seen, seen_km = float(np.nansum(self.index[inside])), float(np.nansum(mileage.trip_km[inside]))
        if anchor.odometer_km is None or not np.isfinite(end_km):
            return float("nan") if _long_before(anchor.at_us, history) else seen
        unseen_km = max(0.0, end_km - anchor.odometer_km - seen_km)
        return seen + (unseen_km * self.index_per_km if unseen_km > 0 and np.isfinite(self.index_per_km) else 0.0)


def _odometer_at(reading: Reading, history: History, mileage: Mileage) -> float:
    """Odometer noted with a reading, else what it shows now less what was driven since; NaN where neither is known."""
    if reading.odometer_km is not None:
        return reading.odometer_km
    if _long_before(reading.at_us, history):
        return float("nan")
    return mileage.odometer_now_km - float(np.nansum(mileage.trip_km[history.start_us >= reading.at_us]))


def _long_before(at_us: int | None, history: History) -> bool:
    """Whether the car was driven unobserved for long after an instant, before the history begins."""
    return len(history) > 0 and (at_us is None or at_us < history.start_us[0] - UNSEEN_D * DAY)
