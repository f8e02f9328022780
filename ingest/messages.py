"""What travels through ingest: a message as it came, and what was read from it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from schemas.wire import RejectReason


class Message(NamedTuple):
    """One delivery from the broker. `generation` is the connection it came over: acks of an older one are void."""

    topic: str
    payload: bytes
    mid: int
    qos: int
    retain: bool
    shard: str
    generation: int
    received_at: float  # epoch s
    dup: bool = False  # the broker says it sent this before
    too_fast: bool = False  # beyond its device's allowance
    repeated: bool = False  # we took it in before

    @property
    def arrived(self) -> datetime:
        """When it was received, UTC."""
        return datetime.fromtimestamp(self.received_at, UTC)


class Samples(NamedTuple):
    """A telemetry body as read on the hot path: head and shape are checked, its arrays are still text in `body`."""

    boot: int
    seq: int
    t: int
    signals: tuple[str, ...]
    d: dict[str, float]
    body: bytes


class Receiptable(NamedTuple):
    """A message its device wants a receipt for."""

    shard: str
    device_id: str
    boot: int
    seq: int


@dataclass(frozen=True)
class Rejection:
    """Why a message could not be taken in; where `boot` and `seq` could be read, it gets a receipt all the same."""

    reason: RejectReason
    detail: str
    boot: int | None = None
    seq: int | None = None
