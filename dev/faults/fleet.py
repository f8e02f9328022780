"""Devices under load: they send at a steady rate, keep what has no receipt and send it again, as the dongle does."""

import itertools
import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from threading import Thread
from typing import Self

import numpy as np
from pydantic import SecretStr

from archive.fleet.devices import Device as Provisioned
from dev.faults.crowd import Crowd, CrowdLink
from dev.faults.sender import Sender
from dev.faults.swift import SwiftLink
from device_sim.mqtt.credentials import Credentials
from device_sim.mqtt.device import Device
from schemas.broker_address import BrokerAddress
from schemas.errors import PitcallError

TICK_S = 0.01
RING = 50_000
"""Messages a device of the rig can keep: none may be overwritten, or the rig itself would lose it."""

FLAT_OUT = float("inf")
HELD = 3000
"""Messages without receipt at which devices that go flat out wait: enough to keep ingest busy."""

IN_A_ROW = 10
"""Messages of one device after the other, where there are many: together they cost less than alone."""

SOON_S = 2.0
"""Receipts wait for each other for up to a second while ingest is busy."""

MOST = 50_000.0
"""Messages/s nobody reaches here."""


@dataclass(frozen=True)
class Manners:
    """How the devices of a fleet behave."""

    rate: float                    # new messages/s of all together
    resend_after_s: float = 60.0   # without receipt
    repeats: int = 0               # besides each new message, up to so many old ones are told anew
    seed: int = 0
    swift: bool = False            # of many messages, which cost the rig little


class Fleet:
    """Devices in one thread of their own. `speak` begins the sending of news, `hush` ends it."""

    def __init__(self, devices: Sequence[Provisioned], password: str, broker_url: str, manners: Manners) -> None:
        base_ms = int(time.time() * 1000) - 3_600_000
        self.senders = [Sender(device, base_ms) for device in devices]
        self._password, self._broker, self._manners = SecretStr(password), BrokerAddress.parse(broker_url), manners
        self._dice = random.Random(manners.seed)
        self._devices: list[Device] = []
        self._crowd = Crowd(self._dice)
        self._speaking = self._closing = False
        self._links: list[CrowdLink] = []
        in_a_row = IN_A_ROW if manners.swift else 1
        self._turn = itertools.cycle([number for number in range(len(devices)) for _ in range(in_a_row)])
        self._rate = manners.rate
        self._asked: deque[int] = deque()
        self._failure: Exception | None = None
        self._thread = Thread(target=self._live, name="fleet", daemon=True)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._devices = [stack.enter_context(self._device(sender).open(30)) for sender in self.senders]
            self._open = stack.pop_all()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing = True
        self._thread.join()
        self._open.close()

    @property
    def sent(self) -> int:
        """Messages the devices had to tell."""
        return sum(sender.sent for sender in self.senders)

    @property
    def acknowledged(self) -> int:
        """Of these, how many the broker took."""
        return sum(sender.acknowledged_messages for sender in self.senders)

    @property
    def receipted(self) -> int:
        """Of these, how many are committed, says ingest."""
        return sum(sender.receipted_messages for sender in self.senders)

    @property
    def resent(self) -> int:
        """Messages sent again for want of a receipt."""
        return sum(device.ring.resent for device in self._devices)

    def worst_lag_s(self, since_s: float = 0.0) -> float:
        """The longest from telling to receipt, of every receipted message told since then [s]."""
        return float(np.concatenate([sender.lags_s(since_s) for sender in self.senders]).max())

    def is_current(self, since_s: float) -> bool:
        """Whether the last receipt of any device was for something told since then, and came soon."""
        return any(sender.was_quick(since_s, SOON_S) for sender in self.senders)

    def speak(self, seconds: float | None = None, rate: float | None = None) -> None:
        """Begin to send news; with `seconds`, wait and hush again. A rate of FLAT_OUT takes what comes through."""
        self._rate = rate or self._manners.rate
        self._speaking = True
        if seconds is not None:
            self.wait(seconds)
            self.hush()

    def tell(self, messages: int) -> None:
        """Send so many news at once."""
        goal = self.sent + messages
        self._asked.append(messages)
        while self.sent < goal:
            self.wait(TICK_S)

    def hush(self) -> None:
        """Send nothing new; what has no receipt is still sent again."""
        self._speaking = False
        self.wait(2 * TICK_S)

    def wait(self, seconds: float) -> None:
        """Let time pass; raises what ended the devices' thread."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self._failure:
                raise self._failure
            time.sleep(min(TICK_S, left))

    def acknowledged_within(self, patience_s: float) -> bool:
        """Whether the broker takes everything sent so far within this time."""
        return self._reached(lambda: self.acknowledged, patience_s)

    def receipted_within(self, patience_s: float) -> bool:
        """Whether everything sent so far is receipted within this time."""
        return self._reached(lambda: self.receipted, patience_s)

    def _reached(self, count: Callable[[], int], patience_s: float) -> bool:
        goal, until = self.sent, time.monotonic() + patience_s
        while count() < goal and time.monotonic() < until:
            self.wait(TICK_S)
        return count() >= goal

    def _device(self, sender: Sender) -> Device:
        who = Credentials(device_id=sender.who.device_id, user=sender.who.device_id, password=self._password,
                          shard=sender.who.shard)
        link = (SwiftLink if self._manners.swift else CrowdLink)(who, self._broker, self._crowd)
        self._links.append(link)
        return Device(who.device_id, who.shard, link, resend_after_s=self._manners.resend_after_s, ring=RING,
                      witness=sender)

    def _live(self) -> None:
        try:
            owed, before_s = 0.0, time.monotonic()
            while not self._closing:
                now_s = time.monotonic()
                owed = owed + min(self._rate, MOST) * (now_s - before_s) if self._speaking else 0.0
                before_s = now_s
                owed += self._asked.popleft() if self._asked else 0
                owed = min(owed, HELD - self.sent + self.receipted) if self._rate == FLAT_OUT else owed
                for _ in range(int(max(0, owed))):
                    self._tell()
                owed %= 1
                happened = sum(device.pump() for device in self._devices)
                for link in self._links:
                    link.flush()
                self._crowd.serve(0 if happened else TICK_S)
        except PitcallError as problem:
            self._failure = problem

    def _tell(self) -> None:
        """One device after the other has news."""
        number = next(self._turn)
        sender, device = self.senders[number], self._devices[number]
        device.send(sender.news())
        for _ in range(self._dice.randint(0, self._manners.repeats)):
            device.send(sender.anew(self._dice))
