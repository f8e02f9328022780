"""Cornering from the satellite receiver, against circles whose lateral acceleration is known."""

import numpy as np
import polars as pl
import pytest

from health.statistics import summarise
from schemas.findings import FindingCode
from schemas.vehicle import Tyres, VehicleFacts
from tests.unit.health.drives import commute, recording
from tests.unit.health.reports import assessed

M_PER_DEG = 111_195.0


def circle(radius_m: float, kmh: float, seconds: int = 600, step_s: float = 1.0, hold_s: float = 0.0) -> pl.DataFrame:
    """Round and round at constant speed near the equator; fixes every `step_s`, repeated for `hold_s`."""
    clock = np.arange(0, seconds, step_s)
    seen = clock - clock % hold_s if hold_s else clock
    angle = kmh / 3.6 * seen / radius_m
    return recording(clock, speed_kmh=np.full(len(clock), kmh), latitude=1 + radius_m * np.sin(angle) / M_PER_DEG,
                     longitude=1 + radius_m * (1 - np.cos(angle)) / M_PER_DEG,
                     heading_deg=np.round(np.rad2deg(angle) % 360))


def mean_square(readings: pl.DataFrame) -> float:
    """Mean (ay/g)^2 over the distance it was seen on; NaN where it was not."""
    row = summarise(readings, {}).row(0, named=True)
    return float(row["lateral_km"] / row["lateral_of_km"]) if row["lateral_of_km"] else float("nan")


@pytest.mark.parametrize(("radius_m", "kmh"), [(30, 25), (60, 40), (150, 60), (400, 100)])
def test_a_circle_is_pulled_as_physics_says(radius_m: float, kmh: float) -> None:
    expected = ((kmh / 3.6) ** 2 / radius_m / 9.80665) ** 2
    assert mean_square(circle(radius_m, kmh)) == pytest.approx(expected, rel=0.05)


def test_a_straight_road_has_none() -> None:
    assert mean_square(circle(1e7, 80)) < 1e-6


@pytest.mark.parametrize(("step_s", "hold_s"), [(4.0, 0.0), (1.0, 14.0)])
def test_sparse_and_held_fixes_say_nothing(step_s: float, hold_s: float) -> None:
    assert np.isnan(mean_square(circle(60, 40, step_s=step_s, hold_s=hold_s)))


def test_an_accelerometer_is_preferred() -> None:
    readings = circle(60, 40).with_columns(accel_lat_m_s2=pl.lit(1.0))
    assert mean_square(readings) == pytest.approx((1 / 9.80665) ** 2)


def test_a_curvy_road_wears_tyres_faster() -> None:
    curvy, straight = (assessed(circle(radius_m, 60))["car"].tyres.front.mm_per_1000km for radius_m in (120, 1e6))
    assert curvy is not None
    assert straight is not None
    assert curvy.value > 1.5 * straight.value


def test_soft_tyres_wear_faster_and_are_mentioned() -> None:
    """A quarter below the placard in front: 20 % faster wear there, nothing behind."""
    readings = commute(4, seconds=600).with_columns(tyre_kpa_fl=pl.lit(172.5), tyre_kpa_fr=pl.lit(230.0),
                                                    tyre_kpa_rl=pl.lit(230.0), tyre_kpa_rr=pl.lit(230.0))
    placard = VehicleFacts(tyres=Tyres(front_kpa=230, rear_kpa=230))
    soft, unknown = (assessed(readings, {"car": facts})["car"] for facts in (placard, VehicleFacts()))
    for axle, factor in (("front", 1.2), ("rear", 1.0)):
        worn, usual = (getattr(car.tyres, axle).wear_mm.value for car in (soft, unknown))
        assert worn / usual == pytest.approx(factor)
    [finding] = [f for f in soft.findings if f.code is FindingCode.TYRE_PRESSURE_LOW]
    assert "25 %" in finding.en
    assert FindingCode.TYRE_PRESSURE_LOW not in {f.code for f in unknown.findings}
