"""A whole device with nothing but paho: python reference_device.py mqtt://HOST < credentials.json (docs/devices.md)"""
import json
import secrets
import sqlite3
import sys
import time
import zlib
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from paho.mqtt.client import Client, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

SCALE = {"speed": 1, "rpm": 1, "batt": 0.01, "odo": 0.1}  # the signals, and the resolution each is sent in
BATCH, RING, WINDOW = 60, 20_000, 100  # samples a message, messages kept, messages sent and not yet receipted
Samples = list[tuple[int, dict[str, float | None]]]  # epoch ms, value by signal; None: the car did not answer


def read_car(n: int) -> dict[str, float | None]:  # a real device asks the car here
    return {"speed": 30 + n % 50, "rpm": 1500 + n % 700, "batt": 14.1 if n % 7 else None, "odo": 48_000 + n / 10}


def differences(values: list[float | None], scale: float) -> list[int | None]:  # null stays null
    whole = [None if value is None else round(value / scale) for value in values]
    steps = (later - one for one, later in pairwise([0, *(number for number in whole if number is not None)]))
    return [None if number is None else next(steps) for number in whole]


class Device:
    def __init__(self, who: dict[str, Any], broker: str) -> None:
        self.up, self.down, self.resend_s = who["topics"]["up"], who["topics"]["down"], who.get("resend_s", 60.0)
        self.boot, self.seq, self.reconnected = secrets.randbits(48), 0, False
        hello = {"v": 1, "fw": "reference-1.0", "boot": self.boot}
        self.status = {state: json.dumps(hello | {"state": state}) for state in ("online", "offline")}
        self.sent: dict[int, tuple[MQTTMessageInfo, float, float]] = {}  # by row: publication, next at, wait after that
        self.ring = sqlite3.connect(who.get("ring", "ring.sqlite"), isolation_level=None, check_same_thread=False)
        self.ring.execute("CREATE TABLE IF NOT EXISTS ring (id INTEGER PRIMARY KEY AUTOINCREMENT, boot, seq, body)")
        self.mqtt = Client(CallbackAPIVersion.VERSION2, who["user"], protocol=MQTTProtocolVersion.MQTTv5)
        self.mqtt.username_pw_set(who["user"], who["password"])
        self.mqtt.will_set(self.up["status"], self.status["offline"], qos=1, retain=True)
        self.mqtt.on_connect, self.mqtt.on_message = self.connected, self.heard
        url, session = urlsplit(broker), Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        if url.scheme == "mqtts":
            self.mqtt.tls_set(who.get("ca"), who.get("certificate"), who.get("key"))
        session.SessionExpiryInterval = 0xFFFFFFFF  # never: commands wait at the broker
        self.mqtt.connect_async(url.hostname or "", url.port or 1883, clean_start=False, properties=session)
        self.mqtt.loop_start()  # connects, and connects again, in a thread of its own

    def connected(self, *_: object) -> None:
        self.reconnected = True
        self.mqtt.subscribe([(topic, 1) for topic in self.down.values()])
        self.mqtt.publish(self.up["status"], self.status["online"], qos=1, retain=True)

    def heard(self, _client: Client, _data: object, message: Any) -> None:  # noqa: ANN401 - paho's message
        body = json.loads(message.payload)
        if message.topic == self.down["receipt"]:  # nothing but a receipt frees the ring
            named = [(body["boot"], first, last) for first, last in body["seq"]]
            self.ring.executemany("DELETE FROM ring WHERE boot = ? AND seq BETWEEN ? AND ?", named)
        else:
            late = body["expires"] < time.time() * 1000
            answer = {"ok": False, "error": "expired"} if late else {"ok": True, "result": {"echo": body["args"]}}
            self.mqtt.publish(self.up["reply"], json.dumps({"id": body["id"]} | answer), qos=1)

    def keep(self, samples: Samples) -> None:
        self.seq, first = self.seq + 1, samples[0][0]
        columns = {alias: differences([values[alias] for _, values in samples], SCALE[alias]) for alias in SCALE}
        body = {"v": 1, "boot": self.boot, "seq": self.seq, "t": first, "s": columns, "d": {"dt": 1} | SCALE,
                "dt": differences([at - first for at, _ in samples], 1)}
        packed = zlib.compress(json.dumps(body, separators=(",", ":")).encode())
        self.ring.execute("INSERT INTO ring (boot, seq, body) VALUES (?, ?, ?)", (self.boot, self.seq, packed))
        self.ring.execute("DELETE FROM ring WHERE id <= (SELECT max(id) FROM ring) - ?", [RING])  # overwrite the oldest

    def pump(self) -> bool:  # sends what is new or had no receipt in time; False when everything has its receipt
        rows = self.ring.execute("SELECT id, body FROM ring ORDER BY id LIMIT ?", [WINDOW]).fetchall()
        again, self.reconnected = self.reconnected, False
        for row, body in rows if self.mqtt.is_connected() else ():
            info, next_s, wait_s = self.sent.get(row, (None, 0.0, self.resend_s))
            if info is None or (info.is_published() and (again or time.monotonic() > next_s)):  # else paho has it still
                info = self.mqtt.publish(self.up["telemetry"], body, qos=1)
                self.sent[row] = info, time.monotonic() + wait_s, min(2 * wait_s, 3600.0)
        self.sent = {row: self.sent[row] for row, _ in rows if row in self.sent}
        return bool(rows)


if __name__ == "__main__":
    who = json.load(sys.stdin)
    device, batch, began = Device(who, sys.argv[1]), Samples(), time.time()
    for n in range(last := who.get("samples", sys.maxsize)):
        due = began + n * who.get("period_s", 1.0)
        time.sleep(max(0.0, due - time.time()))
        batch.append((round(due * 1000), read_car(n)))
        if len(batch) == BATCH or n + 1 == last:
            device.keep(batch)
            batch = []
        device.pump()
    while device.pump():
        time.sleep(0.1)  # then it ends as by a power cut, without a goodbye: the broker publishes the last will
