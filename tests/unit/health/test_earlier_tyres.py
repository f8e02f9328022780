"""What a car's earlier tyres tell of the next ones: better first forecasts, honest intervals, nothing of strangers."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from health.policy import TyrePolicy
from health.quality import Floats
from health.tyre_pairs import handed_down
from health.wear_fit import Lesson, WearFit, WearPrior, fit_wear
from schemas.quantity import Quantity
from tests.unit.health.test_new_tyres import VISIT, pair, report
from tests.unit.health.test_new_tyres import spring as spring

P = TyrePolicy()
SEEDS = 600


def test_nothing_taught_is_the_prior() -> None:
    assert handed_down([], P) is P
    empty = handed_down([fit_wear([], [], 8.0, P).lesson(P)], P)
    assert (empty.prior_k, empty.sigma_ln_k) == pytest.approx((P.prior_k, P.sigma_ln_k), rel=0.01)


def test_one_certain_pair_hands_on_the_cars_share_of_its_deviation() -> None:
    next_pair = handed_down([Lesson(np.log(2), 1e9)], P)
    share = 1 - (P.sigma_ln_k_rubber / P.sigma_ln_k) ** 2
    assert next_pair.prior_k == pytest.approx(P.prior_k * 2 ** share)
    assert P.sigma_ln_k_rubber < next_pair.sigma_ln_k < P.sigma_ln_k


def test_many_pairs_leave_what_the_rubber_does() -> None:
    assert handed_down([Lesson(0.3, 100.0)] * 1000, P).sigma_ln_k == pytest.approx(P.sigma_ln_k_rubber, rel=0.01)


def test_a_lesson_is_what_readings_say_without_the_prior() -> None:
    """Precise readings: k = 22.5, ln 1.5 above the prior, whatever the prior says."""
    lesson = fit_wear([0.1, 0.2], [8 - 2.25, 8 - 4.5], 8.0, P, sigma_new_mm=0.01).lesson(P)
    assert lesson.shift == pytest.approx(np.log(1.5), abs=0.03)
    assert lesson.information == pytest.approx((4.5 / 0.3) ** 2, rel=0.3)


def life(chance: np.random.Generator, k: float) -> WearFit:
    """One set from new to 4 mm: three readings of a gauge."""
    new_mm = chance.normal(P.new_mm, P.sigma_new_mm)
    index = np.array([0.3, 0.6, 0.9]) * 4 / k
    read = new_mm - k * index + P.sigma_gauge_mm * chance.standard_normal(3)
    return fit_wear(index.tolist(), read.tolist(), P.new_mm, P)


def first_forecast(prior: WearPrior, seed: int) -> Floats:
    """10th, 50th and 90th percentile of the index at which a new set nobody has measured reaches 3 mm."""
    k, start_mm = fit_wear([], [], P.new_mm, prior).draw(np.random.default_rng(seed), 1000)
    result: Floats = np.quantile((start_mm - P.advise_mm) / k, [0.1, 0.5, 0.9])
    return result


@pytest.mark.parametrize(("sigma_car", "sigma_rubber", "left_over"), [
    (0.245, 0.25, 0.85),   # as the model believes
    (0.30, 0.18, 0.7),     # the driver matters more,
    (0.22, 0.272, 0.95)])  # or the tyre
def test_the_next_sets_first_forecast_is_better_and_its_interval_still_holds(
        sigma_car: float, sigma_rubber: float, left_over: float) -> None:
    """Mean square of the logarithmic error beside that of the prior alone; 80 % intervals cover 75 to 90 %."""
    without, with_it, inside = [], [], []
    for seed in range(SEEDS):
        chance = np.random.default_rng([seed, 5])
        k_car = P.prior_k * np.exp(sigma_car * chance.standard_normal())
        first, second = (k_car * np.exp(sigma_rubber * chance.standard_normal()) for _ in range(2))
        true = (chance.normal(P.new_mm, P.sigma_new_mm) - P.advise_mm) / second
        low, median, high = first_forecast(handed_down([life(chance, first).lesson(P)], P), seed)
        with_it.append(np.log(median / true))
        without.append(np.log(first_forecast(P, seed)[1] / true))
        inside.append(low <= true <= high)
    assert np.mean(np.square(with_it)) < left_over * np.mean(np.square(without))
    assert 0.75 <= np.mean(inside) <= 0.9


def coefficients(spring: pl.DataFrame, **facts: Any) -> tuple[Quantity, Quantity]:
    """Learned of the pairs now in front and in the rear, once the front one was replaced."""
    learned = report(spring, **pair("front"), **facts).learned
    assert learned.tyre_k_front and learned.tyre_k_rear
    return learned.tyre_k_front, learned.tyre_k_rear


def hard_on_tyres(spring: pl.DataFrame) -> list[dict[str, Any]]:
    """The front pair was read worn many times as much as expected before it was replaced."""
    worn = report(spring).tyres.front.wear_mm
    assert worn is not None
    return [{"time": VISIT, "axle": "front", "tread_mm": 8.0 - 20 * worn.value}]


def test_a_new_pair_begins_with_what_the_old_one_taught(spring: pl.DataFrame) -> None:
    """The rear knows nothing of it: another axle."""
    plain, taught = coefficients(spring), coefficients(spring, gauge=hard_on_tyres(spring))
    assert taught[0].source == "earlier_tyres"
    assert taught[0].value > 1.2 * plain[0].value
    assert taught[1] == plain[1]


def test_what_a_former_owner_did_to_tyres_is_not_handed_on(spring: pl.DataFrame) -> None:
    sold = coefficients(spring, gauge=hard_on_tyres(spring), owned_since="2026-05-01T00:00:00Z")
    assert sold[0].source == "prior"


def test_its_own_readings_soon_tell_more(spring: pl.DataFrame) -> None:
    """A pair that is measured names its gauge as the source again."""
    own = {"time": "2026-05-30T00:00:00Z", "axle": "front", "tread_mm": 7.9}
    assert coefficients(spring, gauge=[*hard_on_tyres(spring), own])[0].source == "gauge"
