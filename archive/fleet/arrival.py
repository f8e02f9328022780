"""One batch from the devices, stored in one transaction: all of it or nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl
import psycopg
from psycopg.types.json import Jsonb

from archive.database.queries import beside
from archive.database.sealing import Vault
from archive.fleet import commands, dead_letters, deliveries, live
from archive.fleet.commands import Answer
from archive.fleet.dead_letters import DeadLetter, Flood
from archive.fleet.deliveries import DELIVERIES
from archive.fleet.hypertables import KEY, POSITION, READING, Written
from schemas.frames import STORED_POSITIONS, STORED_READINGS
from schemas.wire import EventType

_QUERIES = beside(__file__)


@dataclass(frozen=True)
class DeviceEvent:
    """Something a device reported at once."""

    device_key: int
    time: datetime
    boot: int
    seq: int
    type: str
    data: dict[str, Any]


@dataclass(frozen=True)
class DeviceStatus:
    """Whether a device is connected, as its retained status says. `replayed`: the broker only showed it again."""

    device_key: int
    state: str
    firmware: str
    boot: int
    received_at: datetime
    replayed: bool = False


@dataclass(frozen=True)
class Batch:
    """Everything of one transaction. `readings` and `positions` hold only columns with a value."""

    readings: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=STORED_READINGS))
    positions: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=STORED_POSITIONS))
    events: Sequence[DeviceEvent] = ()
    statuses: Sequence[DeviceStatus] = ()
    answers: Sequence[Answer] = ()
    letters: Sequence[DeadLetter] = ()
    floods: Sequence[Flood] = ()
    deliveries: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=DELIVERIES))


@dataclass(frozen=True)
class Stored:
    """What became of a batch, known only after commit."""

    readings: Written
    positions: Written


def prepare(connection: psycopg.Connection) -> None:
    """Create the staging tables of a new connection."""
    with connection.transaction():
        READING.prepare(connection)
        POSITION.prepare(connection)
        live.prepare(connection)


def store(connection: psycopg.Connection, vault: Vault, batch: Batch,
          before_commit: Callable[[], None] = lambda: None) -> Stored:
    """Store a batch and commit. Raises psycopg.Error, and then nothing of it is stored."""
    with connection.transaction():
        stored = Stored(READING.write(connection, batch.readings), POSITION.write(connection, batch.positions))
        live.update(connection, batch.readings, batch.positions)
        _mark_touched(connection, batch)
        deliveries.record(connection, batch.deliveries)
        _write_messages(connection, batch)
        if batch.letters:
            dead_letters.add(connection, vault, batch.letters)
        if batch.floods:
            dead_letters.count_floods(connection, batch.floods)
        before_commit()
    return stored


def _mark_touched(connection: psycopg.Connection, batch: Batch) -> None:
    """Readings, positions and trouble codes change what health says of a car; other events do not."""
    told = [(event.device_key, event.time) for event in batch.events if event.type == EventType.CODES]
    codes = pl.DataFrame(told, schema={name: STORED_READINGS[name] for name in KEY}, orient="row")
    keys = pl.concat([codes, *(rows.select(KEY) for rows in (batch.readings, batch.positions))])
    marks = keys.group_by("device_key").agg(pl.col("time").min().alias("first"), pl.col("time").max().alias("last"))
    if marks.height:
        connection.execute(_QUERIES["mark_touched"], marks.to_dict(as_series=False))


def _write_messages(connection: psycopg.Connection, batch: Batch) -> None:
    with connection.cursor() as cursor:
        if batch.events:
            cursor.executemany(_QUERIES["add_event"], [vars(event) | {"data": Jsonb(event.data)}
                                                       for event in batch.events])
        if batch.statuses:
            cursor.executemany(_QUERIES["set_status"], [vars(status) for status in batch.statuses])
    if batch.answers:
        commands.record_answers(connection, batch.answers)
