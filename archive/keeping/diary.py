"""The keeper's diary: when each job last ran and how it went, shared by all keepers; and the lock of each job."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from archive.database.queries import beside

_QUERIES = beside(__file__)


@dataclass(frozen=True)
class Run:
    """The last run of a job; `ended_at` is None while it runs, or when its keeper died."""

    job: str
    began_at: datetime
    ended_at: datetime | None
    ok: bool | None
    done: dict[str, int]


def last_run(connection: psycopg.Connection, job: str) -> Run | None:
    """The last run of a job by any keeper."""
    with connection.cursor(row_factory=class_row(Run)) as cursor:
        return cursor.execute(_QUERIES["last_run"], {"job": job}).fetchone()


@contextmanager
def locked(connection: psycopg.Connection, job: str) -> Iterator[bool]:
    """Whether this connection may do a job now: only one may. The lock ends with the connection at the latest."""
    row = connection.execute(_QUERIES["try_lock"], {"job": job}).fetchone()
    mine = bool(row and row[0])
    try:
        yield mine
    finally:
        if mine and not connection.closed:
            connection.execute(_QUERIES["unlock"], {"job": job})


def begin(connection: psycopg.Connection, job: str, now: datetime) -> None:
    """Note that a job begins."""
    connection.execute(_QUERIES["begin"], {"job": job, "now": now})


def end(connection: psycopg.Connection, job: str, now: datetime, done: Mapping[str, int] | None) -> None:
    """Note that a job ended; `done` is None when it failed."""
    connection.execute(_QUERIES["end"], {"job": job, "now": now, "ok": done is not None, "done": Jsonb(done or {})})
