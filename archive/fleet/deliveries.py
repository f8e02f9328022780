"""What came through of what devices sent: their seq numbers per boot, so that gaps show what was lost.

One statement per batch in the batch's own transaction, so that a number counts exactly when its rows are stored.
"""

from collections.abc import Mapping

import polars as pl
import psycopg

from archive.database.queries import beside

_QUERIES = beside(__file__)
DELIVERIES: Mapping[str, pl.DataType] = {"device_key": pl.Int32(), "boot": pl.Int64(), "seq": pl.Int64(),
                                         "ahead_ms": pl.Int64(), "heard": pl.Datetime("us", "UTC")}
"""One row per message: `seq` is null for what carries none, `ahead_ms` is its newest sample less its receipt."""

CRUMBLED_BYTES = 8_192
"""Size of a boot's numbers at which those below the newest gaps are settled [K]: some 500 gaps, far beyond what a
network loses, or a device that makes its numbers up."""

PARTS_KEPT = 100
BOOTS_KEPT = 200
"""Boots of a device whose numbers are kept apart: a month and more at several starts a day [K]."""


Numbers = Mapping[str, str]
"""DELIVERIES, each column as the text of a PostgreSQL array: Python's own lists would cost more than the statement."""


def numbers(came: pl.DataFrame) -> Numbers:
    """The messages of a batch as the database is given them; empty if there are none."""
    return {} if came.is_empty() else {name: _array(came[name]) for name in DELIVERIES}


def record(connection: psycopg.Connection, came: Numbers) -> None:
    """Count the messages of a batch within the caller's transaction."""
    if not came:
        return
    given = {**came, "crumbled": CRUMBLED_BYTES}
    more = connection.execute(_QUERIES["record"], given).fetchall()
    crumbled = [(device, boot) for device, boot, _, settle in more if settle]
    if crumbled:
        devices, boots = zip(*crumbled, strict=True)
        connection.execute(_QUERIES["settle"], {"device_key": list(devices), "boot": list(boots),
                                                "parts": PARTS_KEPT})
    begun = sorted({device for device, _, fresh, _ in more if fresh})
    if begun:
        connection.execute(_QUERIES["fold"], {"device_key": begun, "boots": BOOTS_KEPT})


def _array(column: pl.Series) -> str:
    text = column.dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ") if column.dtype.is_temporal() else column.cast(pl.String)
    return f"{{{text.fill_null('NULL').str.join(',').item()}}}"
