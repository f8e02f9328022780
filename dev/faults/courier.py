"""A plain MQTT client with the credentials of a device: sends whatever it is given, good or bad."""

import queue
from typing import Self

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from archive.fleet.devices import Device
from dev.services.ports import LOOPBACK
from schemas.topics import up

PATIENCE_S = 15
VERSIONS = {3: MQTTProtocolVersion.MQTTv311, 5: MQTTProtocolVersion.MQTTv5}
AT_ONCE = 500
"""Messages on their way to the broker; more only makes paho slower."""


class Courier:
    """Counts what it sent and what the broker acknowledged."""

    def __init__(self, who: Device, password: str, port: int, *, client_id: str | None = None,
                 version: int = 5) -> None:
        self.who = who
        self.sent = self.acknowledged = 0
        self._port = port
        self._answers: queue.Queue[bool] = queue.Queue()
        self._gone: queue.Queue[None] = queue.Queue()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id or who.device_id,
                                   protocol=VERSIONS[version])
        self._client.username_pw_set(who.device_id, password)
        self._client.on_publish = self._answered
        self._client.on_disconnect = lambda *_: self._gone.put(None)

    def __enter__(self) -> Self:
        self._client.connect(LOOPBACK, self._port)
        self._client.loop_start()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def send(self, payload: bytes, *, topic: str | None = None) -> bool:
        """Publish and wait; whether the broker refused it. Raises queue.Empty without an answer."""
        self._publish(payload, topic)
        return not self._answer()

    def send_all(self, payloads: list[bytes]) -> None:
        """Publish many, and wait for all answers."""
        for number, payload in enumerate(payloads):
            if number >= AT_ONCE:
                self._answer()
            self._publish(payload, None)
        for _ in range(min(AT_ONCE, len(payloads))):
            self._answer()

    def thrown_out_by(self, payload: bytes) -> bool:
        """Publish something that the broker ends the connection for; whether it did."""
        self._client.publish(up(self.who.shard, self.who.device_id, "telemetry"), payload, qos=1)
        try:
            self._gone.get(timeout=PATIENCE_S)
        except queue.Empty:
            return False
        return True

    def _publish(self, payload: bytes, topic: str | None) -> None:
        self._client.publish(topic or up(self.who.shard, self.who.device_id, "telemetry"), payload, qos=1)
        self.sent += 1

    def _answer(self) -> bool:
        taken = self._answers.get(timeout=PATIENCE_S)
        self.acknowledged += taken
        return taken

    def _answered(self, _client: mqtt.Client, _userdata: object, _mid: int, reason: ReasonCode,
                  _properties: Properties | None) -> None:
        self._answers.put(not reason.is_failure)
