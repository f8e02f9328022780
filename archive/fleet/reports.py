"""Reports at rest: one per car, and what each day and week came to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import psycopg

from archive.database.queries import beside, json_list
from schemas.errors import PitcallError
from schemas.report import VehicleReport
from schemas.report_use import Week

_QUERIES = beside(__file__)


class NewerModel(PitcallError):
    """A program of an older model met a report of a newer one; it may not write, and the message names both."""


@dataclass(frozen=True)
class Day:
    """What the trips that began on one local day came to."""

    day: date
    distance_km: float
    fuel_l: float | None
    trips: int


def put(connection: psycopg.Connection, vehicle_id: int, report: VehicleReport, as_of: datetime,
        model_version: str, ownership_id: int | None) -> None:
    """Store the report of a car in place of the last one; whoever calls holds the car's lock.

    Trips, their events and weeks are left out: they are rows of their own. `ownership_id` says whose driving the rest
    tells; nobody else gets to read that part (`archive.fleet.handover`). Raises NewerModel when the last one is.
    """
    _refuse_older(model_version, connection.execute(_QUERIES["model_version"], [vehicle_id]).fetchall())
    body = report.model_copy(update={"trips": [], "events_list": None, "weeks": []}).model_dump_json()
    connection.execute(_QUERIES["put"], {"vehicle": vehicle_id, "as_of": as_of, "version": model_version,
                                         "body": body, "ownership": ownership_id})


def model_version(connection: psycopg.Connection, vehicle_id: int) -> str | None:
    """The model that made the report of a car and all its trips; None while it has no report."""
    row = connection.execute(_QUERIES["model_version"], [vehicle_id]).fetchone()
    return str(row[0]) if row else None


def refuse_older(connection: psycopg.Connection, model_version: str) -> None:
    """Raises NewerModel when any report is of a newer model than this."""
    _refuse_older(model_version, connection.execute(_QUERIES["models"]).fetchall())


def models_of_cars(connection: psycopg.Connection, vehicle_ids: Sequence[int] | None = None) -> dict[int, str | None]:
    """For each car in use, or those of them named, the model that made its report; in the order of their ids."""
    named = list(vehicle_ids) if vehicle_ids is not None else None
    return dict(connection.execute(_QUERIES["models_of_cars"], {"vehicles": named}).fetchall())


def put_weeks(connection: psycopg.Connection, vehicle_id: int, weeks: Sequence[Week]) -> int:
    """Let `weeks` be all weeks of a car; returns how many rows changed."""
    values = {"vehicle": vehicle_id, "mondays": [week.monday for week in weeks],
              "firsts": [week.first for week in weeks], "lasts": [week.last for week in weeks],
              "figures": json_list(week.model_dump_json() for week in weeks)}
    return sum(connection.execute(_QUERIES[name], values).rowcount for name in ("remove_weeks", "put_weeks"))


def put_days(connection: psycopg.Connection, vehicle_id: int, days: Sequence[Day]) -> int:
    """Let `days` be all days of a car; returns how many rows changed."""
    values = {"vehicle": vehicle_id, "days": [day.day for day in days], "km": [day.distance_km for day in days],
              "fuel": [day.fuel_l for day in days], "trips": [day.trips for day in days]}
    return sum(connection.execute(_QUERIES[name], values).rowcount for name in ("remove_days", "put_days"))


def _refuse_older(installed: str, stored: Sequence[tuple[str]]) -> None:
    newest = max((model for model, in stored), key=_numbers, default=installed)
    if _numbers(newest) > _numbers(installed):
        raise NewerModel(f"there are reports of model {newest}, and {installed}, which is installed here, is older")


def _numbers(version: str) -> list[int]:
    """Models follow each other by their numbers from left to right: 2026.11-10 is newer than 2026.11-9."""
    return [int(number) for number in re.findall(r"\d+", version)]
