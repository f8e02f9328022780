"""Vehicles, how they are, where they went, what they need."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from api.shapes.forms import Answer
from schemas.report import VehicleReport
from schemas.report_use import Trip, Week
from schemas.vehicle import Axle
from schemas.workshop import DueState


class VehicleView(Answer):
    """A vehicle; VIN and plate are masked for whoever does not own or serve it."""

    vehicle_id: int
    store_id: int
    make: str
    model: str
    state: Literal["active", "sold", "scrapped"]
    vin: str | None = Field(examples=["LSVAA4182E2000001"])
    plate: str | None = Field(examples=["鲁A12345"])
    in_full: bool = Field(description="false: masked, and the rest of the file is closed")
    odometer_km: float | None
    odometer_at: datetime | None


class VehiclePage(Answer):
    items: list[VehicleView]
    next_cursor: str | None


class SignalView(Answer):
    """The newest measured value of one signal."""

    name: str = Field(examples=["coolant_c"])
    unit: str = Field(examples=["degC"])
    value: float
    measured_at: datetime
    age_s: float = Field(description="seconds since it was measured")
    stale: bool = Field(description="older than two minutes: how the car was, not how it is")


class LiveView(Answer):
    """The car now, signal by signal. Positions only for the owner and only while he consents to location."""

    as_of: datetime
    connection: str | None = Field(description="online, offline, or null when no device ever said")
    heard_at: datetime | None
    position_shown: bool
    signals: list[SignalView]


class TripView(Answer):
    """One trip; `figures` is null while the car still computes it."""

    started_at: datetime
    ended_at: datetime
    figures: Trip | None


class TripPage(Answer):
    items: list[TripView]
    next_cursor: str | None


class WeekPage(Answer):
    items: list[Week]
    next_cursor: str | None


class HealthView(Answer):
    """The last health report. Every figure has its 10th and 90th percentile and its source; `unknown` says why not."""

    vehicle_id: int
    as_of: datetime
    age_s: float
    model_version: str
    report: VehicleReport


class DueView(Answer):
    """Something that falls due, with the reason in both languages."""

    due_item_id: int
    item: str = Field(examples=["PM-MINOR"])
    axle: Axle | None = Field(description="new tyres fall due for each axle; null is the whole car")
    name_zh: str
    name_en: str
    state: DueState
    due_on: date = Field(description="median forecast")
    due_low: date
    due_high: date
    due_limit: str = Field(description="what decides: km, months, tread, pads, revolutions, codes", examples=["km"])
    reason_zh: str
    reason_en: str
    booking_id: int | None
    again_at: date | None


class DueList(Answer):
    items: list[DueView]
