"""Forecast: the day a need is reached. Weighted block bootstrap, section 10 of the model notes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from hashlib import sha256
from statistics import NormalDist  # the standard library's, not our per-trip statistics

import numpy as np

from health import MODEL_VERSION
from health.policy import ForecastPolicy
from health.quality import Floats, Integers
from health.usage import Usage, level_km_d, level_sigma, season, weeks_of

WEEKS_OF_HALF_A_YEAR = 26


@dataclass(frozen=True)
class Paths:
    """Possible futures, one row per path, week by week: only the week that reaches a need is looked at by day."""

    last_day: date
    horizon_d: int
    week_end_km: Floats  # cumulated by the end of each week
    chosen: Integers     # week of the past each week repeats
    within_km: Floats    # cumulated by the end of each day of a past week
    factor: Floats       # level of each week of each path

    def __len__(self) -> int:
        return len(self.factor)

    def days_until(self, need_km: Floats) -> Integers:
        """First day each path reaches its need [d]; 0 where it is reached already, horizon + 1 where it never is."""
        week = (self.week_end_km < need_km[:, None]).sum(axis=1)
        path, inside = np.arange(len(self)), np.minimum(week, self.week_end_km.shape[1] - 1)
        before = np.where(inside > 0, self.week_end_km[path, inside - 1], 0.0)
        by_day = before[:, None] + self.within_km[self.chosen[path, inside]] * self.factor[path, inside, None]
        # The last day of a week reaches what the week reaches, whatever the rounding of its sum.
        days = 7 * week + np.minimum((by_day < need_km[:, None]).sum(axis=1), 6) + 1
        result: Integers = np.where(need_km <= 0, 0, np.minimum(days, self.horizon_d + 1))
        return result

    def day(self, days: float) -> date | None:
        """Date of a number of days from now; None beyond the horizon."""
        return None if days > self.horizon_d else self.last_day + timedelta(days=int(days))


def chance_for(*names: object) -> np.random.Generator:
    """Random stream that belongs to the names and the model version, and to nothing else."""
    seed = sha256("\x1f".join([*(str(name) for name in names), MODEL_VERSION]).encode()).digest()
    return np.random.default_rng(np.frombuffer(seed, dtype=np.uint32))


def possible_futures(usage: Usage, chance: np.random.Generator, policy: ForecastPolicy) -> Paths:
    """Draw weeks of the recent past, the latest most often, and scale them to the level of the coming weeks.

    The level is uncertain now and drifts on from there; without both the interval covers half of what it should. Their
    median is 1, so that half of the paths are early and half are late.
    """
    known = usage.km[-policy.history_d:]
    weeks = weeks_of(known) if len(known) >= policy.prior_weight_d else np.ones((1, 7))
    chosen = _draw(weeks, chance, policy)
    within = np.cumsum(weeks, axis=1)
    mean_km_d = within[chosen, -1].mean() / 7
    level = level_km_d(usage.km, policy) / mean_km_d if mean_km_d > 0 else 0.0
    factor = level * season(usage.km, chosen.shape[1], policy) * _lives(chosen.shape, usage, chance, policy)
    return Paths(usage.last_day, policy.horizon_d, np.cumsum(within[chosen, -1] * factor, axis=1), chosen, within,
                 factor)


def _lives(shape: tuple[int, ...], usage: Usage, chance: np.random.Generator, policy: ForecastPolicy) -> Floats:
    """Level of each week of each path relative to what is expected: wrong from the start, then a random walk."""
    wrong = lognormal_strata(chance, shape[0], level_sigma(usage.km, policy))
    drift = np.cumsum(chance.standard_normal(shape), axis=1) * policy.sigma_drift / np.sqrt(WEEKS_OF_HALF_A_YEAR)
    result: Floats = wrong[:, None] * np.exp(drift)
    return result


def lognormal_strata(chance: np.random.Generator, count: int, sigma: float) -> Floats:
    """Lognormal factors of median 1, one from each of `count` equally likely strata, in random order."""
    result: Floats = np.exp(sigma * chance.permutation(_normal_quantiles(count)))
    return result


@lru_cache
def _normal_quantiles(count: int) -> Floats:
    """Quantiles of the standard normal at the middle of `count` strata."""
    return np.array([NormalDist().inv_cdf((i + 0.5) / count) for i in range(count)])


def _draw(weeks: Floats, chance: np.random.Generator, policy: ForecastPolicy) -> Integers:
    """Week of the past that each coming week of each path repeats, the latest most often."""
    age_d = 7.0 * np.arange(len(weeks))[::-1]
    weight = np.cumsum(0.5 ** (age_d / policy.half_life_d))
    shape = (policy.paths, -(-policy.horizon_d // 7))
    found = np.searchsorted(weight, chance.random(shape) * weight[-1], side="right")
    chosen: Integers = np.minimum(found, len(weeks) - 1)
    return chosen


@dataclass(frozen=True)
class Interval:
    """Median day and 80 % interval; None beyond the horizon."""

    median: date | None
    low: date | None
    high: date | None


def interval(paths: Paths, days: Integers) -> Interval:
    """Median and 10th to 90th percentile of the days of all paths."""
    low, median, high = (float(np.quantile(days, q, method="higher")) for q in (0.1, 0.5, 0.9))
    return Interval(paths.day(median), paths.day(low), paths.day(high))


def forecast(series: Mapping[str, tuple[Usage, float]], policy: ForecastPolicy) -> dict[str, Interval]:
    """Day each series reaches its need.

    Parameters
    ----------
    series
        Usage and remaining need [km] by name.
    """
    return {name: _forecast_one(name, usage, need_km, policy) for name, (usage, need_km) in series.items()}


def _forecast_one(name: str, usage: Usage, need_km: float, policy: ForecastPolicy) -> Interval:
    if usage.days and usage.silent(policy):
        return Interval(None, None, None)
    paths = possible_futures(usage, chance_for(name, usage.last_day), policy)
    return interval(paths, paths.days_until(np.full(policy.paths, need_km)))
