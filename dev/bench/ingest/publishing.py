"""The generator: one process that publishes a load at QoS 1 as fast as broker and ingest take it."""

import pickle
import sys
import time
from pathlib import Path
from threading import Semaphore

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

USER = "bench-generator"
OUTSTANDING = 500
"""Publishes handed to paho without the broker's answer. Its own window stays at 20: each answer searches the queue, and
a window of 500 halves the rate."""


def publish(path: Path, port: int, password: str) -> float:
    """Publish a pickled list of (topic, payload) and return the epoch time of the first one."""
    published: list[tuple[str, bytes]] = pickle.loads(path.read_bytes())  # noqa: S301 - written by our own benchmark
    room = Semaphore(OUTSTANDING)
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=USER, protocol=mqtt.MQTTv311)
    client.username_pw_set(USER, password)
    client.on_publish = lambda *_: room.release()
    client.connect("127.0.0.1", port)
    client.loop_start()
    while not client.is_connected():
        time.sleep(0.01)
    began = time.time()
    for topic, payload in published:
        room.acquire()
        client.publish(topic, payload, qos=1)
    for _ in range(OUTSTANDING):
        room.acquire()
    client.disconnect()
    client.loop_stop()
    return began


if __name__ == "__main__":
    print(publish(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
