"""Messages of devices without a clock that the broker delivers again.

Such a message carries no time and no number, so nothing in the database tells a second delivery from a second
measurement. What was committed lately is remembered here by packet id, topic and hash of the payload; a delivery marked
DUP that is remembered is not stored again. The memory lives in the process: a process that is killed between commit and
acknowledgement stores what it had not acknowledged once more when it is back.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Sequence

from ingest.listening import RECEIVE_MAXIMUM
from ingest.messages import Message

REMEMBERED = 4 * RECEIVE_MAXIMUM
"""More than the broker can have un-acknowledged at us, so nothing it may send again is forgotten."""


class Redeliveries:
    """The last messages committed, by what MQTT keeps the same when it sends again (MQTT 5, 2.2.1 and 4.4)."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def repeated(self, messages: Sequence[Message]) -> set[int]:
        """Places of deliveries that say they come again and were committed before, or come earlier in this batch."""
        if not any(message.dup for message in messages):
            return set()
        seen: set[bytes] = set()
        out: set[int] = set()
        for number, message in enumerate(messages):
            mark = _mark(message)
            if message.dup and (mark in seen or mark in self._known):
                out.add(number)
            seen.add(mark)
        return out

    def remember(self, committed: Iterable[Message]) -> None:
        """Note what is stored now; called after commit, or a failed attempt would make its own repetition vanish."""
        for message in committed:
            if message.qos > 0:
                self._known[_mark(message)] = None
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def _mark(message: Message) -> bytes:
    text = f"{message.shard}\0{message.mid}\0{message.topic}\0".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text + message.payload, digest_size=16).digest()
