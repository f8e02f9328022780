"""Wear coefficient from gauge readings: limit cases; its goal is held in test_accuracy."""

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
