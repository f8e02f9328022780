"""Bookings: the list, and the customer's yes or no, given by himself or to his advisor on the phone."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import psycopg
from fastapi import APIRouter, Header, Query

from api.access import OwnerOrServing, Serving
from api.pages import Cursor, Limit, cut, number_in
from api.routes.arrivals import arrival
from api.shapes.bookings import BookingPage, BookingView, Confirmation, PreArrivalView, Refusal
from api.shapes.forms import BigNumber
from api.shapes.vehicles import DueView
from archive.workshop import desk, reception
from archive.workshop.desk import Booking, Due
from schemas.workshop import BookingState

router = APIRouter(prefix="/bookings", tags=["bookings"])

IdempotencyKey = Annotated[str | None, Header(
    max_length=200, description="accepted; saying the same thing twice gives the same answer with or without it")]


@router.get("", summary="My bookings, or those of my stores")
def list_bookings(visit: OwnerOrServing,
                  state: Annotated[list[BookingState] | None, Query(description="default: every state")] = None,
                  limit: Limit = 50, cursor: Cursor = None) -> BookingPage:
    """Newest first."""
    with visit.transaction() as connection:
        found = desk.bookings(connection, states=state or tuple(BookingState), before=number_in(cursor),
                              limit=limit + 1)
        page, next_cursor = cut(found, limit, lambda booking: booking.booking_id)
        items = _views(connection, page)
        visit.note(connection, "booking")
    return BookingPage(items=items, next_cursor=next_cursor)


@router.get("/{booking_id}", summary="One booking")
def read_booking(booking_id: BigNumber, visit: OwnerOrServing) -> BookingView:
    """With its due items."""
    with visit.transaction() as connection:
        found = desk.booking(connection, booking_id)
        visit.note(connection, "booking", booking_id)
        return _views(connection, [found])[0]


@router.post("/{booking_id}/confirm", summary="Agree on a time")
def confirm_booking(booking_id: BigNumber, answer: Confirmation, visit: OwnerOrServing,
                    _key: IdempotencyKey = None) -> BookingView:
    """Confirming again for the same time changes nothing; for another time it is a conflict."""
    with visit.transaction() as connection:
        confirmed = desk.confirm(connection, visit.actor, booking_id, slot_at=answer.slot_at, now=datetime.now(UTC),
                                 version=answer.version)
        visit.note(connection, "booking", booking_id)
        return _views(connection, [confirmed])[0]


@router.post("/{booking_id}/decline", summary="Say no for now")
def decline_booking(booking_id: BigNumber, answer: Refusal, visit: OwnerOrServing,
                    _key: IdempotencyKey = None) -> BookingView:
    """Its due items rest until `again_at`. Declining again changes nothing."""
    today = datetime.now(visit.house.timezone).date()
    with visit.transaction() as connection:
        declined = desk.decline(connection, visit.vault, visit.actor, booking_id, today=today,
                                again_at=answer.again_at, reason=answer.reason, version=answer.version)
        visit.note(connection, "booking", booking_id)
        return _views(connection, [declined])[0]


@router.get("/{booking_id}/pre-arrival", summary="Prepare for one booking")
def read_pre_arrival(booking_id: BigNumber, visit: Serving) -> PreArrivalView:
    """Customer, car, what is due and why, what was found, what is unknown and worth measuring."""
    with visit.transaction() as connection:
        found = reception.of_booking(connection, visit.vault, booking_id)
        visit.note(connection, "booking", booking_id)
    return arrival(found, visit.language)


def _views(connection: psycopg.Connection, found: Sequence[Booking]) -> list[BookingView]:
    due = desk.due_items_of(connection, [booking.booking_id for booking in found])
    return [_view(booking, due[booking.booking_id]) for booking in found]


def _view(booking: Booking, due: Sequence[Due]) -> BookingView:
    items = [DueView.model_validate(one) for one in due]
    return BookingView.model_validate({**vars(booking), "items": items})
