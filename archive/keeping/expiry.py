"""Retention: chunks older than their hypertable's rule are dropped, once nothing is lost by it.

Readings go month by month, and only when cold storage holds every one of them in files with verified checksums.
Positions go day by day, and only when health has looked at all that was measured beside them: until then the trips'
GPS distances are not kept. What may not go yet is counted and stays for the next run.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby

import psycopg
import structlog

from archive.admin.ending import Ending
from archive.cold.exporting import is_complete
from archive.cold.folder import Folder
from archive.cold.months import Window, month_of
from archive.fleet import retention
from archive.fleet.retention import Chunk, ChunkBusy, Name

log = structlog.get_logger()

Refusal = Callable[[], str | None]
"""Why chunks may not go, asked while nobody can write into them; None when they may."""


def drop_expired_readings(connection: psycopg.Connection, cold: Folder | None, now: datetime,
                          ending: Ending) -> dict[str, int]:
    """Drop months of readings that are past their time; returns chunks dropped and kept back."""
    kept_from = month_of(retention.rule(connection, "reading", now).kept_from)
    chunks = retention.chunks_before(connection, "reading", kept_from)
    months = [list(these) for _, these in groupby(chunks, lambda chunk: month_of(chunk.first))]
    return _drop_all(connection, "reading", months, ending,
                     lambda month: lambda: _not_in_cold_storage(connection, cold, month))


def drop_expired_positions(connection: psycopg.Connection, now: datetime, ending: Ending) -> dict[str, int]:
    """Drop days of positions that are past their time; returns chunks dropped and kept back."""
    chunks = retention.chunks_before(connection, "position", retention.rule(connection, "position", now).kept_from)
    return _drop_all(connection, "position", [[chunk] for chunk in chunks], ending,
                     lambda day: lambda: _health_is_behind(connection, day))


def _drop_all(connection: psycopg.Connection, hypertable: Name, groups: Sequence[Sequence[Chunk]], ending: Ending,
              refusal: Callable[[Sequence[Chunk]], Refusal]) -> dict[str, int]:
    """Drop groups of chunks, oldest first, each in a transaction of its own."""
    counts = {f"{hypertable}_chunks_dropped": 0, f"{hypertable}_chunks_kept_back": 0}
    for chunks in groups:
        if ending.is_set():
            break
        why = _drop(connection, hypertable, chunks, refusal(chunks))
        counts[f"{hypertable}_chunks_{'kept_back' if why else 'dropped'}"] += len(chunks)
        log.log(30 if why else 20, "chunks_kept_back" if why else "chunks_dropped", hypertable=hypertable, why=why,
                first=chunks[0].first.isoformat(), until=chunks[-1].until.isoformat(), chunks=len(chunks))
    return counts


def _drop(connection: psycopg.Connection, hypertable: Name, chunks: Sequence[Chunk], refusal: Refusal) -> str | None:
    """Drop chunks; returns why not, if they may not go."""
    try:
        with connection.transaction():
            retention.lock(connection, chunks)
            if why := refusal():
                return why
            retention.drop(connection, hypertable, chunks)
    except ChunkBusy as busy:
        return str(busy)
    return None


def _not_in_cold_storage(connection: psycopg.Connection, cold: Folder | None, chunks: Sequence[Chunk]) -> str | None:
    if cold is None:
        return "PITCALL_COLD is not set"
    window = Window(chunks[0].first, chunks[-1].until)
    return None if is_complete(connection, cold, window) else "cold storage lacks rows of devices nobody knows"


def _health_is_behind(connection: psycopg.Connection, chunks: Sequence[Chunk]) -> str | None:
    behind = any(retention.is_being_looked_at(connection, chunk) for chunk in chunks)
    return "health has not yet looked at readings of that time" if behind else None
