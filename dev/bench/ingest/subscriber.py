"""What those have in common whom ingest is compared with: one paho client that acknowledges by hand."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from dev.bench.ingest.rig import OTHER_SHARD
from ingest.listening import RECEIVE_MAXIMUM
from schemas.topics import ingest_client, shard_filter


@dataclass(frozen=True)
class Arguments:
    """What `Bench.seconds_of` hands over."""

    port: int
    password: str
    messages: int
    database_url: str

    @classmethod
    def of(cls, words: list[str]) -> "Arguments":
        """From the command line."""
        return cls(int(words[0]), words[1], int(words[2]), words[3])


def subscribe(arguments: Arguments, take: Callable[[mqtt.Client, mqtt.MQTTMessage], bool]) -> None:
    """Print once when subscribed; hand every message to `take` until it says that all is done, and print the time."""

    def on_message(client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        if take(client, message):
            print(time.time(), flush=True)
            client.disconnect()

    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=ingest_client(OTHER_SHARD), protocol=mqtt.MQTTv5,
                         manual_ack=True)
    client.username_pw_set(ingest_client(OTHER_SHARD), arguments.password)
    client.on_subscribe = lambda *_: print("subscribed", flush=True)
    client.on_message = on_message
    session = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    session.ReceiveMaximum = RECEIVE_MAXIMUM
    client.connect("127.0.0.1", arguments.port, properties=session)
    client.subscribe(shard_filter(OTHER_SHARD), qos=1)
    client.loop_forever()
