"""Messages of foreign devices that the broker delivers again.

Without a time or a number of its own, nothing in the database tells a second delivery from a second measurement. What
was taken in lately is remembered here by packet id, topic and hash of the payload, which MQTT keeps the same when it
sends again (MQTT 5, 2.2.1 and 4.4); a delivery marked DUP that is remembered is marked as repeated.

What is taken in is committed, or the process ends and its memory with it. So a process killed between commit and
acknowledgement stores what it had not acknowledged a second time when it is back: that much cannot be promised.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence

from ingest.listening import RECEIVE_MAXIMUM
from ingest.messages import Message
from schemas.topics import ROOT

REMEMBERED = 4 * RECEIVE_MAXIMUM
"""More than the broker can have un-acknowledged at us, so nothing it may send again is forgotten."""


class Redeliveries:
    """The last messages of foreign devices taken in."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def marked(self, batch: Sequence[Message]) -> Sequence[Message]:
        """The batch with its repetitions marked, each message of it remembered; to be called once per delivery."""
        if all(message.topic.startswith(ROOT) for message in batch):
            return batch  # our own devices number their messages
        return [self._marked(message) if message.qos else message for message in batch]

    def _marked(self, message: Message) -> Message:
        mark = _mark(message)
        repeated = message.dup and mark in self._known
        self._known[mark] = None
        self._known.move_to_end(mark)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return message._replace(repeated=True) if repeated else message


def _mark(message: Message) -> bytes:
    text = f"{message.shard}\0{message.mid}\0{message.topic}\0".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text + message.payload, digest_size=16).digest()
