"""Devices: what is asked for them, how they are, and what they are told to do."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path
from pydantic import Field, FutureDatetime

from api.shapes.forms import Answer, Ask
from schemas.devices import CommandState, DeviceFormat, GrantReason

DeviceId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", examples=["dongle-7"])]
Vin = Annotated[str, Field(min_length=1, max_length=40, examples=["LSVAA4182E2000001"])]


class GrantWish(Ask):
    """Why a device may send and until when."""

    reason: GrantReason = GrantReason.CUSTOMER
    until: FutureDatetime | None = Field(None, description="left out: until it is revoked")


class FittingWish(Ask):
    """A car, or none."""

    vehicle_id: int | None = Field(None, ge=1, le=2**31 - 1, description="the car it is fitted to from now on")
    vin: Vin | None = Field(None, description="the same, by VIN")


class DeviceWish(FittingWish):
    """A device to be provisioned. Its store is its car's, else the one named, else the only one you administer."""

    device_id: str = Field(max_length=64, examples=["dongle-7"])
    format: DeviceFormat = DeviceFormat.PITCALL
    store_id: int | None = Field(None, ge=1, le=2**31 - 1)
    grant: GrantWish = GrantWish()
    certificate: bool = Field(False, description="a client certificate too")


class CertificateWish(Ask):
    """A certificate for a key of the device's own, or with a fresh key."""

    request: str | None = Field(None, max_length=8_000, description="PEM signing request")


class CertificateView(Answer):
    """A client certificate, PEM."""

    certificate: str
    key: str | None = Field(description="its private key, shown this once; null when the device made its own")
    authority: str


class ProvisionedView(Answer):
    """What the device must be told. The password is shown this once, and nowhere kept."""

    outcome: Literal["added", "already", "rotated"]
    device_id: str
    user: str
    password: str | None = Field(description="null when the device was there already")
    shard: str
    broker: str | None = Field(description="its broker's address, where the operator entered one")
    format: DeviceFormat
    topics: dict[str, dict[str, str]] = Field(description="where it publishes (`up`) and what it hears (`down`)")
    certificate: CertificateView | None = None


class ImportLine(Answer):
    """What became of one line of the file."""

    line: int
    device_id: str
    outcome: Literal["added", "already", "refused"]
    field: str | None
    why: str | None
    user: str | None
    password: str | None = Field(description="shown this once")
    shard: str | None
    broker: str | None
    format: DeviceFormat | None


class ImportView(Answer):
    """Every line of the file in order. Bad ones left nothing behind; sending the file again adds nothing."""

    added: int
    already: int
    refused: int
    lines: list[ImportLine]


class DeviceView(Answer):
    """A device and how it is."""

    device_id: str
    format: DeviceFormat
    shard: str
    store_id: int
    provisioned_at: datetime
    revoked_at: datetime | None
    may_send: bool = Field(description="not revoked, and its grant is in force")
    granted_for: GrantReason
    granted_from: datetime
    granted_until: datetime | None
    vehicle_id: int | None
    fitted_from: datetime | None
    fitted_until: datetime | None
    connection: Literal["online", "offline"] | None = Field(description="null: it never said")
    firmware: str | None
    last_seen: datetime | None
    clock_ahead_s: float | None = Field(description="its clock less ours, a little below 0 when it is right")
    received: int | None = Field(description="numbered messages that arrived; null for formats without numbers")
    lost: int | None = Field(description="missing between the first and the last that arrived, of all its boots")
    letters_of_a_day: int = Field(description="dead letters of the last 24 hours")
    certificates: int = Field(description="client certificates in force")


class DevicePage(Answer):
    items: list[DeviceView]
    next_cursor: str | None


class CommandWish(Ask):
    """Something a device is to do. With an id of your own, asking twice is asking once."""

    command_id: UUID | None = None
    type: str = Field(min_length=1, max_length=64, pattern=r"^[a-z0-9_.-]+$", examples=["reboot"])
    args: dict[str, Any] = Field(default_factory=dict, max_length=50)
    expires_in_s: int = Field(300, ge=1, le=30 * 86_400, description="not sent, and not delivered, after that")


class CommandView(Answer):
    """A command and what became of it."""

    command_id: UUID
    type: str
    args: dict[str, Any]
    state: CommandState
    created_at: datetime
    expires_at: datetime
    sent_at: datetime | None
    replied_at: datetime | None
    reply: Any = Field(description="the device's result, or its error")


class CommandPage(Answer):
    items: list[CommandView]
    next_cursor: str | None
