"""MQTT packets many at a time: publications read from a piece of the network's bytes, and such pieces made."""

import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_PUBLISH, _KIND, _DUP, _QOS, _RETAIN = 0x30, 0xF0, 0x08, 0x06, 0x01
"""First byte of a PUBLISH: its kind and flags (MQTT 5, 3.3.1)."""

_PUBACK = struct.Struct("!BBH")
_ACKNOWLEDGED = 0x40
"""Fixed header with the length 2, packet id; no reason code means success (MQTT 5, 3.4)."""


class Publication(NamedTuple):
    """A PUBLISH as it came over the wire; `packet_id` is 0 at QoS 0."""

    topic: bytes
    payload: bytes
    packet_id: int
    qos: int
    retain: bool
    dup: bool


def publications(data: bytes, position: int) -> tuple[list[Publication], int]:
    """The plain publications from a position on, and the position behind them.

    It ends before what is not whole, of another kind, of QoS 2 or with properties: that is left to the client library.
    """
    found: list[Publication] = []
    while position + 2 <= len(data) and (first := data[position]) & _KIND == _PUBLISH and first & _QOS < 4:
        body, length = _body(data, position + 1)
        end = body + length
        if not body or end > len(data):
            break
        name_end = body + 2 + int.from_bytes(data[body : body + 2])
        qos = (first & _QOS) >> 1
        properties = name_end + 2 * qos
        if properties >= end or data[properties]:
            break
        found.append(Publication(data[body + 2 : name_end], data[properties + 1 : end],
                                 int.from_bytes(data[name_end:properties]), qos, bool(first & _RETAIN),
                                 bool(first & _DUP)))
        position = end
    return found, position


def _body(data: bytes, position: int) -> tuple[int, int]:
    """Where the body of a packet begins, or 0 if that has not come yet, and its length as `remaining_length`."""
    length = shift = 0
    for place in range(position, min(position + 4, len(data))):
        length |= (data[place] & 0x7F) << shift
        if data[place] < 0x80:
            return place + 1, length
        shift += 7
    return 0, 0


def acknowledgements(packet_ids: Iterable[int]) -> bytes:
    """PUBACK of each."""
    return b"".join(_PUBACK.pack(_ACKNOWLEDGED, 2, packet_id) for packet_id in packet_ids)


def publishing(told: Sequence[tuple[str, bytes]]) -> bytes:
    """A PUBLISH at QoS 0 and without properties for each (topic, payload)."""
    return b"".join(_publish(topic.encode(), payload) for topic, payload in told)


def _publish(topic: bytes, payload: bytes) -> bytes:
    body = b"".join((len(topic).to_bytes(2), topic, b"\0", payload))
    return bytes((_PUBLISH, *remaining_length(len(body)))) + body


def remaining_length(number: int) -> list[int]:
    """A length in groups of 7 bits, the lowest first (1.5.5)."""
    return [number] if number < 0x80 else [number & 0x7F | 0x80, *remaining_length(number >> 7)]
