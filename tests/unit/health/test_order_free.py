"""The promise of design.md 4: the same readings give the same rows, bit for bit, however they arrive."""

from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from health.policy import DEFAULT
from health.statistics import summarise
from tests.unit.health.drives import commute

MARGIN = timedelta(seconds=DEFAULT.trips.window_margin_s)


@pytest.fixture(scope="module")
def readings() -> pl.DataFrame:
    return pl.concat([commute(2, "one", seed=1), commute(2, "two", seed=7), commute(1, "three", seed=9)])


@pytest.fixture(scope="module")
def rows(readings: pl.DataFrame) -> pl.DataFrame:
    return summarise(readings, {})


@settings(max_examples=8, deadline=None)
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
