"""Fuel by every rung, against the defining formulas."""

import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_allclose

from health.fuel_rungs import absolute_load_g_s, fuel_heat_w, speed_density_g_s
from health.policy import FuelPolicy
from schemas.quantity import Unknown
from schemas.report import VehicleReport
from schemas.vehicle import FuelKind, VehicleFacts
from tests.unit.health.drives import commute, petrol_drive, recording
from tests.unit.health.reports import assessed

P = FuelPolicy()


def steady(facts: VehicleFacts | None = None, **signals: float) -> VehicleReport:
    """One hour at 90 km/h and 2400 rpm with constant signals."""
    constant = [pl.lit(value).alias(name) for name, value in signals.items()]
    readings = recording(np.arange(3601.0), speed_kmh=np.full(3601, 90.0), engine_rpm=np.full(3601, 2400.0))
    readings = readings.with_columns(constant)
    return assessed(readings, {"car": facts or VehicleFacts()})["car"]


def test_maf_litres() -> None:
    fuel = steady(maf_g_s=10.0).fuel_by_source.maf
    assert fuel is not None
    assert fuel.value == pytest.approx(10.0 / 14.7 / 745 * 3600)
    assert fuel.low < fuel.value < fuel.high


def test_trims_and_lambda_scale_maf_litres() -> None:
    plain = steady(maf_g_s=10.0).fuel_by_source.maf
    corrected = steady(maf_g_s=10.0, short_fuel_trim_pct=3.0, long_fuel_trim_pct=5.0,
                       lambda_ratio=0.9).fuel_by_source.maf
    assert plain is not None
    assert corrected is not None
    assert corrected.value == pytest.approx(plain.value * 1.08 / 0.9)


@pytest.mark.parametrize(("fuel", "air_fuel", "kg_l"), [
    ("e10", 14.1, 0.750), ("e27", 13.1, 0.754), ("e85", 9.8, 0.785)])
def test_blends_need_less_air(fuel: FuelKind, air_fuel: float, kg_l: float) -> None:
    litres = steady(VehicleFacts(fuel=fuel), maf_g_s=10.0).fuel_by_source.maf
    assert litres is not None
    assert litres.value == pytest.approx(10.0 / air_fuel / (kg_l * 1000) * 3600)


def test_the_fuel_rate_is_the_best_rung() -> None:
    report = steady(fuel_rate_l_h=5.5, maf_g_s=10.0)
    assert report.fuel_l is not None
    assert report.fuel_l.value == pytest.approx(5.5)
    assert report.fuel_l.source == "fuel_rate"
    assert report.fuel_l_per_100km is not None
    assert report.fuel_l_per_100km.value == pytest.approx(5.5 / 0.9)


def test_a_mass_rate_serves_where_the_volume_rate_is_missing() -> None:
    fuel = steady(fuel_rate_g_s=1.0).fuel_by_source.fuel_rate
    assert fuel is not None
    assert fuel.value == pytest.approx(3.6 / 0.745)


def test_absolute_load_needs_the_displacement() -> None:
    told = steady(VehicleFacts(displacement_l=1.6), absolute_load_pct=40.0)
    assert told.fuel_by_source.absolute_load is not None
    air = 0.40 * 1.184 * 1.6 * 2400 / 120
    assert told.fuel_by_source.absolute_load.value == pytest.approx(air / 14.7 / 745 * 3600)
    assert steady(absolute_load_pct=40.0).unknown["fuel_by_source.absolute_load"] is Unknown.NO_FACT


def test_speed_density_learns_its_displacement_from_maf() -> None:
    report = assessed(commute(1, seconds=600))["car"]
    assert report.learned.ve_vd_l is not None
    assert report.learned.ve_vd_l.value == pytest.approx(1.36, rel=1e-6)
    assert report.fuel_by_source.speed_density is not None
    assert report.fuel_by_source.maf is not None
    assert report.fuel_by_source.speed_density.value == pytest.approx(report.fuel_by_source.maf.value, rel=1e-6)


def test_a_learned_displacement_fed_back_is_used_as_given() -> None:
    report = assessed(petrol_drive(600).drop("maf_g_s"), {"car": VehicleFacts(ve_vd_l=1.36)})["car"]
    with_maf = assessed(petrol_drive(600))["car"]
    assert report.fuel_l is not None
    assert with_maf.fuel_l is not None
    assert report.fuel_l.value == pytest.approx(with_maf.fuel_l.value, rel=1e-6)
    assert report.fuel_l.source == "speed_density"


def test_overrun_burns_nothing() -> None:
    rpm = np.full(601, 2400.0)
    coasting = recording(np.arange(601.0), speed_kmh=np.full(601, 60.0), engine_rpm=rpm, maf_g_s=np.full(601, 4.0),
                         map_kpa=np.full(601, 20.0), throttle_pct=np.full(601, 14.0))
    fuel = assessed(coasting)["car"].fuel_by_source.maf
    assert fuel is not None
    assert fuel.value == 0


def test_an_engine_at_rest_burns_nothing() -> None:
    rpm = np.where(np.arange(601) < 300, 0.0, 1800.0)
    readings = recording(np.arange(601.0), speed_kmh=np.full(601, 30.0), engine_rpm=rpm, maf_g_s=np.full(601, 1.0))
    fuel = assessed(readings)["car"].fuel_by_source.maf
    assert fuel is not None
    assert fuel.value == pytest.approx(300.5 / 14.7 / 745, rel=0.01)


def test_fuel_type_code_decides() -> None:
    assert steady(fuel_type_code=4.0).fuel_type == "diesel"
    assert steady(fuel_type_code=1.0).fuel_type == "petrol"


def test_a_diesel_with_lambda_may_use_its_air() -> None:
    report = steady(VehicleFacts(fuel="diesel"), maf_g_s=20.0, lambda_ratio=1.8)
    assert report.fuel_by_source.maf is not None
    assert report.fuel_by_source.maf.value == pytest.approx(20.0 / 1.8 / 14.5 / 835 * 3600)


def test_air_models_are_linear_and_vectors_equal_scalars() -> None:
    pressure, rpm = np.array([30.0, 60.0, 98.0]), np.array([800.0, 2400.0, 5000.0])
    intake = np.array([10.0, 30.0, 50.0])
    vector = speed_density_g_s(pressure, rpm, intake, 1.36, P)
    single = [speed_density_g_s(pressure[i:i + 1], rpm[i:i + 1], intake[i:i + 1], 1.36, P)[0] for i in range(3)]
    assert_allclose(vector, single, rtol=0)
    assert_allclose(speed_density_g_s(pressure, rpm, intake, 2.72, P), 2 * vector)
    assert_allclose(absolute_load_g_s(np.array([100.0]), np.array([120.0]), 1.0, P), [1.184])


def test_an_idling_engine_still_burns() -> None:
    assert fuel_heat_w(np.array([-5000.0, 0.0]), np.array([90e3, 90e3]), P) == pytest.approx(
        [700 / 0.484 + 6570, 700 / 0.484 + 6570])


def test_a_short_drive_has_no_consumption_per_distance() -> None:
    report = assessed(petrol_drive(120).filter(pl.int_range(pl.len()) < 80))["car"]
    assert report.fuel_l_per_100km is None
    assert report.unknown["fuel_l_per_100km"] is Unknown.TOO_SHORT
