"""The buffer of a device: it holds every message until a receipt names it. Pure; time is an argument."""

from collections import OrderedDict
from collections.abc import Container, Iterable, Sequence

from device_sim.dongle.messages import Message

Key = tuple[int, int]
"""boot, seq"""
NOTHING: frozenset[Key] = frozenset()


class Ring:
    """Messages that wait to be sent, and messages that wait for their receipt, both in order."""

    def __init__(self, capacity: int, resend_after_s: float) -> None:
        self._capacity = capacity
        self._resend_after_s = resend_after_s
        self._waiting: OrderedDict[Key, Message] = OrderedDict()
        self._sent: OrderedDict[Key, tuple[Message, float]] = OrderedDict()
        self.overwritten = 0
        self.resent = 0

    def __len__(self) -> int:
        return len(self._waiting) + len(self._sent)

    @property
    def room(self) -> int:
        return self._capacity - len(self)

    def keys(self) -> list[Key]:
        """What is held: sent without receipt first."""
        return [*self._sent, *self._waiting]

    def hold(self, message: Message) -> None:
        """Keeps a message; a full ring overwrites its oldest."""
        if self.room <= 0:
            (self._sent or self._waiting).popitem(last=False)
            self.overwritten += 1
        self._waiting[message.boot, message.seq] = message

    def take(self, most: int, now_s: float) -> list[Message]:
        """At most so many messages to send now: first what waited too long for a receipt, then what is new."""
        self._expire(now_s)
        taken = [self._waiting.popitem(last=False) for _ in range(min(most, len(self._waiting)))]
        self._sent.update((key, (message, now_s)) for key, message in taken)
        return [message for _, message in taken]

    def reconnected(self, still_travelling: Container[Key] = NOTHING) -> None:
        """Everything without receipt goes out again, except what the client library itself sends again."""
        for key in [key for key in self._sent if key not in still_travelling]:
            self._again(key)

    def forget(self, boot: int, ranges: Iterable[Sequence[int]]) -> int:
        """Drops what a receipt names, and says how much that was."""
        before = len(self)
        for first, last in ranges:
            for key in self._named(boot, first, last):
                self._waiting.pop(key, None)
                self._sent.pop(key, None)
        return before - len(self)

    def _named(self, boot: int, first: int, last: int) -> list[Key]:
        """Keys within a range; a receipt may name more than anybody holds."""
        if last - first < len(self):
            return [(boot, seq) for seq in range(first, last + 1)]
        return [key for key in self.keys() if key[0] == boot and first <= key[1] <= last]

    def _expire(self, now_s: float) -> None:
        """Looks at the oldest only: all others were sent later."""
        while self._sent:
            key, (_, sent_s) = next(iter(self._sent.items()))
            if now_s - sent_s < self._resend_after_s:
                return
            self._again(key)

    def _again(self, key: Key) -> None:
        self._waiting[key] = self._sent.pop(key)[0]
        self.resent += 1
