"""Due dates: limit cases, and what the forecast owes to whoever asks; its goals are held in test_accuracy."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from dev.accuracy.usage import HISTORY_D, TODAY, simulated
from health.forecast import chance_for, forecast, lognormal_strata, possible_futures
from health.policy import ForecastPolicy
from health.usage import Usage, level_km_d, level_sigma, season

P = ForecastPolicy()


def test_the_same_question_has_the_same_answer_whatever_else_is_asked() -> None:
    km = simulated("stationary", np.random.default_rng(1))[:HISTORY_D]
    series = {name: (Usage(TODAY, km), 3000.0) for name in ("a", "b", "c")}
    assert forecast(series, P)["b"] == forecast({"b": series["b"]}, P)["b"]


def test_a_greater_need_is_never_reached_earlier() -> None:
    km = simulated("stationary", np.random.default_rng(2))[:HISTORY_D]
    paths = possible_futures(Usage(TODAY, km), chance_for("car", TODAY), P)
    days = [paths.days_until(np.full(P.paths, need)) for need in (0, 500, 2000, 2001, 9000)]
    assert all((later >= sooner).all() for sooner, later in pairwise(days))


def test_limits_of_the_day_a_need_is_reached() -> None:
    steady = Usage(TODAY, np.full(28, 20.0))
    certain = replace(P, paths=1, horizon_d=10, sigma_rate=0.0, sigma_drift=0.0)
    paths = possible_futures(steady, chance_for("car", TODAY), certain)
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
    km = np.concatenate([np.full(90, 60.0), np.full(90, 20.0)])
    assert 20 < level_km_d(km, P) < 35
    assert level_km_d(km[::-1], P) > 45


def test_steady_use_knows_its_level_better_than_restless_use() -> None:
    chance = np.random.default_rng(3)
    steady, restless = np.full(180, 30.0), 30 * np.exp(chance.normal(0, 1.2, 180))
    assert level_sigma(steady, P) == pytest.approx(P.sigma_rate)
    assert level_sigma(steady, P) < level_sigma(restless, P) <= P.prior_sigma


def test_the_less_weeks_agree_the_more_the_prior_counts() -> None:
    chance = np.random.default_rng(4)
    steady, restless = np.full(180, 100.0), 100 * np.exp(chance.normal(0, 1.5, 180) - 1.5**2 / 2)
    assert level_km_d(steady, P) == pytest.approx(100)
    believed, seen = (level_km_d(restless, replace(P, prior_sigma=sigma)) for sigma in (P.prior_sigma, 1e6))
    assert P.prior_km_d < believed < 0.95 * seen


def test_use_without_a_wave_is_expected_to_stay() -> None:
    assert season(np.full(180, 30.0), 100, P) == pytest.approx(1)
    assert season(np.zeros(180), 100, P) == pytest.approx(1)
    assert season(np.full(6, 30.0), 100, P) == pytest.approx(1)


def test_a_yearly_wave_is_followed_in_part() -> None:
    days = np.arange(-180, 180)
    wave = 1 - 0.4 * np.cos(2 * np.pi * days / 365.25)
    ahead = season(30 * wave[:180], 26, P)
    assert ahead[0] < 1 < ahead[-1] < wave[-1] / wave[180]


def test_factors_have_the_median_and_spread_asked_for() -> None:
    factors = lognormal_strata(chance_for("any"), 1000, 0.25)
    assert np.median(factors) == pytest.approx(1, abs=0.002)
    assert np.log(factors).std() == pytest.approx(0.25, rel=0.01)
