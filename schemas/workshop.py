"""Words of the workshop: due items, bookings and their allowed steps."""

from enum import StrEnum


class BookingState(StrEnum):
    """Life of a booking, `design.md` 5."""

    PROPOSED = "proposed"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    IN_PROGRESS = "in_progress"
    READY = "ready"
    COMPLETED = "completed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class DueState(StrEnum):
    """Life of a due item; open means neither done, declined nor void."""

    OPEN = "open"
    BOOKED = "booked"
    DONE = "done"
    DECLINED = "declined"
    VOID = "void"


class Role(StrEnum):
    """Staff roles of the spine; combinable per person and store."""

    SERVICE_ADVISOR = "service_advisor"
    SERVICE_MANAGER = "service_manager"
    ADMINISTRATOR = "administrator"


class Purpose(StrEnum):
    """What a customer may consent to, each on its own."""

    TELEMETRY = "telemetry"
    LOCATION = "location"
    MARKETING = "marketing"
