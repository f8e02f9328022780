"""How far each pair of tyres has worn wherever it was, after what the car's other pairs have taught."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from health.distance import Mileage
from health.earlier_parts import handed_down, lessons_of, told_of_driver
from health.history import History, known_sum
from health.policy import TyrePolicy
from health.quality import Floats
from health.tyre_sets import Pair, TyreSets
from health.tyre_work import AXLES
from health.wear_fit import Lesson, WearPrior
from health.worn_part import Anchor, Reading, Worn, index_per_km
from schemas.vehicle import Axle, VehicleFacts


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
        return self._worn(pair, axle, handed_down(self._lessons(pair, axle), self.policy, "earlier_tyres"))

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
        others = (pair for pair in self.sets.pairs if pair.number != learner.number and self._axle(pair) == axle
                  and told_of_driver(readings_of(pair, self.sets, self.facts), self.facts))
        return lessons_of((self._worn(pair, axle, self.policy) for pair in others), self.policy)

    def _axle(self, pair: Pair) -> Axle:
        """Where a pair has worn most."""
        places = self.sets.places(pair, self.history.start_us)
        front, rear = (known_sum(np.where(on, self.by_axle[axle], 0.0))
                       for on, axle in zip((places.front, places.rear), AXLES, strict=True))
        return "rear" if rear > front else "front"


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
