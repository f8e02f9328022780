"""A device as the contract wants it: keeps every message until its receipt, sends again after each connection."""

import json
import time
from threading import Event, Lock, Thread
from typing import Self

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from schemas import topics
from tests.stage.device import telemetry

SAMPLES = 3
RESEND_S = 2.0


class KeepingDevice:
    """Sends a message every `period_s` while inside the block, and goes on resending until told to stop."""

    def __init__(self, port: int, device_id: str, password: str, shard: str, period_s: float = 0.02) -> None:
        self.device_id, self.sent = device_id, 0
        self._shard, self._period_s = shard, period_s
        self._start_ms = int(time.time() * 1000) - 80 * 86_400_000
        self._kept: dict[int, tuple[bytes, float]] = {}
        self._lock = Lock()
        self._hushed, self._stopped = Event(), Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=device_id, protocol=mqtt.MQTTv5)
        self._client.username_pw_set(device_id, password)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._connected
        self._client.on_message = self._hear
        self._client.connect_async("127.0.0.1", port)
        self._thread = Thread(target=self._live, name=device_id)

    @property
    def kept(self) -> int:
        """Messages without a receipt."""
        return len(self._kept)

    def __enter__(self) -> Self:
        self._client.loop_start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()
        self._client.disconnect()
        self._client.loop_stop()

    def hush(self) -> None:
        """Send nothing new any more."""
        self._hushed.set()

    def _live(self) -> None:
        while not self._stopped.wait(self._period_s):
            if not self._hushed.is_set():
                self._send_new()
            self._send_again(older_than_s=RESEND_S)

    def _send_new(self) -> None:
        with self._lock:
            seq, self.sent = self.sent, self.sent + 1
            payload = telemetry(seq, self._start_ms + 1000 * SAMPLES * seq, {"speed": [50.0] * SAMPLES})
            self._kept[seq] = (payload, time.monotonic())
        self._publish(payload)

    def _send_again(self, older_than_s: float) -> None:
        now = time.monotonic()
        with self._lock:
            late = {seq: payload for seq, (payload, at) in self._kept.items() if now - at >= older_than_s}
            self._kept.update((seq, (payload, now)) for seq, payload in late.items())
        for payload in late.values():
            self._publish(payload)

    def _publish(self, payload: bytes) -> None:
        if self._client.is_connected():
            self._client.publish(topics.up(self._shard, self.device_id, "telemetry"), payload, qos=1)

    def _connected(self, client: mqtt.Client, *_: object) -> None:
        client.subscribe(topics.down(self._shard, self.device_id, "receipt"))

    def _hear(self, _client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        with self._lock:
            for first, last in json.loads(message.payload)["seq"]:
                for seq in range(first, last + 1):
                    self._kept.pop(seq, None)
