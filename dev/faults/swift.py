"""A device's connection that costs this machine little, for loads at which paho itself would be the limit.

A soak's devices stand for a fleet that is elsewhere, while paho spends on a message twice what all of ingest does. So
messages are packed and their acknowledgements unpacked here, many at a time; paho keeps the rest: it connects, listens
and stays alive. What a lost connection had under way is not sent again; the soak, in which none is lost, ends then.
"""

from collections.abc import Callable
from typing import Literal

from paho.mqtt.enums import MQTTErrorCode

from dev.faults.crowd import CrowdLink
from dev.packets import PACKET_IDS, PUBACK, at_least_once
from device_sim.mqtt.link import Acked, Received, Refused
from ingest.client import Client
from ingest.packets import Publication

FIRST_ID = 1024
"""Packet ids of messages begin here: paho counts its own from 1."""

_NO_PROPERTIES = b"\0"
_FAILED = 0x80
"""Reason codes from here on say that the broker did not take it (MQTT 5, 2.4)."""


class SwiftClient(Client):
    """Offers many messages and then flushes them; `on_acked` is told the packet id of each that the broker took."""

    on_acked: Callable[[int], None]
    _next_id = FIRST_ID
    _offered: tuple[bytes, ...] = ()

    def offer(self, topic: str, payload: bytes) -> int:
        """Give a message its packet id; it goes out with the next `flush`."""
        mid, self._next_id = self._next_id, FIRST_ID if self._next_id == PACKET_IDS else self._next_id + 1
        self._offered += (at_least_once(mid, topic, payload, _NO_PROPERTIES),)
        return mid

    def flush(self) -> None:
        """Send what was offered, in one piece."""
        if self._offered:
            self._send(b"".join(self._offered), 0)
            self._offered = ()

    def _take_publications(self) -> None:
        self._take_acknowledgements()
        super()._take_publications()

    def _take_acknowledgements(self) -> None:
        """What was read ahead of them; all else is left to paho."""
        data, place = self._ahead, self._place
        while place + 4 <= len(data) and data[place] == PUBACK and place + 2 + data[place + 1] <= len(data):
            end = place + 2 + data[place + 1]
            if not self._took(data[place + 2 : end]):
                break
            place = end
        self._place = place

    def _handle_pubackcomp(self, cmd: Literal["PUBACK", "PUBCOMP"]) -> MQTTErrorCode:
        """An acknowledgement that paho has read."""
        if self._took(bytes(self._in_packet["packet"])):
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        return super()._handle_pubackcomp(cmd)

    def _took(self, answer: bytes) -> bool:
        """Tell of a message offered here that the broker took."""
        mid = int.from_bytes(answer[:2])
        taken = mid >= FIRST_ID and not (len(answer) > 2 and answer[2] >= _FAILED)
        if taken:
            self.on_acked(mid)
        return taken


class SwiftLink(CrowdLink):
    """A connection served by a crowd, its messages packed and unpacked here."""

    client_type = SwiftClient
    _client: SwiftClient

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> int:
        """Retained messages, which are few, go paho's way."""
        return super().publish(topic, payload, retain) if retain else self._client.offer(topic, payload)

    def flush(self) -> None:
        self._client.flush()

    def open(self, will_topic: str, will: bytes) -> None:
        super().open(will_topic, will)
        self._client.on_disconnect = lambda *_: self._tell(Refused("the connection broke"))

    def _listen(self) -> None:
        super()._listen()
        self._client.on_acked = lambda mid: self._tell(Acked(mid))
        self._client.on_publication = self._published_to_us

    def _published_to_us(self, publication: Publication) -> None:
        if publication.qos:
            self._client.acknowledge([publication.packet_id])
        self._tell(Received(publication.topic.decode(), publication.payload))
