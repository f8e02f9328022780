"""Decoder of our own format v1: bytes in, a checked wire message or a rejection out; never an exception."""

import struct
import zlib
from typing import Annotated, Literal, TypeVar

import msgspec
from pydantic import ValidationError
from pydantic_core import from_json

from ingest.messages import Rejection, Samples
from schemas.wire import (
    BIGINT,
    INFLATED_LIMIT,
    LATEST_MS,
    PAYLOAD_LIMIT,
    RejectReason,
    Telemetry,
    WireMessage,
    first_error,
)

Kind = TypeVar("Kind", bound=WireMessage)
ZLIB_FIRST_BYTE = 0x78
"""CMF of a deflate stream with the usual 32 KB window (RFC 1950); no JSON text starts with it."""


class _Head(msgspec.Struct):
    """`schemas.wire.Telemetry` with its arrays left as they are: good JSON, of whatever."""

    v: Literal[1]
    boot: Annotated[int, msgspec.Meta(ge=0, le=BIGINT)]
    seq: Annotated[int, msgspec.Meta(ge=0, le=BIGINT)]
    t: Annotated[int, msgspec.Meta(ge=-LATEST_MS, le=LATEST_MS)]
    dt: msgspec.Raw
    s: dict[str, msgspec.Raw]
    d: dict[str, Annotated[float, msgspec.Meta(gt=0)]] = {}


_HEAD = msgspec.json.Decoder(_Head)
_FIRST_BYTE = struct.Struct("c").unpack_from


def decode(kind: type[Kind], payload: bytes) -> Kind | Rejection:
    """Read one payload as a wire message of `kind`."""
    body = _body(payload)
    return body if isinstance(body, Rejection) else _validated(kind, body)


def telemetry(payload: bytes) -> Samples | Rejection:
    """Read head and shape of telemetry, and leave its arrays to `ingest.columns`, which reads a whole batch at once.

    What is unusual takes the strict way, which says why.
    """
    body = _body(payload)
    if isinstance(body, Rejection):
        return body
    return _quickly(body) or strictly(body)


def strictly(body: bytes) -> Samples | Rejection:
    """Read telemetry number by number; the body is written anew, so that its arrays hold numbers and nothing else."""
    found = _validated(Telemetry, body)
    if isinstance(found, Rejection):
        return found
    return Samples(found.boot, found.seq, found.t, tuple(found.s), found.d, found.model_dump_json().encode())


def _body(payload: bytes) -> bytes | Rejection:
    if len(payload) > PAYLOAD_LIMIT:
        return Rejection(RejectReason.OVERSIZE, f"{len(payload)} bytes, at most {PAYLOAD_LIMIT}")
    return inflate(payload)


def _validated(kind: type[Kind], body: bytes) -> Kind | Rejection:
    try:
        return kind.model_validate_json(body)
    except ValidationError as bad:
        return _explain(body, bad)


def _quickly(body: bytes) -> Samples | None:
    """The body if its shape is right at first sight; None sends it the strict way."""
    if b"true" in body or b"false" in body:
        return None  # would pass as 1 and 0 among the numbers
    try:
        head = _HEAD.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if set(map(_FIRST_BYTE, (head.dt, *head.s.values()))) != {(b"[",)}:
        return None  # a number alone would pass as an array of one
    return Samples(head.boot, head.seq, head.t, tuple(head.s), head.d, body)


def inflate(payload: bytes) -> bytes | Rejection:
    """The plain body: compressed ones are recognised by their first byte and inflated within bounds."""
    if payload[:1] != bytes([ZLIB_FIRST_BYTE]):
        return payload
    stream = zlib.decompressobj()
    try:
        body = stream.decompress(payload, INFLATED_LIMIT)
    except zlib.error as broken:
        return Rejection(RejectReason.COMPRESSION, str(broken))
    if not stream.eof:
        return Rejection(RejectReason.COMPRESSION, f"cut short, or more than {INFLATED_LIMIT} bytes inflated")
    return body


def _explain(body: bytes, bad: ValidationError) -> Rejection:
    try:
        body.decode()
    except UnicodeDecodeError as wrong:
        return Rejection(RejectReason.ENCODING, str(wrong.reason))
    boot, seq, version = (_whole(body, name) for name in ("boot", "seq", "v"))
    reason = RejectReason.VERSION if version not in (None, 1) else RejectReason.MALFORMED
    return Rejection(reason, first_error(bad), boot, seq)


def _whole(body: bytes, name: str) -> int | None:
    """A whole number of a body that is not our shape, so that even a refused message can get its receipt."""
    try:
        parsed = from_json(body)
    except ValueError:
        return None
    value = parsed.get(name) if isinstance(parsed, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else None
