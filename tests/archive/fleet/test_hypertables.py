"""Rows end up the same whatever the order, the batches and the repetitions they came in."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import psycopg
import pytest

from archive.database.sealing import Vault
from archive.fleet import arrival
from archive.fleet.arrival import Batch, store
from archive.fleet.hypertables import READING
from schemas.frames import STORED_READINGS
from tests.stage.database import Database

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
Row = dict[str, Any]


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection]:
    with database.connect("ingest") as opened:
        arrival.prepare(opened)
        yield opened


def frame(*rows: Row) -> pl.DataFrame:
    """Rows with only the columns somebody filled."""
    full = pl.DataFrame(rows, schema_overrides=STORED_READINGS, infer_schema_length=None)
    return full.select(name for name in full.columns if full[name].null_count() < full.height)


def row(second: int, device: int = 1, **signals: object) -> Row:
    return {"device_key": device, "time": NOON + timedelta(seconds=second), **signals}


def stored(connection: psycopg.Connection) -> list[Any]:
    return connection.execute("SELECT device_key, time, speed_kmh, engine_rpm, extra FROM reading "
                              "ORDER BY device_key, time").fetchall()


def write(connection: psycopg.Connection, *rows: Row) -> Any:
    with connection.transaction():
        return READING.write(connection, frame(*rows))


def test_null_gives_way_and_the_greater_value_stays(connection: psycopg.Connection) -> None:
    assert not write(connection, row(0, speed_kmh=50), row(1, speed_kmh=51)).by_merging
    second = write(connection, row(0, speed_kmh=40, engine_rpm=900), row(1, speed_kmh=60), row(2, speed_kmh=52))
    assert second.existing["time"].sort().to_list() == [NOON, NOON + timedelta(seconds=1)]
    assert second.contradictions == 2
    assert [r[2:4] for r in stored(connection)] == [(50, 900), (60, None), (52, None)]


def test_a_repetition_changes_nothing_and_contradicts_nothing(connection: psycopg.Connection) -> None:
    rows = [row(second, speed_kmh=50 + second) for second in range(5)]
    write(connection, *rows)
    before = connection.execute("SELECT ctid, xmin FROM reading ORDER BY time").fetchall()
    again = write(connection, *rows)
    assert again.existing.height == 5
    assert again.contradictions == 0
    assert connection.execute("SELECT ctid, xmin FROM reading ORDER BY time").fetchall() == before


def test_signals_without_a_column_unite(connection: psycopg.Connection) -> None:
    write(connection, row(0, extra='{"a": 1, "b": 5}'))
    write(connection, row(0, extra='{"b": 4, "c": 2}'), row(0, extra='{"a": 3}'))
    assert stored(connection)[0][4] == {"a": 3, "b": 5, "c": 2}


@pytest.mark.parametrize("seed", range(6))
def test_order_batches_and_repetitions_do_not_matter(connection: psycopg.Connection, seed: int) -> None:
    dice = random.Random(seed)
    rows = [row(dice.randrange(12) + 86_400 * dice.randrange(3), dice.randrange(1, 4),
                **{signal: dice.choice([None, dice.randrange(100)]) for signal in ("speed_kmh", "engine_rpm")},
                extra=dice.choice([None, f'{{"x": {dice.randrange(9)}}}'])) for _ in range(60)]
    offered = dice.sample(rows, 60) + dice.sample(rows, 30)
    while offered:
        size = dice.randrange(1, 20)
        write(connection, *offered[:size])
        offered = offered[size:]
    assert stored(connection) == _merged_plainly(rows)


def _merged_plainly(rows: list[Row]) -> list[Any]:
    """The rule, one row after the other."""
    merged: dict[tuple[int, datetime], list[Any]] = {}
    for one in rows:
        kept = merged.setdefault((one["device_key"], one["time"]), [None, None, None])
        for place, signal in enumerate(("speed_kmh", "engine_rpm")):
            kept[place] = max((value for value in (kept[place], one[signal]) if value is not None), default=None)
        if one["extra"]:
            came = int(one["extra"][6:-1])
            kept[2] = {"x": max(came, kept[2]["x"]) if kept[2] else came}
    return [(*key, *values) for key, values in sorted(merged.items())]


def test_live_state_keeps_the_newest_measured_value_of_each_signal(connection: psycopg.Connection, database: Database,
                                                                   master_key: str) -> None:
    vault = Vault(master_key)
    with database.connect("owner") as owner:
        owner.execute("INSERT INTO device (device_id, shard, password_hash) VALUES ('a', 's00', '-')")
    newer = frame(row(10, speed_kmh=70), row(11, engine_rpm=2000))
    older = frame(row(5, speed_kmh=30, engine_rpm=1000, coolant_c=80))
    positions = pl.DataFrame([row(7, latitude=36.6)]).cast({"device_key": pl.Int32})
    for batch in (Batch(readings=newer), Batch(readings=older, positions=positions)):
        store(connection, vault, batch)
    live = connection.execute("SELECT speed_kmh, speed_kmh_at, engine_rpm, coolant_c, latitude FROM live").fetchall()
    assert live == [(70, NOON + timedelta(seconds=10), 2000, 80, 36.6)]
