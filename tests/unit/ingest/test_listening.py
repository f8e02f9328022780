"""The connection of a shard to the real broker: acknowledged in one piece, never more than there is room for."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from ingest import listening
from ingest.listening import Listener
from ingest.messages import Message
from schemas.broker_address import BrokerAddress
from schemas.topics import up
from tests.stage.broker import Broker

SHARD = "s15"


class Basket:
    """Takes deliveries while it has room."""

    def __init__(self, room: int = 10_000) -> None:
        self.room = room
        self.held: list[Message] = []
        self.payloads: list[bytes] = []
        self._lock = threading.Lock()

    def deliver(self, message: Message) -> bool:
        with self._lock:
            if len(self.held) >= self.room:
                return False
            self.held.append(message)
            self.payloads.append(message.payload)
            return True

    def empty_into(self, listener: Listener) -> None:
        with self._lock:
            held, self.held = self.held, []
        listener.acknowledge(held)
        listener.resume()


def wait_until(so: Callable[[], bool], patience_s: float = 20) -> None:
    deadline = time.monotonic() + patience_s
    while not so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@contextmanager
def listening_to(broker: Broker, basket: Basket) -> Iterator[Listener]:
    listener = Listener(SHARD, basket.deliver, lambda *_: None)
    listener.start(BrokerAddress.parse(broker.ingest_url))
    try:
        wait_until(lambda: listener.subscribed)
        yield listener
    finally:
        listener.stop(for_good=True)


@pytest.fixture
def send(broker: Broker) -> Iterator[Callable[[bytes], Any]]:
    broker.let_in([("listening-1", "secret-of-listening-1")])
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="listening-1")
    client.username_pw_set("listening-1", "secret-of-listening-1")
    client.connect(broker.host, broker.port)
    client.loop_start()
    yield lambda payload: client.publish(up(SHARD, "listening-1", "telemetry"), payload, qos=1)
    client.disconnect()
    client.loop_stop()


def test_the_window_moves_on_by_acknowledgements_in_one_piece(
        broker: Broker, send: Callable[[bytes], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """As many come as the window has room for, and not one more."""
    monkeypatch.setattr(listening, "RECEIVE_MAXIMUM", 20)
    basket, bodies = Basket(), [b"%d" % number + b"x" * (number % 7 * 3000) for number in range(200)]
    with listening_to(broker, basket) as listener:
        for body in bodies:
            send(body)
        for done in range(20, 201, 20):
            wait_until(lambda done=done: len(basket.payloads) >= done)  # type: ignore[misc]
            assert len(basket.payloads) == done
            basket.empty_into(listener)
    assert basket.payloads == bodies


def test_what_there_is_no_room_for_comes_again_when_there_is(broker: Broker, send: Callable[[bytes], Any]) -> None:
    basket, bodies = Basket(room=30), [b"%d" % number for number in range(100)]
    with listening_to(broker, basket) as listener:
        for body in bodies:
            send(body).wait_for_publish(10)
        wait_until(lambda: len(basket.payloads) == 30)
        while len(basket.payloads) < len(bodies):
            basket.empty_into(listener)
            time.sleep(0.02)
    assert basket.payloads == bodies
