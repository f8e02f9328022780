"""Frames: the tables that travel between archive, ingest and health, as Polars schemas."""

import polars as pl
from polars.datatypes import DataTypeClass

from schemas.signals import POSITION_SIGNALS, READING_SIGNALS, SIGNALS, Signal, SqlType

TIME = pl.Datetime("us", "UTC")
"""Every instant is UTC with microseconds, as PostgreSQL stores it."""

Columns = dict[str, pl.DataType | DataTypeClass]

_POLARS: dict[SqlType, DataTypeClass] = {
    SqlType.REAL: pl.Float32,
    SqlType.DOUBLE: pl.Float64,
    SqlType.SMALLINT: pl.Int16,
}


def _columns(signals: tuple[Signal, ...]) -> Columns:
    return {signal.column: _POLARS[signal.sql] for signal in signals}


_KEY: Columns = {"device_key": pl.Int32, "time": TIME}

STORED_READINGS = pl.Schema(_KEY | _columns(READING_SIGNALS) | {"extra": pl.String})
"""Rows of hypertable `reading` on their way in; `extra` is JSON text of signals without a column."""

STORED_POSITIONS = pl.Schema(_KEY | _columns(POSITION_SIGNALS))
"""Rows of hypertable `position` on their way in."""

_CAR: Columns = {"vehicle": pl.String, "time": TIME}

READINGS = pl.Schema(_CAR | dict.fromkeys((s.column for s in SIGNALS), pl.Float64))
"""What health reads: both hypertables joined by time, of one or many vehicles; null where not measured."""

CODE_SCANS = pl.Schema(_CAR | {"list": pl.String, "code": pl.String})
"""What devices told of trouble codes: a row for each code of a list (confirmed, pending, permanent) as it was written,
a row without code for an empty list, and a row of list `clear` where codes were cleared."""
