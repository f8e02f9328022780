"""Wear coefficient and starting depth from readings of a gauge: a Bayesian straight line on a grid."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from health.figures import Z80
from health.quality import Floats
from schemas.quantity import Q, Quantity


class WearPrior(Protocol):
    """What is believed of a part before anybody measured it: tyres and brakes each have their own."""

    @property
    def prior_k(self) -> float:
        """Median wear coefficient."""

    @property
    def sigma_ln_k(self) -> float:
        """Its lognormal 1-sigma [1]."""

    @property
    def sigma_new_mm(self) -> float:
        """1-sigma of the depth when new [mm]."""

    @property
    def sigma_gauge_mm(self) -> float:
        """1-sigma of a reading [mm]."""

    @property
    def source(self) -> str:
        """Where it is from."""


@dataclass(frozen=True)
class Lesson:
    """What readings alone say of ln k: its distance from the prior's, and how sure they are (1 / variance) [1]."""

    shift: float
    information: float


@dataclass(frozen=True)
class WearFit:
    """Joint posterior over wear coefficient [of the prior's unit] and starting depth [mm], as weighted grid points."""

    coefficient: Floats
    start_mm: Floats
    weight: Floats
    source: str

    @property
    def k(self) -> float:
        """Median coefficient."""
        return self._quantile(self.coefficient, 0.5)

    @property
    def k_low(self) -> float:
        return self._quantile(self.coefficient, 0.1)

    @property
    def k_high(self) -> float:
        return self._quantile(self.coefficient, 0.9)

    @property
    def sigma_ln_k(self) -> float:
        """Spread of ln k [1], from its 10th and 90th percentile."""
        return float(np.log(self.k_high / self.k_low) / (2 * Z80))

    def depth(self, wear_index: float, unit: str) -> Q:
        """Depth after a wear index."""
        depth = np.maximum(self.start_mm - self.coefficient * wear_index, 0.0)
        low, value, high = (self._quantile(depth, q) for q in (0.1, 0.5, 0.9))
        return Quantity(value=value, low=low, high=high, source=self.source, unit=unit)

    def k_quantity(self) -> Q:
        """Coefficient as a figure."""
        return Quantity(value=self.k, low=self.k_low, high=self.k_high, source=self.source, unit="mm/1000km")

    def new_mm(self) -> Q:
        """Starting depth."""
        low, value, high = (self._quantile(self.start_mm, q) for q in (0.1, 0.5, 0.9))
        return Quantity(value=value, low=low, high=high, source=self.source, unit="mm")

    def lesson(self, prior: WearPrior) -> Lesson:
        """Take the prior out again: of normal ones the precisions are added, and so are the means weighted by them.

        The posterior is taken as normal in ln k.
        """
        shift = np.log(self.coefficient / prior.prior_k)
        mean = float(self.weight @ shift)
        precision = 1 / float(self.weight @ (shift - mean) ** 2)
        information = max(precision - prior.sigma_ln_k ** -2, 0.0)
        return Lesson(mean * precision / information if information > 0 else 0.0, information)

    def draw(self, chance: np.random.Generator, count: int) -> tuple[Floats, Floats]:
        """Coefficient and starting depth of `count` possible cars."""
        chosen = chance.choice(len(self.weight), size=count, p=self.weight)
        return self.coefficient[chosen], self.start_mm[chosen]

    def _quantile(self, values: Floats, share: float) -> float:
        """Weighted quantile, linear between grid points."""
        order = np.argsort(values, kind="stable")
        reached = np.cumsum(self.weight[order]) - self.weight[order] / 2
        return float(np.interp(share, reached, values[order]))


def fit_wear(wear_index: Sequence[float], tread_mm: Sequence[float], new_mm: float, policy: WearPrior,
             sigma_new_mm: float | None = None) -> WearFit:
    """Posterior of h = h0 - k I.

    Parameters
    ----------
    wear_index
        Model wear at k = 1 at each reading [mm].
    tread_mm
        Depth read there [mm], with an error of `sigma_gauge_mm`.
    new_mm, sigma_new_mm
        Prior of the starting depth [mm].

    Notes
    -----
    Priors ln k ~ N(ln prior_k, sigma_ln_k) and h0 ~ N(new_mm, sigma_new_mm). Valid while wear is
    linear in the index; of tyres that changed places the index is the sum over the places.
    """
    sigma_ln_k = policy.sigma_ln_k
    sigma_start = policy.sigma_new_mm if sigma_new_mm is None else sigma_new_mm
    ln_k, start = np.meshgrid(np.linspace(-4, 4, 161) * sigma_ln_k, np.linspace(-3.5, 3.5, 57) * sigma_start)
    coefficient = policy.prior_k * np.exp(ln_k)
    score = -0.5 * (ln_k / sigma_ln_k) ** 2 - 0.5 * (start / sigma_start) ** 2
    for index, depth in zip(wear_index, tread_mm, strict=True):
        miss = depth - (new_mm + start - coefficient * index)
        score = score - 0.5 * (miss / policy.sigma_gauge_mm) ** 2
    weight = np.exp(score - score.max())
    source = "gauge" if len(tread_mm) else policy.source
    return WearFit(coefficient.ravel(), (new_mm + start).ravel(), (weight / weight.sum()).ravel(), source)
