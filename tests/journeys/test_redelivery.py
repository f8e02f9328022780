"""What `ingest/redelivered.py` rests on, asked of the real broker."""

import queue
import time
from collections.abc import Iterator
from contextlib import contextmanager

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from schemas.topics import ingest_client, shard_filter, up
from tests.stage.broker import INGEST_PASSWORD, Broker
from tests.stage.device import PATIENCE_S, PlainDevice

SHARD = "s15"
Heard = queue.Queue[mqtt.MQTTMessage]


@contextmanager
def deaf_ingest(broker: Broker, *, lasting: bool = True) -> Iterator[tuple[mqtt.Client, Heard]]:
    """A persistent session that hears and acknowledges nothing by itself."""
    heard: Heard = queue.Queue()
    ready: queue.Queue[None] = queue.Queue()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, ingest_client(SHARD), protocol=mqtt.MQTTv5, manual_ack=True)
    client.username_pw_set(ingest_client(SHARD), INGEST_PASSWORD)
    client.on_connect = lambda client, *_: client.subscribe(shard_filter(SHARD), qos=1)
    client.on_subscribe = lambda *_: ready.put(None)
    client.on_message = lambda _client, _userdata, message: heard.put(message)
    session = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    session.SessionExpiryInterval = 60 if lasting else 0
    client.connect(broker.host, broker.port, clean_start=False, properties=session)
    client.loop_start()
    ready.get(timeout=PATIENCE_S)
    yield client, heard
    client.disconnect()
    client.loop_stop()


def next_of(heard: Heard, count: int) -> list[tuple[int, bytes, bool]]:
    """Packet id, payload and DUP of the next deliveries."""
    messages = [heard.get(timeout=PATIENCE_S) for _ in range(count)]
    return [(message.mid, bytes(message.payload), message.dup) for message in messages]


def test_the_broker_sends_again_under_the_same_packet_id_and_says_so(broker: Broker) -> None:
    broker.let_in([("again-1", "secret-of-again-1")])
    with (deaf_ingest(broker) as (client, heard),
          PlainDevice(broker, "again-1", "secret-of-again-1", SHARD) as device):
        for number in range(3):
            device.send(str(number).encode(), topic=up(SHARD, "again-1", "event"))
        (first, *before) = next_of(heard, 3)
        client.ack(first[0], 1)  # so that ids counted afresh would differ
        while client.want_write():
            time.sleep(0.01)
    with deaf_ingest(broker, lasting=False) as (_, heard):
        after = next_of(heard, 2)
    assert [one[:2] for one in after] == [one[:2] for one in before]
    assert [dup for _, _, dup in before + after] == [False] * 2 + [True] * 2
