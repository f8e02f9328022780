"""Goals on simulation: gauge readings, and due dates of drivers whose lives change."""

from collections.abc import Callable

import numpy as np

from dev.accuracy.recordings import Data
from dev.accuracy.rows import Figure, Row, median, ninetieth
from dev.accuracy.usage import KINDS, TODAY, Case, cases
from health.forecast import forecast
from health.policy import DEFAULT
from health.quality import Floats
from health.wear_fit import fit_wear

SEED = 20
CARS, DRIVERS = 400, 1000

DUE_LIMITS = {"stationary": 14.0, "shift": 18.0, "trend": 16.0, "season": 22.0}
"""Median error allowed [%]. Section 12 of the model notes."""
AS_WRITTEN = {"stationary": 14, "shift": 19, "trend": 16, "season": 22}
"""Median error the notes measured for their own method on their own drivers [%]. Section 10."""


def gauge_readings(_: Data) -> Row:
    """Goal 18: one reading when new and three later ones, 1.3 mm apart at k = 15."""
    chance = np.random.default_rng(SEED)
    p = DEFAULT.tyres
    misses, covered = [], []
    for _car in range(CARS):
        k, new = p.prior_k * np.exp(chance.normal(0, p.sigma_ln_k)), chance.normal(p.new_mm, p.sigma_new_mm)
        index = np.array([0.0, 1.3, 2.6, 3.9]) / p.prior_k
        fit = fit_wear(list(index), list(new - k * index + chance.normal(0, p.sigma_gauge_mm, 4)), p.new_mm, p)
        misses.append(abs(fit.k / k - 1) * 100)
        covered.append(fit.k_low <= k <= fit.k_high)
    off = np.array(misses)
    return Row(18, "tyre coefficient from 1 new + 3 gauge readings", (
        median("", off, 7), ninetieth("", off, 18), Figure("80 % interval covers", 100 * float(np.mean(covered)),
                                                           least=75, most=90)), note=f"{CARS} cars, seed {SEED}")


def due_dates(_: Data, count: int = DRIVERS) -> Row:
    """Goal 23, beside the method of section 10 as written on the same drivers."""
    figures = []
    for kind, limit in DUE_LIMITS.items():
        drivers = list(cases(kind, count, SEED))
        off, covered = judged(drivers, as_forecast)
        figures += [median(f"{kind},", off, limit),
                    Figure(f"{kind}, 80 % interval covers (standard error {100 * _error_of_share(covered):.1f})",
                           100 * float(np.mean(covered)), least=78, most=92),
                    Figure(f"{kind}, section 10 as written, median (in the notes {AS_WRITTEN[kind]} %)",
                           float(np.median(judged(drivers, as_written)[0])))]
    return Row(23, "due date on simulated usage, need 1,500-6,000 km", tuple(figures),
               note=f"{count} drivers of each of {len(KINDS)} kinds, seed {SEED}")


def _error_of_share(held: Floats) -> float:
    """Standard error of a share of independent cases [1]: that of a binomial."""
    return float(np.std(held) / np.sqrt(len(held)))


Method = Callable[[Case], tuple[float, float, float]]
"""Low, median and high day until the need of a case."""


def judged(drivers: list[Case], method: Method) -> tuple[Floats, Floats]:
    """Relative error of the median [%], and 1 where the interval holds the true day."""
    answers = [method(driver) for driver in drivers]
    off = [abs(middle / driver.true_d - 1) * 100 for driver, (_, middle, _) in zip(drivers, answers, strict=True)]
    held = [float(low <= driver.true_d <= high) for driver, (low, _, high) in zip(drivers, answers, strict=True)]
    return np.array(off), np.array(held)


def as_forecast(case: Case) -> tuple[float, float, float]:
    """What `health forecast` says; beyond the horizon counts as never."""
    found = forecast({case.name: (case.usage, case.need_km)}, DEFAULT.forecast)[case.name]
    low, middle, high = (np.inf if day is None else float((day - TODAY).days)
                         for day in (found.low, found.median, found.high))
    return low, middle, high


def as_written(case: Case) -> tuple[float, float, float]:
    """Section 10 of the model notes to the letter: weeks of the last 180 days drawn by age, one lognormal factor."""
    chance = np.random.default_rng(len(case.km) + round(case.need_km))
    weeks = case.km[len(case.km) % 7:].reshape(-1, 7)
    weight = 0.5 ** (7 * np.arange(len(weeks))[::-1] / 60)
    chosen = chance.choice(len(weeks), size=(300, 157), p=weight / weight.sum())
    factor = np.exp(0.25 * chance.normal(size=(300, 1)) - 0.25**2 / 2)
    days = (np.cumsum(weeks[chosen].reshape(300, -1) * factor, axis=1) < case.need_km).sum(axis=1) + 1
    low, middle, high = np.quantile(days, (0.1, 0.5, 0.9))
    return float(low), float(middle), float(high)
