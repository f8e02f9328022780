"""The MQTT connection of one shard: persistent session, manual acknowledgement with connection generation."""

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from threading import Event, Lock, Thread, current_thread

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from ingest import broker_figures
from ingest.client import Client
from ingest.messages import Message
from ingest.pace import Pace
from ingest.packets import Publication
from schemas.broker_address import BrokerAddress
from schemas.errors import BrokerUnavailable
from schemas.topics import FOREIGN_SHARD, foreign_filters, ingest_client, shard_filter
from schemas.wire import PAYLOAD_LIMIT

log = structlog.get_logger()

RECEIVE_MAXIMUM = 4_096
"""Deliveries the broker may have un-acknowledged at us; batches close at half of it, or acks would stall."""

NEVER_EXPIRES = 0xFFFFFFFF
"""Session expiry interval (MQTT 5, 3.1.2.11.2): the broker keeps messages for a dead ingest process until it is back,
and finite ones crash Mosquitto before 2.1 (see ingest/broker/mosquitto.conf)."""

KEEPALIVE_S = 7
"""Silence until paho asks whether the broker is there; after as long again without an answer it gives the connection
up: a partition is noticed within 14 s."""

LAST_WORDS_S = 2.0
TAKEN_OVER = 0x8E
"""Reason code "session taken over" (MQTT 5, 3.14.2.1): somebody else serves this shard now."""


