"""Dead letters: what could not be taken in, and taking it in once its cause is mended."""

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from api.shapes.forms import Answer, Ask
from schemas.wire import RejectReason

EXAMPLE_DEVICE = "dongle-7"


class LetterView(Answer):
    """A letter from the outside."""

    letter_id: int
    received_at: datetime
    device_id: str
    topic: str
    reason: RejectReason
    detail: str
    size: int = Field(description="bytes")
    sha256: str
    attempts: int = Field(description="how often it was replayed")
    replayed_at: datetime | None = Field(description="when it was taken in after all")


class LetterPage(Answer):
    items: list[LetterView]
    next_cursor: str | None


class LetterContent(Answer):
    """What is in a letter, as it came. It may hold where a car was, so each look is on record."""

    letter_id: int
    payload: str = Field(description="base64")


class ReplayWish(Ask):
    """Which of the letters that wait; nothing named is all of yours. A shift is for one boot of one device."""

    device_id: str | None = Field(None, max_length=64, examples=[EXAMPLE_DEVICE])
    reason: RejectReason | None = None
    since: AwareDatetime | None = None
    boot: int | None = Field(None, ge=0, le=2**63 - 1, description="its clock was wrong; named in a letter's detail")
    shift_ms: int | None = Field(None, ge=-(2**53), le=2**53, description="added to the times it sent")

    @model_validator(mode="after")
    def shift_is_complete(self) -> "ReplayWish":
        if (self.boot is None) != (self.shift_ms is None) or (self.shift_ms is not None and self.device_id is None):
            raise ValueError("a shift needs device_id, boot and shift_ms: another boot has another error")
        if self.shift_ms is not None and self.reason not in (None, RejectReason.CLOCK):
            raise ValueError("a shift mends letters of reason clock only")
        return self


class ReplayView(Answer):
    """How far a replay has come. `failed` letters stay, with the reason of today."""

    request_id: UUID
    asked_at: datetime
    letters: int
    taken_at: datetime | None
    finished_at: datetime | None
    done: int
    replayed: int
    failed: int
    skipped: int = Field(description="of another boot than the shift")
