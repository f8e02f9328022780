"""What a car's worn-out tyres and pads tell of the next ones.

The wear coefficient of a part is the car's own (who drives it, its mass and alignment, what the wear index gets wrong
on that axle) times that of the part (its brand and model): ln k = ln k0 + car + part, both normal. What earlier parts
in the same place have taught goes on to the next ones as far as it was the car's; see `handed_down`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from health.moments import instant_us
from health.wear_fit import Lesson, WearPrior
from health.worn_part import Reading, Worn
from schemas.vehicle import VehicleFacts


class PartPrior(WearPrior, Protocol):
    """What is believed of a part nobody has measured, in a car whose earlier parts may have been."""

    @property
    def sigma_ln_k_part(self) -> float:
        """The part of `sigma_ln_k` that goes when the part is replaced [1]."""


@dataclass(frozen=True)
class EarlierParts:
    """Prior of the wear coefficient after what the car's earlier parts have taught."""

    prior_k: float
    sigma_ln_k: float
    sigma_new_mm: float
    sigma_gauge_mm: float
    source: str


def lessons_of(parts: Iterable[Worn], p: WearPrior) -> list[Lesson]:
    """What gauge readings told of each part that was measured."""
    return [part.fit.lesson(p) for part in parts if part.known and part.fit.source == "gauge"]


def told_of_driver(readings: Sequence[Reading], facts: VehicleFacts) -> bool:
    """Whether a part was measured since the car has its owner: before, somebody else drove it."""
    since = facts.owned_since
    return any(since is None or reading.at_us >= instant_us(since) for reading in readings)


def handed_down(lessons: Sequence[Lesson], p: PartPrior, source: str) -> WearPrior:
    """Prior of ln k for a part nobody has measured, after what other parts in its place have taught.

    Notes
    -----
    Normal-normal hierarchical model (Gelman et al., Bayesian Data Analysis, 3rd ed., 5.4): part j told y_j of ln k / k0
    with variance v_j; it is y_j ~ N(c, r^2 + v_j), the car's share c ~ N(0, s^2 - r^2), so that
    P = 1 / (s^2 - r^2) + sum 1 / (r^2 + v_j), E[c] = sum y_j / (r^2 + v_j) / P, and the next part is
    N(E[c], 1 / P + r^2). With s = `sigma_ln_k` and r = `sigma_ln_k_part` one well measured part hands on half of its
    deviation; sigma falls from 0.35 to 0.31 for tyres, from 0.5 to 0.43 for pads, after many parts not below r. Valid
    where brand and model of the next part are unknown; where they are the same, it hands on too little.
    """
    if not lessons:
        return p
    own = p.sigma_ln_k_part ** 2
    weights = [lesson.information / (1 + lesson.information * own) for lesson in lessons]
    precision = 1 / (p.sigma_ln_k ** 2 - own) + sum(weights)
    mean = sum(weight * lesson.shift for weight, lesson in zip(weights, lessons, strict=True)) / precision
    return EarlierParts(p.prior_k * float(np.exp(mean)), float(np.sqrt(1 / precision + own)), p.sigma_new_mm,
                        p.sigma_gauge_mm, source)
