"""The inbox between the network threads and the writer, bounded in messages and in bytes."""

import time
from collections import deque
from collections.abc import Callable
from threading import Condition

from ingest.messages import Message

BATCH_MESSAGES = 2_000
BATCH_BYTES = 600_000
"""50,000 samples of differences under zlib: a quarter faster than 250 KB, for the fixed work of a transaction."""

BATCH_AGE_S = 0.1
QOS0_LIMIT = 20_000
"""Messages waiting beyond this make further QoS 0 deliveries be dropped and counted; QoS 1 is bounded by the receive
maximum of its connection instead."""

INBOX_BYTES = 10 * 2**20
"""Payload that may wait [B]: a full receive window of messages of 300 samples. Of larger ones fewer fit; the rest stays
at the broker."""


class Inbox:
    """Messages wait here until a batch closes: when it is full, or old, or half the receive window is used."""

    def __init__(self, half_window: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = min(BATCH_MESSAGES, half_window)
        self._clock = clock
        self._waiting: deque[Message] = deque()
        self._bytes = 0
        self._since = 0.0
        self._changed = Condition()

    def has_room(self, message: Message) -> bool:
        """Whether a delivery may be put; called by network threads."""
        return self._bytes < INBOX_BYTES and (message.qos > 0 or len(self._waiting) < QOS0_LIMIT)

    def put(self, message: Message) -> None:
        """Add a delivery; called by network threads, never blocks."""
        with self._changed:
            if not self._waiting:
                self._since = self._clock()
            self._waiting.append(message)
            self._bytes += len(message.payload)
            if len(self._waiting) == 1 or self._full():
                self._changed.notify()

    def next_batch(self, patience_s: float) -> list[Message]:
        """The next batch in order of arrival; empty when nothing came within `patience_s`."""
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._waiting), timeout=patience_s):
                return []
            self._changed.wait_for(self._full, timeout=max(0.0, self._since + BATCH_AGE_S - self._clock()))
            batch = [self._waiting.popleft() for _ in range(self._take())]
            self._bytes -= sum(len(message.payload) for message in batch)
            self._since = self._clock()
            return batch

    def __len__(self) -> int:
        return len(self._waiting)

    def _full(self) -> bool:
        return len(self._waiting) >= self._most or self._bytes >= BATCH_BYTES

    def _take(self) -> int:
        size = 0
        for count, message in enumerate(self._waiting):
            size += len(message.payload)
            if count == self._most or (size > BATCH_BYTES and count):
                return count
        return len(self._waiting)
