"""Receipts: after commit each device hears exactly which of its messages are safe, and forgets only those."""

import time
from collections.abc import Callable, Iterable

import msgspec

from ingest.messages import Receiptable
from schemas.topics import down

EVERY_S = 1.0
"""Longest time a receipt waits for others of its device while there is much to do; a device waits 60 s for it."""


class Receipts:
    """Receipts that are due. Used by one thread at a time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._committed: list[Receiptable] = []
        self._taken_at = clock()

    def add(self, committed: Iterable[Receiptable]) -> None:
        """Remember messages that are committed."""
        self._committed += committed

    def take(self, *, busy: bool) -> dict[str, list[tuple[str, bytes]]]:
        """What is to be sent now, as `receipts`; while `busy`, nothing more often than every second."""
        now = self._clock()
        if busy and now - self._taken_at < EVERY_S:
            return {}
        committed, self._committed, self._taken_at = self._committed, [], now
        return receipts(committed)


def receipts(committed: Iterable[Receiptable]) -> dict[str, list[tuple[str, bytes]]]:
    """By shard, (topic, payload) per device and boot, with the sequence numbers as closed ranges."""
    by_boot: dict[tuple[str, str, int], set[int]] = {}
    for one in committed:
        by_boot.setdefault((one.shard, one.device_id, one.boot), set()).add(one.seq)
    out: dict[str, list[tuple[str, bytes]]] = {}
    for (shard, device_id, boot), numbers in by_boot.items():
        body = msgspec.json.encode({"boot": boot, "seq": ranges(numbers)})  # `schemas.wire.Receipt`
        out.setdefault(shard, []).append((down(shard, device_id, "receipt"), body))
    return out


def ranges(numbers: Iterable[int]) -> list[list[int]]:
    """Closed ranges of a set of whole numbers: {1, 2, 3, 7} gives [[1, 3], [7, 7]]."""
    out: list[list[int]] = []
    for number in sorted(numbers):
        if out and number == out[-1][1] + 1:
            out[-1][1] = number
        else:
            out.append([number, number])
    return out
