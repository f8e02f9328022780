"""Bookings, the answers to them, and what an advisor sees before the car arrives."""

from datetime import date, datetime

from pydantic import AwareDatetime, Field

from api.shapes.forms import Answer, Ask
from api.shapes.vehicles import DueView
from schemas.findings import Finding
from schemas.workshop import BookingState


class BookingView(Answer):
    """A booking with its due items."""

    booking_id: int
    vehicle_id: int
    store_id: int
    state: BookingState
    proposed_for: date
    slot_at: datetime | None
    again_at: date | None
    version: int = Field(description="send it back with a change to be sure nothing happened in between")
    created_at: datetime
    changed_at: datetime
    items: list[DueView]


class BookingPage(Answer):
    items: list[BookingView]
    next_cursor: str | None


class Confirmation(Ask):
    """Yes, at this time."""

    slot_at: AwareDatetime = Field(examples=["2026-12-05T09:30:00+08:00"])
    version: int | None = Field(None, ge=1)


class Refusal(Ask):
    """No, not now."""

    again_at: date | None = Field(None, description="when to ask again; 30 days from today if left out")
    reason: str = Field("", max_length=500, examples=["下个月再说"])
    version: int | None = Field(None, ge=1)


class UnknownFigure(Answer):
    """A figure of the report that is missing, and why."""

    figure: str = Field(examples=["brakes.pad_mm_front"])
    reason: str = Field(examples=["no_fact"])
    text: str = Field(description="the reason in the language asked for")


class PreArrivalView(Answer):
    """One booking as the service advisor prepares for it."""

    booking_id: int
    store_id: int
    state: BookingState
    proposed_for: date
    slot_at: datetime | None
    version: int
    vehicle_id: int
    make: str | None
    model: str | None
    plate: str | None
    greeting_zh: str = Field(examples=["张先生"])
    greeting_en: str = Field(examples=["Mr 张"])
    vip: bool
    declined_because: str | None
    due: list[DueView]
    report_as_of: datetime | None
    report_age_s: float | None
    findings: list[Finding]
    measure: list[Finding] = Field(description="what is worth measuring in the 12-item check today")
    unknown: list[UnknownFigure]


class PreArrivalPage(Answer):
    items: list[PreArrivalView]
    next_cursor: str | None


class CatalogueItemView(Answer):
    """Something the workshop offers; prices with parts and labour."""

    item: str = Field(examples=["PM-MINOR"])
    name_zh: str
    name_en: str
    labour_h: float
    price_low_cny: int
    price_high_cny: int
    skills: str


class Catalogue(Answer):
    items: list[CatalogueItemView]
