"""The desk: what is due, which bookings there are, and the customer's yes or no to them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import psycopg
from psycopg.rows import class_row

from archive.database.queries import beside
from archive.database.sealing import Vault
from archive.people.actors import Actor
from schemas.errors import Conflict, InvalidInput, NotFound
from schemas.vehicle import Axle
from schemas.workshop import BookingState, DueState

_QUERIES = beside(__file__)
ASK_AGAIN_AFTER = timedelta(days=30)
"""When a customer says no without saying when to ask again."""

FURTHEST = timedelta(days=365)
"""How far ahead a slot or the next question may lie; beyond it is a slip of the finger."""

REASON = "booking.declined_because"
"""Place the customer's words are sealed for."""


@dataclass(frozen=True)
class Due:
    """One due item with the names of its catalogue entry; `axle` where it is a need of one axle."""

    due_item_id: int
    vehicle_id: int
    item: str
    axle: Axle | None
    name_zh: str
    name_en: str
    state: str
    due_on: date
    due_low: date
    due_high: date
    due_limit: str
    reason_zh: str
    reason_en: str
    booking_id: int | None
    again_at: date | None


@dataclass(frozen=True)
class Booking:
    """One booking as it stands."""

    booking_id: int
    vehicle_id: int
    customer_id: int
    store_id: int
    state: str
    proposed_for: date
    slot_at: datetime | None
    again_at: date | None
    version: int
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True)
class CatalogueItem:
    """Something the workshop offers."""

    item: str
    name_zh: str
    name_en: str
    labour_h: float
    price_low_cny: int
    price_high_cny: int
    skills: str


def catalogue(connection: psycopg.Connection) -> list[CatalogueItem]:
    """Everything the workshop offers, by code."""
    with connection.cursor(row_factory=class_row(CatalogueItem)) as cursor:
        return cursor.execute(_QUERIES["catalogue"]).fetchall()


def due_items(connection: psycopg.Connection, vehicle_id: int, states: Collection[DueState]) -> list[Due]:
    """What is due for a car, soonest first."""
    return _due(connection, {"vehicle": vehicle_id, "states": list(states), "bookings": None})


def due_items_of(connection: psycopg.Connection, bookings: Iterable[int]) -> dict[int, list[Due]]:
    """The due items of several bookings, by booking."""
    by_booking: dict[int, list[Due]] = {number: [] for number in bookings}
    for due in _due(connection, {"vehicle": None, "states": list(DueState), "bookings": list(by_booking)}):
        by_booking[due.booking_id or 0].append(due)
    return by_booking


def bookings(connection: psycopg.Connection, *, states: Collection[BookingState] = tuple(BookingState),
             before: int | None = None, limit: int = 50) -> list[Booking]:
    """Bookings the transaction may see, newest first, before a booking number."""
    given = {"states": list(states), "before": before, "limit": limit}
    with connection.cursor(row_factory=class_row(Booking)) as cursor:
        return cursor.execute(_QUERIES["bookings"], given).fetchall()


def booking(connection: psycopg.Connection, booking_id: int) -> Booking:
    """One booking; raises NotFound when there is none or it is not yours."""
    return _booking(connection, "booking", booking_id)


def confirm(connection: psycopg.Connection, actor: Actor, booking_id: int, *, slot_at: datetime, now: datetime,
            version: int | None = None) -> Booking:
    """Agree on a time; saying it twice is saying it once.

    Raises NotFound, InvalidInput for a time that is past or too far, Conflict for a booking that moved on.
    """
    if not now < slot_at <= now + FURTHEST:
        raise InvalidInput("slot_at: must lie ahead, within a year")
    present = _booking(connection, "lock", booking_id)
    if present.state == BookingState.CONFIRMED and present.slot_at == slot_at:
        return present
    _require(present, version, BookingState.CONFIRMED)
    connection.execute(_QUERIES["confirm"], {"booking": booking_id, "slot": slot_at})
    connection.execute(_QUERIES["due_booked"], [booking_id])
    _remember(connection, actor, present, BookingState.CONFIRMED)
    return booking(connection, booking_id)


def decline(connection: psycopg.Connection, vault: Vault, actor: Actor, booking_id: int, *, today: date,
            again_at: date | None = None, reason: str = "", version: int | None = None) -> Booking:
    """Say no for now; its due items rest until `again_at`, 30 days from today unless told otherwise.

    Raises NotFound, InvalidInput for a day that is past or too far, Conflict for a booking that moved on.
    """
    until = again_at or today + ASK_AGAIN_AFTER
    if not today < until <= today + FURTHEST:
        raise InvalidInput("again_at: must lie ahead, within a year")
    present = _booking(connection, "lock", booking_id)
    if present.state == BookingState.DECLINED and again_at in (None, present.again_at):
        return present
    _require(present, version, BookingState.DECLINED)
    sealed = _sealed(connection, vault, present.customer_id, reason)
    connection.execute(_QUERIES["decline"], {"booking": booking_id, "again": until, "because": sealed})
    connection.execute(_QUERIES["due_declined"], {"booking": booking_id, "again": until})
    _remember(connection, actor, present, BookingState.DECLINED)
    return booking(connection, booking_id)


def _require(present: Booking, version: int | None, wanted: BookingState) -> None:
    # The same state with other details is a change the trigger does not see: no step leads to where one is.
    if present.state == wanted or version not in (None, present.version):
        raise Conflict


def _sealed(connection: psycopg.Connection, vault: Vault, customer_id: int, reason: str) -> bytes | None:
    row = connection.execute(_QUERIES["customer_key"], [customer_id]).fetchone()
    return vault.data_key(connection, row[0]).seal(reason, REASON) if row and reason else None


def _remember(connection: psycopg.Connection, actor: Actor, before: Booking, to: BookingState) -> None:
    connection.execute(_QUERIES["remember"], {"booking": before.booking_id, "from": before.state, "to": to,
                                              "kind": actor.kind, "actor": actor.number})


def _booking(connection: psycopg.Connection, query: str, booking_id: int) -> Booking:
    with connection.cursor(row_factory=class_row(Booking)) as cursor:
        found = cursor.execute(_QUERIES[query], [booking_id]).fetchone()
    if found is None:
        raise NotFound
    return found


def _due(connection: psycopg.Connection, given: dict[str, object]) -> list[Due]:
    with connection.cursor(row_factory=class_row(Due)) as cursor:
        return cursor.execute(_QUERIES["due"], given).fetchall()
