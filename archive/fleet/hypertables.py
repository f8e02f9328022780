"""Writing measured rows: fast when they are new, exact when they are not.

Rows arrive as Arrow batches and go in by binary COPY. A row whose (device, time) is already there merges per column:
null gives way, of two different values the greater stays. That rule does not depend on the order of arrival, so a
message sent twice, late or shuffled leaves the same rows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import LiteralString

import polars as pl
import psycopg
import pyarrow as pa
from pgpq import ArrowToPostgresBinaryEncoder
from pgpq.encoders import LargeStringEncoderBuilder
from pgpq.schema import Jsonb
from psycopg import sql

from archive.database.queries import beside
from schemas.frames import STORED_POSITIONS, STORED_READINGS

_QUERIES = beside(__file__)
KEY = ("device_key", "time")
EXTRA = "extra"
ROWS_A_PIECE = 8_192
"""Rows encoded at a time: about a megabyte, instead of the whole batch three times over in memory."""

_GREATER: LiteralString = "GREATEST(kept.{c}, excluded.{c})"
_UNITED: LiteralString = "merge_extra(kept.{c}, excluded.{c})"


NO_KEYS = pl.DataFrame(schema={name: STORED_READINGS[name] for name in KEY})


@dataclass(frozen=True)
class Written:
    """What became of one frame: which keys were there before, how many rows contradicted what was stored or came with
    them, and whether the merging path was needed at all."""

    existing: pl.DataFrame
    contradictions: int = 0
    by_merging: bool = False


@dataclass(frozen=True)
class Hypertable:
    """One of the two tables of measured rows."""

    name: str
    schema: pl.Schema

    @property
    def staging(self) -> str:
        """Temporary table of the merging path; lives as long as the connection, empty after each transaction."""
        return f"staging_{self.name}"

    def prepare(self, connection: psycopg.Connection) -> None:
        """Create the staging table of this connection, and let it write into compressed chunks."""
        connection.execute(_QUERIES["write_into_compressed"])
        connection.execute(_QUERIES["create_staging"].format(staging=sql.Identifier(self.staging),
                                                             table=sql.Identifier(self.name)))

    def write(self, connection: psycopg.Connection, rows: pl.DataFrame,
              encoded: Iterable[bytes] | None = None) -> Written:
        """Store a frame inside the caller's transaction; `encoded` is the same as `encode` gives it, if it is at hand.

        Columns that are null throughout may be missing. Raises psycopg.Error when the database refuses or is away.
        """
        if rows.is_empty() or self._copied(connection, rows, encode(rows) if encoded is None else encoded):
            return Written(NO_KEYS)
        return self._merge(connection, rows)

    def _copied(self, connection: psycopg.Connection, rows: pl.DataFrame, encoded: Iterable[bytes]) -> bool:
        """Whether all rows were new and are in now."""
        try:
            with connection.transaction():
                self._copy(connection, self.name, rows.columns, encoded)
        except psycopg.errors.UniqueViolation:
            return False
        return True

    def _merge(self, connection: psycopg.Connection, rows: pl.DataFrame) -> Written:
        twice = rows.filter(rows.select(KEY).is_duplicated())
        self._copy(connection, self.staging, rows.columns, encode(rows.sort(KEY)))
        connection.execute(_QUERIES["forget_contradictions"])
        merged = connection.execute(self._merging(rows.columns, grouped=not twice.is_empty())).fetchall()
        inserted = pl.DataFrame([row[:2] for row in merged if row[2]], schema=NO_KEYS.schema, orient="row")
        noted = connection.execute(_QUERIES["contradictions"]).fetchone()
        return Written(rows.select(KEY).unique().join(inserted, on=KEY, how="anti"),
                       (noted[0] if noted else 0) + _contradictions_among(twice), by_merging=True)

    def _merging(self, all_columns: Sequence[str], *, grouped: bool) -> sql.Composed:
        """The merge of some columns; `grouped` when a key stands in the batch more than once."""
        columns = [name for name in all_columns if name not in KEY]
        values = [name for name in columns if name != EXTRA]
        return _QUERIES["merge"].format(
            table=sql.Identifier(self.name), staging=sql.Identifier(self.staging),
            columns=_each("{c}", columns), kept=_each("kept.{c}", columns),
            together=_each("max({c})", columns, extra="merge_extras({c})") if grouped else _each("{c}", columns),
            grouped=sql.SQL("GROUP BY device_key, time ORDER BY device_key, time" if grouped else ""),
            merged=_each(_GREATER, columns, extra=_UNITED),
            sets=_each(f"{{c}} = {_GREATER}", columns, extra=f"{{c}} = {_UNITED}"),
            differs=_each("kept.{c} <> excluded.{c}", values, between=" OR ") if values else sql.SQL("false"))

    def _copy(self, connection: psycopg.Connection, table: str, columns: Sequence[str],
              encoded: Iterable[bytes]) -> None:
        statement = _QUERIES["copy"].format(table=sql.Identifier(table), columns=_each("{c}", columns))
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for piece in encoded:
                copy.write(piece)


def _contradictions_among(twice: pl.DataFrame) -> int:
    """Keys that came more than once in one batch, with different values."""
    values = [name for name in twice.columns if name not in (*KEY, EXTRA)]
    if twice.is_empty() or not values:
        return 0
    spread = twice.group_by(KEY).agg(pl.any_horizontal(pl.col(name).max() != pl.col(name).min() for name in values)
                                     .alias("contradicts"))
    return int(spread["contradicts"].sum())


READING = Hypertable("reading", STORED_READINGS)
POSITION = Hypertable("position", STORED_POSITIONS)


def encode(rows: pl.DataFrame) -> Iterator[bytes]:
    """PostgreSQL's binary COPY of a frame in pieces; text columns are sent as jsonb."""
    table = rows.to_arrow(compat_level=pl.CompatLevel.oldest())
    encoder = _encoder(table.schema)
    yield encoder.write_header()
    yield from (encoder.write_batch(batch) for batch in table.to_batches(max_chunksize=ROWS_A_PIECE))
    yield encoder.finish()


def _encoder(schema: pa.Schema) -> ArrowToPostgresBinaryEncoder:
    builders = {field.name: LargeStringEncoderBuilder.new_with_output(field, Jsonb())
                if pa.types.is_large_string(field.type) else ArrowToPostgresBinaryEncoder.infer_encoder(field)
                for field in schema}
    return ArrowToPostgresBinaryEncoder.new_with_encoders(schema, builders)


def _each(piece: LiteralString, columns: Sequence[str], *, extra: LiteralString | None = None,
          between: LiteralString = ", ") -> sql.Composed:
    """One piece of SQL per column; `extra` is the piece for the jsonb column."""
    return sql.SQL(between).join(
        sql.SQL(extra if extra and name == EXTRA else piece).format(c=sql.Identifier(name)) for name in columns)
