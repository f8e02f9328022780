"""`make bench-storage`: bytes per sample in the database, compressed, and in cold storage, and how fast they move.

The same drives everywhere: twelve signals as the dongle sends them by default, devices interleaved as they arrive.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import polars as pl
import psycopg
from psycopg.conninfo import make_conninfo
from rich.console import Console

from archive.cold.exporting import export
from archive.cold.folder import Folder
from archive.cold.months import Window
from archive.cold.reading import ColdReadings
from archive.cold.restoring import restore
from archive.database import migrating
from archive.fleet import devices
from archive.fleet.devices import Device
from archive.fleet.hypertables import READING
from archive.keeping.compression import can_compress, compress
from dev.bench.ingest.copy_limit import ROWS_PER_TRANSACTION, KnownFleet
from dev.bench.ingest.load import LIVE, SHARD
from dev.bench.results import Figure, record
from dev.services import start
from device_sim import CarSpec, messages, simulate
from ingest.messages import Message
from ingest.sorting import sort_out

CARS, DAYS = 40, 7
MESSAGES_AT_ONCE = 500
TSL_URL = "PITCALL_TEST_TSL_URL"
"""Address of a server that can compress, for the compressed figure; the edition of Debian's package cannot."""


def storage() -> None:
    """Bytes per sample live, compressed and cold; rows a second out of the database and back."""
    running = start("bench-storage")
    try:
        with Console().status("driving, storing, exporting, restoring"), _database(running.database_url) as url:
            fleet = _fleet(url)
            rows = _driven(fleet)
            figures = [*_live(url, rows), *_cold(url, rows)]
        record("storage, twelve signals", [*figures, _compressed(rows)])
    finally:
        running.remove()


def _live(url: str, rows: pl.DataFrame) -> list[Figure]:
    _store(url, rows)
    return [Figure("bytes_per_sample_live", _table_bytes(url) / len(rows))]


def _compressed(rows: pl.DataFrame) -> Figure:
    key, url = "bytes_per_sample_compressed", os.environ.get(TSL_URL)
    if url is None:
        return Figure(key, None, note=f"{TSL_URL} names no server whose edition compresses")
    with _database(url) as fresh:
        _store(fresh, rows)
        with psycopg.connect(fresh, autocommit=True) as connection:
            if not can_compress(connection):
                return Figure(key, None, note="this edition or version does not compress")
            _compress_all(connection)
        return Figure(key, _table_bytes(fresh) / len(rows))


def _compress_all(connection: psycopg.Connection) -> None:
    """The keeper's job in a year from now: it looks, waits for a quiet while and compresses."""
    later = datetime.now(UTC) + timedelta(days=365)
    compress(connection, later, Event())
    compress(connection, later, Event(), quiet=timedelta(0))


def _cold(url: str, rows: pl.DataFrame) -> list[Figure]:
    window = _window(rows)
    with tempfile.TemporaryDirectory() as path, psycopg.connect(url, autocommit=True) as connection:
        folder = Folder(Path(path))
        began = time.perf_counter()
        exported = export(connection, folder, window)
        export_s = time.perf_counter() - began
        size = sum(part.size for part in folder.manifest().parts)
        week_ms = _car_week_ms(folder, window)
        connection.execute("TRUNCATE reading")
        began = time.perf_counter()
        restored = restore(connection, folder, window)
        restore_s = time.perf_counter() - began
    if not exported.written == restored.new == len(rows):
        raise ValueError(f"{len(rows)} rows, {exported.written} exported, {restored.new} restored")
    return [Figure("bytes_per_sample_cold", size / len(rows)),
            Figure("cold_export_rows_per_s", len(rows) / export_s),
            Figure("cold_restore_rows_per_s", len(rows) / restore_s),
            Figure("cold_read_car_week_ms", week_ms)]


def _car_week_ms(folder: Folder, window: Window) -> float:
    """Median time to read all of one car, as health does [ms]."""
    times = []
    for name in _names():
        began = time.perf_counter()
        ColdReadings(folder).rows(name, window.first, window.until)
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def _driven(fleet: Sequence[Device]) -> pl.DataFrame:
    """What all cars sent, in the order of time, as ingest would store it."""
    end = datetime.now(UTC) - timedelta(hours=1)
    return pl.concat((rows for number, device in enumerate(fleet) for rows in _decoded(device, number, end)),
                     how="diagonal").sort("time", "device_key")


def _decoded(device: Device, number: int, end: datetime) -> Iterator[pl.DataFrame]:
    """Readings of one car, a batch at a time: ingest reads no more at once."""
    history = simulate(CarSpec(device.device_id, "saloon_rear", "city"), DAYS, end, number)
    sent = [Message(message.topic, message.payload, 0, 1, False, SHARD, 0, end.timestamp())
            for message in messages(history, replace(LIVE, seed=number), device.device_id, SHARD)]
    for first in range(0, len(sent), MESSAGES_AT_ONCE):
        batch = sent[first:first + MESSAGES_AT_ONCE]
        out = sort_out(batch, KnownFleet([device]))
        if out.letters or len(out.messages) < len(batch):
            raise ValueError(f"the drives of {device.device_id} do not decode whole")
        yield out.batch().readings


def _store(url: str, rows: pl.DataFrame) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for piece in rows.iter_slices(ROWS_PER_TRANSACTION):
            with connection.transaction():
                READING.write(connection, piece)


def _table_bytes(url: str) -> int:
    """Table, index and what is compressed of it."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT hypertable_size('reading')").fetchone()
    return int(row[0]) if row else 0


def _window(rows: pl.DataFrame) -> Window:
    first, last = rows.select(pl.col("time").min(), pl.col("time").max().alias("last")).row(0)
    return Window(first, last + timedelta(microseconds=1))


def _fleet(url: str) -> list[Device]:
    with psycopg.connect(url, autocommit=True) as connection:
        return [devices.provision(connection, name, SHARD, "-") for name in _names()]


def _names() -> list[str]:
    return [f"storage-{number}" for number in range(CARS)]


@contextmanager
def _database(server_url: str) -> Iterator[str]:
    """A migrated database, dropped afterwards."""
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS bench_storage (FORCE)")
        server.execute("CREATE DATABASE bench_storage")
    url = make_conninfo(server_url, dbname="bench_storage")
    with psycopg.connect(url, autocommit=True) as connection:
        migrating.migrate(connection)
    yield url
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute("DROP DATABASE bench_storage (FORCE)")
