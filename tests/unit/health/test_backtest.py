"""The backtest's own bookkeeping: true needs, what counts as near, late or false, and one short walk."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from dev.backtest.fleet import fleet
from dev.backtest.scores import of_due_dates, of_figures, of_proposals
from dev.backtest.truth import NEVER, TrueCar
from dev.backtest.walk import DueScore, Proposal, Score, Walk, walk_through
from device_sim.world.history import Course

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
END = date(2026, 6, 30)


def course(days: int = 100) -> Course:
    """One way a day: 100 km, 101 by the odometer, 6 L, 0.05 mm off every part, one per cent of the oil."""
    count = np.arange(1.0, days + 1)
    worn = 0.05 * count
    return Course(BEGIN.timestamp() + 86_400 * count, 100 * count, 101 * count, 6 * count, worn, worn, worn, worn,
                  0.01 * count)


def true_car(days: int = 100) -> TrueCar:
    return TrueCar(course(days), {"tread_front": 5.02, "tread_rear": 7.0, "pad_front": 4.02, "pad_rear": 9.0},
                   oil_used=0.505, oil_km=2_000.0, oil_since=date(2025, 12, 1))


def after(days: int) -> datetime:
    return BEGIN + timedelta(days=days)


def test_depths_go_down_and_parts_are_renewed() -> None:
    car = true_car()
    assert car.depth("tread_front", BEGIN) == 5.02
    assert car.depth("tread_front", after(20)) == pytest.approx(4.02)
    car.renew("tread_front", after(20), 8.0, pace=1.2)
    assert car.depth("tread_front", after(30)) == pytest.approx(7.4)
    assert car.need_on("TYR-NEW", "front") == NEVER
    car.renew("tread_front", after(20), 5.38, pace=1.2)
    assert car.need_on("TYR-NEW", "front") == after(60).date()


def test_needs_come_on_the_day_the_first_limit_is_crossed() -> None:
    car = true_car()
    assert car.need_on("TYR-NEW") == after(41).date()
    assert (car.need_on("TYR-NEW", "front"), car.need_on("TYR-NEW", "rear")) == (after(41).date(), after(80).date())
    assert car.need_on("BRK-PAD-F") == after(21).date()
    assert car.need_on("BRK-PAD-R") == NEVER
    assert car.need_on("PM-MINOR") == after(50).date()
    car.change_oil(after(50))
    assert car.need_on("PM-MINOR") == date(2027, 2, 20)


def test_the_makers_kilometres_are_the_odometers() -> None:
    car = true_car()
    car.oil_used, car.oil_km = 0.0, 5_960.0
    assert car.need_on("PM-MINOR") == after(40).date()
    assert car.oil_life_pct(after(20)) == pytest.approx(100 * (1 - 0.798))


def test_oil_life_is_what_the_shortest_limit_leaves() -> None:
    car = true_car()
    assert car.oil_life_pct(after(10)) == pytest.approx(100 * (1 - 0.605))
    assert car.oil_life_pct(after(90)) == 0


def proposal(early_d: int | None, for_day: date = date(2026, 3, 1)) -> Proposal:
    return Proposal("car", "TYR-NEW", for_day, None if early_d is None else for_day + timedelta(days=early_d), END)


def test_proposals_are_near_false_late_or_not_yet_to_be_judged() -> None:
    found = [proposal(days) for days in (-20, -14, 0, 14, 30, 57)]
    found += [proposal(None), proposal(None, END - timedelta(days=10))]
    figures = {figure.what: figure.value for figure in of_proposals([Walk(proposals=found, needs=5, missed=1)])}
    assert figures["visits proposed, need known"] == 7
    assert figures["visits proposed too near the end to judge"] == 1
    for name in ("all", "TYR-NEW (7 visits)"):
        assert figures[f"{name}: within two weeks of the true need"] == pytest.approx(300 / 7)
        assert figures[f"{name}: false, need more than eight weeks later"] == pytest.approx(200 / 7)
        assert figures[f"{name}: late by more than two weeks"] == pytest.approx(100 / 7)


def test_due_dates_are_judged_by_what_was_forecast_not_by_what_came() -> None:
    inside, unmet, beyond = (DueScore("car", "TYR-NEW", "tread", 50, 40, high, true, 100)
                             for high, true in ((60, 55), (90, None), (120, 70)))
    figures = {figure.what: figure.value for figure in of_due_dates([Walk(due=[inside, unmet, beyond])])}
    assert figures["due TYR-NEW by tread, times judged (on 1 car)"] == 2
    assert figures["due TYR-NEW by tread, 80 % interval covers"] == 50
    assert figures["due TYR-NEW by tread, median error"] == pytest.approx((5 + 51) / 2)


def test_what_is_needed_already_may_be_forecast_for_today() -> None:
    now, later = (DueScore("car", "TYR-NEW", "tread", 20, low, 60, -10, 100) for low in (0, 5))
    figures = {figure.what: figure.value for figure in of_due_dates([Walk(due=[now, later])])}
    assert figures["due TYR-NEW by tread, 80 % interval covers"] == 50
    assert figures["due TYR-NEW by tread, median error"] == 30


def test_figures_are_held_to_their_truth() -> None:
    scores = [Score("car", "2026-01-01", "tread", "gauge", mm, mm - 0.3, mm + 0.3, 5.0) for mm in (5.2, 4.5)]
    figures = {figure.what: figure.value for figure in of_figures([Walk(scores=scores)])}
    assert figures["tread, median error"] == pytest.approx(0.35)
    assert figures["tread, 80 % interval covers"] == 50
    assert figures["tread by gauge (1 car), 80 % interval covers"] == 50


@pytest.mark.parametrize(("times", "judged"), [(19, False), (20, True)])
def test_what_was_judged_a_few_times_passes_no_verdict(times: int, judged: bool) -> None:
    scores = [Score(f"car-{number}", "2026-01-01", "fuel", "maf", 6.0, 5.5, 6.5, 6.1) for number in range(times)]
    verdicts = {figure.what: figure.limited for figure in of_figures([Walk(scores=scores)])}
    assert verdicts["fuel, 80 % interval covers"] is judged
    assert verdicts[f"fuel by maf ({times} cars), 80 % interval covers"] is False


def test_every_model_is_driven_by_everybody() -> None:
    assert len({(car.spec.model, car.spec.driver) for car in fleet(28, 70, 3)}) == 28


def test_a_walk_is_the_same_whenever_it_is_taken() -> None:
    [car] = (car for car in fleet(8, 70, 3) if (car.spec.driver, car.spec.model) == ("weekend", "sedan_maf"))
    first, second = (walk_through(car, 70) for _ in range(2))
    assert first == second
    assert {score.quantity for score in first.scores} >= {"distance", "fuel", "oil life"}
    for score in first.scores:
        assert score.low <= score.value <= score.high
