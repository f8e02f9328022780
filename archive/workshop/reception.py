"""Before a car arrives: everything the service advisor wants to know about a booking, on one page."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from archive.database.queries import beside
from archive.database.sealing import Vault
from archive.fleet.garage import PLATE
from archive.fleet.handover import goes_along
from archive.people.customers import NAME
from archive.people.greeting import Kind, Sex, greeting
from archive.people.sealed import opened
from archive.workshop.desk import REASON, Due, due_items_of
from schemas.errors import NotFound
from schemas.workshop import BookingState

_QUERIES = beside(__file__)
AHEAD = (BookingState.PROPOSED, BookingState.OFFERED, BookingState.CONFIRMED, BookingState.ARRIVED)
"""Bookings whose car is still to come or just came."""


@dataclass(frozen=True)
class PreArrival:
    """One booking with its customer, car, due items and what health found."""

    booking_id: int
    store_id: int
    state: str
    proposed_for: date
    slot_at: datetime | None
    version: int
    vehicle_id: int
    make: str | None
    model: str | None
    plate: str | None
    greeting_zh: str
    greeting_en: str
    vip: bool
    declined_because: str | None
    due: list[Due]
    report_as_of: datetime | None
    report_age_s: float | None
    findings: list[dict[str, Any]]
    measure: list[dict[str, Any]]
    unknown: dict[str, str]


def of_store(connection: psycopg.Connection, vault: Vault, store_id: int, *, on: date | None = None,
             states: Collection[BookingState] = AHEAD, after: int = 0, limit: int = 50) -> list[PreArrival]:
    """Bookings of a store by number, of one day in the store's zone or of all; raises NotFound for a foreign store."""
    if connection.execute(_QUERIES["serves"], [store_id]).fetchone() is None:
        raise NotFound
    return _select(connection, vault, {"store": store_id, "booking": None, "on": on, "states": list(states),
                                       "after": after, "limit": limit})


def of_booking(connection: psycopg.Connection, vault: Vault, booking_id: int) -> PreArrival:
    """One booking in any state; raises NotFound."""
    found = _select(connection, vault, {"store": None, "booking": booking_id, "on": None,
                                        "states": list(BookingState), "after": 0, "limit": 1})
    if not found:
        raise NotFound
    return found[0]


def _select(connection: psycopg.Connection, vault: Vault, given: dict[str, object]) -> list[PreArrival]:
    with connection.cursor(row_factory=class_row(_Sealed)) as cursor:
        rows = cursor.execute(_QUERIES["pre_arrival"], given).fetchall()
    due = due_items_of(connection, [row.booking_id for row in rows])
    return [row.clear(vault, due[row.booking_id]) for row in rows]


@dataclass(frozen=True)
class _Sealed:
    booking_id: int
    store_id: int
    state: str
    proposed_for: date
    slot_at: datetime | None
    version: int
    vehicle_id: int
    make: str | None
    model: str | None
    car_key: int | None
    car_wrapped: bytes | None
    plate_sealed: bytes | None
    kind: Kind
    sex: Sex | None
    vip: bool
    person_key: int | None
    person_wrapped: bytes | None
    name_sealed: bytes | None
    because_sealed: bytes | None
    report_as_of: datetime | None
    report_age_s: float | None
    findings: list[dict[str, Any]]
    measure: list[dict[str, Any]]
    unknown: dict[str, str]
    of_customer: bool  # the report tells how this customer drives

    def clear(self, vault: Vault, due: list[Due]) -> PreArrival:
        name = opened(vault, self.person_key, self.person_wrapped, self.name_sealed, NAME)
        because = opened(vault, self.person_key, self.person_wrapped, self.because_sealed, REASON)
        plate = opened(vault, self.car_key, self.car_wrapped, self.plate_sealed, PLATE)
        return PreArrival(self.booking_id, self.store_id, self.state, self.proposed_for, self.slot_at, self.version,
                          self.vehicle_id, self.make, self.model, plate, *greeting(name, self.sex, self.kind),
                          self.vip, because, due, self.report_as_of, self.report_age_s,
                          self.findings if self.of_customer else goes_along(self.findings), self.measure,
                          self.unknown)
