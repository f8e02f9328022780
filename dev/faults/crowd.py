"""Thousands of MQTT connections in one thread: paho's own loop waits with select(), which ends at descriptor 1023."""

import heapq
import itertools
import random
import selectors
import time
from typing import Any

from paho.mqtt.client import Client

from device_sim.mqtt.credentials import Credentials
from device_sim.mqtt.link import PahoLink
from schemas.broker_address import BrokerAddress

KEEPALIVE_CHECK_S = 1.0
FIRST_DELAY_S, LONGEST_DELAY_S = 1.0, 30.0
"""Until a lost connection is tried again, as the dongle waits: from the first, doubled each time."""


class Crowd:
    """Serves the sockets of its links whenever somebody calls `serve`; all of it in the caller's thread."""

    def __init__(self, dice: random.Random) -> None:
        self._selector = selectors.DefaultSelector()
        self._clients: list[Client] = []
        self._lost: list[tuple[float, int, float, Client]] = []
        self._numbers = itertools.count()
        self._dice = dice
        self._checked_at = 0.0

    def join(self, client: Client) -> None:
        """Serve this client from now on."""
        client.on_socket_open = lambda _client, _userdata, sock: self._watch(client, sock, selectors.EVENT_READ)
        client.on_socket_close = lambda _client, _userdata, sock: self._forget(sock)
        client.on_socket_register_write = lambda _client, _userdata, sock: self._watch(
            client, sock, selectors.EVENT_READ | selectors.EVENT_WRITE)
        client.on_socket_unregister_write = lambda _client, _userdata, sock: self._watch(
            client, sock, selectors.EVENT_READ)
        client.on_disconnect = lambda *_: self._try_again(client, FIRST_DELAY_S)
        self._clients.append(client)

    def leave(self, client: Client) -> None:
        """Serve this client no longer."""
        client.on_disconnect = None
        self._clients.remove(client)

    def serve(self, patience_s: float) -> None:
        """Read and write what can be, and connect again who is due."""
        for key, events in self._selector.select(patience_s):
            client: Client = key.data
            if events & selectors.EVENT_READ:
                client.loop_read()
            if events & selectors.EVENT_WRITE:
                client.loop_write()
        self._connect_due()
        if time.monotonic() - self._checked_at > KEEPALIVE_CHECK_S:
            self._checked_at = time.monotonic()
            for client in self._clients:
                client.loop_misc()

    def _watch(self, client: Client, sock: Any, events: int) -> None:  # noqa: ANN401 - paho's socket-likes
        if sock in self._selector.get_map():
            self._selector.modify(sock, events, client)
        else:
            self._selector.register(sock, events, client)

    def _forget(self, sock: Any) -> None:  # noqa: ANN401
        if sock in self._selector.get_map():
            self._selector.unregister(sock)

    def _try_again(self, client: Client, delay_s: float) -> None:
        at = time.monotonic() + delay_s * self._dice.uniform(0.5, 1)
        heapq.heappush(self._lost, (at, next(self._numbers), delay_s, client))

    def _connect_due(self) -> None:
        while self._lost and self._lost[0][0] <= time.monotonic():
            _, _, delay_s, client = heapq.heappop(self._lost)
            try:
                client.reconnect()
            except OSError:
                self._try_again(client, min(2 * delay_s, LONGEST_DELAY_S))


class CrowdLink(PahoLink):
    """A device's connection, served by a crowd."""

    def __init__(self, who: Credentials, broker: BrokerAddress, crowd: Crowd) -> None:
        super().__init__(who, broker, lasting_session=False)
        self._crowd = crowd

    def open(self, will_topic: str, will: bytes) -> None:
        """Connects, and waits for the broker's answer."""
        self._crowd.join(self._client)
        self._connect(will_topic, will)
        while not self.inbox:
            self._crowd.serve(0.01)

    def flush(self) -> None:
        """Send what waits to be sent together with others; paho lets nothing wait."""

    def close(self) -> None:
        self._crowd.leave(self._client)
        self._client.disconnect()
