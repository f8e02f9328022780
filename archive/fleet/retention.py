"""How long measured rows stay: one editable rule per hypertable, and since when its rows are gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from archive.database.connecting import our_errors
from archive.database.queries import beside
from schemas.errors import InvalidInput, PitcallError

_QUERIES = beside(__file__)
Name = Literal["reading", "position"]
HYPERTABLES: tuple[Name, ...] = ("reading", "position")
LOCK_TIMEOUT_S = 5
"""Longest wait for a chunk [s]; queries that come later wait behind ours. K."""


class ChunkBusy(PitcallError):
    """Somebody has been working on a chunk for long; it stays until the next run."""


@dataclass(frozen=True)
class Rule:
    """What becomes of the rows of one hypertable as they age, counted back from one instant.

    Whole months before `exported_before` are in cold storage too, chunks before `compressed_before` are compressed
    where the edition can, chunks before `kept_from` go. None is never.
    """

    hypertable: Name
    keep: str
    export_after: str | None
    compress_after: str | None
    kept_from: datetime
    exported_before: datetime | None
    compressed_before: datetime | None
    dropped_before: datetime | None


@dataclass(frozen=True)
class Chunk:
    """One piece of a hypertable: rows from `first` on, before `until`."""

    schema: str
    name: str
    first: datetime
    until: datetime


def rule(connection: psycopg.Connection, hypertable: Name, now: datetime) -> Rule:
    """The rule of a hypertable as of now."""
    with connection.cursor(row_factory=class_row(Rule)) as cursor:
        found = cursor.execute(_QUERIES["rule"], {"hypertable": hypertable, "now": now}).fetchone()
    assert found is not None  # noqa: S101 - a migration puts one for each
    return found


def change(connection: psycopg.Connection, hypertable: Name, *, keep: str | None = None,
           export_after: str | None = None, compress_after: str | None = None) -> None:
    """Change what is given; intervals as PostgreSQL writes them ("24 months").

    Raises InvalidInput for what is no interval, Conflict when rows would be dropped before they are exported.
    """
    given = {"hypertable": hypertable, "keep": keep, "export_after": export_after, "compress_after": compress_after}
    try:
        with our_errors():
            connection.execute(_QUERIES["change"], given)
    except psycopg.DataError as refused:
        raise InvalidInput(f"no interval: {refused.diag.message_primary}") from refused


def chunks_before(connection: psycopg.Connection, hypertable: Name, until: datetime) -> list[Chunk]:
    """Chunks that end before an instant, oldest first."""
    with connection.cursor(row_factory=class_row(Chunk)) as cursor:
        return cursor.execute(_QUERIES["chunks_before"], {"hypertable": hypertable, "until": until}).fetchall()


def is_being_looked_at(connection: psycopg.Connection, chunk: Chunk) -> bool:
    """Whether health has yet to look at readings or positions of the time of a chunk."""
    row = connection.execute(_QUERIES["is_marked"], {"first": chunk.first, "until": chunk.until}).fetchone()
    return bool(row and row[0])


def dropped_before(connection: psycopg.Connection, hypertable: Name) -> datetime | None:
    """Rows measured before this instant may be gone. Ask after reading rows: then none can go unnoticed in between."""
    row = connection.execute(_QUERIES["dropped_before"], {"hypertable": hypertable}).fetchone()
    return row[0] if row else None


def lock(connection: psycopg.Connection, chunks: Sequence[Chunk]) -> None:
    """Keep rows of these chunks as they are until the transaction ends; readers go on.

    Raises ChunkBusy when somebody writes into one for longer than LOCK_TIMEOUT_S: nobody shall wait for us.
    """
    connection.execute(_QUERIES["lock_timeout"], {"limit": f"{LOCK_TIMEOUT_S}s"})
    try:
        for chunk in chunks:
            connection.execute(_QUERIES["lock"].format(chunk=sql.Identifier(chunk.schema, chunk.name)))
    except psycopg.errors.LockNotAvailable:
        raise ChunkBusy from None


def drop(connection: psycopg.Connection, hypertable: Name, chunks: Sequence[Chunk]) -> None:
    """Drop locked chunks and remember it, in the caller's transaction. Raises ChunkBusy as `lock` does."""
    try:
        for chunk in chunks:
            window = {"hypertable": hypertable, "first": chunk.first, "until": chunk.until}
            connection.execute(_QUERIES["drop"], window)
            connection.execute(_QUERIES["note_dropped"], window)
    except psycopg.errors.LockNotAvailable:
        raise ChunkBusy from None
