"""Retention: chunks older than their hypertable's rule are dropped, once nothing is lost by it.

Readings go month by month, and only when cold storage holds every one of them in files with verified checksums.
Positions go day by day, and only when health has looked at all that was measured beside them: until then the trips'
GPS distances are not kept. What may not go yet is counted and stays for the next run.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from logging import INFO, WARNING

import psycopg
import structlog

from archive.admin.ending import Ending
from archive.cold.exporting import is_complete
from archive.cold.folder import Folder
from archive.cold.months import Window, month_of
from archive.fleet import retention
from archive.fleet.retention import Chunk, ChunkBusy, Name

log = structlog.get_logger()

Refusal = Callable[[Sequence[Chunk]], str | None]
"""Why chunks may not go, asked while nobody can write into them; None when they may."""


def drop_expired_readings(connection: psycopg.Connection, cold: Folder | None, now: datetime,
                          ending: Ending) -> dict[str, int]:
    """Drop months of readings that are past their time; returns chunks dropped and kept back."""
    kept_from = month_of(retention.rule(connection, "reading", now).kept_from)
    chunks = retention.chunks_before(connection, "reading", kept_from)
    months = [list(these) for _, these in groupby(chunks, lambda chunk: month_of(chunk.first))]
    return _drop_all(connection, "reading", months, ending, partial(_not_in_cold_storage, connection, cold, ending))


def drop_expired_positions(connection: psycopg.Connection, now: datetime, ending: Ending) -> dict[str, int]:
    """Drop days of positions that are past their time; returns chunks dropped and kept back."""
    chunks = retention.chunks_before(connection, "position", retention.rule(connection, "position", now).kept_from)
    days = [[chunk] for chunk in chunks]
    return _drop_all(connection, "position", days, ending, partial(_health_is_behind, connection))


def _drop_all(connection: psycopg.Connection, hypertable: Name, groups: Sequence[Sequence[Chunk]], ending: Ending,
              refusal: Refusal) -> dict[str, int]:
    """Drop groups of chunks, oldest first, each in a transaction of its own."""
    counts = {f"{hypertable}_chunks_dropped": 0, f"{hypertable}_chunks_kept_back": 0}
    for chunks in groups:
        if ending.is_set():
            break
        why = _drop(connection, hypertable, chunks, refusal)
        outcome = "chunks_kept_back" if why else "chunks_dropped"
        counts[f"{hypertable}_{outcome}"] += len(chunks)
        log.log(WARNING if why else INFO, outcome, hypertable=hypertable, why=why, chunks=len(chunks),
                first=chunks[0].first.isoformat(), until=chunks[-1].until.isoformat())
    return counts


def _drop(connection: psycopg.Connection, hypertable: Name, chunks: Sequence[Chunk], refusal: Refusal) -> str | None:
    """Drop chunks; returns why not, if they may not go."""
    try:
        with connection.transaction():
            retention.lock(connection, chunks)
            if why := refusal(chunks):
                return why
            retention.drop(connection, hypertable, chunks)
    except ChunkBusy as busy:
        return str(busy)
    return None


def _not_in_cold_storage(connection: psycopg.Connection, cold: Folder | None, ending: Ending,
                         chunks: Sequence[Chunk]) -> str | None:
    if cold is None:
        return "PITCALL_COLD is not set"
    if is_complete(connection, cold, Window(chunks[0].first, chunks[-1].until), ending):
        return None
    return "told to end" if ending.is_set() else "rows of devices nobody provisioned cannot go to cold storage"


def _health_is_behind(connection: psycopg.Connection, chunks: Sequence[Chunk]) -> str | None:
    behind = any(retention.is_being_looked_at(connection, chunk) for chunk in chunks)
    return "health has not yet looked at readings of that time" if behind else None
