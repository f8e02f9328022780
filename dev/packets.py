"""MQTT packets as the rigs make them, for loads at which a client library would be the limit."""

from ingest.packets import remaining_length

PACKET_IDS = 0xFFFF
PUBACK = 0x40
_AT_LEAST_ONCE = 0x32
"""First byte of a PUBLISH at QoS 1 (MQTT 3.1.1 and 5, 3.3.1)."""


def at_least_once(packet_id: int, topic: str, payload: bytes, properties: bytes = b"") -> bytes:
    """A PUBLISH at QoS 1; MQTT 5 wants properties, be it the one byte that says there are none."""
    name = topic.encode()
    body = b"".join((len(name).to_bytes(2), name, packet_id.to_bytes(2), properties, payload))
    return bytes((_AT_LEAST_ONCE, *remaining_length(len(body)))) + body
