"""How far each pair of tyres has worn wherever it was, and what a car's other pairs tell of it.

The wear coefficient of a pair is the car's own (who drives it, its alignment, what the wear index gets wrong on that
axle) times the rubber's (brand and model of the tyre): ln k = ln k0 + car + rubber, both normal. What earlier tyres on
an axle have taught goes on to the next ones as far as it was the car's; see `handed_down`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from health.distance import Mileage
from health.history import History, known_sum
from health.moments import instant_us
from health.policy import TyrePolicy
from health.quality import Floats
from health.tyre_sets import Pair, TyreSets
from health.tyre_work import AXLES
from health.wear_fit import Lesson, WearPrior
from health.worn_part import Anchor, Reading, Worn, index_per_km
from schemas.vehicle import Axle, VehicleFacts


@dataclass(frozen=True)
class EarlierTyres:
    """Prior of the wear coefficient after what the car's other tyres have taught."""

    prior_k: float
    sigma_ln_k: float
    sigma_new_mm: float
    sigma_gauge_mm: float
    source: str = "earlier_tyres"


@dataclass(frozen=True)
class TyrePairs:
    """All pairs of a car; `by_axle` is the wear index of each group on an axle [mm at k = 1], whatever was on it."""

    sets: TyreSets
    by_axle: Mapping[Axle, Floats]
    history: History
    facts: VehicleFacts
    mileage: Mileage
    policy: TyrePolicy

    def worn(self, pair: Pair, axle: Axle) -> Worn:
        """Wear of the pair now on an axle, its coefficient learned from its own readings after those of others."""
        return self._worn(pair, axle, handed_down(self._lessons(pair, axle), self.policy))

    def _worn(self, pair: Pair, axle: Axle, prior: WearPrior) -> Worn:
        readings, p = readings_of(pair, self.sets, self.facts), self.policy
        return Worn.of(self.index(pair), _fresh(pair, p), readings, self.history, self.mileage, prior,
                       p.new_mm, index_per_km(self.by_axle[axle], self.mileage))

    def index(self, pair: Pair) -> Floats:
        """Wear index of each group for a pair: 0 while it was in store, NaN before it came and after it went."""
        places = self.sets.places(pair, self.history.start_us)
        on = np.where(places.front, self.by_axle["front"], np.where(places.rear, self.by_axle["rear"], 0.0))
        result: Floats = np.where(places.alive, on, np.nan)
        return result

    def _lessons(self, learner: Pair, axle: Axle) -> list[Lesson]:
        """What gauge readings told of every other pair that wore mostly on an axle."""
        fits = [self._worn(pair, axle, self.policy) for pair in self.sets.pairs if pair.number != learner.number
                and self._told_of_driver(pair) and self._axle(pair) == axle]
        return [worn.fit.lesson(self.policy) for worn in fits if worn.known and worn.fit.source == "gauge"]

    def _told_of_driver(self, pair: Pair) -> bool:
        """Whether a pair was measured since the car has its owner: before, somebody else drove it."""
        since = self.facts.owned_since
        readings = readings_of(pair, self.sets, self.facts)
        return any(since is None or reading.at_us >= instant_us(since) for reading in readings)

    def _axle(self, pair: Pair) -> Axle:
        """Where a pair has worn most."""
        places = self.sets.places(pair, self.history.start_us)
        front, rear = (known_sum(np.where(on, self.by_axle[axle], 0.0))
                       for on, axle in zip((places.front, places.rear), AXLES, strict=True))
        return "rear" if rear > front else "front"


def handed_down(lessons: Sequence[Lesson], p: TyrePolicy) -> WearPrior:
    """Prior of ln k for a pair nobody has measured, after what other pairs of the car have taught.

    Notes
    -----
    Normal-normal hierarchical model (Gelman et al., Bayesian Data Analysis, 3rd ed., 5.4): pair j told y_j of ln k / k0
    with variance v_j; it is y_j ~ N(c, r^2 + v_j), the car's part c ~ N(0, s^2 - r^2), so that
    P = 1 / (s^2 - r^2) + sum 1 / (r^2 + v_j), E[c] = sum y_j / (r^2 + v_j) / P, and the next pair is
    N(E[c], 1 / P + r^2). With s = `sigma_ln_k` and r = `sigma_ln_k_rubber` one well measured pair hands on half of its
    deviation, and sigma falls from 0.35 to 0.31, after many pairs not below r. Valid where the tyre model of the next
    pair is unknown; where it is the same model, it hands on too little and is too unsure.
    """
    if not lessons:
        return p
    rubber = p.sigma_ln_k_rubber ** 2
    weights = [lesson.information / (1 + lesson.information * rubber) for lesson in lessons]
    precision = 1 / (p.sigma_ln_k ** 2 - rubber) + sum(weights)
    mean = sum(weight * lesson.shift for weight, lesson in zip(weights, lessons, strict=True)) / precision
    return EarlierTyres(p.prior_k * float(np.exp(mean)), float(np.sqrt(1 / precision + rubber)), p.sigma_new_mm,
                        p.sigma_gauge_mm)


def readings_of(pair: Pair, sets: TyreSets, facts: VehicleFacts) -> list[Reading]:
    """Readings of a pair, wherever it was when somebody measured it."""
    own = [r for r in facts.gauge if sets.measured(r).number == pair.number]
    return [Reading.of(r.time, r.odometer_km, r.tread_mm) for r in own]


def _fresh(pair: Pair, p: TyrePolicy) -> Anchor | None:
    """Where the pair was new, if somebody noted it."""
    fresh = pair.fresh
    if fresh is None:
        return None
    return Anchor(fresh.at_us, fresh.odometer_km, fresh.tread_mm or p.new_mm, p.sigma_new_mm, from_gauge=False)
