"""Trips and weeks page by page, newest first. They stay with the person who owned the car at the time."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from archive.database.queries import beside
from schemas.errors import NotAllowed, NotFound

_QUERIES = beside(__file__)


@dataclass(frozen=True)
class Journey:
    """One trip; `figures` is `schemas.report.Trip` with what was learned until now."""

    started_at: datetime
    ended_at: datetime
    figures: dict[str, Any] | None


def journeys(connection: psycopg.Connection, vehicle_id: int, *, before: datetime | None = None,
             limit: int = 50) -> list[Journey]:
    """Trips that began before `before`, newest first.

    A former owner still sees his own. Raises NotFound for a vehicle that never was yours, NotAllowed for one you may
    only know of.
    """
    _require_driven(connection, vehicle_id)
    given = {"vehicle": vehicle_id, "before": before, "limit": limit}
    with connection.cursor(row_factory=class_row(Journey)) as cursor:
        return cursor.execute(_QUERIES["page"], given).fetchall()


@dataclass(frozen=True)
class WeekOfUse:
    """One week of trips; `figures` is `schemas.report.Week`."""

    monday: date
    figures: dict[str, Any]


def weeks(connection: psycopg.Connection, vehicle_id: int, *, before: date | None = None,
          limit: int = 50) -> list[WeekOfUse]:
    """Weeks that began before `before`, newest first; one in which the car changed hands is shown to nobody.

    Raises as `journeys` does.
    """
    _require_driven(connection, vehicle_id)
    given = {"vehicle": vehicle_id, "before": before, "limit": limit}
    with connection.cursor(row_factory=class_row(WeekOfUse)) as cursor:
        return cursor.execute(_QUERIES["weeks"], given).fetchall()


def _require_driven(connection: psycopg.Connection, vehicle_id: int) -> None:
    row = connection.execute(_QUERIES["known"], {"vehicle": vehicle_id}).fetchone()
    owned, known = row or (False, False)
    if not owned:
        raise NotAllowed if known else NotFound
