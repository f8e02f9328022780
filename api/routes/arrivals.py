"""The service advisor's view: who comes to his store, and what to know before they do."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from api.access import Serving
from api.language import Language
from api.pages import Cursor, Limit, cut, number_in
from api.shapes.bookings import PreArrivalPage, PreArrivalView, UnknownFigure
from api.shapes.forms import Number
from api.texts import why_unknown
from archive.workshop import reception
from archive.workshop.reception import PreArrival
from schemas.workshop import BookingState

router = APIRouter(prefix="/stores", tags=["service advisor"])


@router.get("/{store_id}/pre-arrival", summary="Who comes to a store")
def list_pre_arrivals(store_id: Number, visit: Serving,
                      state: Annotated[list[BookingState] | None, Query(description="default: still to come")] = None,
                      on: Annotated[date | None, Query(description="one day in the store's zone")] = None,
                      limit: Limit = 50, cursor: Cursor = None) -> PreArrivalPage:
    """Bookings whose car is still to come, with reasons, findings and what is unknown."""
    with visit.transaction() as connection:
        found = reception.of_store(connection, visit.vault, store_id, on=on, states=state or reception.AHEAD,
                                   after=number_in(cursor) or 0, limit=limit + 1)
        page, next_cursor = cut(found, limit, lambda one: one.booking_id)
        visit.note(connection, "store", store_id)
    return PreArrivalPage(items=[arrival(one, visit.language) for one in page], next_cursor=next_cursor)


def arrival(found: PreArrival, language: Language) -> PreArrivalView:
    """One booking as the advisor reads it."""
    unknown = [UnknownFigure(figure=figure, reason=reason, text=why_unknown(reason, language))
               for figure, reason in sorted(found.unknown.items())]
    return PreArrivalView.model_validate({**vars(found), "unknown": unknown})
