"""A device: sends, keeps what has no receipt, sends again, answers commands. Whoever owns it calls `pump`."""

import json
import time
from collections.abc import Callable
from typing import Self

from pydantic import JsonValue, ValidationError

from device_sim.dongle.messages import Message
from device_sim.mqtt.link import Acked, Connected, Link, News, Received, Refused
from device_sim.mqtt.ring import Key, Ring
from schemas import topics
from schemas.errors import BrokerUnavailable
from schemas.wire import Command, Receipt, Reply, Status, WireMessage

Answer = Callable[[Command], JsonValue]
_RING = 20_000
_WINDOW = 500
"""Publishes handed to paho and not yet acknowledged; more only makes it slower."""
_POLL_S = 0.005


def refuse(command: Command) -> JsonValue:
    """The answer of a device without abilities."""
    raise ValueError(f"unknown command {command.type}")


class Witness:
    """Is told what becomes of a device's messages; this one takes no notes."""

    def acknowledged(self, key: Key) -> None:
        """The broker took a message."""

    def receipted(self, receipt: Receipt) -> None:
        """Ingest says that these messages are committed."""


class Device:
    """One connected device."""

    def __init__(self, device_id: str, shard: str, link: Link, *, boot: int = 0, firmware: str = "sim-1.0",
                 answer: Answer = refuse, resend_after_s: float = 60.0, ring: int = _RING, window: int = _WINDOW,
                 witness: Witness | None = None,
                 clock_s: Callable[[], float] = time.monotonic, now_s: Callable[[], float] = time.time) -> None:
        self.device_id, self.boot = device_id, boot
        self.ring = Ring(ring, resend_after_s)
        self.connected = False
        self.published = self.receipted = 0
        self._shard, self._link, self._firmware, self._answer = shard, link, firmware, answer
        self._window, self._clock_s, self._now_s = window, clock_s, now_s
        self._witness = witness or Witness()
        self._travelling: dict[int, Key] = {}
        self._refused: str | None = None

    def open(self, timeout_s: float = 10.0) -> Self:
        """Connects; raises BrokerUnavailable when the broker does not answer or does not want us."""
        self._link.open(self._up("status"), self._status("offline"))
        waited_until = self._clock_s() + timeout_s
        while not self.connected:
            self.pump()
            if self._clock_s() > waited_until:
                raise BrokerUnavailable(f"{self.device_id}: no answer from the broker within {timeout_s:g} s")
            time.sleep(_POLL_S)
        return self

    def close(self) -> None:
        """Says goodbye; what has no receipt stays in the ring of this object only."""
        if self.connected:
            self._link.publish(self._up("status"), self._status("offline"), retain=True)
        self._link.close()
        self.connected = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, message: Message) -> None:
        """Puts a message into the ring; the next `pump` publishes it."""
        self.ring.hold(message)

    def pump(self) -> int:
        """Reads the inbox, publishes what is due, and says how much happened."""
        heard = self._read_inbox()
        if self._refused:
            raise BrokerUnavailable(f"{self.device_id}: the broker refused: {self._refused}")
        due = self.ring.take(self._window - len(self._travelling), self._clock_s()) if self.connected else []
        for message in due:
            mid = self._link.publish(message.topic, message.payload)
            self._travelling[mid] = (message.boot, message.seq)
        self.published += len(due)
        return heard + len(due)

    def _read_inbox(self) -> int:
        many = len(self._link.inbox)
        for _ in range(many):
            self._hear(self._link.inbox.popleft())
        return many

    def _hear(self, news: News) -> None:
        match news:
            case Acked(mid):
                if key := self._travelling.pop(mid, None):
                    self._witness.acknowledged(key)
            case Connected():
                self._greet()
            case Received(topic, payload):
                self._read(topic, payload)
            case Refused(reason, _):
                self._refused = reason

    def _greet(self) -> None:
        """After every connection: listen, say hello, and send again what may have been lost."""
        self.connected = True
        self._link.subscribe(topics.down(self._shard, self.device_id, "+"))
        self._link.publish(self._up("status"), self._status("online"), retain=True)
        self.ring.reconnected(set(self._travelling.values()))

    def _read(self, topic: str, payload: bytes) -> None:
        if topic.endswith("/receipt"):
            receipt = Receipt.model_validate_json(payload)
            self.receipted += self.ring.forget(receipt.boot, receipt.seq)
            self._witness.receipted(receipt)
        elif topic.endswith("/command"):
            self._obey(payload)

    def _obey(self, payload: bytes) -> None:
        """Every command gets a reply, also one that makes no sense."""
        try:
            command = Command.model_validate_json(payload)
        except ValidationError:
            return  # without its id nobody could be answered
        self._link.publish(self._up("reply"), _body(self._reply(command)))

    def _reply(self, command: Command) -> Reply:
        if command.expires < 1000 * self._now_s():
            return Reply(id=command.id, ok=False, error="expired")
        try:
            return Reply(id=command.id, ok=True, result=self._answer(command))
        except ValueError as error:
            return Reply(id=command.id, ok=False, error=str(error))

    def _up(self, kind: str) -> str:
        return topics.up(self._shard, self.device_id, kind)

    def _status(self, state: str) -> bytes:
        return _body(Status.model_validate({"v": 1, "state": state, "fw": self._firmware, "boot": self.boot}))


def _body(message: WireMessage) -> bytes:
    return json.dumps(message.model_dump(mode="json"), separators=(",", ":")).encode()
