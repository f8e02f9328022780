"""paho's client, with fewer system calls per message: it reads ahead, and acknowledges many messages in one piece.

paho asks the network three times for each packet, waits in `select` before each, and sends each acknowledgement alone;
that was a third of what ingest did per small message. Nothing else of paho is changed. It has no public way for either,
so two of its inner functions are used here, and only here; `tests/unit/ingest/test_listening.py` would notice a change.
"""

import struct
from collections.abc import Sequence

import paho.mqtt.client as mqtt
from paho.mqtt.enums import MessageType, MQTTErrorCode

READ_AHEAD_BYTES = 65_536
"""Asked of the network at once."""

_PUBACK = struct.Struct("!BBH")
"""Fixed header with the length 2, packet id; no reason code means success (MQTT 5, 3.4)."""


class Client(mqtt.Client):
    """A client whose deliveries are acknowledged by hand."""

    _ahead = memoryview(b"")

    def acknowledge(self, mids: Sequence[int]) -> None:
        """Acknowledge QoS 1 deliveries by their packet ids, in order."""
        if mids:
            packets = b"".join(_PUBACK.pack(MessageType.PUBACK, 2, mid) for mid in mids)
            self._packet_queue(MessageType.PUBACK, packets, mids[-1], 1)

    def reconnect(self) -> MQTTErrorCode:
        """Connect again; what was read ahead belonged to the old connection."""
        self._ahead = memoryview(b"")
        return super().reconnect()

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Handle everything that was read ahead, for `select` knows nothing of it."""
        code = super().loop_read(max_packets)
        while code == MQTTErrorCode.MQTT_ERR_SUCCESS and self._ahead:
            code = super().loop_read(max_packets)
        return code

    def _sock_recv(self, bufsize: int) -> bytes:
        if not self._ahead:
            self._ahead = memoryview(super()._sock_recv(max(bufsize, READ_AHEAD_BYTES)))
        taken, self._ahead = self._ahead[:bufsize], self._ahead[bufsize:]
        return bytes(taken)
