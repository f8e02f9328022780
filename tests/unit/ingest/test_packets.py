"""Publications are read from the wire as paho writes and reads them, whatever piece of it has come."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt import _packet
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from ingest.packets import Publication, acknowledgements, publications, publishing

PUBLICATIONS = st.lists(st.builds(
    lambda topic, payload, packet_id, retain, dup: Publication(topic.encode(), payload, packet_id,
                                                               1 if packet_id else 0, retain, dup),
    st.text(min_size=1, max_size=90), st.binary(max_size=40) | st.sampled_from([b"x" * 20_000, b"y" * 2_097_152]),
    st.integers(0, 65_535), st.booleans(), st.booleans()), max_size=6)


class Wire(Client):
    """A paho client that writes nowhere."""

    def __init__(self) -> None:
        super().__init__(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self.written = b""

    def _packet_queue(self, command: int, packet: bytes | bytearray, *_: Any, **__: Any) -> MQTTErrorCode:
        self.written = bytes(packet)
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def packet(self, one: Publication, properties: Properties | None = None) -> bytes:
        """One publication as paho writes it."""
        self._sock: Any = self  # it asks whether there is one
        self._send_publish(one.packet_id, one.topic, one.payload, one.qos, one.retain, one.dup, None, properties)
        self._sock = None
        return self.written


@given(PUBLICATIONS, st.integers(0, 5))
def test_reads_what_paho_writes_up_to_the_last_whole_packet(sent: list[Publication], missing: int) -> None:
    packets = [Wire().packet(one) for one in sent]
    whole = packets if not missing else packets[:-1]
    found, position = publications(b"before" + b"".join(packets)[: -missing or None], len(b"before"))
    assert found == sent[: len(whole)]
    assert position == len(b"before") + sum(map(len, whole))


def test_leaves_to_paho_what_is_not_plain() -> None:
    plain = Publication(b"a/b", b"1", 7, 1, False, False)
    dated = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    dated.MessageExpiryInterval = 5
    first = Wire().packet(plain)
    for other in (Wire().packet(plain, dated), Wire().packet(plain._replace(qos=2)), b"\xd0\x00", b"\x32", b""):
        assert publications(first + other, 0) == ([plain], len(first))


@given(st.lists(st.tuples(st.text(min_size=1, max_size=90), st.binary(max_size=200)), min_size=1, max_size=4))
def test_paho_reads_what_is_told(told: list[tuple[str, bytes]]) -> None:
    wire = publishing(told)
    found, position = publications(wire, 0)
    assert position == len(wire)
    assert [(one.topic.decode(), one.payload, one.qos) for one in found] == [(*one, 0) for one in told]
    single = publishing(told[:1])
    body = 2 if len(single) < 0x82 else 3
    read = _packet.decode_publish(single[0], single[body:], MQTTProtocolVersion.MQTTv5)
    assert (read.topic.decode(), read.payload, read.qos) == (*told[0], 0)


def test_acknowledges_each_packet_id_in_order() -> None:
    packets = acknowledgements([1, 0xFFFF])
    read = [_packet.decode_puback(packets[first], packets[first + 2 : first + 4], MQTTProtocolVersion.MQTTv5)
            for first in (0, 4)]
    assert [(one.mid, one.reason.is_failure) for one in read] == [(1, False), (0xFFFF, False)]
