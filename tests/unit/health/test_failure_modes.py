"""Whatever a device sends, every figure is finite or null with a reason, never 0 by default."""

import math
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from pydantic import BaseModel

from health.statistics import summarise
from schemas.quantity import Quantity
from schemas.report import VehicleReport
from tests.unit.health.drives import MORNING, petrol_drive, recording, town_speed_kmh
from tests.unit.health.reports import assessed

SECONDS = np.arange(600.0)
TOWN = town_speed_kmh(600, seed=4)


def empty() -> pl.DataFrame:
    return recording([], speed_kmh=[])


def one_sample() -> pl.DataFrame:
    return recording([0], speed_kmh=[50], engine_rpm=[2000])


def all_null_channel() -> pl.DataFrame:
    return recording(SECONDS, speed_kmh=TOWN, map_kpa=[None] * 600, engine_rpm=[None] * 600)


def constant_speed() -> pl.DataFrame:
    return recording(SECONDS, speed_kmh=np.full(600, 80.0))


def clock_jumps_back() -> pl.DataFrame:
    clock = SECONDS.copy()
    clock[300:] -= 120.0
    return recording(clock, speed_kmh=TOWN)


def a_day_without_data() -> pl.DataFrame:
    clock = SECONDS.copy()
    clock[300:] += 86_400.0
    return recording(clock, speed_kmh=np.full(600, 50.0))


def hundredfold_rows() -> pl.DataFrame:
    return pl.concat([recording(SECONDS, speed_kmh=TOWN)] * 100)


def odometer_reset() -> pl.DataFrame:
    return recording(SECONDS, speed_kmh=TOWN, odometer_km=np.where(SECONDS < 300, 99_990 + SECONDS / 80, SECONDS / 80))


def miles_per_hour() -> pl.DataFrame:
    return recording(SECONDS, speed_kmh=TOWN / 1.609, odometer_km=1000 + np.cumsum(TOWN) / 3600)


def speed_sentinel() -> pl.DataFrame:
    return recording(SECONDS, speed_kmh=np.where(SECONDS % 50 == 0, 255.0, TOWN))


def electric_without_rpm() -> pl.DataFrame:
    return recording(SECONDS, speed_kmh=TOWN, traction_soc_pct=90 - SECONDS / 100)


def rpm_without_speed() -> pl.DataFrame:
    return recording(SECONDS, engine_rpm=np.full(600, 1500.0), map_kpa=np.full(600, 40.0))


def fixes_only() -> pl.DataFrame:
    return recording(SECONDS, latitude=36.6 + np.cumsum(TOWN) / 3.6 / 111_195, longitude=np.full(600, 117.0))


def fuel_level_falls_in_steps() -> pl.DataFrame:
    return recording(SECONDS, speed_kmh=TOWN, fuel_level_pct=np.where(SECONDS > 200, -20.0, 60.0))


def intake_air_spikes() -> pl.DataFrame:
    return petrol_drive(600).with_columns(intake_air_c=pl.when(pl.int_range(pl.len()) % 30 == 0).then(146.0)
                                          .otherwise(pl.col("intake_air_c")))


def null_island() -> pl.DataFrame:
    return recording(SECONDS, speed_kmh=TOWN, latitude=np.where(SECONDS < 30, 0.0, 36.6), longitude=np.where(
        SECONDS < 30, 0.0, 117.0))


def lambda_always_zero() -> pl.DataFrame:
    return petrol_drive(600).with_columns(lambda_ratio=pl.lit(0.0))


def not_a_number() -> pl.DataFrame:
    return recording(SECONDS, speed_kmh=np.where(SECONDS % 7 == 0, np.nan, TOWN), engine_rpm=np.full(600, np.inf))


def zero_rows_before_ignition() -> pl.DataFrame:
    return pl.concat([recording(np.arange(-60.0, 0.0), speed_kmh=np.zeros(60)), recording(SECONDS, speed_kmh=TOWN)])


