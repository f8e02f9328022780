"""Reports at rest: one per car, and what each day came to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import psycopg

from archive.database.queries import beside
from schemas.report import VehicleReport

_QUERIES = beside(__file__)


@dataclass(frozen=True)
class Day:
    """What the trips that began on one local day came to."""

    day: date
    distance_km: float
    fuel_l: float | None
    trips: int


def put(connection: psycopg.Connection, vehicle_id: int, report: VehicleReport, as_of: datetime,
        model_version: str) -> None:
    """Store the report of a car in place of the last one.

    Trips and their events are left out: they stay with the person who drove, the report goes with the car.
    """
    body = report.model_copy(update={"trips": [], "events_list": None}).model_dump_json()
    connection.execute(_QUERIES["put"], {"vehicle": vehicle_id, "as_of": as_of, "version": model_version,
                                         "body": body})


def put_days(connection: psycopg.Connection, vehicle_id: int, days: Sequence[Day]) -> int:
    """Let `days` be all days of a car; returns how many rows changed."""
    values = {"vehicle": vehicle_id, "days": [day.day for day in days], "km": [day.distance_km for day in days],
              "fuel": [day.fuel_l for day in days], "trips": [day.trips for day in days]}
    return sum(connection.execute(_QUERIES[name], values).rowcount for name in ("remove_days", "put_days"))
