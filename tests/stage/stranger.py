"""A client that tries what it should not, and reports exactly what the broker answers."""

import queue
import ssl
from typing import Self

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

PATIENCE_S = 10
NEVER_EXPIRES = 0xFFFFFFFF
CLOSED = "closed"
"""The broker ended the connection without a word."""


class Stranger:
    """One MQTT 5 connection. `said` is the broker's answer to the log-in, in the words of MQTT 5."""

    def __init__(self, port: int, user: str | None, password: str | None = None, *, client_id: str = "stranger",
                 tls: ssl.SSLContext | None = None, keeps_session: bool = False) -> None:
        self.said = CLOSED
        self._port = port
        self._keeps_session = keeps_session
        self._answers: queue.Queue[str] = queue.Queue()
        self._heard: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=mqtt.MQTTv5,
                                   reconnect_on_failure=False)
        if user is not None:
            self._client.username_pw_set(user, password)
        if tls:
            self._client.tls_set_context(tls)
        self._client.on_connect = self._connected
        self._client.on_disconnect = lambda *_: self._answers.put(CLOSED)
        self._client.on_publish = lambda _client, _data, _mid, reason, _properties: self._answers.put(str(reason))
        self._client.on_subscribe = lambda _client, _data, _mid, reasons, _properties: self._answers.put(
            str(reasons[0]))
        self._client.on_message = lambda _client, _data, message: self._heard.put(
            (message.topic, bytes(message.payload)))

    def __enter__(self) -> Self:
        try:
            self._client.connect("127.0.0.1", self._port, clean_start=not self._keeps_session,
                                 properties=_session(NEVER_EXPIRES if self._keeps_session else 0))
        except (ssl.SSLError, ConnectionError):
            return self
        self._client.loop_start()
        self.said = self._answers.get(timeout=PATIENCE_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> str:
        """Publish at QoS 1; the reason of the PUBACK, or CLOSED."""
        self._client.publish(topic, payload, 1, retain)
        return self._answers.get(timeout=PATIENCE_S)

    def subscribe(self, pattern: str) -> str:
        """Subscribe; the reason of the SUBACK, which Mosquitto grants also where nothing will come."""
        self._client.subscribe(pattern, 1)
        return self._answers.get(timeout=PATIENCE_S)

    def heard(self) -> list[tuple[str, bytes]]:
        """Everything that was delivered so far."""
        return [self._heard.get() for _ in range(self._heard.qsize())]

    def next_heard(self) -> tuple[str, bytes]:
        """The next thing delivered; raises queue.Empty when nothing comes."""
        return self._heard.get(timeout=PATIENCE_S)

    def thrown_out(self, within_s: float) -> bool:
        """Whether the broker ends the connection within some seconds."""
        try:
            return self._answers.get(timeout=within_s) == CLOSED
        except queue.Empty:
            return False

    def _connected(self, _client: mqtt.Client, _data: object, _flags: mqtt.ConnectFlags, reason: ReasonCode,
                   _properties: Properties | None) -> None:
        self._answers.put(str(reason))


def _session(expiry_s: int) -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = expiry_s
    return properties


def answer(port: int, user: str | None, password: str | None = None, *, tls: ssl.SSLContext | None = None) -> str:
    """What the broker says to a log-in."""
    with Stranger(port, user, password, tls=tls) as stranger:
        return stranger.said
