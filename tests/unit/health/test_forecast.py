"""Due dates on simulated usage: steady, shifting, trending, seasonal."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from health.forecast import chance_for, forecast, lognormal_strata, possible_futures
from health.policy import ForecastPolicy
from health.usage import Usage, level_km_d, level_since_change

P = ForecastPolicy()
TODAY = date(2026, 6, 30)
HISTORY, FUTURE = 180, 1096


def simulated(kind: str, chance: np.random.Generator) -> np.ndarray:
    """Daily kilometres of one driver: some days at home, busy and quiet weeks, and a level that changes by kind."""
    days = np.arange(HISTORY + FUTURE) - HISTORY
    level = np.ones(len(days))
    if kind == "shift":
        level[days >= -chance.integers(30, 120)] = chance.choice([0.6, 0.7, 1.4, 1.6])
    if kind == "trend":
        level = np.clip(1 + chance.uniform(-0.3, 0.4) / 180 * days, 0.5, 1.8)
    if kind == "season":
        level = 1 + chance.uniform(0.15, 0.35) * np.sin(2 * np.pi * days / 365 + chance.uniform(0, 6.3))
    at_home = chance.uniform(0.1, 0.5)
    weeks = np.repeat(np.exp(chance.normal(0, 0.35, len(days) // 7 + 1)), 7)[: len(days)]
    trips = np.exp(chance.normal(0, 0.8, len(days)) - 0.32) * (chance.random(len(days)) > at_home) / (1 - at_home)
    km: np.ndarray = 35 * np.exp(chance.normal(0, 0.3)) * level * weeks * trips
    return km


@pytest.mark.parametrize(("kind", "median_pct"), [("stationary", 16), ("shift", 22), ("trend", 22), ("season", 24)])
def test_forecasts_hit_and_their_intervals_hold(kind: str, median_pct: float) -> None:
    """Limits leave room for the random streams, which change with the model version: about +-0.7 over 250 drivers."""
    chance = np.random.default_rng(20)
    misses, covered = [], []
    for run in range(250):
        km, need = simulated(kind, chance), chance.uniform(1500, 6000)
        true = int(np.searchsorted(np.cumsum(km[HISTORY:]), need)) + 1
        name = f"{kind}-{run}"
        found = forecast({name: (Usage(TODAY, km[:HISTORY]), need)}, P)[name]
        assert found.median is not None
        assert found.low is not None
        misses.append(abs((found.median - TODAY).days - true) / true * 100)
        covered.append((found.low - TODAY).days <= true and (
            found.high is None or true <= (found.high - TODAY).days))
    assert np.median(misses) <= median_pct
    assert 0.74 <= np.mean(covered) <= 0.96


def test_the_same_question_has_the_same_answer_whatever_else_is_asked() -> None:
    km = simulated("stationary", np.random.default_rng(1))[:HISTORY]
    series = {name: (Usage(TODAY, km), 3000.0) for name in ("a", "b", "c")}
    assert forecast(series, P)["b"] == forecast({"b": series["b"]}, P)["b"]


def test_a_greater_need_is_never_reached_earlier() -> None:
    km = simulated("stationary", np.random.default_rng(2))[:HISTORY]
    paths = possible_futures(Usage(TODAY, km), chance_for("car", TODAY), P)
    days = [paths.days_until(np.full(P.paths, need)) for need in (0, 500, 2000, 2001, 9000)]
    assert all((later >= sooner).all() for sooner, later in pairwise(days))


def test_limits_of_the_day_a_need_is_reached() -> None:
    steady = Usage(TODAY, np.full(28, 20.0))
    paths = possible_futures(steady, chance_for("car", TODAY), replace(P, paths=1, horizon_d=10, sigma_rate=0.0))
    days = [int(paths.days_until(np.array([need]))[0]) for need in (-5.0, 0.0, 1.0, 19.9, 20.1, 199.9, 200.1, 900.0)]
    assert days == [0, 0, 1, 1, 2, 10, 11, 11]
    assert paths.day(11) is None


def test_a_parked_car_has_no_date_by_distance() -> None:
    km = np.concatenate([np.full(100, 40.0), np.zeros(31)])
    assert forecast({"parked": (Usage(TODAY, km), 500.0)}, P)["parked"].median is None


def test_a_new_car_starts_from_the_prior() -> None:
    assert level_km_d(np.zeros(0), P) == P.prior_km_d
    assert level_km_d(np.full(13, 100.0), P) == pytest.approx((13 * 100 + 14 * 35) / 27)


def test_a_clear_change_of_level_is_followed() -> None:
    chance = np.random.default_rng(3)
    km = np.concatenate([chance.normal(60, 4, 105), chance.normal(20, 2, 70)])
    assert level_since_change(km, P) == pytest.approx(20, rel=0.1)


def test_factors_have_the_mean_and_spread_asked_for() -> None:
    factors = lognormal_strata(chance_for("any"), 1000, 0.25)
    assert factors.mean() == pytest.approx(1, abs=0.002)
    assert np.log(factors).std() == pytest.approx(0.25, rel=0.01)
