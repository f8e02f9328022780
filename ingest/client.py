"""paho's client, with less work per message: it reads ahead, and sends what is small and many in one piece.

paho asks the network three times for each packet, waits in `select` before each, keeps five locks per delivery, and
sends each acknowledgement alone; that was a third of what ingest did per small message. So plain publications are taken
out of what was read ahead here, and everything else is left to paho. It has no public way for either, so two of its
inner functions are used here, and only here; `tests/unit/ingest/test_listening.py` would notice a change.
"""

from collections.abc import Callable, Sequence

import paho.mqtt.client as mqtt
from paho.mqtt.enums import MessageType, MQTTErrorCode

from ingest.packets import Publication, acknowledgements, publications, publishing

READ_AHEAD_BYTES = 65_536
"""Asked of the network at once."""


class Client(mqtt.Client):
    """A client whose deliveries are acknowledged by hand.

    `on_publication` is given the plain publications; `on_message` gets the others, such as those with properties.
    """

    on_publication: Callable[[Publication], None]
    _ahead = b""
    _place = 0

    def acknowledge(self, mids: Sequence[int]) -> None:
        """Acknowledge QoS 1 deliveries by their packet ids, in order."""
        if mids:
            self._send(acknowledgements(mids), mids[-1])

    def tell(self, told: Sequence[tuple[str, bytes]]) -> None:
        """Publish each (topic, payload) at QoS 0."""
        if told:
            self._send(publishing(told), 0)

    def reconnect(self) -> MQTTErrorCode:
        """Connect again; what was read ahead belonged to the old connection."""
        self._ahead, self._place = b"", 0
        return super().reconnect()

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Handle everything that was read ahead, for `select` knows nothing of it.

        While there is more, paho stands between two packets: in the middle of one it would have asked for the rest.
        """
        code = super().loop_read(max_packets)
        while code == MQTTErrorCode.MQTT_ERR_SUCCESS and self._place < len(self._ahead):
            self._take_publications()
            if self._place < len(self._ahead):
                code = super().loop_read(max_packets)
        return code

    def _take_publications(self) -> None:
        found, self._place = publications(self._ahead, self._place)
        for publication in found:
            self.on_publication(publication)

    def _send(self, packets: bytes, last_mid: int) -> None:
        """For paho this is one acknowledgement: it keeps account of its own publications only."""
        self._packet_queue(MessageType.PUBACK, packets, last_mid, 1)

    def _sock_recv(self, bufsize: int) -> bytes:
        if self._place == len(self._ahead):
            self._ahead, self._place = super()._sock_recv(max(bufsize, READ_AHEAD_BYTES)), 0
        taken = self._ahead[self._place : self._place + bufsize]
        self._place += len(taken)
        return taken