class Listener:
    """Serves one shard. `deliver` is called in the network thread and must only enqueue; False: there is no room.

    What there is no room for stays at the broker: nothing more is taken over this connection, until `resume`.

    `hear` is given what the broker tells of itself, while this listener is the one to `watch`.
    """

    def __init__(self, shard: str, deliver: Callable[[Message], bool], hear: Callable[[str, bytes], None]) -> None:
        self.shard = shard
        self.taken_over = False
        self._deliver = deliver
        self._hear = hear
        self._watching = False
        self._thread: Thread | None = None
        self._accepting = True
        self._full = False
        self._taken = self._acknowledged = 0
        self._generation = 0
        self._subscribed_in = -1
        self._lock = Lock()
        self._read_by_broker = Event()
        self._pace = Pace()
        self._client = self._make_client()

    @property
    def subscribed(self) -> bool:
        """Whether deliveries flow right now."""
        return self._client.is_connected() and self._subscribed_in == self._generation

    @property
    def alive(self) -> bool:
        """Whether the network thread runs, once it has said something."""
        return self._thread is None or self._thread.is_alive()

    def watch(self, watching: bool) -> None:
        """Be the one that hears the broker's figures, or cease to be."""
        changed, self._watching = watching != self._watching, watching
        if changed and self._client.is_connected():
            self._follow_figures()

    def start(self, address: BrokerAddress) -> None:
        """Connect and keep connecting; raises BrokerUnavailable when the first attempt fails."""
        self._client.username_pw_set(ingest_client(self.shard), address.password)
        if address.tls:
            self._client.tls_set_context(ssl.create_default_context())
        session = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        session.SessionExpiryInterval = NEVER_EXPIRES
        session.ReceiveMaximum = RECEIVE_MAXIMUM
        session.MaximumPacketSize = PAYLOAD_LIMIT + 4096
        try:
            self._client.connect(address.host, address.port, KEEPALIVE_S, clean_start=False, properties=session)
        except OSError as away:
            raise BrokerUnavailable(f"no broker at {address.host}:{address.port}") from away
        self._client.loop_start()

    def resume(self) -> None:
        """Once all is acknowledged that there was room for, break the connection: paho makes another, and the broker
        sends over it what had to stay."""
        connection = self._client.socket()
        done = self._full and self._acknowledged == self._taken and not self._client.want_write()
        if done and isinstance(connection, socket.socket):
            log.warning("inbox_was_full", shard=self.shard)
            connection.shutdown(socket.SHUT_RDWR)

    def refuse_more(self) -> None:
        """Leave further deliveries un-acknowledged: the broker will send them again."""
        self._accepting = False

    def stop(self, *, for_good: bool = False) -> None:
        """Disconnect once the broker has read what we sent; the session stays there unless `for_good`."""
        self._wait_for_broker()
        ending = Properties(PacketTypes.DISCONNECT)  # type: ignore[no-untyped-call]
        if for_good:
            ending.SessionExpiryInterval = 0
        self._client.disconnect(properties=ending)
        self._client.loop_stop()

    def _wait_for_broker(self) -> None:
        """Give up the broker's figures, which nobody hears meanwhile, after all the rest, and wait for the answer.

        Deliveries still arrive, and a socket closed with unread bytes is reset: a busy broker then throws away the
        acknowledgements and receipts it has not read yet (RFC 2525, 2.17).
        """
        if self._client.is_connected():
            self._read_by_broker.clear()
            self._client.unsubscribe(list(broker_figures.TOPICS))
            self._read_by_broker.wait(LAST_WORDS_S)

    def acknowledge(self, messages: Iterable[Message]) -> int:
        """Acknowledge what came over the present connection, and return how many that were.

        An ack of an older connection would hit whatever message has the same id now, and lose it. The lock keeps the
        network thread from reconnecting in between; paho drops queued packets when it does.
        """
        with self._lock:
            mids = [m.mid for m in messages if m.generation == self._generation and m.qos > 0]
            if not self._client.is_connected():
                return 0
            self._client.acknowledge(mids)
            self._acknowledged += len(mids)
        return len(mids)

    def publish(self, topic: str, payload: bytes, *, lives_s: int) -> None:
        """Send something down at QoS 1; the broker delivers nothing that is older (MQTT 5, 3.3.2.3.3)."""
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.MessageExpiryInterval = lives_s
        self._client.publish(topic, payload, qos=1, properties=properties)

    def tell(self, told: Sequence[tuple[str, bytes]]) -> None:
        """Send each (topic, payload) down at QoS 0; dropped while the broker is away, and the device asks again."""
        if self._client.is_connected():
            self._client.tell(told)

    def _make_client(self) -> Client:
        client = Client(CallbackAPIVersion.VERSION2, client_id=ingest_client(self.shard), protocol=mqtt.MQTTv5,
                        manual_ack=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_unsubscribe = self._on_unsubscribe
        client.on_message = self._on_message
        client.on_publication = self._take
        client.reconnect_delay_set(min_delay=1, max_delay=4)
        return client

    def _on_connect(self, client: mqtt.Client, _userdata: object, _flags: mqtt.ConnectFlags, reason: ReasonCode,
                    _properties: Properties | None) -> None:
        if reason.is_failure:
            log.error("broker_refused", shard=self.shard, reason=str(reason))
            return
        with self._lock:
            self._generation += 1
            self._full = False
            self._taken = self._acknowledged = 0
        self._thread = current_thread()
        client.subscribe(_subscriptions(self.shard))
        self._follow_figures()
        log.info("broker_connected", shard=self.shard, generation=self._generation)

    def _follow_figures(self) -> None:
        """The session may remember that it was the watcher once: say which it is each time."""
        if self._watching:
            self._client.subscribe([(topic, 0) for topic in broker_figures.TOPICS])
        else:
            self._client.unsubscribe(list(broker_figures.TOPICS))

    def _on_subscribe(self, _client: mqtt.Client, _userdata: object, _mid: int, _reasons: list[ReasonCode],
                      _properties: Properties | None) -> None:
        self._subscribed_in = self._generation

    def _on_unsubscribe(self, _client: mqtt.Client, _userdata: object, _mid: int, _reasons: list[ReasonCode],
                        _properties: Properties | None) -> None:
        self._read_by_broker.set()

    def _on_disconnect(self, client: mqtt.Client, _userdata: object, _flags: mqtt.DisconnectFlags,
                       reason: ReasonCode, _properties: Properties | None) -> None:
        with self._lock:
            self._generation += 1
        log.warning("broker_disconnected", shard=self.shard, reason=str(reason))
        if reason.value == TAKEN_OVER:
            self.taken_over = True
            client.disconnect()  # or paho would connect again and take the shard back, and so on for ever

    def _on_message(self, _client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        """What paho read: the broker's figures, and publications with properties."""
        self._take(Publication(message._topic, bytes(message.payload), message.mid, message.qos, message.retain,
                               message.dup))

    def _take(self, came: Publication) -> None:
        topic = _topic(came.topic)
        if topic.startswith("$SYS/"):
            self._hear(topic, came.payload)
        elif self._accepting and not self._full:
            message = Message(topic, came.payload, came.packet_id, came.qos, came.retain, self.shard,
                              self._generation, time.time(), came.dup,
                              too_fast=not self._pace.allows(topic, time.monotonic()))
            self._full = not self._deliver(message)
            if came.qos > 0 and not self._full:
                self._taken += 1


def _subscriptions(shard: str) -> list[tuple[str, SubscribeOptions]]:
    """Foreign devices retain every value: those are wanted at the first subscription at most, not at each reconnect."""
    foreign = foreign_filters() if shard == FOREIGN_SHARD else []
    once = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)
    return [(shard_filter(shard), SubscribeOptions(qos=1)), *((name, once) for name in foreign)]


def _topic(name: bytes) -> str:
    """A topic that is no UTF-8 cannot be ours, but must not stop the network thread either."""
    try:
        return name.decode()
    except UnicodeDecodeError:
        return repr(name)
