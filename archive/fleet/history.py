"""History: what was measured on one car, through the devices fitted to it, as one frame ordered by time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

import polars as pl
import psycopg
from psycopg import sql
from psycopg.rows import class_row

from archive.database.queries import beside
from schemas.frames import READINGS, TIME
from schemas.signals import POSITION_SIGNALS, READING_SIGNALS, Signal

_QUERIES = beside(__file__)
_EPOCH_S = "epoch_s"


@dataclass(frozen=True)
class Fitted:
    """A device in the car from `first` on, before `until`, as far as a window reaches."""

    device_key: int
    first: datetime
    until: datetime


@dataclass(frozen=True)
class Extent:
    """First and last instant of what is stored of a car; None where nothing is."""

    first: datetime | None
    last: datetime | None


def readings(connection: psycopg.Connection, vehicle_id: int, first: datetime, last: datetime) -> pl.DataFrame:
    """Readings and positions of a car from `first` to `last`, both included: a `schemas.frames.READINGS` frame."""
    parts = [_of_device(connection, fitted) for fitted in _fittings(connection, vehicle_id, first, last)]
    missing = pl.lit(None, pl.Float64)
    return (
        pl.concat([_no_rows(), *parts], how="diagonal")
        .with_columns(pl.lit(str(vehicle_id)).alias("vehicle"), _time())
        .sort("time")
        .pipe(lambda frame: frame.with_columns(missing.alias(name) for name in READINGS if name not in frame.columns))
        .select(READINGS.names())
    )


def extent(connection: psycopg.Connection, vehicle_id: int) -> Extent:
    """From the first reading or trip of a car to its last."""
    with connection.cursor(row_factory=class_row(Extent)) as cursor:
        found = cursor.execute(_QUERIES["extent"], {"vehicle": vehicle_id}).fetchone()
    return found or Extent(None, None)


def _fittings(connection: psycopg.Connection, vehicle_id: int, first: datetime, last: datetime) -> list[Fitted]:
    with connection.cursor(row_factory=class_row(Fitted)) as cursor:
        window = {"vehicle": vehicle_id, "first": first, "last": last}
        return cursor.execute(_QUERIES["fittings"], window).fetchall()


def _of_device(connection: psycopg.Connection, fitted: Fitted) -> pl.DataFrame:
    measured = _rows(connection, "reading", READING_SIGNALS, fitted)
    positions = _rows(connection, "position", POSITION_SIGNALS, fitted)
    if positions.is_empty():
        return measured
    return measured.join(positions, on=_EPOCH_S, how="full", coalesce=True)


def _rows(connection: psycopg.Connection, table: LiteralString, signals: Iterable[Signal],
          fitted: Fitted) -> pl.DataFrame:
    """Rows of one hypertable as text, parsed by all cores.

    Columns without any value are left out: looking first costs a fifth of what writing and parsing empty fields does.
    """
    columns = [name for name, present in _presence(connection, table, signals, fitted).items() if present]
    more = sql.SQL("").join(sql.SQL(", {}").format(sql.Identifier(name)) for name in columns)
    asked = _QUERIES["copy"].format(columns=more, table=sql.Identifier(table))
    with connection.cursor() as cursor, cursor.copy(asked, vars(fitted)) as copy:
        text = b"".join(copy)
    schema = dict.fromkeys([_EPOCH_S, *columns], pl.Float64)
    return pl.read_csv(text, has_header=False, schema=schema) if text else pl.DataFrame(schema=schema)


def _presence(connection: psycopg.Connection, table: LiteralString, signals: Iterable[Signal],
              fitted: Fitted) -> dict[str, bool]:
    names = [signal.column for signal in signals]
    counted = sql.SQL(", ").join(sql.SQL("count({})").format(sql.Identifier(name)) for name in names)
    asked = _QUERIES["presence"].format(counts=counted, table=sql.Identifier(table))
    # Not prepared: a plan for any window would open every chunk.
    row = connection.execute(asked, vars(fitted), prepare=False).fetchone() or ()
    return {name: bool(count) for name, count in zip(names, row, strict=True)}


def _no_rows() -> pl.DataFrame:
    return pl.DataFrame(schema={_EPOCH_S: pl.Float64})


def _time() -> pl.Expr:
    # A double holds microseconds since 1970 exactly once rounded, and its text is the fastest to write and to parse.
    return (pl.col(_EPOCH_S) * 1e6).round().cast(pl.Int64).cast(pl.Datetime("us")).dt.replace_time_zone("UTC").cast(
        TIME).alias("time")
