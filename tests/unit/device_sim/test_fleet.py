"""Devices on a real broker: every message gets its receipt, and who gets none is named."""

import threading
import zlib
from collections import Counter
from collections.abc import Iterator

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from device_sim import CarHistory, Dongle, messages
from device_sim.mqtt.credentials import Credentials
from device_sim.mqtt.fleet import ReceiptsMissing, Shipment, publish_fleet
from schemas import topics
from schemas.wire import Event, Receipt, Telemetry
from tests.stage.broker import INGEST_PASSWORD, Broker

SHARD = "s13"


class Harvest:
    """Stands in for ingest: counts what arrives and sends receipts, except for what it is told to overlook once."""

    def __init__(self, broker: Broker) -> None:
        self.arrived: Counter[tuple[str, int, int]] = Counter()
        self.overlooks: set[int] = set()
        self.deaf = False
        self.subscribed = threading.Event()
        self.client = Client(CallbackAPIVersion.VERSION2, topics.ingest_client(SHARD),
                             protocol=MQTTProtocolVersion.MQTTv5)
        self.client.username_pw_set(topics.ingest_client(SHARD), INGEST_PASSWORD)
        self.client.on_message = self.take
        self.client.on_subscribe = lambda *_: self.subscribed.set()
        self.client.connect(broker.host, broker.port)
        self.client.loop_start()
        self.client.subscribe(topics.shard_filter(SHARD), qos=1)
        assert self.subscribed.wait(5)

    def take(self, _client: object, _data: object, message: MQTTMessage) -> None:
        topic = topics.parse_up(message.topic)
        if topic is None or topic.kind not in {"telemetry", "event"} or self.deaf:
            return
        raw = bytes(message.payload)
        body = zlib.decompress(raw) if raw[:1] == b"\x78" else raw
        one = (Telemetry if topic.kind == "telemetry" else Event).model_validate_json(body)
        assert isinstance(one, Telemetry | Event)
        self.arrived[topic.device_id, one.boot, one.seq] += 1
        if one.seq in self.overlooks and self.arrived[topic.device_id, one.boot, one.seq] == 1:
            return
        receipt = Receipt(boot=one.boot, seq=[[one.seq, one.seq]]).model_dump_json()
        self.client.publish(topics.down(SHARD, topic.device_id, "receipt"), receipt)


@pytest.fixture
def harvest(broker: Broker) -> Iterator[Harvest]:
    one = Harvest(broker)
    yield one
    one.client.disconnect()
    one.client.loop_stop()


def owner(broker: Broker, name: str) -> Credentials:
    broker.let_in([(name, "secret")])
    return Credentials.model_validate({"device_id": name, "user": name, "password": "secret", "shard": SHARD})


def url(broker: Broker) -> str:
    return f"mqtt://{broker.host}:{broker.port}"


def test_a_fleets_history_arrives_and_every_message_is_receipted(broker: Broker, harvest: Harvest,
                                                                 town: CarHistory) -> None:
    harvest.overlooks = {3, 5}
    owners = [owner(broker, f"sim-fleet-{number}") for number in range(3)]
    sent = {one.device_id: list(messages(town, Dongle(), one.device_id, SHARD)) for one in owners}
    done = publish_fleet([Shipment(one, sent[one.device_id]) for one in owners], url(broker), resend_after_s=0.5)
    expected = {(name, message.boot, message.seq) for name, all_of_it in sent.items() for message in all_of_it}
    assert set(harvest.arrived) == expected
    assert done.receipted == done.messages == len(expected)
    assert all(harvest.arrived[name, boot, seq] > 1 for name, boot, seq in expected if seq in {3, 5})


def test_missing_receipts_are_named(broker: Broker, harvest: Harvest, town: CarHistory) -> None:
    harvest.deaf = True
    one = owner(broker, "sim-unheard")
    unheard = list(messages(town, Dongle(), one.device_id, SHARD))[:10]
    with pytest.raises(ReceiptsMissing, match=rf"sim-unheard 10 messages .*\({unheard[0].boot}, 1\).*ingest"):
        publish_fleet([Shipment(one, unheard)], url(broker), timeout_s=0.7)
