"""Hearing everything one device sends and is told, as a user that may only read."""

import queue
import threading
import time
from collections.abc import Callable
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.subscribeoptions import SubscribeOptions
from pydantic import SecretStr

from device_sim.check.reading import Heard, Observation, observe
from schemas.broker_address import BrokerAddress
from schemas.errors import BrokerUnavailable
from schemas.topics import FOREIGN_LEVELS, ROOT, checking_client

REPLAY_S = 1.0
"""Time the broker gets to hand over what it retains [s]; whatever is retained until then counts as replayed."""
_PATIENCE_S = 10.0
_QOS = 2  # the highest: a lower one would hide at which a device publishes


def filters(device_id: str) -> list[str]:
    """Every topic a device of this name may publish to or read from."""
    foreign = [f"{root}/{'+/' * (level - 1)}{device_id}/#" for root, level in FOREIGN_LEVELS.items()]
    return [f"{ROOT}/+/{device_id}/up/#", f"{ROOT}/+/{device_id}/down/#", *foreign]


class Listener:
    """One listening connection; `heard` fills in paho's thread."""

    def __init__(self, broker: BrokerAddress, password: SecretStr, device_id: str) -> None:
        self.heard: list[Heard] = []
        self._filters = filters(device_id)
        self._replaying = True
        self._told: queue.Queue[str] = queue.Queue()
        self._broker = broker
        self._client = Client(CallbackAPIVersion.VERSION2, checking_client(), protocol=MQTTProtocolVersion.MQTTv5)
        self._client.username_pw_set(checking_client(), password.get_secret_value())
        if broker.tls:
            self._client.tls_set()
        self._client.on_connect = self._connected
        self._client.on_subscribe = lambda *_: self._told.put("")
        self._client.on_message = self._hear

    def listen(self, seconds: float, stop: threading.Event, ready: Callable[[], object] = lambda: None) -> Observation:
        """Listen until `stop` or for so long, from when `ready` was called. Raises BrokerUnavailable."""
        try:
            self._client.connect(self._broker.host, self._broker.port)
        except OSError as away:
            raise BrokerUnavailable(f"no broker at {self._broker.host}:{self._broker.port}") from away
        self._client.loop_start()
        try:
            self._await_answer()
            stop.wait(REPLAY_S)
            self._replaying = False
            ready()
            began_s = time.monotonic()
            stop.wait(seconds)
        finally:
            self._client.disconnect()
            self._client.loop_stop()
        return observe(self.heard, time.monotonic() - began_s)

    def _await_answer(self) -> None:
        try:
            refusal = self._told.get(timeout=_PATIENCE_S)
        except queue.Empty:
            refusal = f"no answer within {_PATIENCE_S:g} s"
        if refusal:
            raise BrokerUnavailable(f"{self._broker.host}:{self._broker.port}: {refusal}")

    def _connected(self, client: Client, data: Any, flags: Any, reason: Any, properties: Any) -> None:  # noqa: ANN401
        if reason.is_failure:
            self._told.put(str(reason))
        else:
            # With the flag a message was published with, so that retaining what should not be shows.
            options = SubscribeOptions(_QOS, retainAsPublished=True)
            client.subscribe([(topic, options) for topic in self._filters])

    def _hear(self, client: Client, data: Any, message: MQTTMessage) -> None:  # noqa: ANN401
        replayed = message.retain and self._replaying
        self.heard.append(Heard(time.time(), message.topic, bytes(message.payload), message.qos,
                                message.retain and not replayed, replayed))
