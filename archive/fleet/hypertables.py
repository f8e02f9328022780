"""Writing measured rows: fast when they are new, exact when they are not.

Rows arrive as Arrow batches and go in by binary COPY. A row whose (device, time) is already there merges per column:
null gives way, of two different values the greater stays. That rule does not depend on the order of arrival, so a
message sent twice, late or shuffled leaves the same rows.
"""

from collections.abc import Sequence
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
_GREATER: LiteralString = "GREATEST(kept.{c}, excluded.{c})"
_UNITED: LiteralString = "merge_extra(kept.{c}, excluded.{c})"


@dataclass(frozen=True)
class Written:
    """What became of one frame: which keys were there before, how many rows contradicted what was stored, and whether
    the merging path was needed at all."""

    existing: pl.DataFrame
    contradictions: int = 0
    by_merging: bool = False


NO_KEYS = pl.DataFrame(schema={name: STORED_READINGS[name] for name in KEY})


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
        """Create the staging table of this connection."""
        connection.execute(_QUERIES["create_staging"].format(**self._names()))

    def write(self, connection: psycopg.Connection, rows: pl.DataFrame) -> Written:
        """Store a frame inside the caller's transaction.

        Columns that are null throughout may be missing. Raises psycopg.Error when the database refuses or is away.
        """
        if rows.is_empty():
            return Written(NO_KEYS)
        try:
            with connection.transaction():
                self._copy(connection, self.name, rows)
        except psycopg.errors.UniqueViolation:
            return self._merge(connection, rows)
        return Written(NO_KEYS)

    def _merge(self, connection: psycopg.Connection, rows: pl.DataFrame) -> Written:
        self._copy(connection, self.staging, rows)
        columns = [name for name in rows.columns if name not in KEY]
        names = self._names(columns)
        existing = connection.execute(_QUERIES["existing"].format(**names)).fetchall()
        contradictions = connection.execute(_QUERIES["contradictions"].format(**names)).fetchone()
        connection.execute(_QUERIES["merge"].format(**names))
        keys = pl.DataFrame(existing, schema=NO_KEYS.schema, orient="row")
        return Written(keys, int(contradictions[0]) if contradictions else 0, by_merging=True)

    def _copy(self, connection: psycopg.Connection, table: str, rows: pl.DataFrame) -> None:
        statement = _QUERIES["copy"].format(table=sql.Identifier(table), columns=_each("{c}", rows.columns))
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(encode(rows))

    def _names(self, columns: Sequence[str] = ()) -> dict[str, sql.Composable]:
        values = [name for name in columns if name != EXTRA]
        return {
            "table": sql.Identifier(self.name),
            "staging": sql.Identifier(self.staging),
            "columns": _each("{c}", columns),
            "kept": _each("kept.{c}", columns),
            "together": _each("max({c})", columns, extra="merge_extras({c})"),
            "merged": _each(_GREATER, columns, extra=_UNITED),
            "sets": _each(f"{{c}} = {_GREATER}", columns, extra=f"{{c}} = {_UNITED}"),
            "differs": _each("kept.{c} <> staged.{c}", values, between=" OR ") if values else sql.SQL("false"),
        }


READING = Hypertable("reading", STORED_READINGS)
POSITION = Hypertable("position", STORED_POSITIONS)


def encode(rows: pl.DataFrame) -> bytes:
    """PostgreSQL's binary COPY of a frame [bytes]; text columns are sent as jsonb."""
    table = rows.to_arrow(compat_level=pl.CompatLevel.oldest())
    encoder = _encoder(table.schema)
    parts = [encoder.write_header(), *(encoder.write_batch(batch) for batch in table.to_batches()), encoder.finish()]
    return b"".join(parts)


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
