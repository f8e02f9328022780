"""Which positions may be written: those measured while the car's owner consented to location."""

import polars as pl
import psycopg

from archive.database.queries import beside
from schemas.frames import TIME

_QUERIES = beside(__file__)
INTERVALS = pl.Schema([("device_key", pl.Int32), ("first", TIME), ("last", TIME)])


def consented(connection: psycopg.Connection) -> pl.DataFrame:
    """Intervals [first, last) per device in which fitting, ownership and consent to location meet."""
    rows = connection.execute(_QUERIES["consented"]).fetchall()
    return pl.DataFrame(rows, schema=INTERVALS, orient="row")
