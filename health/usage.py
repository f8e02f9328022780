"""Usage: kilometres of every local day, and the present level of use."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from health.distance import Mileage
from health.history import History
from health.policy import ForecastPolicy
from health.quality import Floats, Integers


@dataclass(frozen=True)
class Usage:
    """Kilometres per day, zeros included, oldest first; the last entry is the as-of day's eve."""

    last_day: date
    km: Floats

    @property
    def days(self) -> int:
        return len(self.km)

    def silent(self, policy: ForecastPolicy) -> bool:
        """Whether nothing was driven for so long that distance says nothing about dates."""
        return not bool(np.any(self.km[-policy.silent_d:] > 0))


def daily_usage(history: History, mileage: Mileage, as_of: datetime, zone: ZoneInfo) -> Usage:
    """Kilometres of every day from the first trip to the as-of day; driving nobody saw counts on the day after it."""
    today = as_of.astimezone(zone).date()
    km = np.nan_to_num(mileage.trip_km) + mileage.unseen_before_km
    day = history.rows["start"].dt.convert_time_zone(str(zone)).dt.date()
    age = (pl.Series([today]) - day).dt.total_days().to_numpy() if len(day) else np.zeros(0, dtype=np.int64)
    length = int(age.max()) + 1 if len(age) else 0
    per_day = np.zeros(length)
    np.add.at(per_day, age.astype(np.int64), km)
    return Usage(today, per_day[::-1])


def level_km_d(km: Floats, policy: ForecastPolicy) -> float:
    """Present level of use [km/d]: exponentially weighted mean, the latest days most, drawn a little to the prior.

    Both are combined by their precisions in ln km/d: weeks that scatter say less of a car than of cars in general. On
    simulated drivers who change, drift, follow the seasons or stay as they are nothing more learned came nearer on the
    whole: neither a change point, nor a mixture of all four kinds weighted by likelihood, even one that knows the
    simulation's own laws. With less than two weeks of data the prior of `prior_km_d` counts as `prior_weight_d` days.
    """
    recent = km[-policy.history_d:]
    if len(recent) < policy.prior_weight_d:
        total = float(recent.sum()) + policy.prior_km_d * policy.prior_weight_d
        return total / (len(recent) + policy.prior_weight_d)
    weight = _weight(len(recent), 1.0, policy)
    seen = float((weight * recent).sum() / weight.sum())
    if not seen > 0:
        return 0.0
    of_prior = _trust_in_prior(_level_variance(recent, policy), policy)
    return float(seen ** (1 - of_prior) * policy.prior_km_d ** of_prior)


def level_sigma(km: Floats, policy: ForecastPolicy) -> float:
    """Lognormal 1-sigma of the present level [1]: what scatter and prior leave of each other, and `sigma_rate`."""
    recent = km[-policy.history_d:]
    if len(recent) < policy.prior_weight_d:
        return policy.prior_sigma
    left = policy.prior_sigma**2 * _trust_in_prior(_level_variance(recent, policy), policy)
    return float(min(policy.prior_sigma, np.sqrt(policy.sigma_rate**2 + left)))


def _level_variance(recent: Floats, policy: ForecastPolicy) -> float:
    """Relative variance of the weighted mean [1]: scatter of the weeks over as many as count; 0 where none moved."""
    week, weight = weeks_of(recent).mean(axis=1), _weight(len(recent) // 7, 7.0, policy)
    weight = weight / weight.sum()
    mean = float((weight * week).sum())
    return float((weight * (week - mean) ** 2).sum() * (weight * weight).sum()) / mean**2 if mean > 0 else 0.0


def _trust_in_prior(variance: float, policy: ForecastPolicy) -> float:
    """Weight of the prior beside what was seen with so much variance, by precision [1]."""
    return variance / (variance + policy.prior_sigma**2)


def season(km: Floats, weeks: int, policy: ForecastPolicy) -> Floats:
    """Level of each coming week relative to that behind `level_km_d` [1].

    A yearly wave in the square root of weekly use, whose scatter is even, fitted by ridge regression with prior
    N(0, `season_sigma`). Half a year shows half a wave, so most of it is kept back.
    """
    recent = weeks_of(km[-policy.history_d:]).mean(axis=1)
    root = np.sqrt(recent)
    if len(root) < 2 or not root.mean() > 0:
        return np.ones(weeks)
    relative = root / root.mean() - 1
    past, coming = _wave(np.arange(1 - len(root), 1), policy), _wave(np.arange(1, weeks + 1), policy)
    middle = past.mean(axis=0)
    ridge = float(relative.var()) / policy.season_sigma**2 * np.eye(2)
    inside = past - middle
    size = np.linalg.solve(inside.T @ inside + ridge, inside.T @ relative) if ridge.any() else np.zeros(2)
    weight = _weight(len(root), 7.0, policy)
    behind = float((weight * (1 + inside @ size) ** 2).sum() / weight.sum())
    result: Floats = np.maximum(1 + (coming - middle) @ size, 0.0) ** 2 / behind
    return result


def _wave(week: Integers, policy: ForecastPolicy) -> Floats:
    phase = 2 * np.pi * 7 * week / policy.season_d
    return np.stack([np.cos(phase), np.sin(phase)], axis=1)


def _weight(count: int, step_d: float, policy: ForecastPolicy) -> Floats:
    """Weights of `count` steps, oldest first."""
    weight: Floats = np.power(0.5, step_d * np.arange(count)[::-1] / policy.level_half_life_d)
    return weight


def weeks_of(km: Floats) -> Floats:
    """Whole weeks that end on the last day, oldest first: the future keeps the weekdays of the past."""
    return km[len(km) % 7:].reshape(-1, 7)
