"""Patterns of trips and weeks."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from schemas.quantity import Unknown
from tests.unit.health.drives import MORNING, petrol_drive, recording
from tests.unit.health.reports import assessed, known
from tests.unit.health.shared_data import cycles, needs_cycles
from tests.unit.health.trip_rows import AIR_G_PER_L, rows, told


@needs_cycles
def test_relative_positive_acceleration_of_standard_cycles() -> None:
    driven = assessed(cycles())
    for name, rpa in (("udds", 0.165), ("hwfet", 0.070), ("us06", 0.199), ("wltc_class3b", 0.149), ("nycc", 0.272)):
        assert known(driven[name].pattern.acceleration_m_s2) == pytest.approx(rpa, abs=0.0006), name


def test_a_steady_drive_has_the_pattern_one_expects() -> None:
    seconds = np.arange(1001.0)
    drive = recording(seconds, speed_kmh=np.where(seconds < 200, 0.0, 90.0), engine_rpm=np.full(1001, 2000.0),
                      coolant_c=np.where(seconds < 500, 30.0, 90.0), maf_g_s=np.where(seconds < 200, 2.0, 10.0),
                      ambient_c=np.where(seconds < 200, 31.0, 12.0))
    [trip] = assessed(drive)["car"].trips
    assert known(trip.pattern.idle_time) == pytest.approx(0.2, abs=0.01)
    assert known(trip.pattern.cold_time) == pytest.approx(0.5, abs=0.01)
    assert known(trip.pattern.idle_fuel) == pytest.approx(400 / 8400, abs=0.002)
    assert known(trip.pattern.congested_fuel) >= 0
    assert known(trip.pattern.mean_kmh) == pytest.approx(72, rel=0.01)
    assert known(trip.pattern.top_kmh) == 90
    assert known(trip.pattern.outside_c) == 12
    assert trip.cold_start is True
    assert trip.short is False


def test_fuel_in_congestion_is_a_share_of_the_best_signal_of_each_trip() -> None:
    crawl = np.r_[np.zeros(5), np.full(600, 8.0), np.zeros(5)]
    fast = np.r_[np.zeros(5), np.full(595, 80.0), np.zeros(10)]
    seconds = np.arange(610.0)
    slow = recording(seconds, speed_kmh=crawl, engine_rpm=np.full(610, 900.0), fuel_rate_l_h=np.full(610, 1.0))
    quick = recording(seconds + 7200, speed_kmh=fast, engine_rpm=np.full(610, 2500.0), map_kpa=np.full(610, 60.0))
    report = assessed(pl.concat([slow, quick], how="diagonal"))["car"]
    shares = [known(trip.pattern.congested_fuel) for trip in report.trips]
    assert shares[0] > 0.95
    assert shares[1] < 0.1


def test_a_car_that_tells_speed_only_has_no_warmth_and_no_fuel() -> None:
    report = assessed(recording(np.arange(600.0), speed_kmh=np.full(600, 50.0)))["car"]
    assert report.pattern.cold_time is None
    assert report.trips[0].cold_start is None
    assert report.unknown["pattern.cold_time"] is Unknown.NO_SIGNAL
    assert known(report.pattern.mean_kmh) == pytest.approx(50)


def test_weeks_begin_on_monday_in_the_zone_of_the_store() -> None:
    sunday_evening = datetime(2026, 3, 8, 15, 30, tzinfo=UTC)     # 23:30 in Shanghai
    monday_morning = sunday_evening + timedelta(hours=1)          # 00:30 in Shanghai, Sunday in UTC
    readings = pl.concat([petrol_drive(600, start=start) for start in (MORNING, sunday_evening, monday_morning)])
    weeks = assessed(readings)["car"].weeks
    assert [(week.monday, week.trips) for week in weeks] == [(date(2026, 3, 2), 2), (date(2026, 3, 9), 1)]


def test_a_week_adds_up_its_trips() -> None:
    litres = np.array([1.0, 2.0, 3.0])
    week = told(rows([0, 1, 2], speed_km=[4.0, 20.0, 30.0], maf_air_g=litres * AIR_G_PER_L, maf_s=1800.0,
                     start_c=[20.0, 85.0, 30.0], idle_s=[180.0, 0.0, 360.0])).weeks[0]
    assert known(week.distance_km) == 54
    assert known(week.fuel_l) == pytest.approx(6.0)
    assert known(week.fuel_l_per_100km) == pytest.approx(600 / 54)
    assert (week.trips, week.cold_starts, week.short_trips) == (3, 2, 1)
    assert known(week.pattern.idle_time) == pytest.approx(0.1)


def test_a_week_with_a_trip_of_unknown_fuel_tells_no_fuel() -> None:
    week = told(rows([0, 1], speed_km=20.0, maf_air_g=[AIR_G_PER_L, None], maf_s=[1800.0, None])).weeks[0]
    assert week.fuel_l is None
    assert known(week.distance_km) == 40
