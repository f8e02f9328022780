"""The limit: the same rows straight into the real table, one connection, 30,000 rows per transaction."""

import time
from collections.abc import Sequence

import polars as pl
import psycopg
from psycopg import sql

from archive.fleet.devices import Device
from archive.fleet.hypertables import encode
from dev.bench.ingest.load import Load
from ingest.messages import Message
from ingest.registry import Registry
from ingest.sorting import sort_out
from schemas.frames import STORED_READINGS

ROWS_PER_TRANSACTION = 30_000


class KnownFleet(Registry):
    """A registry that was told once, for decoding without a database."""

    def __init__(self, devices: Sequence[Device]) -> None:
        super().__init__()
        self._devices = {device.device_id: device for device in devices}


def rows_of(load: Load, devices: Sequence[Device]) -> pl.DataFrame:
    """The load decoded, with every column of the table: what a writer that does nothing else would be handed."""
    now, registry = time.time(), KnownFleet(devices)
    messages = [Message(topic, payload, 0, 1, False, "s00", 0, now) for topic, payload in load.published]
    frames = []
    while messages:
        out = sort_out(messages, registry)
        if out.letters:
            raise ValueError(f"the load does not decode: {next(iter(out.letters.values())).detail}")
        frames.append(out.readings)
        messages = messages[len(out.messages):]
    rows = pl.concat(frames, how="diagonal")
    if rows.height != load.samples:
        raise ValueError(f"{load.samples} samples, {rows.height} rows")
    missing = [pl.lit(None, kind).alias(name) for name, kind in STORED_READINGS.items() if name not in rows.columns]
    return rows.with_columns(missing).select(STORED_READINGS.names())


def copy_seconds(url: str, rows: pl.DataFrame) -> float:
    """Seconds to COPY all rows over one connection, encoding included, each piece in a transaction of its own."""
    statement = sql.SQL("COPY reading ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.SQL(", ").join(map(sql.Identifier, rows.columns)))
    with psycopg.connect(url, autocommit=True) as connection:
        began = time.perf_counter()
        for piece in rows.iter_slices(ROWS_PER_TRANSACTION):
            with connection.transaction(), connection.cursor() as cursor, cursor.copy(statement) as copy:
                for part in encode(piece):
                    copy.write(part)
        return time.perf_counter() - began
