"""The log of one device: what it sent, what the broker took, what ingest receipted and after how long."""

import random
import time
from array import array

from archive.fleet.devices import Device as Provisioned
from dev.faults.telling import FIRST, told
from device_sim.dongle.messages import Message
from device_sim.mqtt.device import Witness
from device_sim.mqtt.ring import Key
from schemas.wire import Receipt


class Sender(Witness):
    """One device and the log of what it sent, what the broker took and what ingest receipted."""

    def __init__(self, who: Provisioned, base_ms: int) -> None:
        self.who, self.base_ms = who, base_ms
        self.sent_at = array("d")
        self.acknowledged_seqs: set[int] = set()
        self.receipted_seqs: set[int] = set()
        self.lags_s: list[tuple[float, float]] = []

    @property
    def sent(self) -> int:
        """Messages sent so far; their numbers begin at FIRST."""
        return len(self.sent_at)

    def news(self) -> Message:
        """The next thing this device has to tell."""
        self.sent_at.append(time.monotonic())
        return told(self.who, FIRST + self.sent - 1, self.base_ms)

    def anew(self, dice: random.Random) -> Message:
        """Something this device told before."""
        return told(self.who, FIRST + dice.randrange(self.sent), self.base_ms)

    def acknowledged(self, key: Key) -> None:
        """The broker's PUBACK."""
        self.acknowledged_seqs.add(key[1])

    def receipted(self, receipt: Receipt) -> None:
        """Committed, says ingest; the lag counts from the moment the device had something to tell."""
        now_s = time.monotonic()
        for first, last in receipt.seq:
            for seq in set(range(first, last + 1)) - self.receipted_seqs:
                self.receipted_seqs.add(seq)
                self.lags_s.append((self.sent_at[seq - FIRST], now_s - self.sent_at[seq - FIRST]))
