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
    """Present level of use [km/d].

    Geometric mean of two estimates with opposite weaknesses: an exponentially weighted mean, steady but slow after a
    change of job or home, and the mean since a likely change, quick but noisy. With less than two weeks of data the
    prior of `prior_km_d` joins with the weight of `prior_weight_d` days.
    """
    recent = km[-policy.history_d:]
    if len(recent) < policy.prior_weight_d:
        total = float(recent.sum()) + policy.prior_km_d * policy.prior_weight_d
        return total / (len(recent) + policy.prior_weight_d)
    age = np.arange(len(recent))[::-1]
    weight = 0.5 ** (age / policy.level_half_life_d)
    smooth = float((weight * recent).sum() / weight.sum())
    return float(np.sqrt(smooth * level_since_change(recent, policy)))


def level_sigma(km: Floats, policy: ForecastPolicy) -> float:
    """Lognormal 1-sigma of the future level [1]: wider after the use has changed, for what changed may change back."""
    recent = km[-policy.history_d:]
    if len(recent) < policy.prior_weight_d:
        return policy.prior_sigma
    lately, whole = float(recent[-policy.silent_d:].mean()), float(recent.mean())
    change = np.log(lately / whole) if lately > 0 else -1.0
    return float(min(policy.prior_sigma, np.hypot(policy.sigma_rate, policy.sigma_change * change)))


def level_since_change(km: Floats, policy: ForecastPolicy) -> float:
    """Mean weekly level since the last change, averaged over where it may have been [km/d].

    Bayesian single change point on square roots of weekly totals (which makes their scatter even), unknown variance,
    change as large as the scatter a priori. Needs at least six weeks; shorter histories count as unchanged.
    """
    weeks = km[len(km) % 7:].reshape(-1, 7).mean(axis=1) if len(km) >= 7 else km
    count, least = len(weeks), policy.change_weeks
    after = np.arange(least, count - least + 1)
    if len(after) == 0:
        return float(weeks.mean())
    root = np.sqrt(weeks)
    whole = max(float(((root - root.mean()) ** 2).sum()), 1e-12)
    scatter = np.maximum(_scatter_split(root, after), 1e-12)
    apart = after * (count - after) / count
    score = -(count - 1) / 2 * np.log(scatter / whole) - 0.5 * np.log1p(apart) - np.log(len(after))
    weight = np.exp(np.minimum(score, 700.0))
    mean_after = np.cumsum(weeks[::-1])[::-1][after] / (count - after)
    return float((weeks.mean() + (weight * mean_after).sum()) / (1.0 + weight.sum()))


def _scatter_split(values: Floats, index: Integers) -> Floats:
    """Sum of squares around two means, one before and one from each index on."""
    count = len(values)
    total, square = np.cumsum(values), np.cumsum(values * values)
    left, right = total[index - 1], total[-1] - total[index - 1]
    result: Floats = square[-1] - left * left / index - right * right / (count - index)
    return result
