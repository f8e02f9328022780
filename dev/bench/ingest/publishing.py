"""The generator: one process that publishes a load at QoS 1 as fast as broker and ingest take it.

It stands for a fleet that is not on this machine, so it must cost the two cores little: the packets are made before the
clock starts and sent in pieces. paho, which spends on a message what all of ingest spends on twenty samples, only
connects and disconnects.
"""

import pickle
import socket
import struct
import sys
import time
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from dev.packets import PACKET_IDS, PUBACK, at_least_once

USER = "bench-generator"
TURN = 250
"""Packets sent at a time; as many again are on their way, without the broker's answer."""

_PUBACK = struct.Struct("!BBH")


def publish(path: Path, port: int, password: str) -> float:
    """Publish a pickled list of (topic, payload) and return the epoch time of the first one.

    Raises ConnectionError when the broker lets us go or answers something else than an acknowledgement.
    """
    published: list[tuple[str, bytes]] = pickle.loads(path.read_bytes())  # noqa: S301 - written by our own benchmark
    packets = [at_least_once(number % PACKET_IDS + 1, topic, payload)
               for number, (topic, payload) in enumerate(published)]
    client, wire = _connected(port, password)
    began = time.time()
    _send(wire, packets)
    client.disconnect()
    return began


def _connected(port: int, password: str) -> tuple[mqtt.Client, socket.socket]:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=USER, protocol=mqtt.MQTTv311)
    client.username_pw_set(USER, password)
    client.connect("127.0.0.1", port)
    while not client.is_connected():
        if client.loop() is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise ConnectionError("refused by the broker")
    wire = client.socket()
    assert isinstance(wire, socket.socket)  # noqa: S101 - plain TCP
    wire.setblocking(True)
    return client, wire


def _send(wire: socket.socket, packets: list[bytes]) -> None:
    pieces = [packets[first : first + TURN] for first in range(0, len(packets), TURN)]
    waiting = 0
    for piece in pieces:
        wire.sendall(b"".join(piece))
        _await(wire, waiting)
        waiting = len(piece)
    _await(wire, waiting)


def _await(wire: socket.socket, acknowledgements: int) -> None:
    """Wait for so many answers; which messages they are for is the broker's affair."""
    size = acknowledgements * _PUBACK.size
    answers = wire.recv(size, socket.MSG_WAITALL) if size else b""
    kinds = {kind for kind, _, _ in _PUBACK.iter_unpack(answers[: len(answers) // _PUBACK.size * _PUBACK.size])}
    if len(answers) < size or kinds - {PUBACK}:
        raise ConnectionError("the broker did not acknowledge")


if __name__ == "__main__":
    print(publish(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
