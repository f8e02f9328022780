"""Wear coefficient from gauge readings: the goal of the model notes, and limit cases."""

import numpy as np
import pytest

from health.policy import TyrePolicy
from health.wear_fit import fit_wear

P = TyrePolicy()


def test_without_readings_the_prior_is_returned() -> None:
    fit = fit_wear([], [], 8.0, P)
    assert fit.k == pytest.approx(15, rel=0.01)
    assert fit.sigma_ln_k == pytest.approx(0.35, rel=0.02)
    assert fit.source == "prior"


def test_one_reading_after_two_millimetres_halves_the_uncertainty() -> None:
    assert fit_wear([2 / 15], [6.0], 8.0, P, sigma_new_mm=0.3).sigma_ln_k == pytest.approx(0.18, abs=0.02)


def test_coefficients_are_recovered_from_one_new_and_three_gauge_readings() -> None:
    chance = np.random.default_rng(11)
    misses, covered = [], []
    for _ in range(200):
        k, new = 15 * np.exp(chance.normal(0, 0.35)), chance.normal(8, 0.5)
        index = np.array([0.0, 1.3, 2.6, 3.9]) / 15
        fit = fit_wear(list(index), list(new - k * index + chance.normal(0, 0.3, 4)), 8.0, P)
        misses.append(abs(fit.k / k - 1) * 100)
        covered.append(fit.k_low <= k <= fit.k_high)
    assert np.median(misses) <= 7
    assert np.quantile(misses, 0.9) <= 18
    assert 0.75 <= np.mean(covered) <= 0.90
