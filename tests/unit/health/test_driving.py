"""Harsh events and the score."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from schemas.quantity import Unknown
from schemas.report import VehicleReport
from schemas.report_use import EventCounts
from tests.unit.health.drives import MORNING, commute, recording
from tests.unit.health.reports import assessed


def driven(speed_kmh: np.ndarray, lateral_m_s2: np.ndarray | None = None) -> VehicleReport:
    readings = recording(np.arange(len(speed_kmh), dtype=float), speed_kmh=speed_kmh)
    if lateral_m_s2 is not None:
        readings = readings.with_columns(accel_lat_m_s2=pl.Series(lateral_m_s2))
    return assessed(readings)["car"]


def stop(m_s2: float, from_kmh: float = 60.0) -> np.ndarray:
    """Cruise, brake to standstill, stand."""
    falling = np.maximum(from_kmh - 3.6 * m_s2 * np.arange(40), 0.0)
    return np.concatenate([np.full(120, from_kmh), falling, np.zeros(20)])


@pytest.mark.parametrize(("m_s2", "expected"), [(2.5, (0, 0)), (3.4, (1, 0)), (5.0, (1, 1))])
def test_a_stop_counts_once_by_its_hardness(m_s2: float, expected: tuple[int, int]) -> None:
    events = driven(stop(m_s2)).events
    assert (events.brake, events.brake_strong) == expected


def test_parking_is_no_harsh_braking() -> None:
    assert driven(stop(3.5, from_kmh=14.0)).events.brake == 0


def test_a_gap_is_no_event() -> None:
    clock = np.concatenate([np.arange(60.0), np.arange(70.0, 130.0)])
    speed = np.concatenate([np.full(60, 90.0), np.full(60, 0.0)])
    assert assessed(recording(clock, speed_kmh=speed))["car"].events.brake == 0


def test_cornering_is_known_by_the_accelerometer_only() -> None:
    speed, lateral = np.full(300, 50.0), np.zeros(300)
    assert driven(speed).events.corner is None
    lateral[100:103], lateral[200:202] = 4.0, -4.8
    events = driven(speed, lateral).events
    assert (events.corner, events.corner_strong) == (2, 1)


def test_ten_readings_a_second_are_averaged_over_it() -> None:
    clock = np.arange(0, 200, 0.1)
    noise = np.random.default_rng(1).normal(0, 2.0, len(clock))
    fast = recording(clock, accel_long_m_s2=np.where((clock >= 100) & (clock < 102), -5.0, 0.0) + noise)
    slow = recording(np.arange(200.0), speed_kmh=np.full(200, 80.0))
    events = assessed(pl.concat([fast, slow], how="diagonal"))["car"].events
    assert (events.brake, events.brake_strong, events.accel) == (1, 1, 0)


def test_events_are_listed_with_time_and_speed() -> None:
    [event] = driven(stop(5.0)).events_list or []
    assert event["kind"] == "brake"
    assert event["strong"] is True
    assert event["speed_kmh"] == 60.0
    assert str(event["time"]).startswith("2026-03-02T00:32:01")
    assert str(event["time"]).endswith("Z")


def test_a_car_without_speed_has_no_events() -> None:
    car = assessed(recording(np.arange(600.0), engine_rpm=np.full(600, 800.0)))["car"]
    assert car.events == EventCounts()
    assert car.events_list is None
    assert car.unknown["events.brake"] is Unknown.NO_SIGNAL


def test_an_extra_event_never_raises_the_score() -> None:
    calm = commute(6, seconds=1200, seed=3)
    later = recording(np.arange(180.0), start=MORNING + timedelta(days=9), speed_kmh=stop(5.0))
    hard = pl.concat([calm, later], how="diagonal")
    scores = [assessed(readings)["car"].driving_score for readings in (calm, hard)]
    assert scores[0] is not None
    assert scores[1] is not None
    assert scores[1].value < scores[0].value
    assert 0 < scores[1].low < scores[1].value < scores[1].high <= 100


def test_no_score_below_fifty_kilometres() -> None:
    car = driven(np.full(600, 50.0))
    assert car.driving_score is None
    assert car.unknown["driving_score"] is Unknown.TOO_SHORT
