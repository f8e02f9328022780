"""A plain MQTT client as a device would be: publishes, and hears its receipts."""

import json
import queue
import ssl
import time
import zlib
from collections.abc import Mapping, Sequence
from typing import Self

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from schemas import topics
from tests.stage.broker import Broker

PATIENCE_S = 15


def now_ms() -> int:
    """What a device's clock shows [epoch ms]."""
    return int(time.time() * 1000)


def telemetry(seq: int, first_ms: int, signals: Mapping[str, Sequence[float | None]], *, boot: int = 1,
              step_ms: int = 1000) -> bytes:
    """A telemetry message of evenly spaced samples."""
    count = len(next(iter(signals.values())))
    body = {"v": 1, "boot": boot, "seq": seq, "t": first_ms, "dt": [n * step_ms for n in range(count)], "s": signals}
    return zlib.compress(json.dumps(body, separators=(",", ":")).encode())


class PlainDevice:
    """One connection; `receipts` collects the (boot, first, last) ranges heard."""

    def __init__(self, broker: Broker, device_id: str, password: str, shard: str, *, client_id: str | None = None,
                 tls: ssl.SSLContext | None = None, port: int | None = None) -> None:
        self.device_id, self.shard = device_id, shard
        self.receipts: queue.Queue[tuple[int, int, int]] = queue.Queue()
        self._gone: queue.Queue[None] = queue.Queue()
        self._ready: queue.Queue[None] = queue.Queue()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id or device_id,
                                   protocol=mqtt.MQTTv5)
        self._client.username_pw_set(device_id, password)
        self._client.on_connect = lambda client, *_: client.subscribe(topics.down(shard, device_id, "receipt"))
        self._client.on_subscribe = lambda *_: self._ready.put(None)
        self._client.on_disconnect = lambda *_: self._gone.put(None)
        self._client.on_message = self._hear
        if tls:
            self._client.tls_set_context(tls)
        self._client.connect(broker.host, port or broker.port)

    def __enter__(self) -> Self:
        self._client.loop_start()
        self._ready.get(timeout=PATIENCE_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def send(self, payload: bytes, kind: str = "telemetry", *, topic: str | None = None, qos: int = 1,
             retain: bool = False) -> None:
        """Publish and wait for the broker's acknowledgement."""
        info = self._client.publish(topic or topics.up(self.shard, self.device_id, kind), payload, qos, retain)
        info.wait_for_publish(PATIENCE_S)

    def throw(self, payload: bytes) -> mqtt.MQTTMessageInfo:
        """Publish without waiting for anything."""
        return self._client.publish(topics.up(self.shard, self.device_id, "telemetry"), payload, qos=1)

    @property
    def lost_connection(self) -> bool:
        """Whether the broker ever ended the connection."""
        return not self._gone.empty()

    def wait_for_receipts(self, expected: set[tuple[int, int]]) -> None:
        """Wait until every (boot, seq) is receipted; raises queue.Empty when one stays away."""
        missing = set(expected)
        while missing:
            boot, first, last = self.receipts.get(timeout=PATIENCE_S)
            missing -= {(boot, seq) for seq in range(first, last + 1)}

    def _hear(self, _client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        body = json.loads(message.payload)
        for first, last in body["seq"]:
            self.receipts.put((body["boot"], first, last))
