"""Trips as stories of movement, idling and silence."""

import numpy as np
import polars as pl
import pytest

from health.statistics import summarise
from tests.unit.health.drives import recording


def drive(*parts: tuple[float, float, float | None], step_s: float = 1.0) -> pl.DataFrame:
    """Parts of (seconds, speed, rpm), one after the other; a speed of None is silence."""
    clock, rows = 0.0, []
    for seconds, kmh, rpm in parts:
        rows += [] if np.isnan(kmh) else [(clock + s, kmh, rpm) for s in np.arange(0, seconds, step_s)]
        clock += seconds
    times, speeds, rpms = zip(*rows, strict=True)
    return recording(times, speed_kmh=speeds, engine_rpm=rpms)


SILENCE = float("nan")


def trips(readings: pl.DataFrame) -> list[tuple[float, float]]:
    """Start and end of each group in seconds since the first reading."""
    first = readings["time"].min()
    rows = summarise(readings, {})
    return [((start - first).total_seconds(), (end - first).total_seconds())
            for start, end in rows.select("start", "end").iter_rows()]


def test_without_engine_speed_a_trip_runs_from_first_to_last_movement() -> None:
    assert trips(drive((60, 0, None), (120, 50, None), (60, 0, None))) == [(60, 179)]


def test_warm_up_and_cool_down_belong_to_the_trip() -> None:
    story = drive((20, 0, 0), (200, 0, 800), (120, 50, 2000), (90, 0, 800), (20, 0, 0))
    assert trips(story) == [(20, 429)]


def test_a_short_stop_does_not_split_a_trip_even_with_the_engine_off() -> None:
    assert len(trips(drive((120, 50, 2000), (250, 0, 0), (120, 50, 2000)))) == 1


def test_a_long_stop_splits_a_trip() -> None:
    assert trips(drive((120, 50, None), (310, 0, None), (120, 50, None))) == [(0, 119), (430, 549)]


def test_a_long_silence_splits_a_trip() -> None:
    assert trips(drive((120, 50, None), (310, SILENCE, None), (120, 50, None))) == [(0, 119), (430, 549)]


def test_a_stop_watched_only_now_and_then_does_not_split_a_trip() -> None:
    story = drive((120, 50, None), (5, 0, None), (250, SILENCE, None), (5, 0, None), (60, SILENCE, None),
                  (120, 50, None))
    assert len(trips(story)) == 1


def test_idling_between_two_trips_belongs_to_the_first_until_it_closes_and_to_the_second_after() -> None:
    story = drive((120, 50, 2000), (500, 0, 800), (120, 50, 2000))
    assert trips(story) == [(0, 419), (420, 739)]


def test_running_without_moving_is_its_own_group_and_no_trip() -> None:
    rows = summarise(drive((900, 0, 800)), {})
    assert rows.select("moved", "kept").row(0) == (False, False)
    assert rows["idle_s"].sum() == pytest.approx(899)


def test_moving_the_car_out_of_the_garage_is_not_a_trip() -> None:
    assert summarise(drive((20, 10, 1200)), {})["kept"].to_list() == [False]


def test_idle_is_counted_within_the_trip() -> None:
    rows = summarise(drive((100, 0, 800), (60, 50, 2000), (40, 0, 800), (60, 50, 2000)), {})
    assert rows["idle_s"][0] == pytest.approx(140, abs=2)


def test_a_gap_inside_a_trip_is_reported_as_unobserved() -> None:
    rows = summarise(drive((60, 50, None), (120, SILENCE, None), (60, 50, None)), {})
    assert rows["unobserved_s"].to_list() == [121]
    assert rows["speed_km"][0] == pytest.approx(50 * 118 / 3600)


def test_a_sparse_stream_is_held_to_the_times_of_its_speed() -> None:
    clock = np.arange(0, 600.0)
    speed = recording(clock, speed_kmh=np.full(600, 60.0))
    pressure = recording(clock[::4] + 0.5, map_kpa=np.full(150, 50.0))
    revolutions = recording(clock[::3] + 0.2, engine_rpm=np.full(200, 2000.0))
    sparse = pl.concat([speed, pressure, revolutions], how="diagonal")
    dense = recording(clock, speed_kmh=np.full(600, 60.0), map_kpa=np.full(600, 50.0), engine_rpm=np.full(600, 2000.0))
    litres = [float(summarise(readings, {})["speed_density_air_g"].sum()) for readings in (sparse, dense)]
    assert litres[0] == pytest.approx(litres[1], rel=0.01)
