"""The log of one device: what it sent, what the broker took, what ingest receipted and after how long."""

import random
import time
from array import array

import numpy as np
import numpy.typing as npt

from archive.fleet.devices import Device as Provisioned
from dev.faults.telling import FIRST, told
from device_sim.dongle.messages import Message
from device_sim.mqtt.device import Witness
from device_sim.mqtt.ring import Key
from schemas.wire import Receipt

NOT_YET = 0.0


class Sender(Witness):
    """One device and the log of what it sent, what the broker took and what ingest receipted.

    A soak sends millions of messages: as objects they would keep the collector of garbage busy for seconds at a time.
    """

    def __init__(self, who: Provisioned, base_ms: int) -> None:
        self.who, self.base_ms = who, base_ms
        self.sent_at = array("d")
        self.acknowledged_messages = self.receipted_messages = 0
        self.latest = FIRST  # number of the message receipted last
        self._receipted_at = array("d")
        self._taken = bytearray()

    @property
    def sent(self) -> int:
        """Messages sent so far; their numbers begin at FIRST."""
        return len(self.sent_at)

    def news(self) -> Message:
        """The next thing this device has to tell."""
        self.sent_at.append(time.monotonic())
        self._taken.append(False)
        self._receipted_at.append(NOT_YET)
        return told(self.who, FIRST + self.sent - 1, self.base_ms)

    def anew(self, dice: random.Random) -> Message:
        """Something this device told before."""
        return told(self.who, FIRST + dice.randrange(self.sent), self.base_ms)

    def acknowledged(self, key: Key) -> None:
        """The broker's PUBACK."""
        place = key[1] - FIRST
        self.acknowledged_messages += not self._taken[place]
        self._taken[place] = True

    def receipted(self, receipt: Receipt) -> None:
        """Committed, says ingest; the lag counts from the moment the device had something to tell."""
        now_s = time.monotonic()
        for first, last in receipt.seq:
            for place in range(first - FIRST, last - FIRST + 1):
                if self._receipted_at[place] == NOT_YET:
                    self._receipted_at[place] = now_s
                    self.receipted_messages += 1
                    self.latest = place + FIRST

    def lags_s(self, since_s: float) -> npt.NDArray[np.float64]:
        """Seconds from telling to receipt, of every receipted message told since then."""
        receipted_s = np.array(self._receipted_at[:])  # copies: meanwhile more may be told
        told_s = np.array(self.sent_at[:len(receipted_s)])
        chosen = (told_s >= since_s) & (receipted_s != NOT_YET)
        lags: npt.NDArray[np.float64] = receipted_s[chosen] - told_s[chosen]
        return lags

    def was_quick(self, since_s: float, within_s: float) -> bool:
        """Whether the last receipt was for something told since then, and came soon."""
        if not self.receipted_messages:
            return False
        told_s = self.sent_at[self.latest - FIRST]
        return told_s >= since_s and self._receipted_at[self.latest - FIRST] - told_s <= within_s
