"""Words about devices: what they speak, and why they may send."""

from enum import StrEnum


class DeviceFormat(StrEnum):
    """What a device speaks: our own contract, or a shape of `ingest/formats/`."""

    PITCALL = "pitcall"
    WICAN = "wican"
    OVMS = "ovms"
    AUTOPI = "autopi"
    OBD2MQTT = "obd2mqtt"
    THINGSBOARD = "thingsboard"
    OWNTRACKS = "owntracks"


class GrantReason(StrEnum):
    """Why a device may send; each grant may have an end."""

    CUSTOMER = "customer"    # the customer's own, or given with the car
    INSURANCE = "insurance"  # given for as long as an insurance runs
    LOAN = "loan"
    DEMO = "demo"
    TEST = "test"


class CommandState(StrEnum):
    """Life of a command: waiting until ingest publishes it, then sent, then replied or failed; or it expires."""

    WAITING = "waiting"
    SENT = "sent"
    REPLIED = "replied"
    FAILED = "failed"
    EXPIRED = "expired"
