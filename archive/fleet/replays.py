"""Requests to replay dead letters: asked for at the API, taken up by an ingest process, readable until forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from archive.database.queries import beside
from archive.fleet.dead_letters import Wanted
from schemas.errors import NotFound

_QUERIES = beside(__file__)
LETTERS_PER_REQUEST = 10_000
"""Oldest first; what is left over is asked for again."""

SILENCE = timedelta(seconds=60)
"""A taker that made no progress for so long is gone, and another goes on; 500 letters take a second."""


@dataclass(frozen=True)
class ReplayRequest:
    """How far a replay has come. `skipped` are letters of another boot than the shift."""

    request_id: UUID
    asked_at: datetime
    letters: int
    taken_at: datetime | None
    finished_at: datetime | None
    done: int
    replayed: int
    failed: int
    skipped: int


@dataclass(frozen=True)
class TakenReplay:
    """What a taker has to do: these letters, with this shift of this boot if any."""

    request_id: UUID
    letters: Sequence[int]
    boot: int | None
    shift_ms: int | None


def ask(connection: psycopg.Connection, staff_id: int, wanted: Wanted, *, boot: int | None = None,
        shift_ms: int | None = None) -> ReplayRequest:
    """Ask for what still waits of the wanted letters; asking again asks for what waits then, so nothing comes twice."""
    row = connection.execute(_QUERIES["ask"], vars(wanted) | {
        "staff": staff_id, "boot": boot, "shift_ms": shift_ms, "most": LETTERS_PER_REQUEST}).fetchone()
    assert row is not None  # noqa: S101 - INSERT ... RETURNING gives a row or raises
    return request(connection, row[0])


def request(connection: psycopg.Connection, request_id: UUID) -> ReplayRequest:
    """How one request stands; raises NotFound."""
    with connection.cursor(row_factory=class_row(ReplayRequest)) as cursor:
        found = cursor.execute(_QUERIES["request"], [request_id]).fetchone()
    if found is None:
        raise NotFound
    return found


def take(connection: psycopg.Connection) -> TakenReplay | None:
    """The oldest request nobody works on, if there is one; it is the caller's while he makes progress."""
    with connection.cursor(row_factory=class_row(TakenReplay)) as cursor:
        return cursor.execute(_QUERIES["take"], {"silence": SILENCE}).fetchone()


def progress(connection: psycopg.Connection, request_id: UUID, *, done: int, replayed: int, failed: int,
             skipped: int) -> None:
    """Add what the caller's transaction did to so many letters."""
    connection.execute(_QUERIES["progress"], {"request": request_id, "done": done, "replayed": replayed,
                                              "failed": failed, "skipped": skipped})


def finish(connection: psycopg.Connection, request_id: UUID) -> None:
    """Nothing is left to do."""
    connection.execute(_QUERIES["finish"], [request_id])
