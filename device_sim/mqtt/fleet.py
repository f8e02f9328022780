"""Accelerated histories of many devices: as fast as broker and ingest take them, until everything has its receipt."""

import itertools
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Self

from device_sim.dongle.messages import Message
from device_sim.mqtt.credentials import Credentials
from device_sim.mqtt.device import Device
from device_sim.mqtt.link import PahoLink
from schemas.broker_address import BrokerAddress
from schemas.errors import PitcallError

_HELD = 3000
"""Messages all devices together may hold without receipt. Far more than keeps ingest busy, and few enough that a slow
ingest still sends receipts before the devices lose patience: with 32,000 they sent half of everything twice."""
_LEAST_HELD = 30
_TURN = 100
"""Messages a device takes over at a time, so that all devices move together."""
_NAMED = 5
_REPORT_EVERY_S = 0.2


class ReceiptsMissing(PitcallError):
    """Not every message got its receipt; is ingest running and serving the shards of these devices?"""


@dataclass(frozen=True)
class Shipment:
    """One device and what it has to tell; an iterator is encoded while it is sent."""

    who: Credentials
    messages: Iterable[Message]


@dataclass(frozen=True)
class Progress:
    """Counts so far, over all devices."""

    messages: int              # taken over
    receipted: int
    samples: int
    bytes: int
    resent: int
    seconds: float


class _Lane:
    """One device and the rest of its messages."""

    def __init__(self, device: Device, messages: Iterable[Message]) -> None:
        self.device = device
        self._source: Iterator[Message] = iter(messages)
        self.messages = self.samples = self.bytes = 0
        self.finished = False

    def step(self) -> int:
        """Takes over new messages while there is room, and pumps; says how much happened."""
        wanted = min(_TURN, self.device.ring.room)
        before = self.messages
        for message in itertools.islice(self._source, wanted):
            self._take_over(message)
        happened = self.device.pump()
        self.finished = wanted > self.messages - before and not len(self.device.ring)
        return happened + self.messages - before

    def _take_over(self, message: Message) -> None:
        self.device.send(message)
        self.messages += 1
        self.samples += message.samples
        self.bytes += len(message.payload)


def publish_fleet(shipments: Sequence[Shipment], broker_url: str, *, window: int = 500, timeout_s: float = 60.0,
                  resend_after_s: float = 60.0, progress: Callable[[Progress], object] = lambda _: None) -> Progress:
    """Publishes everything and waits for all receipts.

    Raises ReceiptsMissing, naming some of them, when no receipt came for `timeout_s`.
    """
    with _Fleet(shipments, BrokerAddress.parse(broker_url), window, resend_after_s) as fleet:
        for state in fleet.until_done(timeout_s):
            progress(state)
        return fleet.state()


class _Fleet:
    def __init__(self, shipments: Sequence[Shipment], broker: BrokerAddress, window: int,
                 resend_after_s: float) -> None:
        self._news = threading.Event()
        self._began_s = time.monotonic()
        self._shipments, self._broker = shipments, broker
        self._window, self._resend_after_s = window, resend_after_s
        self._lanes: list[_Lane] = []

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._lanes = [self._lane(one, stack) for one in self._shipments]
            self._open = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _lane(self, shipment: Shipment, stack: ExitStack) -> _Lane:
        link = PahoLink(shipment.who, self._broker, lasting_session=False, on_news=self._news.set)
        held = max(_LEAST_HELD, _HELD // len(self._shipments))
        device = Device(shipment.who.device_id, shipment.who.shard, link, resend_after_s=self._resend_after_s,
                        ring=held, window=self._window)
        return _Lane(stack.enter_context(device).open(), shipment.messages)

    def until_done(self, timeout_s: float) -> Iterator[Progress]:
        """Steps all devices until nothing is left; yields now and then."""
        receipted, heard_s, told_s = 0, time.monotonic(), 0.0
        while busy := [lane for lane in self._lanes if not lane.finished]:
            self._news.clear()
            if not sum(lane.step() for lane in busy):
                self._news.wait(0.05)
            now, state = time.monotonic(), self.state()
            if state.receipted > receipted:
                receipted, heard_s = state.receipted, now
            if now - heard_s > timeout_s:
                raise ReceiptsMissing(f"no receipt for {timeout_s:g} s; missing: {self._missing()}. Is ingest running?")
            if now - told_s > _REPORT_EVERY_S:
                told_s = now
                yield state

    def state(self) -> Progress:
        lanes, devices = self._lanes, [lane.device for lane in self._lanes]
        return Progress(sum(lane.messages for lane in lanes), sum(one.receipted for one in devices),
                        sum(lane.samples for lane in lanes), sum(lane.bytes for lane in lanes),
                        sum(one.ring.resent for one in devices), time.monotonic() - self._began_s)

    def _missing(self) -> str:
        """Some of what has no receipt, device by device."""
        return "; ".join(f"{lane.device.device_id} {len(lane.device.ring)} messages (boot, seq) "
                         f"{lane.device.ring.keys()[:_NAMED]}" for lane in self._lanes if not lane.finished)
