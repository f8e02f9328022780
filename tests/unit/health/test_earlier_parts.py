"""What worn-out parts tell of the next ones: better first forecasts, honest intervals, nothing of strangers."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from health.earlier_parts import handed_down
from health.policy import BrakePolicy, TyrePolicy
from health.quality import Floats
from health.wear_fit import Lesson, WearFit, WearPrior, fit_wear
from schemas.quantity import Quantity
from tests.unit.health.test_new_tyres import HALF, VISIT, pair, report
from tests.unit.health.test_new_tyres import spring as spring

P, PADS = TyrePolicy(), BrakePolicy()
SEEDS = 600


def test_nothing_taught_is_the_prior() -> None:
    assert handed_down([], P, "earlier_tyres") is P
    empty = handed_down([fit_wear([], [], 8.0, P).lesson(P)], P, "earlier_tyres")
    assert (empty.prior_k, empty.sigma_ln_k) == pytest.approx((P.prior_k, P.sigma_ln_k), rel=0.01)


def test_one_certain_pair_hands_on_the_cars_share_of_its_deviation() -> None:
    next_pair = handed_down([Lesson(np.log(2), 1e9)], P, "earlier_tyres")
    share = 1 - (P.sigma_ln_k_part / P.sigma_ln_k) ** 2
    assert next_pair.prior_k == pytest.approx(P.prior_k * 2 ** share)
    assert P.sigma_ln_k_part < next_pair.sigma_ln_k < P.sigma_ln_k


def test_many_pairs_leave_what_the_rubber_does() -> None:
    after_many = handed_down([Lesson(0.3, 100.0)] * 1000, P, "earlier_tyres")
    assert after_many.sigma_ln_k == pytest.approx(P.sigma_ln_k_part, rel=0.01)


def test_a_lesson_is_what_readings_say_without_the_prior() -> None:
    """Precise readings: k = 22.5, ln 1.5 above the prior, whatever the prior says."""
    lesson = fit_wear([0.1, 0.2], [8 - 2.25, 8 - 4.5], 8.0, P, sigma_new_mm=0.01).lesson(P)
    assert lesson.shift == pytest.approx(np.log(1.5), abs=0.03)
    assert lesson.information == pytest.approx((4.5 / 0.3) ** 2, rel=0.3)


def life(chance: np.random.Generator, k: float, p: TyrePolicy | BrakePolicy) -> WearFit:
    """One part from new to 4 mm less: three readings of a gauge."""
    new_mm = chance.normal(p.new_mm, p.sigma_new_mm)
    index = np.array([0.3, 0.6, 0.9]) * 4 / k
    read = new_mm - k * index + p.sigma_gauge_mm * chance.standard_normal(3)
    return fit_wear(index.tolist(), read.tolist(), p.new_mm, p)


def first_forecast(prior: WearPrior, p: TyrePolicy | BrakePolicy, seed: int) -> Floats:
    """10th, 50th and 90th percentile of the index at which a new part nobody has measured reaches 3 mm."""
    k, start_mm = fit_wear([], [], p.new_mm, prior).draw(np.random.default_rng(seed), 1000)
    result: Floats = np.quantile((start_mm - p.advise_mm) / k, [0.1, 0.5, 0.9])
    return result


@pytest.mark.parametrize(("p", "sigma_car", "sigma_part", "left_over"), [
    (P, 0.245, 0.25, 0.85),   # as the model believes
    (P, 0.30, 0.18, 0.7),     # the driver matters more,
    (P, 0.22, 0.272, 0.95),   # or the tyre
    (PADS, 0.357, 0.35, 0.85)])
def test_the_next_parts_first_forecast_is_better_and_its_interval_still_holds(
        p: TyrePolicy | BrakePolicy, sigma_car: float, sigma_part: float, left_over: float) -> None:
    """Mean square of the logarithmic error beside that of the prior alone; 80 % intervals cover 75 to 90 %."""
    without, with_it, inside = [], [], []
    for seed in range(SEEDS):
        chance = np.random.default_rng([seed, 5])
        k_car = p.prior_k * np.exp(sigma_car * chance.standard_normal())
        first, second = (k_car * np.exp(sigma_part * chance.standard_normal()) for _ in range(2))
        true = (chance.normal(p.new_mm, p.sigma_new_mm) - p.advise_mm) / second
        taught = handed_down([life(chance, first, p).lesson(p)], p, "earlier")
        low, median, high = first_forecast(taught, p, seed)
        with_it.append(np.log(median / true))
        without.append(np.log(first_forecast(p, p, seed)[1] / true))
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


def new_pads(spring: pl.DataFrame, *read: dict[str, Any], **facts: Any) -> tuple[Quantity, Quantity]:
    """Front and rear pads, the front ones new for half of the time; of those before something was read."""
    old = [{"time": "2026-03-03T00:00:00Z", "axle": axle, "pad_mm": 9.0} for axle in ("front", "rear")]
    done = [{"item": "BRK-PAD-F", "at": HALF}]
    brakes = report(spring, pads=[*old, *read], services=done, **facts).brakes
    assert brakes.pad_mm_front and brakes.pad_mm_rear
    return brakes.pad_mm_front, brakes.pad_mm_rear


WORN_PADS = {"time": VISIT, "axle": "front", "pad_mm": 4.0}
"""On the day they were replaced: far more than braking explains."""


def test_new_pads_begin_with_what_the_old_ones_taught(spring: pl.DataFrame) -> None:
    """The rear ones know nothing of it: another axle."""
    plain, taught = new_pads(spring), new_pads(spring, WORN_PADS)
    assert (plain[0].source, taught[0].source) == ("prior", "earlier_pads")
    assert 11 - taught[0].value > 1.2 * (11 - plain[0].value)
    assert taught[1] == plain[1]


def test_pads_a_former_owner_wore_out_teach_nothing(spring: pl.DataFrame) -> None:
    assert new_pads(spring, WORN_PADS, owned_since="2026-05-01T00:00:00Z") == new_pads(spring)


def test_new_pads_soon_tell_more_of_themselves(spring: pl.DataFrame) -> None:
    own = {"time": "2026-05-30T00:00:00Z", "axle": "front", "pad_mm": 10.9}
    assert new_pads(spring, WORN_PADS, own)[0].source == "gauge"