def reused_name() -> pl.DataFrame:
    later = petrol_drive(600, start=MORNING + timedelta(days=400))
    return pl.concat([petrol_drive(600), later.with_columns(map_kpa=pl.lit(100.0))])


MODES: tuple[Callable[[], pl.DataFrame], ...] = (
    empty, one_sample, all_null_channel, constant_speed, clock_jumps_back, a_day_without_data, hundredfold_rows,
    odometer_reset, miles_per_hour, speed_sentinel, electric_without_rpm, rpm_without_speed, fixes_only,
    fuel_level_falls_in_steps, intake_air_spikes, null_island, lambda_always_zero, not_a_number,
    zero_rows_before_ignition, reused_name)


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.__name__)
def test_every_figure_is_finite_or_null_with_a_reason(mode: Callable[[], pl.DataFrame]) -> None:
    for report in assessed(mode()).values():
        for path, value in figures(report):
            if isinstance(value, Quantity):
                assert all(map(math.isfinite, (value.low, value.value, value.high))), path
                assert value.low <= value.value <= value.high, path
            elif value is None:
                assert path in report.unknown, path


def figures(part: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every figure of the report by its path."""
    for name, value in part:
        if isinstance(value, Quantity) or value is None:
            yield prefix + name, value
        elif isinstance(value, BaseModel):
            yield from figures(value, f"{prefix}{name}.")


def only(readings: pl.DataFrame) -> VehicleReport:
    return assessed(readings)["car"]


def km(readings: pl.DataFrame) -> float:
    distance = only(readings).distance_km
    assert distance is not None
    return distance.value


def test_one_sample_is_no_distance() -> None:
    assert only(one_sample()).distance_km is None


def test_rpm_without_speed_is_no_distance_and_no_wear() -> None:
    report = only(rpm_without_speed())
    assert report.distance_km is None
    assert report.tyres.front.wear_mm is None


def test_a_day_without_data_makes_two_trips_and_no_distance() -> None:
    assert len(only(a_day_without_data()).trips) == 2
    assert km(a_day_without_data()) == pytest.approx(50 * 598 / 3600)


def test_repeated_rows_do_not_count_twice() -> None:
    assert km(hundredfold_rows()) == km(recording(SECONDS, speed_kmh=TOWN))


def test_a_sentinel_speed_does_not_add_distance() -> None:
    assert km(speed_sentinel()) == pytest.approx(TOWN.sum() / 3600, rel=0.02)


def test_fixes_alone_give_a_trip_and_its_distance() -> None:
    report = only(fixes_only())
    assert len(report.trips) == 1
    assert report.distance_km is not None
    assert report.distance_km.source == "gps"
    assert report.distance_km.value == pytest.approx(TOWN.sum() / 3600, rel=0.02)


def test_null_island_is_no_place() -> None:
    gps = only(null_island()).distance_by_source.gps
    assert gps is None or gps.value < 0.1


def test_a_reset_odometer_does_not_lead_to_negative_distance() -> None:
    report = only(odometer_reset())
    assert report.distance_km is not None
    assert report.distance_km.value == pytest.approx(TOWN.sum() / 3600, rel=0.01)
    assert "odometer_reset" in [finding.code for finding in report.findings]


def test_a_lambda_of_zero_means_unsupported() -> None:
    assert only(lambda_always_zero()).fuel_l == only(petrol_drive(600)).fuel_l


def test_intake_spikes_hardly_move_speed_density() -> None:
    def unit_air(readings: pl.DataFrame) -> float:
        return float(summarise(readings, {})["speed_density_air_g"].sum())

    assert unit_air(intake_air_spikes()) == pytest.approx(unit_air(petrol_drive(600)), rel=0.002)


def test_readings_without_time_are_nothing() -> None:
    assert summarise(recording(SECONDS, speed_kmh=TOWN).drop("time"), {}).is_empty()
