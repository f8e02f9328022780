"""History: what was measured on one car, through the devices fitted to it, as one frame ordered by time.

Readings that left the database are read from cold storage and merged with what came late, so that nobody above can tell
where a reading lies. Positions are never there: they end with their retention.
"""

from dataclasses import dataclass
from datetime import datetime

import polars as pl
import psycopg
from psycopg.rows import class_row

from archive.cold.reading import ColdReadings, one_per_instant
from archive.database.queries import beside
from archive.fleet.arrays import stored
from archive.fleet.hypertables import POSITION, READING
from archive.fleet.retention import dropped_before
from schemas.errors import ConfigurationError
from schemas.frames import READINGS, TIME

_QUERIES = beside(__file__)
_NO_ROWS = pl.DataFrame(schema={"time": TIME})


@dataclass(frozen=True)
class Fitted:
    """A device in the car from `first` on, before `until`, as far as a window reaches."""

    device_key: int
    device_id: str
    first: datetime
    until: datetime


@dataclass(frozen=True)
class Extent:
    """First and last instant of what is stored of a car; None where nothing is."""

    first: datetime | None
    last: datetime | None


def readings(connection: psycopg.Connection, vehicle_id: int, first: datetime, last: datetime,
             cold: ColdReadings | None = None) -> pl.DataFrame:
    """Readings and positions of a car from `first` to `last`, both included: a `schemas.frames.READINGS` frame.

    Raises ConfigurationError when readings of the window left the database and no cold storage is given.
    """
    parts = [_of_device(connection, fitted, cold) for fitted in _fittings(connection, vehicle_id, first, last)]
    found = pl.concat([_NO_ROWS, *parts], how="diagonal").sort("time").with_columns(vehicle=pl.lit(str(vehicle_id)))
    missing = [pl.lit(None, pl.Float64).alias(name) for name in READINGS if name not in found.columns]
    return found.with_columns(*missing).select(READINGS.names())


def extent(connection: psycopg.Connection, vehicle_id: int, cold: ColdReadings | None = None) -> Extent:
    """From the first reading or trip of a car to its last; cold storage may begin before the car's own first."""
    with connection.cursor(row_factory=class_row(Extent)) as cursor:
        found = cursor.execute(_QUERIES["extent"], {"vehicle": vehicle_id}).fetchone() or Extent(None, None)
    older = cold.first() if cold and dropped_before(connection, "reading") else None
    edges = [edge for edge in (found.first, found.last, older) if edge]
    return Extent(min(edges, default=None), max(edges, default=None))


def _fittings(connection: psycopg.Connection, vehicle_id: int, first: datetime, last: datetime) -> list[Fitted]:
    with connection.cursor(row_factory=class_row(Fitted)) as cursor:
        window = {"vehicle": vehicle_id, "first": first, "last": last}
        return cursor.execute(_QUERIES["fittings"], window).fetchall()


def _of_device(connection: psycopg.Connection, fitted: Fitted, cold: ColdReadings | None) -> pl.DataFrame:
    measured = _measured(connection, fitted, cold)
    positions = stored(connection, POSITION, fitted.device_key, fitted.first, fitted.until)
    together = measured if positions.is_empty() else measured.join(positions, on="time", how="full", coalesce=True)
    return together.cast({pl.selectors.numeric(): pl.Float64})


def _measured(connection: psycopg.Connection, fitted: Fitted, cold: ColdReadings | None) -> pl.DataFrame:
    """Readings from the database, and from cold storage as far as they left it."""
    kept = stored(connection, READING, fitted.device_key, fitted.first, fitted.until)
    gone = dropped_before(connection, "reading")
    if gone is None or gone <= fitted.first:
        return kept
    if cold is None:
        raise ConfigurationError(f"readings before {gone:%Y-%m-%d} are in cold storage: set PITCALL_COLD")
    older = cold.rows(fitted.device_id, fitted.first, min(gone, fitted.until))
    return one_per_instant(pl.concat([kept, older], how="diagonal"))
