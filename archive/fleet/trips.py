"""Trips at rest: the statistics of every group of readings, and what health says of it by now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row, scalar_row

from archive.database.queries import beside, json_list
from schemas.report_use import Trip

_QUERIES = beside(__file__)


@dataclass(frozen=True)
class Group:
    """One group of readings and its statistics as a line of JSON, which comes back as it was given."""

    started_at: datetime
    ended_at: datetime
    kept: bool
    statistics: str


@dataclass(frozen=True)
class Reach:
    """First start and last end of some trips; None where there is no trip."""

    first: datetime | None
    last: datetime | None


def reach(connection: psycopg.Connection, vehicle_id: int, first: datetime, last: datetime) -> Reach:
    """How far the stored trips stretch that overlap a window."""
    with connection.cursor(row_factory=class_row(Reach)) as cursor:
        found = cursor.execute(_QUERIES["reach"], {"vehicle": vehicle_id, "first": first, "last": last}).fetchone()
    return found or Reach(None, None)


def replace(connection: psycopg.Connection, vehicle_id: int, first: datetime, last: datetime, groups: Sequence[Group],
            model_version: str) -> int:
    """Let `groups` be all trips that overlap a window; returns how many rows changed. Equal ones are not written."""
    values = {"vehicle": vehicle_id, "first": first, "last": last, "version": model_version,
              "starts": [group.started_at for group in groups], "ends": [group.ended_at for group in groups],
              "kept": [group.kept for group in groups], "statistics": json_list(group.statistics for group in groups)}
    gone = connection.execute(_QUERIES["remove"], values).rowcount
    return gone + connection.execute(_QUERIES["put"], values).rowcount


def statistics(connection: psycopg.Connection, vehicle_id: int) -> list[str]:
    """Statistics of every group of a car in the order of time, each as the JSON it was stored with."""
    with connection.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(_QUERIES["statistics"], [vehicle_id]).fetchall()


def statistics_between(connection: psycopg.Connection, vehicle_id: int, first: datetime, last: datetime) -> list[str]:
    """Statistics of the groups that overlap a window, in the order of time."""
    window = {"vehicle": vehicle_id, "first": first, "last": last}
    with connection.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(_QUERIES["statistics_between"], window).fetchall()


def put_figures(connection: psycopg.Connection, vehicle_id: int, trips: Sequence[Trip]) -> int:
    """Store what the report says of each trip; returns how many rows changed. Trips it does not name lose theirs."""
    values = {"vehicle": vehicle_id, "starts": [trip.start for trip in trips],
              "figures": json_list(trip.model_dump_json() for trip in trips)}
    return sum(connection.execute(_QUERIES[name], values).rowcount for name in ("put_figures", "clear_figures"))
