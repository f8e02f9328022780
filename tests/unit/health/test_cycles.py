"""Reference figures of the model notes on standard drive cycles; its goals are held in test_accuracy."""

import pytest

from schemas.report import VehicleReport
from schemas.vehicle import VehicleFacts
from tests.unit.health.reports import assessed, known
from tests.unit.health.shared_data import cycle, cycle_recording, cycles, needs_cycles

pytestmark = needs_cycles


@pytest.fixture(scope="module")
def driven() -> dict[str, VehicleReport]:
    return assessed(cycles())


@pytest.mark.parametrize(("name", "low", "high"), [
    ("wltc_class3b", 0.50, 0.53), ("japan_10_15", 0.0, 0.0)])
def test_highway_share(driven: dict[str, VehicleReport], name: str, low: float, high: float) -> None:
    assert low <= known(driven[name].road_mix.highway) <= high


@pytest.mark.parametrize(("name", "low", "high"), [
    ("udds", 0.06, 0.08), ("wltc_class3b", 0.15, 0.17), ("japan_10_15", 0.38, 0.41)])
def test_congested_time(driven: dict[str, VehicleReport], name: str, low: float, high: float) -> None:
    assert low <= known(driven[name].road_mix.congested_time) <= high


def test_shares_add_up(driven: dict[str, VehicleReport]) -> None:
    for report in driven.values():
        mix = report.road_mix
        assert sum(map(known, (mix.highway, mix.urban, mix.congested, mix.standing))) == pytest.approx(1)
        times = (mix.highway_time, mix.urban_time, mix.congested_time, mix.standing_time)
        assert sum(map(known, times)) == pytest.approx(1)


@pytest.mark.parametrize(("name", "front", "rear"), [
    ("udds", 0.18, 0.08), ("wltc_class3b", 0.16, 0.06), ("hwfet", 0.09, 0.04), ("nycc", 0.31, 0.08),
    ("us06", 0.27, 0.06)])
def test_tyre_wear_of_a_front_driven_car(driven: dict[str, VehicleReport], name: str, front: float,
                                         rear: float) -> None:
    tyres = driven[name].tyres
    assert known(tyres.front.mm_per_1000km) == pytest.approx(front, abs=0.006)
    assert known(tyres.rear.mm_per_1000km) == pytest.approx(rear, abs=0.006)


def test_tyre_wear_of_a_rear_driven_car_is_the_other_way_round() -> None:
    tyres = assessed(cycle_recording("wltc_class3b"), {"*": VehicleFacts(driven_axle="rear")})["wltc_class3b"].tyres
    assert known(tyres.front.mm_per_1000km) == pytest.approx(0.08, abs=0.006)
    assert known(tyres.rear.mm_per_1000km) == pytest.approx(0.19, abs=0.006)


@pytest.mark.parametrize("name", ["udds", "hwfet", "nycc"])
def test_physics_fuel_is_the_plain_integral(name: str) -> None:
    """The published formula, interval by interval, while the engine is taken to run."""
    facts = {"*": VehicleFacts(mass_kg=1420, cda_m2=0.63, crr=0.009, rated_kw=98)}
    seconds, speed = cycle(name)
    moving = seconds[speed * 3.6 >= 2]
    heat_j = 0.0
    for begin, end, v0, v1 in zip(seconds[:-1], seconds[1:], speed[:-1], speed[1:], strict=True):
        if begin < moving[0] - 30 or end > moving[-1] + 30:
            continue
        mid, acceleration = (v0 + v1) / 2, v1 - v0
        force = 1.03 * 1420 * acceleration + 0.6 * 0.63 * mid**2 + (0.009 * 1420 * 9.80665 if mid > 0.1 else 0.0)
        heat_j += (max(force * mid, 0.0) / 0.90 + 700) / 0.484 + 0.073 * 98_000
    litres = assessed(cycle_recording(name), facts)[name].fuel_l
    assert known(litres) == pytest.approx(heat_j / 32.05e6, rel=0.005)
