"""Compression: where the edition has a columnstore, chunks that have come to rest are turned into it.

Up to TimescaleDB 2.18 an insert that met a row in a compressed chunk could lose the rows after it (upstream issue
7672), and unique keys were not always kept (5553, 6302): older versions are left uncompressed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from archive.admin.ending import Ending
from archive.database.queries import beside
from archive.fleet import retention
from archive.fleet.retention import HYPERTABLES, Name

_QUERIES = beside(__file__)
OLDEST = (2, 19)
"""First version of TimescaleDB whose compressed chunks take repeated and late rows without loss."""
QUIET = timedelta(days=1)
"""How long nobody must have written into a chunk. K: a device that was away delivers within hours."""


@dataclass(frozen=True)
class _Resting:
    schema: str
    name: str


def can_compress(connection: psycopg.Connection) -> bool:
    """Whether this server may and should compress: edition and version."""
    licence, version = connection.execute(_QUERIES["edition"]).fetchone() or ("", "0")
    return licence == "timescale" and tuple(int(part) for part in version.split(".")[:2]) >= OLDEST


def compress(connection: psycopg.Connection, now: datetime, ending: Ending, quiet: timedelta = QUIET) -> dict[str, int]:
    """Compress chunks past their time into which nobody has written for a while; returns how many.

    A compressed chunk into which late rows came is compressed again, under the same condition.
    """
    counts = {"chunks_compressed": 0}
    for hypertable in HYPERTABLES if can_compress(connection) else ():
        before = retention.rule(connection, hypertable, now).compressed_before
        if before is None:
            continue
        _switch_on(connection, hypertable)
        for chunk in _resting(connection, hypertable, before, now, quiet):
            if ending.is_set():
                break
            connection.execute(_QUERIES["compress"], {"chunk": sql.Identifier(chunk.schema, chunk.name).as_string()})
            counts["chunks_compressed"] += 1
    return counts


def _switch_on(connection: psycopg.Connection, hypertable: Name) -> None:
    if not connection.execute(_QUERIES["is_on"], {"hypertable": hypertable}).fetchone():
        connection.execute(_QUERIES["switch_on"].format(hypertable=sql.Identifier(hypertable)))


def _resting(connection: psycopg.Connection, hypertable: Name, before: datetime, now: datetime,
             quiet: timedelta) -> list[_Resting]:
    """Chunks to compress. Looks at how much was written into each, and remembers it for the next look."""
    connection.execute(_QUERIES["forget_dropped"])
    given = {"hypertable": hypertable, "before": before, "now": now, "quiet_since": now - quiet}
    with connection.cursor(row_factory=class_row(_Resting)) as cursor:
        return cursor.execute(_QUERIES["resting"], given).fetchall()
