"""Reading measured rows of one device back, one array a column, in the types they are stored in."""

from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
import psycopg
from polars.datatypes import DataTypeClass
from psycopg import sql

from archive.database.queries import beside
from archive.fleet.hypertables import EXTRA, KEY, Hypertable
from schemas.frames import TIME

_QUERIES = beside(__file__)
_POSTGRES_EPOCH_US = 946_684_800_000_000
"""2000-01-01 UTC, from where PostgreSQL counts, in microseconds since 1970."""
_NAN_FOR_NULL = sql.SQL(", array_agg(coalesce({}, 'NaN'))")
_ARRAY: dict[DataTypeClass, sql.SQL] = {pl.Float32: _NAN_FOR_NULL, pl.Float64: _NAN_FOR_NULL,
                                         pl.Int16: sql.SQL(", array_agg(coalesce({}::real, 'NaN'))")}
_ELEMENT: dict[DataTypeClass, str] = {pl.Float32: ">f4", pl.Float64: ">f8", pl.Int16: ">f4"}


def stored(connection: psycopg.Connection, table: Hypertable, device_key: int, first: datetime, until: datetime, *,
           with_extra: bool = False) -> pl.DataFrame:
    """Rows of a device from `first` on, before `until`, in no order: `time` and every column that has a value.

    Columns without any value are left out: most cars answer a dozen of the 33, and looking first costs a tenth of what
    an empty column does. `with_extra` adds the JSON text of signals without a column.
    """
    window = {"device_key": device_key, "first": first, "until": until}
    measured = _measured(connection, table, window, with_extra)
    signals = [name for name in measured if name != EXTRA]
    values = sql.SQL("").join(_ARRAY[table.schema[name].base_type()].format(sql.Identifier(name)) for name in signals)
    time, *arrays = _binary(connection, "arrays", table, window, values=values)
    rows = pl.DataFrame([_times(time), *(_column(table, name, array)
                                         for name, array in zip(signals, arrays, strict=True) if time)])
    return rows.join(_extras(connection, table, window), on="time", how="left") if EXTRA in measured else rows


def _extras(connection: psycopg.Connection, table: Hypertable, window: dict[str, Any]) -> pl.DataFrame:
    time, lines = _binary(connection, "extras", table, window)
    # jsonb as text holds no line break of its own.
    return pl.DataFrame([_times(time), pl.Series(EXTRA, [(lines or b"").decode()]).str.split("\n").explode()])


def _measured(connection: psycopg.Connection, table: Hypertable, window: dict[str, Any], with_extra: bool) -> list[str]:
    """Columns with any value: most of them show in the first rows, the others are looked for in all."""
    columns = [name for name in table.schema if name not in KEY and (with_extra or name != EXTRA)]
    shown = _present(connection, "presence_at_first", table, window, columns)
    unseen = [name for name in columns if name not in shown]
    shown |= _present(connection, "presence", table, window, unseen) if unseen else set()
    return [name for name in columns if name in shown]


def _present(connection: psycopg.Connection, query: str, table: Hypertable, window: dict[str, Any],
             columns: list[str]) -> set[str]:
    names = [sql.Identifier(name) for name in columns]
    counts = sql.SQL(", ").join(sql.SQL("count({})").format(name) for name in names)
    asked = _QUERIES[query].format(counts=counts, columns=sql.SQL(", ").join(names), table=sql.Identifier(table.name))
    # Not prepared, here and below: a plan for any window would open every chunk.
    row = connection.execute(asked, window, prepare=False).fetchone() or ()
    return {name for name, count in zip(columns, row, strict=True) if count}


def _binary(connection: psycopg.Connection, query: str, table: Hypertable, window: dict[str, Any],
            **pieces: sql.Composable) -> list[bytes | None]:
    """The only row of a query as PostgreSQL sends it."""
    statement = _QUERIES[query].format(table=sql.Identifier(table.name), **pieces)
    result = connection.execute(statement, window, prepare=False, binary=True).pgresult
    assert result is not None  # noqa: S101 - a statement that was executed has a result
    return [result.get_value(0, number) for number in range(result.nfields)]


def _times(array: bytes | None) -> pl.Series:
    """Instants of an array; none where no row was found."""
    if array is None:
        return pl.Series("time", [], dtype=TIME)
    epoch_us = pl.Series("time", _decoded(array, ">i8").astype(np.int64) + _POSTGRES_EPOCH_US)
    return epoch_us.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def _column(table: Hypertable, name: str, array: bytes | None) -> pl.Series:
    kind = table.schema[name]
    values = _decoded(array, _ELEMENT[kind.base_type()])
    return pl.Series(name, values.astype(values.dtype.newbyteorder("="))).fill_nan(None).cast(kind)


def _decoded(array: bytes | None, element: str) -> np.ndarray[Any, Any]:
    """An array without nulls as PostgreSQL sends it: 20 bytes of head, then length and value of each element."""
    elements = np.frombuffer(array or b"", [("length", ">i4"), ("value", element)], offset=20)
    values: np.ndarray[Any, Any] = elements["value"]
    return values
