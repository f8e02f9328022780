"""What was heard of a device, read as the contract says. Foreign formats are read by ingest alone, not here."""

import math
import zlib
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple, TypeVar

from pydantic import ValidationError
from pydantic_core import from_json

from schemas.signals import BY_ALIAS, SqlType
from schemas.topics import FOREIGN_KIND, parse
from schemas.wire import (
    ALIAS_LENGTH_LIMIT,
    DOWN,
    INFLATED_LIMIT,
    LARGEST_DIFFERENCE,
    PAYLOAD_LIMIT,
    UNKNOWN_SIGNALS_LIMIT,
    UP,
    Event,
    RejectReason,
    Status,
    Telemetry,
    WireMessage,
    first_error,
)

ZLIB_FIRST_BYTE = 0x78
REAL_LIMIT = 3.4028234663852886e38
"""Largest finite single-precision number (IEEE 754)."""
LIMITS = {SqlType.REAL: REAL_LIMIT, SqlType.SMALLINT: 2**15 - 1, SqlType.DOUBLE: math.inf}
_Kind = TypeVar("_Kind", bound=WireMessage)


class Heard(NamedTuple):
    """One delivery. `retain` is the flag the device published with; `replayed`: kept by the broker from before."""

    at_s: float  # epoch s
    topic: str
    payload: bytes
    qos: int
    retain: bool = False
    replayed: bool = False

    @property
    def framed_bytes(self) -> int:
        """Bytes of its MQTT 5 PUBLISH at QoS 1 (3.3): fixed header, topic, packet id, no properties, payload."""
        rest = 2 + len(self.topic.encode()) + 2 + 1 + len(self.payload)
        return 1 + max(1, math.ceil(rest.bit_length() / 7)) + rest


class Flaw(NamedTuple):
    """Why ingest would make a dead letter of it."""

    reason: RejectReason
    detail: str


class Taken(NamedTuple):
    """A message with its meaning."""

    heard: Heard
    kind: str
    body: WireMessage | Flaw


class Observation(NamedTuple):
    """Everything heard of one device within some seconds, in order of arrival."""

    seconds: float
    taken: Sequence[Taken]

    def of(self, kind: type[_Kind]) -> list[tuple[Heard, _Kind]]:
        """The messages of one kind that could be read."""
        return [(one.heard, one.body) for one in self.taken if isinstance(one.body, kind)]

    def sent(self) -> list[Taken]:
        """What the device itself published while we listened."""
        return [one for one in self.taken if one.kind not in DOWN and not one.heard.replayed]

    def numbered(self) -> list[tuple[Heard, Telemetry | Event]]:
        """What carries a number and wants a receipt."""
        return [(one.heard, one.body) for one in self.sent() if isinstance(one.body, Telemetry | Event)]

    def connected_at(self) -> list[float]:
        """When it said that it is online."""
        return [heard.at_s for heard, body in self.of(Status) if body.state == "online" and not heard.replayed]


def observe(heard: Sequence[Heard], seconds: float) -> Observation:
    """Read everything."""
    return Observation(seconds, [_taken(one) for one in heard])


def _taken(heard: Heard) -> Taken:
    parts = heard.topic.split("/")
    if len(parts) == 6 and parts[4] == "down" and parts[5] in DOWN:
        return Taken(heard, parts[5], read(DOWN[parts[5]], heard.payload))
    topic = parse(heard.topic)
    if topic is None:
        return Taken(heard, "", Flaw(RejectReason.TOPIC, "not a topic of ours"))
    if topic.kind == FOREIGN_KIND:
        return Taken(heard, FOREIGN_KIND, WireMessage())
    return Taken(heard, topic.kind, read(UP[topic.kind], heard.payload))


def read(kind: type[_Kind], payload: bytes) -> _Kind | Flaw:
    """One payload as a message of `kind`, or why it is none."""
    body = plain(payload)
    if isinstance(body, Flaw):
        return body
    try:
        message = kind.model_validate_json(body)
    except ValidationError as bad:
        return _explained(body, bad)
    return (_flaw(message) if isinstance(message, Telemetry) else None) or message


def plain(payload: bytes) -> bytes | Flaw:
    """The JSON text of a payload, inflated when it is compressed."""
    if len(payload) > PAYLOAD_LIMIT:
        return Flaw(RejectReason.OVERSIZE, f"{len(payload)} bytes")
    if payload[:1] != bytes([ZLIB_FIRST_BYTE]):
        return payload
    inflating = zlib.decompressobj()
    try:
        text = inflating.decompress(payload, INFLATED_LIMIT)
    except zlib.error as broken:
        return Flaw(RejectReason.COMPRESSION, str(broken))
    return text if inflating.eof else Flaw(RejectReason.COMPRESSION, "cut short, or too much")


def _explained(body: bytes, bad: ValidationError) -> Flaw:
    try:
        body.decode()
        content = from_json(body)
    except UnicodeDecodeError:
        return Flaw(RejectReason.ENCODING, "not UTF-8")
    except ValueError:
        content = None
    version = content.get("v") if isinstance(content, dict) else None
    other = isinstance(version, int) and not isinstance(version, bool) and version >= 0 and version != 1
    return Flaw(RejectReason.VERSION if other else RejectReason.MALFORMED, first_error(bad))


def _flaw(body: Telemetry) -> Flaw | None:
    unknown = [alias for alias in body.s if alias not in BY_ALIAS]
    if any(len(values) != len(body.dt) for values in body.s.values()):
        return Flaw(RejectReason.LENGTH, "arrays differ in length")
    if len(unknown) > UNKNOWN_SIGNALS_LIMIT or any(len(alias) > ALIAS_LENGTH_LIMIT for alias in unknown):
        return Flaw(RejectReason.MALFORMED, "too many or too long signal names")
    steps = [value for alias in body.d.keys() & body.s.keys() for value in body.s[alias] if value is not None]
    if any(value != round(value) or abs(value) > LARGEST_DIFFERENCE for value in steps):
        return Flaw(RejectReason.OVERFLOW, "a difference is no small whole number")
    too_large = [alias for alias, values in signals(body).items() if alias in BY_ALIAS
                 and any(value is not None and abs(value) > LIMITS[BY_ALIAS[alias].sql] for value in values)]
    return Flaw(RejectReason.OVERFLOW, f"{too_large[0]}: a number its column cannot hold") if too_large else None


def times_ms(body: Telemetry) -> list[int]:
    """When each sample was taken [epoch ms]."""
    scale = body.d.get("dt")
    offsets: Iterator[float] = iter(body.dt) if scale is None else (scale * step for step in accumulate(body.dt))
    return [body.t + round(offset) for offset in offsets]


def signals(body: Telemetry) -> dict[str, list[float | None]]:
    """The values of each signal, differences undone; nulls stay and are passed over."""
    return {alias: values if alias not in body.d else _summed(values, body.d[alias])
            for alias, values in body.s.items()}


def _summed(steps: Sequence[float | None], scale: float) -> list[float | None]:
    sums = accumulate(step or 0 for step in steps)
    return [None if step is None else scale * total for step, total in zip(steps, sums, strict=True)]


