"""Pads and oil: what the world does to them, in limits and in published anchors."""

from dataclasses import replace

import numpy as np
import pytest

from device_sim import CarHistory, CarSpec, simulate
from device_sim.world.arrays import decayed
from device_sim.world.drivers import DRIVERS
from device_sim.world.life import STEADY, Life
from tests.unit.device_sim.conftest import END


def test_a_decaying_sum_is_that_of_a_loop() -> None:
    chance = np.random.default_rng(1)
    gain, rate = chance.random(9000), chance.uniform(0.001, 0.01, 9000)
    expected, level = np.empty(9000), 0.0
    for i in range(9000):
        level = (1 - rate[i]) * level + gain[i]
        expected[i] = level
    assert decayed(gain, rate) == pytest.approx(expected, rel=1e-6)


def test_the_course_ends_where_the_truth_does(commuter: CarHistory) -> None:
    course, truth = commuter.course, commuter.truth
    assert course.distance_km[-1] == pytest.approx(truth.distance_km)
    assert course.odometer_km[-1] == pytest.approx(np.ptp(commuter.columns["odometer_km"]))
    assert course.fuel_l[-1] == pytest.approx(truth.fuel_l)
    assert course.tread_front_mm[-1] == pytest.approx(truth.wear_front_mm)
    assert len(course.epoch_s) == commuter.trip_first.size
    for worn in (course.tread_rear_mm, course.pad_front_mm, course.pad_rear_mm, course.oil_used):
        assert (np.diff(worn) > 0).all()


def used_per_km(driver: str, model: str = "sedan_maf") -> float:
    course = simulate(CarSpec("same", model, driver), 21, END, 4).course
    return float(course.oil_used[-1] / course.distance_km[-1])


def test_oil_lasts_as_published() -> None:
    lasts = {driver: 1 / used_per_km(driver) for driver in DRIVERS}
    assert 4_800 < lasts["city"] < lasts["commuter"] < lasts["motorway"] < 22_000
    assert np.mean(list(lasts.values())) == pytest.approx(12_000, rel=0.2)


def test_an_electric_car_has_no_engine_oil() -> None:
    assert used_per_km("commuter", "compact_electric") == 0


def test_pads_wear_in_town_and_most_in_front() -> None:
    town, far = (simulate(CarSpec("same", "sedan_maf", driver), 14, END, 4).course for driver in ("city", "motorway"))
    assert town.pad_front_mm[-1] > 1.5 * town.pad_rear_mm[-1]
    assert town.pad_front_mm[-1] / town.distance_km[-1] > 2 * far.pad_front_mm[-1] / far.distance_km[-1]


def test_an_electric_car_brakes_by_its_motor() -> None:
    like, electric = (simulate(CarSpec("same", model, "city"), 14, END, 4).truth
                      for model in ("suv_turbo", "compact_electric"))
    share = electric.brake_mj / electric.distance_km / (like.brake_mj / like.distance_km)
    assert share == pytest.approx(0.15, abs=0.03)


def test_a_car_stands_while_its_owner_is_away() -> None:
    spec = CarSpec("away", "sedan_maf", "city")
    holiday = simulate(replace(spec, life=Life(away=((5, 7),))), 20, END, 1)
    days = (holiday.course.epoch_s - (END.timestamp() - 20 * 86_400)) // 86_400
    assert not np.any((days >= 6) & (days < 11))
    assert np.any(days > 12)


def test_another_job_is_another_year() -> None:
    spec = CarSpec("mover", "sedan_maf", "weekend")
    moved = simulate(replace(spec, life=Life(new_habits="motorway", new_habits_from=10)), 20, END, 1).course
    half = np.searchsorted(moved.epoch_s, END.timestamp() - 10 * 86_400)
    assert moved.distance_km[-1] - moved.distance_km[half] > 3 * moved.distance_km[half]


def test_activity_follows_the_season() -> None:
    assert STEADY.activity(0, 1) == STEADY.activity(0, 200) == 1
    assert Life(season=0.2).activity(0, 200) == pytest.approx(1.2)
    assert Life(season=0.2).activity(0, 17) == pytest.approx(0.8, abs=0.01)
