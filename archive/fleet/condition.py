"""How a car is: its live state with the age of each signal, and its stored health report."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row

from archive.database.queries import beside
from archive.fleet.garage import require_in_full
from archive.fleet.handover import with_the_car
from schemas.errors import NotFound
from schemas.signals import SIGNALS, Home, Signal

_QUERIES = beside(__file__)
STALE_AFTER = timedelta(seconds=120)
"""Beyond this a value tells how the car was, not how it is; devices send at least once a minute while driving."""


@dataclass(frozen=True)
class LiveSignal:
    """The newest measured value of one signal."""

    name: str
    unit: str
    value: float
    measured_at: datetime
    age_s: float
    stale: bool


@dataclass(frozen=True)
class LiveState:
    """The car now. `position_shown` says whether positions would be among the signals if there were any."""

    as_of: datetime
    connection: str | None
    heard_at: datetime | None
    position_shown: bool
    signals: list[LiveSignal]


def live(connection: psycopg.Connection, vehicle_id: int) -> LiveState:
    """The live state; positions only for the owner, of his own time and since he agreed to it.

    Raises NotFound or NotAllowed as `require_in_full` does.
    """
    require_in_full(connection, vehicle_id)
    position_since = _position_since(connection, vehicle_id)
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_QUERIES["live"], [vehicle_id]).fetchone()
    if row is None:
        raise NotFound
    since = {Home.READING: row["fitted_since"], Home.POSITION: position_since}
    signals = [_signal(signal, row) for signal in SIGNALS if _shown(signal, row, since[signal.home])]
    return LiveState(row["as_of"], row["connection"], row["heard_at"], position_since is not None, signals)


def _position_since(connection: psycopg.Connection, vehicle_id: int) -> datetime | None:
    row = connection.execute(_QUERIES["position_since"], [vehicle_id]).fetchone()
    return row[0] if row else None


def _shown(signal: Signal, row: dict[str, Any], since: datetime | None) -> bool:
    measured_at = row[f"{signal.column}_at"]
    return since is not None and measured_at is not None and bool(max(since, row["fitted_since"]) <= measured_at)


def _signal(signal: Signal, row: dict[str, Any]) -> LiveSignal:
    measured_at: datetime = row[f"{signal.column}_at"]
    age = row["as_of"] - measured_at
    return LiveSignal(signal.column, signal.unit, float(row[signal.column]), measured_at, age.total_seconds(),
                      age > STALE_AFTER)


@dataclass(frozen=True)
class StoredReport:
    """The last report of health; `body` is `schemas.report.VehicleReport` without trips.

    `of_owner`: it tells how the present owner drives; else `body` holds what goes with the car only.
    """

    as_of: datetime
    age_s: float
    model_version: str
    body: dict[str, Any]
    of_owner: bool


def report(connection: psycopg.Connection, vehicle_id: int) -> StoredReport | None:
    """The stored report, None while there is none.

    Raises NotFound or NotAllowed as `require_in_full` does.
    """
    require_in_full(connection, vehicle_id)
    with connection.cursor(row_factory=class_row(StoredReport)) as cursor:
        found = cursor.execute(_QUERIES["report"], [vehicle_id]).fetchone()
    return found if found is None or found.of_owner else replace(found, body=with_the_car(found.body))
