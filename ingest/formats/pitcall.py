"""Decoder of our own format v1: bytes in, a checked wire message or a rejection out; never an exception."""

import zlib
from typing import TypeVar

import orjson
from pydantic import ValidationError
from pydantic_core import from_json

from ingest.messages import Rejection, Samples
from schemas.wire import (
    BIGINT,
    INFLATED_LIMIT,
    LATEST_MS,
    PAYLOAD_LIMIT,
    SAMPLE_LIMIT,
    RejectReason,
    Telemetry,
    WireMessage,
    first_error,
)

Kind = TypeVar("Kind", bound=WireMessage)
ZLIB_FIRST_BYTE = 0x78
"""CMF of a deflate stream with the usual 32 KB window (RFC 1950); no JSON text starts with it."""


def decode(kind: type[Kind], payload: bytes) -> Kind | Rejection:
    """Read one payload as a wire message of `kind`."""
    body = _body(payload)
    return body if isinstance(body, Rejection) else _validated(kind, body)


def telemetry(payload: bytes) -> Samples | Rejection:
    """Read telemetry without looking at each number: three times as fast as `decode`.

    `ingest.columns` checks the numbers of a whole batch at once. What is unusual takes the strict way, which says why.
    """
    body = _body(payload)
    if isinstance(body, Rejection):
        return body
    quick = _quickly(body)
    if quick is not None:
        return quick
    strict = _validated(Telemetry, body)
    if isinstance(strict, Rejection):
        return strict
    return Samples(strict.boot, strict.seq, strict.t, strict.dt, strict.s, strict.d)


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
        content = orjson.loads(body)
        found = Samples(content["boot"], content["seq"], content["t"], content["dt"], content["s"],
                        content.get("d", {}))
        return found if content["v"] == 1 and _shaped(found) else None
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return None


def _shaped(found: Samples) -> bool:
    """Whether containers and whole numbers are what the contract says."""
    whole = type(found.boot) is int and type(found.seq) is int and type(found.t) is int
    arrays = type(found.dt) is list and type(found.s) is dict and type(found.d) is dict
    return (whole and arrays and 0 <= found.boot <= BIGINT and 0 <= found.seq <= BIGINT and abs(found.t) <= LATEST_MS
            and 0 < len(found.dt) <= SAMPLE_LIMIT and all(type(values) is list for values in found.s.values())
            and all(type(scale) in (int, float) and scale > 0 for scale in found.d.values()))


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
