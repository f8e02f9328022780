"""Poison: payloads no device should send, each with the reason it is buried with; and what is tolerated."""

import json
import time
import zlib
from typing import NamedTuple

from archive.fleet.devices import Device
from schemas.topics import up

OTHER_SHARD = "s04"
DAY_MS = 86_400_000


def now_ms() -> int:
    """The present [ms since 1970]."""
    return int(time.time() * 1000)


def body(**changes: object) -> bytes:
    """A good message with some fields changed."""
    good = {"v": 1, "boot": 3, "seq": 99, "t": now_ms() - 30_000, "dt": [0, 1000], "s": {"speed": [1, 2]}}
    return json.dumps(good | changes).encode()


class Poison(NamedTuple):
    """A payload, where it goes when not to the device's own topic, and the reason it is buried with."""

    payload: bytes
    reason: str
    topic: str | None = None


def corpus(who: Device) -> dict[str, Poison]:
    """Every kind of poison, as this device would send it."""
    return {
        "bad JSON": Poison(b'{"v": 1, "boot": ', "malformed"),
        "empty": Poison(b"", "malformed"),
        "not an object": Poison(b"[1, 2, 3]", "malformed"),
        "NaN": Poison(body().replace(b"[1, 2]", b"[NaN, 2]"), "malformed"),
        "infinity": Poison(body().replace(b"[1, 2]", b"[1e999, 2]"), "malformed"),
        "text among numbers": Poison(body(s={"speed": ["fast", 2]}), "malformed"),
        "64 bit overflow": Poison(body(seq=2**64), "malformed"),
        "beyond a real": Poison(body(s={"speed": [1e39, 2]}), "overflow"),
        "beyond a smallint": Poison(body(s={"fuel_type": [40_000, 1]}), "overflow"),
        "huge difference": Poison(body(s={"speed": [10**300, 2]}, d={"speed": 1}), "overflow"),
        "fractional difference": Poison(body(s={"speed": [1.5, 2]}, d={"speed": 1}), "overflow"),
        "wrong UTF-8": Poison(b'{"v": 1, "boot": 3, "seq": 4, "t": 1, "dt": [0], "s": {"\xff": [1]}}', "encoding"),
        "bomb": Poison(zlib.compress(b'{"v": 1' + b" " * 50_000_000), "compression"),
        "broken zlib": Poison(b"\x78\x9c\x00\x01\x02", "compression"),
        "cut zlib": Poison(zlib.compress(body())[:-4], "compression"),
        "deep nesting": Poison(b'{"v":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "malformed"),
        "arrays of different length": Poison(body(s={"speed": [1, 2, 3]}), "length"),
        "later version": Poison(body(v=2), "version"),
        "clock of 1970": Poison(body(t=5_000), "clock"),
        "clock of 2036": Poison(body(t=now_ms() + 3650 * DAY_MS), "clock"),
        "ninety-one days old": Poison(body(t=now_ms() - 91 * DAY_MS), "clock"),
        "time beyond any calendar": Poison(body(dt=[0, 2**45]), "clock"),
        "name with NUL": Poison(body(s={"a\x00b": [1, 2]}), "database"),
        "event of unknown type": Poison(b'{"v": 1, "boot": 3, "seq": 5, "t": 1, "type": "party"}', "malformed",
                                        up(who.shard, who.device_id, "event")),
        "wrong topic": Poison(body(), "topic", up(who.shard, who.device_id, "nonsense")),
        "wrong shard": Poison(body(seq=1), "wrong_shard", up(OTHER_SHARD, who.device_id, "telemetry")),
    }


def tolerated() -> dict[str, bytes]:
    """What is odd and stored all the same."""
    return {
        "unknown signal": body(s={"speed": [1, 2], "mystery": [5, None]}, seq=201, t=now_ms() - 20_000),
        "field of a later version": body(colour="red", seq=202, t=now_ms() - 15_000),
        "unknown difference": body(d={"mystery": 0.5}, seq=203, t=now_ms() - 10_000),
        "no signals at all": body(s={}, seq=204),
    }
