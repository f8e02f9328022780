"""Trouble codes as the devices of a car told them, for health to read."""

from datetime import datetime

import polars as pl
import psycopg

from archive.database.queries import beside
from schemas.frames import CODE_SCANS

_QUERIES = beside(__file__)


def code_scans(connection: psycopg.Connection, vehicle_id: int, as_of: datetime) -> pl.DataFrame:
    """Every list of codes up to an instant: rows of `schemas.frames.CODE_SCANS`, in no order."""
    rows = connection.execute(_QUERIES["scans"], {"vehicle": vehicle_id, "as_of": as_of}).fetchall()
    return pl.DataFrame([(str(vehicle_id), *row) for row in rows], schema=CODE_SCANS, orient="row")
