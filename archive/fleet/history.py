"""History: what was measured on one car, through the devices fitted to it, as one frame ordered by time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import numpy as np
import polars as pl
import psycopg
from psycopg import sql
from psycopg.rows import class_row

from archive.database.queries import beside
from schemas.frames import READINGS, TIME
from schemas.signals import POSITION_SIGNALS, READING_SIGNALS, Signal, SqlType

_QUERIES = beside(__file__)
_POSTGRES_EPOCH_US = 946_684_800_000_000
"""2000-01-01 UTC, from where PostgreSQL counts, in microseconds since 1970."""
_NAN_FOR_NULL = sql.SQL(", array_agg(coalesce({}, 'NaN'))")
_ARRAY = {SqlType.REAL: _NAN_FOR_NULL, SqlType.DOUBLE: _NAN_FOR_NULL,
          SqlType.SMALLINT: sql.SQL(", array_agg(coalesce({}::real, 'NaN'))")}
_ELEMENT = {SqlType.REAL: ">f4", SqlType.DOUBLE: ">f8", SqlType.SMALLINT: ">f4"}
_NO_ROWS = pl.DataFrame(schema={"time": TIME})


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
    found = pl.concat([_NO_ROWS, *parts], how="diagonal").sort("time").with_columns(vehicle=pl.lit(str(vehicle_id)))
    missing = [pl.lit(None, pl.Float64).alias(name) for name in READINGS if name not in found.columns]
    return found.with_columns(*missing).select(READINGS.names())


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
    return measured.join(positions, on="time", how="full", coalesce=True)


def _rows(connection: psycopg.Connection, table: LiteralString, signals: Sequence[Signal],
          fitted: Fitted) -> pl.DataFrame:
    """Rows of one hypertable, one array a column.

    Columns without any value are left out: most cars answer a dozen of the 33, and looking first costs a tenth of what
    an empty column does.
    """
    measured = _measured(connection, table, signals, fitted)
    arrays = _QUERIES["arrays"].format(
        values=sql.SQL("").join(_ARRAY[signal.sql].format(sql.Identifier(signal.column)) for signal in measured),
        table=sql.Identifier(table))
    result = connection.execute(arrays, vars(fitted), prepare=False, binary=True).pgresult
    assert result is not None  # noqa: S101 - a statement that was executed has a result
    time, *values = (result.get_value(0, number) for number in range(result.nfields))
    if time is None:
        return _NO_ROWS
    columns = {signal.column: _decoded(array, _ELEMENT[signal.sql]).astype(np.float64)
               for signal, array in zip(measured, values, strict=True)}
    return pl.DataFrame({"time": _decoded(time, ">i8").astype(np.int64) + _POSTGRES_EPOCH_US} | columns).with_columns(
        pl.col(pl.Float64).fill_nan(None), pl.col("time").cast(pl.Datetime("us")).dt.replace_time_zone("UTC"))


def _measured(connection: psycopg.Connection, table: LiteralString, signals: Sequence[Signal],
              fitted: Fitted) -> list[Signal]:
    """Signals with any value."""
    counts = sql.SQL("").join(sql.SQL(", count({})").format(sql.Identifier(signal.column)) for signal in signals)
    asked = _QUERIES["presence"].format(counts=counts, table=sql.Identifier(table))
    # Not prepared, here and above: a plan for any window would open every chunk.
    row = connection.execute(asked, vars(fitted), prepare=False).fetchone() or ()
    return [signal for signal, count in zip(signals, row[1:], strict=True) if count]


def _decoded(array: bytes | None, element: str) -> np.ndarray[Any, Any]:
    """An array without nulls as PostgreSQL sends it: 20 bytes of head, then length and value of each element."""
    elements = np.frombuffer(array or b"", [("length", ">i4"), ("value", element)], offset=20)
    values: np.ndarray[Any, Any] = elements["value"]
    return values
