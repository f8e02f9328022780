"""Refuelling by the fuel level, against the simulator's tank and against the ways a level lies."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from device_sim import CarSpec, simulate
from device_sim.world.cars import MODELS
from health.figures import exact
from health.history import History
from health.policy import DEFAULT
from health.refuel_lesson import ve_vd_by_refuels
from schemas.quantity import Q, Unknown
from schemas.report import VehicleReport
from schemas.report_use import Refuel
from schemas.vehicle import VehicleFacts
from tests.unit.health.drives import MORNING, recording
from tests.unit.health.reports import assessed
from tests.unit.health.trip_rows import AIR_G_PER_L, FIRST, rows

TANK = {"car": VehicleFacts(tank_l=50)}


def trip(number: int, first_pct: float, last_pct: float, slosh_pct: float = 4.0) -> pl.DataFrame:
    """Ten minutes, every three hours: standing, driving with a sloshing tank, standing."""
    seconds = np.arange(600.0)
    level = np.linspace(first_pct, last_pct, 600) + np.where(
        (seconds > 60) & (seconds < 540), slosh_pct * np.sin(seconds / 3), 0.0)
    speed = np.where((seconds > 60) & (seconds < 540), 50.0, 0.0)
    return recording(seconds, start=MORNING + timedelta(hours=3 * number), speed_kmh=speed,
                     engine_rpm=np.full(600, 1500.0), fuel_level_pct=level)


def report(*levels: tuple[float, float]) -> VehicleReport:
    return assessed(pl.concat([trip(number, *ends) for number, ends in enumerate(levels)]), TANK)["car"]


def refuels(*levels: tuple[float, float]) -> list[Refuel]:
    found = report(*levels).refuels
    assert found is not None
    return found


def test_a_full_tank_between_two_trips() -> None:
    [filled] = refuels((32, 30), (30, 28), (95, 93), (93, 91))
    assert filled.litres is not None
    assert filled.litres.value == pytest.approx(50 * 0.67, abs=0.5)
    assert filled.litres.low < 50 * 0.67 < filled.litres.high
    assert filled.level_before_pct is not None
    assert filled.level_before_pct.value == pytest.approx(28, abs=0.5)
    assert MORNING + timedelta(hours=6) <= filled.time < MORNING + timedelta(hours=6, minutes=10)


def test_driving_and_sloshing_is_no_refuelling() -> None:
    assert refuels((60, 55), (55, 50), (50, 45)) == []


def test_a_slope_the_car_parked_on_is_no_refuelling() -> None:
    """Uphill the sender reads 12 % more on arrival and on departure, downhill 12 % less."""
    assert refuels((60, 58), (58, 68), (68, 54), (54, 52)) == []
    assert refuels((60, 58), (58, 44), (44, 54), (54, 52)) == []


def test_a_refuelling_nobody_watched_shows_on_the_way() -> None:
    """The trip to the filling station and back was not recorded: levels differ, and stay so."""
    unseen = [trip(0, 32, 30), trip(1, 30, 28)]
    later = [trip(3, 90, 88), trip(4, 88, 86)]
    for part, km in ((unseen, 20_000), (later, 20_060)):
        for at, one in enumerate(part):
            part[at] = one.with_columns(odometer_km=km + pl.int_range(pl.len()) / 90 + 7 * at)
    found = assessed(pl.concat([*unseen, *later]), TANK)["car"].refuels
    assert found is not None
    assert len(found) == 1


def test_a_slow_sender_tells_the_rest_of_the_rise_on_the_way() -> None:
    [filled] = refuels((30, 28), (60, 90), (90, 88), (88, 86))
    assert filled.litres is not None
    assert filled.litres.value == pytest.approx(50 * 0.60, abs=0.5)


def test_a_quick_refuelling_within_a_trip_is_seen() -> None:
    """Four minutes at the pump with the key on: one trip for the trip cutter, two levels for the tank."""
    seconds = np.arange(1000.0)
    pump = (seconds >= 400) & (seconds < 640)
    speed = np.where((seconds < 60) | pump | (seconds > 940), 0.0, 50.0)
    level = np.interp(seconds, [0, 399, 470, 560, 1000], [22, 20, 20, 80, 78])
    drive = recording(seconds, speed_kmh=speed, engine_rpm=np.where(pump, 0.0, 1500.0), fuel_level_pct=level)
    car = assessed(drive, TANK)["car"]
    assert len(car.trips) == 1
    assert car.refuels is not None
    [filled] = car.refuels
    assert filled.litres is not None
    assert filled.litres.value == pytest.approx(30, abs=1)


def test_without_the_size_of_the_tank_there_are_levels_and_no_litres() -> None:
    table = pl.concat([trip(number, *ends) for number, ends in enumerate([(30, 28), (95, 93)])])
    found = assessed(table)["car"].refuels
    assert found is not None
    assert found[0].litres is None


def test_a_car_without_a_level_says_so() -> None:
    car = assessed(trip(0, 50, 49).drop("fuel_level_pct"), TANK)["car"]
    assert car.refuels is None
    assert car.unknown["refuels"] is Unknown.NO_SIGNAL


def test_many_cars_at_once_equal_each_alone() -> None:
    one = [trip(number, *ends) for number, ends in enumerate([(30, 28), (95, 93), (93, 91)])]
    two = [part.with_columns(vehicle=pl.lit("other"), fuel_level_pct=100 - pl.col("fuel_level_pct")) for part in one]
    together = assessed(pl.concat([*one, *two]), {"*": TANK["car"]})
    assert together["car"].refuels == assessed(pl.concat(one), TANK)["car"].refuels
    assert together["other"].refuels == []


def test_the_simulators_refuellings_are_found() -> None:
    """A month of a simulated driver; bent sender, slosh and damping included."""
    car = simulate(CarSpec("thirsty", "sedan_maf", "motorway"), 30, MORNING + timedelta(days=30), 3)
    readings = car.frame.select(pl.lit("car").alias("vehicle"), "time", "speed_kmh", "engine_rpm", "fuel_level_pct")
    found = assessed(readings, {"car": VehicleFacts(tank_l=MODELS["sedan_maf"].tank_l)})["car"].refuels
    assert found is not None
    true = car.truth.refuels
    assert len(true) >= 3
    assert [one.time.timestamp() for one in found] == pytest.approx([one.epoch_s for one in true], abs=900)
    told = [one.litres for one in found if one.litres]
    assert sum(one.value for one in told) == pytest.approx(sum(one.litres for one in true), rel=0.06)
    inside = [one.low <= bought.litres <= one.high for one, bought in zip(told, true, strict=True)]
    assert np.mean(inside) >= 0.7


def test_refuelling_teaches_an_engine_without_an_air_meter() -> None:
    """Two weeks of a simulated car with a manifold pressure only, and nothing about its engine in its file."""
    car = simulate(CarSpec("airless", "hatch_map", "motorway"), 14, MORNING + timedelta(days=14), 5)
    readings = car.frame.with_columns(vehicle=pl.lit("car"))
    assert assessed(readings)["car"].learned.ve_vd_l is None
    taught = assessed(readings, {"car": VehicleFacts(tank_l=MODELS["hatch_map"].tank_l)})["car"]
    assert taught.learned.ve_vd_l is not None
    assert taught.learned.ve_vd_l.source == "refuels"
    assert taught.fuel_l is not None
    assert taught.fuel_l.source == "speed_density"
    assert taught.fuel_l.value == pytest.approx(car.truth.fuel_l, rel=0.06)
    assert taught.fuel_l.low <= car.truth.fuel_l <= taught.fuel_l.high


def lesson(air_g: Sequence[float | None] = (60_000.0,) * 3, after_pct: float = 90.0, before_pct: float = 40.0,
           unseen_km: float = 0.0, **facts: object) -> Q:
    """Three trips between two refuellings."""
    statistics = rows([1, 2, 3], speed_km=40.0, speed_density_air_g=list(air_g), speed_density_s=1800.0)
    levels = [(0.5, 10.0, after_pct), (3.5, before_pct, 90.0)]
    refuels = [Refuel(time=FIRST + timedelta(days=day), level_before_pct=exact(before, "", "%"),
                      level_after_pct=exact(after, "", "%"), litres=None) for day, before, after in levels]
    return ve_vd_by_refuels(History("car", statistics), refuels, np.full(3, unseen_km),
                            VehicleFacts.model_validate({"tank_l": 50} | facts), DEFAULT)


def test_the_lesson_is_litres_by_level_over_litres_by_pressure() -> None:
    taught = lesson()
    assert taught is not None
    assert taught.value == pytest.approx(0.5 * 50 / (180_000 / AIR_G_PER_L))


def test_a_tank_that_is_not_wholly_known_teaches_nothing() -> None:
    assert lesson(air_g=(60_000.0, None, 60_000.0)) is None
    assert lesson(unseen_km=5.0) is None
    assert lesson(before_pct=75.0) is None
    assert lesson(tank_l=None) is None
    assert lesson(fuel="ev") is None
