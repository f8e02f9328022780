"""Wire messages v1 between device and ingest. Golden examples stand in `examples/`; AsyncAPI is generated from here."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

INFLATED_LIMIT = 1 << 20
"""Bytes a compressed body may inflate to (1 MiB): a day of samples fits, a bomb does not."""

PAYLOAD_LIMIT = 256 * 1024
"""Bytes of one MQTT payload; the broker refuses more as well."""

SAMPLE_LIMIT = 20_000
"""Samples in one telemetry message: five and a half hours at 1 Hz."""

LARGEST_DIFFERENCE = 2**40
"""Differences beyond this are no measurement; below it sums over a whole batch of messages stay exact in 53 bits."""

UNKNOWN_SIGNALS_LIMIT = 32
"""Signals of one message that have no column."""

ALIAS_LENGTH_LIMIT = 64
"""Characters of the name of such a signal."""

OLDEST_MS = 90 * 86_400_000
"""A sample older than this at receipt comes from a wrong clock [ms]: 90 days."""

FARTHEST_AHEAD_MS = 5 * 60_000
"""And so does one from further ahead than this [ms]: 5 minutes."""

RESEND_AFTER_S = 60.0
"""A device sends again what has no receipt after this long [s], and at every reconnect."""

MESSAGES_PER_S = 50.0
"""Messages a device may send for ever [1/s]: ten times what the busiest dongle we know sends (OVMS while charging)."""

MESSAGE_BURST = 20_000
"""Messages beyond that at once: what a device kept while it was away, and what the broker kept while ingest was.
At 300 samples a message ten weeks of driving at 1 Hz without pause; at 5 messages a second an hour without ingest."""

BIGINT = 2**63 - 1
LATEST_MS = 2**53
"""Farthest instant a message may name [ms since 1970, either way]: what a double holds exactly."""

Unsigned = Annotated[int, Field(ge=0, le=BIGINT)]
EpochMs = Annotated[int, Field(ge=-LATEST_MS, le=LATEST_MS)]
OffsetMs = Annotated[int, Field(ge=-(2**45), le=2**45)]
Number = Annotated[float, Field(allow_inf_nan=False)]


class WireMessage(BaseModel):
    """Fields of later versions are ignored, so that a newer device still gets through."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


class Telemetry(WireMessage):
    """A batch of samples: `t` + `dt` give the times, `s` one array per signal alias.

    An array named in `d` holds integers: the first non-null is value x scale, each next non-null is added to the
    previous one, null stays null.
    """

    v: Literal[1]
    boot: Unsigned
    seq: Unsigned
    t: EpochMs
    dt: Annotated[list[OffsetMs], Field(min_length=1, max_length=SAMPLE_LIMIT)]
    s: dict[str, list[Number | None]]
    d: dict[str, Annotated[float, Field(gt=0, allow_inf_nan=False)]] = {}


class EventType(StrEnum):
    """What a device reports at once."""

    CODES = "codes"
    IGNITION_ON = "ignition_on"
    IGNITION_OFF = "ignition_off"
    PLUGGED = "plugged"
    UNPLUGGED = "unplugged"
    SHOCK = "shock"
    TOW = "tow"
    SOS = "sos"


class Event(WireMessage):
    """Something that happened, sent at once.

    `codes` carries what the car answered to the services of SAE J1979, each list complete and empty where there is
    none: `codes` (03), `pending` (07), `permanent` (0A), and `"cleared": true` after codes were cleared (04). A code is
    text such as "P0420" or its two bytes as a number.
    """

    v: Literal[1]
    boot: Unsigned
    seq: Unsigned
    t: EpochMs
    type: Annotated[EventType, Field(strict=False)]
    data: dict[str, JsonValue] = {}


class Status(WireMessage):
    """Retained, and the last will: is the device connected."""

    v: Literal[1]
    state: Literal["online", "offline"]
    fw: Annotated[str, Field(max_length=64)] = ""
    boot: Unsigned = 0


class Receipt(WireMessage):
    """Exactly the messages of one boot that are now committed, as closed ranges of `seq`."""

    boot: Unsigned
    seq: list[Annotated[list[Unsigned], Field(min_length=2, max_length=2)]]


class Command(WireMessage):
    """Something the device is asked to do until `expires` (epoch ms)."""

    id: str
    type: Annotated[str, Field(max_length=64)]
    args: dict[str, JsonValue] = {}
    expires: EpochMs


class Reply(WireMessage):
    """The device's answer to a command: a result or an error."""

    id: Annotated[str, Field(max_length=64)]
    ok: bool
    result: JsonValue = None
    error: Annotated[str, Field(max_length=1000)] | None = None


UP: dict[str, type[WireMessage]] = {"telemetry": Telemetry, "event": Event, "status": Status, "reply": Reply}
DOWN: dict[str, type[WireMessage]] = {"receipt": Receipt, "command": Command}


class RejectReason(StrEnum):
    """Why a payload became a dead letter."""

    TOPIC = "topic"                # not a topic of ours
    UNKNOWN_DEVICE = "unknown_device"
    WRONG_SHARD = "wrong_shard"    # a known device on a shard it was not given
    OVERSIZE = "oversize"
    COMPRESSION = "compression"    # broken zlib, or inflates beyond the limit
    ENCODING = "encoding"          # not UTF-8
    MALFORMED = "malformed"        # not JSON, or not our shape
    VERSION = "version"
    LENGTH = "length"              # arrays of different length
    OVERFLOW = "overflow"          # a number its column cannot hold
    CLOCK = "clock"                # outside [-90 d, +5 min]
    RATE = "rate"                  # more messages than a healthy device sends; own devices send it again later
    DATABASE = "database"          # refused by the database although it decoded


def first_error(error: Any) -> str:  # noqa: ANN401 - pydantic's ValidationError, kept out of the annotation for speed
    """One line naming the first field that did not fit, without its value."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return f"{'.'.join(str(part) for part in first['loc']) or 'body'}: {first['msg']}"
