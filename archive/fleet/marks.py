"""Marks: which cars have something new, and since when. Written append-only, taken by one worker at a time."""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row
from psycopg.types.multirange import Multirange

from archive.database.queries import beside

_QUERIES = beside(__file__)


@dataclass(frozen=True)
class Claim:
    """One car taken by this transaction: nobody else works on it until the transaction ends.

    `touched` holds the closed intervals whose readings may have changed, merged; an open side has the bound None.
    It is empty when only facts changed.
    """

    vehicle_id: int
    marks: int
    touched: Multirange[datetime]


def distribute(connection: psycopg.Connection) -> int:
    """Hand the marks of devices to the cars they sit in; returns how many cars' marks were written."""
    return connection.execute(_QUERIES["distribute"]).rowcount


def claim(connection: psycopg.Connection, resting: list[int] | None = None) -> Claim | None:
    """Take one car with marks that no other transaction holds, leaving aside those `resting`.

    The marks seen are deleted with this transaction; what arrives later stays for the next claim.
    """
    passed = list(resting or [])
    while (vehicle_id := _lock_one(connection, passed)) is not None:
        taken = take(connection, vehicle_id)
        if taken.marks:
            return taken
        # Another worker finished this car between our two statements.
        passed.append(vehicle_id)
    return None


def lock(connection: psycopg.Connection, vehicle_id: int) -> None:
    """Wait until no other transaction works on a car; until this one ends, none will."""
    connection.execute(_QUERIES["lock"], [vehicle_id])


def _lock_one(connection: psycopg.Connection, passed: list[int]) -> int | None:
    row = connection.execute(_QUERIES["lock_one"], {"passed": passed}).fetchone()
    return int(row[0]) if row else None


def take(connection: psycopg.Connection, vehicle_id: int) -> Claim:
    """Claim a car that is locked; the marks seen are deleted with this transaction."""
    with connection.cursor(row_factory=class_row(Claim)) as cursor:
        taken = cursor.execute(_QUERIES["take"], {"vehicle": vehicle_id}).fetchone()
    assert taken is not None  # noqa: S101 - an aggregate always gives a row
    return taken


def touch_outlook(connection: psycopg.Connection, vehicle_id: int) -> None:
    """Say that trips are as they were but report and due dates are not: a service, a measurement, an owner."""
    connection.execute(_QUERIES["touch_outlook"], [vehicle_id])


def touch_stale(connection: psycopg.Connection, as_of: datetime, model_version: str) -> int:
    """Mark cars in use whose report is older than a day or of another model; due dates drift as days pass."""
    return connection.execute(_QUERIES["touch_stale"], {"as_of": as_of, "version": model_version}).rowcount


def vehicles_waiting(connection: psycopg.Connection) -> int:
    """How many cars have marks nobody has worked off yet."""
    row = connection.execute(_QUERIES["vehicles_waiting"]).fetchone()
    return int(row[0]) if row else 0


def waiting(connection: psycopg.Connection) -> int:
    """How many marks nobody has worked off yet."""
    row = connection.execute(_QUERIES["waiting"]).fetchone()
    return int(row[0]) if row else 0
