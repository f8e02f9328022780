"""Cutting a long track changes nothing: not a bit of what is said of any trip."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from health.pieces import pieces
from health.policy import DEFAULT
from health.quality import clean
from health.statistics import _summarised, summarise
from tests.unit.health.drives import MORNING, commute, recording


@pytest.fixture(scope="module")
def fleet() -> pl.DataFrame:
    """Three cars of different lengths, one of them with positions and a night of parked voltages."""
    parked = recording(np.arange(0, 40_000, 600.0), "b", MORNING + timedelta(hours=11), battery_v=np.full(67, 12.5))
    placed = commute(6, "c", 500, seed=3).with_columns(
        latitude=36.6 + pl.col("speed_kmh").cum_sum() * 2.5e-6, longitude=pl.lit(117.0))
    return pl.concat([commute(9, "a", 400), commute(5, "b", 700, seed=2), parked, placed], how="diagonal")


@pytest.mark.parametrize("rows", [1, 700, 3000])
def test_pieces_say_what_the_whole_says(fleet: pl.DataFrame, rows: int) -> None:
    parts = list(pieces(clean(fleet), DEFAULT.trips, rows))
    assert len(parts) > 3
    together = pl.concat([_summarised([part], {}, DEFAULT) for part in parts])
    assert together.equals(_summarised([clean(fleet)], {}, DEFAULT))
    assert together.equals(summarise(fleet, {}))


def test_every_row_is_in_exactly_one_piece(fleet: pl.DataFrame) -> None:
    whole = clean(fleet)
    parts = list(pieces(whole, DEFAULT.trips, 1000))
    assert np.array_equal(np.concatenate([part.time_us for part in parts]), whole.time_us)
    assert all(np.shares_memory(part.time_us, whole.time_us) for part in parts)


def test_a_drive_without_silence_stays_whole() -> None:
    day = recording(np.arange(20_000.0), speed_kmh=np.full(20_000, 90.0))
    assert len(list(pieces(clean(day), DEFAULT.trips, 100))) == 1


def test_nothing_is_one_empty_piece() -> None:
    assert len(summarise(recording([]), {})) == 0
