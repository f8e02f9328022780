"""Compressed chunks take late and repeated rows as others do, and are read, exported and dropped as others are.

Only the edition under the Timescale License can compress; PITCALL_TEST_TSL_URL is the superuser's address of a server
that has it, 2.19 or newer.
"""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import polars as pl
import psycopg
import pytest
from polars.testing import assert_frame_equal

from archive.cold.folder import Folder
from archive.fleet import history
from archive.fleet.hypertables import READING, Written
from archive.keeping import compression, expiry
from archive.keeping.compression import QUIET, can_compress
from tests.archive.cold.stock import JULY, LONG_AFTER, MAY, Stock, rows_of
from tests.archive.garage import Garage
from tests.stage.database import Database, cloned, make_template

TSL_URL = os.environ.get("PITCALL_TEST_TSL_URL")
needs_compression = pytest.mark.skipif(not TSL_URL, reason="PITCALL_TEST_TSL_URL names no server that can compress")


@pytest.fixture(scope="module")
def tsl_database() -> Iterator[Database]:
    assert TSL_URL
    make_template(TSL_URL)
    with cloned(TSL_URL) as fresh:
        yield fresh


@pytest.fixture
def packed(tsl_database: Database, tmp_path: Path) -> Iterator[Stock]:
    """Readings of May and June 2024, all compressed."""
    garage = Garage.open(tsl_database)
    stock = Stock.filled(garage, Folder(tmp_path / "cold"))
    compress_all(stock)
    yield stock
    garage.change("SELECT drop_chunks('reading', older_than => now())")
    garage.change("DELETE FROM chunk_writes")
    garage.clear()
    garage.change("UPDATE retention SET dropped_before = NULL")


def look(stock: Stock, after: timedelta = timedelta(0)) -> int:
    """One run of the job; returns how many chunks it compressed."""
    with stock.owner() as connection:
        return compression.compress(connection, LONG_AFTER + after, Event())["chunks_compressed"]


def compress_all(stock: Stock) -> int:
    """Two runs, a quiet day apart."""
    return look(stock) + look(stock, QUIET)


def compressed(stock: Stock) -> int:
    """How many chunks are."""
    return len(stock.garage.rows("SELECT FROM timescaledb_information.chunks WHERE is_compressed"))


def deliver(stock: Stock, rows: pl.DataFrame) -> Written:
    """Store rows as ingest does, on a connection of its own role."""
    with stock.garage.database.connect("ingest") as connection:
        READING.prepare(connection)
        with connection.transaction():
            return READING.write(connection, rows)


def test_the_edition_without_compression_is_left_alone(stock: Stock) -> None:
    """The job does nothing there, without complaint."""
    with psycopg.connect(stock.garage.database.url) as connection:
        assert not can_compress(connection)
    assert compress_all(stock) == 0


@needs_compression
def test_old_chunks_are_compressed_once_they_rest(tsl_database: Database, tmp_path: Path) -> None:
    """Not at first sight, not while rows come, not within the longest time a device may have been away."""
    garage = Garage.open(tsl_database)
    stock = Stock.filled(garage, Folder(tmp_path), ["d1"])
    stock.write(rows_of(stock.devices["d1"], LONG_AFTER - timedelta(days=80)))
    assert look(stock) == 0
    stock.write(rows_of(stock.devices["d1"], MAY + timedelta(hours=3), seconds=1))
    garage.change("SELECT pg_stat_force_next_flush()")
    assert look(stock, QUIET) == 4
    assert look(stock, 2 * QUIET) == 1
    assert compressed(stock) == 5
    garage.change("SELECT drop_chunks('reading', older_than => now())")
    garage.clear()


@needs_compression
def test_repeated_rows_change_nothing(packed: Stock) -> None:
    """Every row a second time, in one batch, as after a lost receipt."""
    before = packed.live()
    again = pl.concat(rows_of(key, MAY) for key in packed.devices.values())
    written = deliver(packed, again)
    assert (len(written.existing), written.contradictions) == (1800, 0)
    assert_frame_equal(packed.live(), before, check_exact=True)


@needs_compression
def test_new_rows_behind_a_repeated_one_are_not_lost(packed: Stock) -> None:
    """Half of the batch is known, half is new, in turn."""
    key = packed.devices["d1"]
    known, fresh = rows_of(key, MAY), rows_of(key, MAY + timedelta(microseconds=500_000))
    written = deliver(packed, pl.concat([known, fresh]).sort("time"))
    assert len(written.existing) == 600
    times = packed.live("d1").filter(pl.col("time") < MAY + timedelta(hours=1))["time"]
    assert (len(times), times.n_unique()) == (1200, 1200)


@needs_compression
def test_values_that_come_late_are_merged(packed: Stock) -> None:
    """Null gives way, the greater value stays, contradictions are counted, each instant stays there once."""
    key = packed.devices["d1"]
    late = rows_of(key, MAY).select("device_key", "time", pl.col("engine_rpm") + 1, coolant_c=pl.lit(88.0, pl.Float32))
    written = deliver(packed, late)
    assert (len(written.existing), written.contradictions) == (600, 600)
    found = packed.live("d1").filter(pl.col("time") < MAY + timedelta(hours=1))
    assert found["coolant_c"].to_list() == [88.0] * 600
    assert found["engine_rpm"].to_list() == (rows_of(key, MAY)["engine_rpm"] + 1).to_list()


@needs_compression
def test_a_few_late_rows_in_very_many_places_are_taken(packed: Stock) -> None:
    """By default unpacking 100,000 rows in one transaction is refused, and the batch would never get in."""
    key = packed.devices["d1"]
    packed.write(rows_of(key, MAY + timedelta(days=4), 86_400))
    packed.write(rows_of(key, MAY + timedelta(days=5), 86_400))
    compress_all(packed)
    late = rows_of(key, MAY + timedelta(days=4), 2 * 86_400).gather_every(500)
    assert len(deliver(packed, late).existing) == 173


@needs_compression
def test_a_chunk_with_late_rows_is_compressed_again(packed: Stock) -> None:
    """After a quiet day of its own."""
    deliver(packed, rows_of(packed.devices["d2"], MAY + timedelta(hours=2)))
    expected = packed.live()
    assert look(packed, 2 * QUIET) == 0
    assert look(packed, 3 * QUIET) == 1
    assert packed.garage.rows("SELECT FROM _timescaledb_catalog.chunk WHERE status & 8 <> 0") == []
    assert_frame_equal(packed.live(), expected, check_exact=True)


@needs_compression
def test_compressed_chunks_are_read_exported_and_dropped_like_others(packed: Stock) -> None:
    """Health sees the same, cold storage holds the same, nothing is left."""
    car = packed.garage.car()
    packed.garage.fit(packed.devices["d1"], car, MAY)
    with packed.garage.database.connect("health") as connection:
        assert history.readings(connection, car, MAY, JULY).height == 2400
    expected = packed.live()
    assert compressed(packed) == 5
    with packed.owner() as connection:
        dropped = expiry.drop_expired_readings(connection, packed.folder, LONG_AFTER, Event())
    assert dropped == {"reading_chunks_dropped": 5, "reading_chunks_kept_back": 0}
    assert_frame_equal(packed.cold(), expected, check_exact=True)
    assert packed.live().is_empty()
