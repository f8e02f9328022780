"""Goals of the model notes on standard drive cycles: distance, road mix, tyres, brakes, fuel."""

import numpy as np
import polars as pl
import pytest

from health.statistics import summarise
from schemas.report import Q, VehicleReport
from schemas.vehicle import VehicleFacts
from tests.unit.health.drives import recording
from tests.unit.health.reports import assessed
from tests.unit.health.shared_data import (
    CYCLES,
    OFFICIAL_KM,
    cycle,
    cycle_km,
    cycle_recording,
    cycles,
    needs_cycles,
)

pytestmark = needs_cycles


@pytest.fixture(scope="module")
def driven() -> dict[str, VehicleReport]:
    return assessed(cycles())


def known(quantity: Q) -> float:
    assert quantity is not None
    return quantity.value


@pytest.mark.parametrize("name", CYCLES)
def test_distance_is_the_trapezoid_integral(driven: dict[str, VehicleReport], name: str) -> None:
    assert known(driven[name].distance_km) == pytest.approx(cycle_km(name), rel=1e-4)


@pytest.mark.parametrize("name", OFFICIAL_KM)
def test_distance_is_the_official_one(driven: dict[str, VehicleReport], name: str) -> None:
    assert known(driven[name].distance_km) == pytest.approx(OFFICIAL_KM[name], rel=1e-3)


def distorted(kind: str, name: str, seed: int = 1) -> pl.DataFrame:
    """A cycle as a worse device would tell it."""
    chance = np.random.default_rng(seed)
    seconds, speed = cycle(name)
    kmh = speed * 3.6
    if kind == "rounded":
        return recording(seconds, name, speed_kmh=np.rint(kmh))
    if kind == "floored":
        return recording(seconds, name, speed_kmh=np.floor(kmh))
    if kind == "lossy":
        kept = chance.random(len(seconds)) >= 0.1
        kept[[0, -1]] = True
        return recording(seconds[kept], name, speed_kmh=kmh[kept])
    if kind == "5 s":
        return recording(seconds[::5], name, speed_kmh=kmh[::5])
    order = chance.permutation(np.concatenate([np.arange(len(seconds)), chance.integers(0, len(seconds), 300)]))
    return recording(seconds[order], name, speed_kmh=kmh[order])


@pytest.mark.parametrize(("kind", "median_pct", "worst_pct"), [
    ("rounded", 0.05, 0.25), ("lossy", 0.05, 0.6), ("5 s", 0.15, 0.7), ("shuffled", 0.001, 0.01),
    ("floored", 0.05, 0.9)])
def test_distance_survives_a_worse_device(kind: str, median_pct: float, worst_pct: float) -> None:
    readings = pl.concat([distorted(kind, name) for name in CYCLES])
    reports = assessed(readings, {"*": VehicleFacts(speed_floored=kind == "floored")})
    miss = [abs(known(reports[name].distance_km) / cycle_km(name) - 1) * 100 for name in CYCLES]
    assert np.median(miss) <= median_pct
    assert max(miss) <= worst_pct


@pytest.mark.parametrize(("name", "low", "high"), [
    ("hwfet", 0.92, 1.0), ("us06_hwy", 0.92, 1.0), ("nycc", 0.0, 0.0), ("udds", 0.15, 0.25),
    ("wltc_class3b", 0.50, 0.53), ("japan_10_15", 0.0, 0.0)])
def test_highway_share(driven: dict[str, VehicleReport], name: str, low: float, high: float) -> None:
    assert low <= known(driven[name].road_mix.highway) <= high


@pytest.mark.parametrize(("name", "low", "high"), [
    ("nycc", 0.60, 0.80), ("hwfet", 0.0, 0.0), ("udds", 0.06, 0.08), ("wltc_class3b", 0.15, 0.17),
    ("japan_10_15", 0.38, 0.41)])
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


def test_a_heavier_car_wears_its_tyres_faster() -> None:
    readings = cycle_recording("udds")
    wear = [known(assessed(readings, {"*": VehicleFacts(mass_kg=m)})["udds"].tyres.front.mm_per_1000km)
            for m in (1100, 1400, 1700, 2100)]
    assert wear == sorted(wear)


@pytest.mark.parametrize(("name", "mj_per_km"), [
    ("udds", 0.1162), ("wltc_class3b", 0.0741), ("nycc", 0.2596), ("hwfet", 0.0195), ("us06", 0.1278),
    ("sc03", 0.1424), ("im240", 0.1530), ("nedc", 0.0707), ("japan_10_15", 0.0898)])
def test_brake_energy(name: str, mj_per_km: float) -> None:
    row = summarise(cycle_recording(name), {})
    assert row["brake_mj"][0] / row["speed_km"][0] == pytest.approx(mj_per_km, rel=0.02)


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
