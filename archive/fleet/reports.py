"""Reports at rest: one per car, and what each day came to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

import psycopg

from archive.database.queries import beside
from schemas.report import Q, Trip, VehicleReport

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


def days_of(trips: Iterable[Trip], timezone: str) -> list[Day]:
    """Trips by the local day they began on; a trip past midnight belongs to the evening it began."""
    zone = ZoneInfo(timezone)

    def day_of(trip: Trip) -> date:
        return trip.start.astimezone(zone).date()

    return [_day(day, list(these)) for day, these in groupby(sorted(trips, key=lambda trip: trip.start), day_of)]


def _day(day: date, trips: list[Trip]) -> Day:
    fuel = [_value(trip.fuel_l) for trip in trips]
    known = [litres for litres in fuel if litres is not None]
    # A sum with a part unknown would be too small, and read as a saving.
    fuel_l = sum(known) if len(known) == len(fuel) else None
    return Day(day, sum(_value(trip.distance_km) or 0.0 for trip in trips), fuel_l, len(trips))


def _value(quantity: Q) -> float | None:
    return quantity.value if quantity else None
