"""A plain decoder of telemetry, written from the contract and not from the encoder."""

import zlib
from dataclasses import dataclass

from schemas.wire import Telemetry


@dataclass(frozen=True)
class Decoded:
    """A message in plain values."""

    boot: int
    seq: int
    epoch_ms: list[int]
    values: dict[str, list[float | None]]


def decode(payload: bytes) -> Decoded:
    body = zlib.decompress(payload) if payload[:1] == b"\x78" else payload
    message = Telemetry.model_validate_json(body)
    offsets = undo([float(value) for value in message.dt], message.d.get("dt"))
    return Decoded(message.boot, message.seq, [message.t + round(value or 0) for value in offsets],
                   {alias: undo(array, message.d.get(alias)) for alias, array in message.s.items()})


def undo(array: list[float] | list[float | None], scale: float | None) -> list[float | None]:
    """Adds differences up, null stays null."""
    if scale is None:
        return list(array)
    out: list[float | None] = []
    total = 0.0
    for step in array:
        total += step or 0
        out.append(None if step is None else total * scale)
    return out
