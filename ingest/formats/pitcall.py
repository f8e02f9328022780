"""Decoder of our own format v1: bytes in, a checked wire message or a rejection out; never an exception."""

import zlib
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import from_json

from ingest.messages import Rejection
from schemas.wire import INFLATED_LIMIT, PAYLOAD_LIMIT, RejectReason, WireMessage, first_error

Kind = TypeVar("Kind", bound=WireMessage)
ZLIB_FIRST_BYTE = 0x78
"""CMF of a deflate stream with the usual 32 KB window (RFC 1950); no JSON text starts with it."""


def decode(kind: type[Kind], payload: bytes) -> Kind | Rejection:
    """Read one payload as a wire message of `kind`."""
    if len(payload) > PAYLOAD_LIMIT:
        return Rejection(RejectReason.OVERSIZE, f"{len(payload)} bytes, at most {PAYLOAD_LIMIT}")
    body = inflate(payload)
    if isinstance(body, Rejection):
        return body
    try:
        return kind.model_validate_json(body)
    except ValidationError as bad:
        return _explain(body, bad)


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
