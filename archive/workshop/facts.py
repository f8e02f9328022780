"""Facts: all that the archive knows of a car beside its readings, in the shape health reads."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import class_row

from archive.database.queries import beside
from schemas.errors import NotFound
from schemas.vehicle import Battery, Oil, ServiceDone, VehicleFacts

_QUERIES = beside(__file__)
OIL_ITEMS = frozenset({"PM-FIRST", "PM-MINOR", "PM-MAJOR"})
"""Services that change the oil."""
RECORDED = ("services", "gauge", "pads", "tyre_changes", "odometer_corrections")
"""What grows line by line in the workshop, and may have begun in the vehicle file."""
BATTERY_ITEMS = frozenset({"BAT-12V"})


@dataclass(frozen=True)
class Car:
    """A car at its home store, as of an instant; `owner_id` is None while nobody owns it."""

    vehicle_id: int
    store_id: int
    in_use: bool
    owner_id: int | None
    ownership_id: int | None
    propose_ahead_days: int
    combine_days: int
    timezone: ZoneInfo
    facts: VehicleFacts


@dataclass(frozen=True)
class _Row:
    vehicle_id: int
    store_id: int
    in_use: bool
    owner_id: int | None
    ownership_id: int | None
    fleet: dict[str, Any] | None
    owned_since: datetime | None
    propose_ahead_days: int
    combine_days: int
    timezone: str
    facts: dict[str, Any]
    services: list[dict[str, Any]]
    gauge: list[dict[str, Any]]
    pads: list[dict[str, Any]]
    tyre_changes: list[dict[str, Any]]
    odometer_corrections: list[dict[str, Any]]
    rules: list[dict[str, Any]]


def car(connection: psycopg.Connection, vehicle_id: int, as_of: datetime) -> Car:
    """The car with its owner as of an instant; raises NotFound."""
    with connection.cursor(row_factory=class_row(_Row)) as cursor:
        row = cursor.execute(_QUERIES["car"], {"vehicle": vehicle_id, "as_of": as_of}).fetchone()
    if row is None:
        raise NotFound(f"no vehicle {vehicle_id}")
    return Car(row.vehicle_id, row.store_id, row.in_use, row.owner_id, row.ownership_id, row.propose_ahead_days,
               row.combine_days, ZoneInfo(row.timezone), _assembled(row))


def _assembled(row: _Row) -> VehicleFacts:
    """The vehicle file, and after it what the workshop recorded; the car's own rule replaces the store's."""
    lists = {name: [*(row.facts.get(name) or ()), *getattr(row, name)] for name in RECORDED}
    rules = {rule["item"]: rule for rule in [*row.rules, *(row.facts.get("rules") or ())]}
    known = {"rules": list(rules.values()), "fleet": row.fleet, "owned_since": row.owned_since}
    return _renewed(VehicleFacts.model_validate(row.facts | lists | known))


def _renewed(facts: VehicleFacts) -> VehicleFacts:
    """Oil and battery are as old as the last service that renewed them; health follows tyres and pads itself."""
    changes: dict[str, Any] = {}
    oil, battery = facts.oil or Oil(), facts.battery or Battery()
    if done := _last(facts.services, OIL_ITEMS, oil.changed_at):
        changes["oil"] = oil.model_copy(update={"changed_at": done.at, "changed_km": done.odometer_km})
    if done := _last(facts.services, BATTERY_ITEMS, battery.fitted_at):
        changes["battery"] = battery.model_copy(update={"fitted_at": done.at})
    return facts.model_copy(update=changes)


def _last(services: list[ServiceDone], items: frozenset[str], known: date | None) -> ServiceDone | None:
    """The last of these services, if it is later than what the vehicle file knows."""
    done = [service for service in services if service.item in items and (known is None or service.at > known)]
    return max(done, key=lambda service: service.at, default=None)
