"""The promise of design.md 4: the same readings give the same rows, bit for bit, however they arrive."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from health.policy import DEFAULT
from health.statistics import TRIP_STATISTICS, summarise
from schemas.vehicle import Tyres, VehicleFacts
from tests.unit.health.drives import commute
from tests.unit.health.reports import assessed

MARGIN = timedelta(seconds=DEFAULT.trips.window_margin_s)


@pytest.fixture(scope="module")
def readings() -> pl.DataFrame:
    return pl.concat([commute(2, "one", seed=1), commute(2, "two", seed=7), commute(1, "three", seed=9)])


@pytest.fixture(scope="module")
def rows(readings: pl.DataFrame) -> pl.DataFrame:
    return summarise(readings, {})


@settings(max_examples=8)
@given(seed=st.integers(0, 1000), repeats=st.floats(0.0, 1.0))
def test_shuffled_and_repeated_readings_give_the_same_rows(
        readings: pl.DataFrame, rows: pl.DataFrame, seed: int, repeats: float) -> None:
    delivered = pl.concat([readings, readings.sample(fraction=repeats, seed=seed)])
    again = summarise(delivered.sample(fraction=1.0, shuffle=True, seed=seed), {})
    assert_frame_equal(again, rows, check_exact=True)


def test_a_window_around_a_trip_gives_the_row_of_the_whole_history(readings: pl.DataFrame, rows: pl.DataFrame) -> None:
    for row in rows.iter_rows(named=True):
        window = readings.filter(
            pl.col("vehicle") == row["vehicle"],
            pl.col("time").is_between(row["start"] - MARGIN, row["end"] + MARGIN))
        alone = summarise(window, {}).filter(pl.col("start") == row["start"])
        assert alone.row(0) == tuple(row.values())


def test_one_car_alone_gives_the_rows_it_has_among_many(readings: pl.DataFrame, rows: pl.DataFrame) -> None:
    alone = summarise(readings.filter(pl.col("vehicle") == "two"), {})
    assert_frame_equal(alone, rows.filter(pl.col("vehicle") == "two"), check_exact=True)


def mixed(days: int = 2) -> pl.DataFrame:
    """A dense car with fixes and odometer, a car whose signals come one by one, and one that tells its speed only."""
    dense = commute(days, "dense", seed=3)
    metres = dense["speed_kmh"].fill_null(0.0).cum_sum() / 3.6
    dense = dense.with_columns(latitude=36.6 + (metres / 111_195) % 1, longitude=pl.lit(117.0),
                               odometer_km=(10_000 + metres / 1000).round(1), oil_c=pl.col("coolant_c") + 5,
                               fuel_level_pct=80 - metres / 2000 % 60, short_fuel_trim_pct=metres % 7 - 3,
                               long_fuel_trim_pct=metres % 5, engine_load_pct=metres % 90, ambient_c=metres % 11,
                               accel_lat_m_s2=(metres % 97) / 20, accel_long_m_s2=(metres % 53) / 10 - 3)
    asleep = dense.select("vehicle", pl.col("time") - pl.duration(minutes=20), "battery_v").gather_every(60)
    dense = pl.concat([dense, asleep], how="diagonal")
    late = pl.col("time") + pl.duration(milliseconds=400)
    alone = commute(days, "sparse", seed=4)
    signals = [name for name in alone.columns if name not in ("vehicle", "time", "speed_kmh")]
    parts = [alone.select("vehicle", "time", "speed_kmh"),
             *(alone.select("vehicle", late, name).gather_every(3) for name in signals)]
    bare = commute(1, "bare", seed=5).select("vehicle", "time", "speed_kmh")
    return pl.concat([dense, *parts, bare], how="diagonal")


def test_windows_also_hold_for_fixes_and_for_signals_that_come_one_by_one() -> None:
    readings = mixed()
    for row in summarise(readings, {}).iter_rows(named=True):
        window = readings.filter(
            pl.col("vehicle") == row["vehicle"],
            pl.col("time").is_between(row["start"] - MARGIN, row["end"] + MARGIN))
        alone = summarise(window.sample(fraction=1.0, shuffle=True, seed=1), {}).filter(pl.col("start") == row["start"])
        assert alone.row(0) == tuple(row.values())


def test_reports_are_the_same_however_the_readings_arrive() -> None:
    readings = mixed()
    facts = {"*": VehicleFacts(registered_at=date(2026, 2, 1), tyres=Tyres(fitted_at=date(2026, 2, 1)))}
    as_of = datetime(2026, 3, 10, tzinfo=UTC)
    again = pl.concat([readings, readings.sample(fraction=0.3, seed=2)]).sample(fraction=1.0, shuffle=True, seed=3)
    assert assessed(again, facts, as_of) == assessed(readings, facts, as_of)


def test_reports_survive_storage_of_their_statistics_as_json() -> None:
    rows = summarise(mixed(), {})
    stored = pl.read_ndjson(rows.write_ndjson().encode(), schema=TRIP_STATISTICS)
    assert_frame_equal(stored, rows, check_exact=True)
