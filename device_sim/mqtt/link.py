"""The connection of one device: paho behind three verbs and an inbox.

paho calls back in its own thread, holding its own locks; so callbacks only append to the inbox, and whoever owns the
device reads it there.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from device_sim.mqtt.credentials import Credentials
from schemas.broker_address import BrokerAddress
from schemas.errors import BrokerUnavailable

_INFLIGHT = 20
"""paho rescans its queue at every ack: 24k messages/s at 20, 12k at 1000 (measured)."""
_SESSION_S = 0xFFFFFFFF  # never expires: finite ones crash Mosquitto before 2.1 (upstream issue 3418)
_KEEPALIVE_S = 60


@dataclass(frozen=True)
class Connected:
    """The broker accepted us, for the first time or again."""


@dataclass(frozen=True)
class Refused:
    """The broker said no, to a connection or a message, and why."""

    reason: str
    mid: int | None = None


@dataclass(frozen=True)
class Acked:
    """The broker took a message."""

    mid: int


@dataclass(frozen=True)
class Received:
    """Something came down."""

    topic: str
    payload: bytes


News = Connected | Refused | Acked | Received


class Link(Protocol):
    """What a device needs of its connection."""

    inbox: deque[News]

    def open(self, will_topic: str, will: bytes) -> None: ...
    def publish(self, topic: str, payload: bytes, retain: bool = False) -> int: ...
    def subscribe(self, topic: str) -> None: ...
    def close(self) -> None: ...


class PahoLink:
    """MQTT v5, QoS 1, user name = client id = device id; reconnects by itself."""

    client_type: type[Client] = Client

    def __init__(self, who: Credentials, broker: BrokerAddress, *, lasting_session: bool = True,
                 on_news: Callable[[], object] = lambda: None) -> None:
        self.inbox: deque[News] = deque()
        self._broker = broker
        self._lasting = lasting_session
        self._on_news = on_news
        self._topics: set[str] = set()
        self._client = self.client_type(CallbackAPIVersion.VERSION2, client_id=who.user,
                                        protocol=MQTTProtocolVersion.MQTTv5)
        self._client.username_pw_set(who.user, who.password.get_secret_value())
        self._client.max_inflight_messages_set(_INFLIGHT)
        self._client.reconnect_delay_set(1, 30)
        if broker.tls:
            self._client.tls_set()
        self._listen()

    def open(self, will_topic: str, will: bytes) -> None:
        """Connects in the background; `Connected` or `Refused` will be in the inbox."""
        self._connect(will_topic, will)
        self._client.loop_start()

    def _connect(self, will_topic: str, will: bytes) -> None:
        self._client.will_set(will_topic, will, qos=1, retain=True)
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = _SESSION_S if self._lasting else 0
        try:
            self._client.connect(self._broker.host, self._broker.port, _KEEPALIVE_S, clean_start=not self._lasting,
                                 properties=properties)
        except OSError as error:
            raise BrokerUnavailable(f"{self._broker.host}:{self._broker.port} does not answer: {error}") from error

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> int:
        return self._client.publish(topic, payload, qos=1, retain=retain).mid

    def subscribe(self, topic: str) -> None:
        self._topics.add(topic)
        self._client.subscribe(topic, qos=1)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _listen(self) -> None:
        self._client.on_connect = self._connected
        self._client.on_publish = self._published
        self._client.on_message = self._received

    def _tell(self, news: News) -> None:
        self.inbox.append(news)
        self._on_news()

    def _connected(self, client: Client, data: Any, flags: Any, reason: Any, properties: Any) -> None:  # noqa: ANN401
        for topic in self._topics:
            client.subscribe(topic, qos=1)  # before paho sends what it kept, or its receipts come while nobody listens
        self._tell(Refused(str(reason)) if reason.is_failure else Connected())

    def _published(self, client: Client, data: Any, mid: int, reason: Any, properties: Any) -> None:  # noqa: ANN401
        self._tell(Refused(str(reason), mid) if reason.is_failure else Acked(mid))

    def _received(self, client: Client, data: Any, message: MQTTMessage) -> None:  # noqa: ANN401
        self._tell(Received(message.topic, bytes(message.payload)))
