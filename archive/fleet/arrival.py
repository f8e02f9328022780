"""One batch from the devices, stored in one transaction: all of it or nothing."""

from collections.abc import Callable, Mapping, Sequence
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
from archive.fleet.deliveries import DELIVERIES, Numbers
from archive.fleet.hypertables import KEY, POSITION, READING, Written, encode
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
class Ready:
    """A batch and all that can be made of it without the database, which is busy with the batch before meanwhile."""

    batch: Batch
    readings: Sequence[bytes]
    positions: Sequence[bytes]
    state: pl.DataFrame
    live: Sequence[bytes]
    marks: Mapping[str, Sequence[Any]]
    deliveries: Numbers

    @classmethod
    def of(cls, batch: Batch) -> "Ready":
        """Make a batch ready."""
        state = live.merged(batch.readings, batch.positions)
        return cls(batch, list(encode(batch.readings)), list(encode(batch.positions)), state, list(encode(state)),
                   _marks(batch), deliveries.numbers(batch.deliveries))


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


def store(connection: psycopg.Connection, vault: Vault, batch: Batch) -> Stored:
    """Store a batch and commit. Raises psycopg.Error, and then nothing of it is stored."""
    return store_ready(connection, vault, Ready.of(batch))


def store_ready(connection: psycopg.Connection, vault: Vault, ready: Ready,
                before_commit: Callable[[], None] = lambda: None) -> Stored:
    """Store a batch that was made ready and commit. Raises psycopg.Error, and then nothing of it is stored."""
    batch = ready.batch
    with connection.transaction():
        stored = Stored(READING.write(connection, batch.readings, ready.readings),
                        POSITION.write(connection, batch.positions, ready.positions))
        live.update(connection, ready.state, ready.live)
        if ready.marks["device_key"]:
            connection.execute(_QUERIES["mark_touched"], ready.marks)
        deliveries.record(connection, ready.deliveries)
        _write_messages(connection, batch)
        if batch.letters:
            dead_letters.add(connection, vault, batch.letters)
        if batch.floods:
            dead_letters.count_floods(connection, batch.floods)
        before_commit()
    return stored


def _marks(batch: Batch) -> dict[str, list[Any]]:
    """Readings, positions and trouble codes change what health says of a car; other events do not."""
    told = [(event.device_key, event.time) for event in batch.events if event.type == EventType.CODES]
    codes = pl.DataFrame(told, schema={name: STORED_READINGS[name] for name in KEY}, orient="row")
    keys = pl.concat([codes, *(rows.select(KEY) for rows in (batch.readings, batch.positions))])
    marks = keys.group_by("device_key").agg(pl.col("time").min().alias("first"), pl.col("time").max().alias("last"))
    return marks.to_dict(as_series=False)


def _write_messages(connection: psycopg.Connection, batch: Batch) -> None:
    with connection.cursor() as cursor:
        if batch.events:
            cursor.executemany(_QUERIES["add_event"], [vars(event) | {"data": Jsonb(event.data)}
                                                       for event in batch.events])
        if batch.statuses:
            cursor.executemany(_QUERIES["set_status"], [vars(status) for status in batch.statuses])
    if batch.answers:
        commands.record_answers(connection, batch.answers)
