"""Live state: per device and signal the newest measured value and when it was measured."""

from collections.abc import Iterable
from typing import LiteralString

import polars as pl
import psycopg
from psycopg import sql

from archive.database.queries import beside
from schemas.signals import BY_COLUMN

_QUERIES = beside(__file__)


def prepare(connection: psycopg.Connection) -> None:
    """Create the staging table of this connection."""
    connection.execute(_QUERIES["create_staging"])


def newest(rows: pl.DataFrame) -> pl.DataFrame:
    """Per device the newest non-null value of each signal and its time, `<signal>_at`.

    Of two values measured at the same instant the greater counts, as in the stored rows.
    """
    signals = [name for name in rows.columns if name in BY_COLUMN]
    measured = [(pl.col(name).drop_nulls().last(), _time_of(name)) for name in signals]
    ordered = rows.sort("device_key", "time")
    return ordered.group_by("device_key", maintain_order=True).agg(*(part for pair in measured for part in pair))


def _time_of(name: str) -> pl.Expr:
    return pl.col("time").filter(pl.col(name).is_not_null()).last().alias(f"{name}_at")


def merged(readings: pl.DataFrame, positions: pl.DataFrame) -> pl.DataFrame:
    """The newest values of a batch, as `newest`, of whatever was measured in it."""
    return newest(readings).join(newest(positions), on="device_key", how="full", coalesce=True)


def update(connection: psycopg.Connection, state: pl.DataFrame, encoded: Iterable[bytes]) -> None:
    """Merge the newest values of a batch into the table; an older measurement never replaces a newer one.

    `encoded` is the same as `encode` gives it.
    """
    signals = [name for name in state.columns if name in BY_COLUMN]
    if state.is_empty() or not signals:
        return
    columns = _each("{c}, {at}", signals)
    with connection.cursor() as cursor, cursor.copy(_QUERIES["copy"].format(columns=columns)) as copy:
        for piece in encoded:
            copy.write(piece)
    connection.execute(_QUERIES["merge"].format(columns=columns, sets=_each(_NEWER, signals)))


_NEWER: LiteralString = """
    {c} = CASE WHEN live.{at} IS NULL OR (excluded.{at}, excluded.{c}) > (live.{at}, live.{c})
          THEN excluded.{c} ELSE live.{c} END,
    {at} = GREATEST(live.{at}, excluded.{at})"""


def _each(piece: LiteralString, signals: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(
        sql.SQL(piece).format(c=sql.Identifier(name), at=sql.Identifier(f"{name}_at")) for name in signals)
