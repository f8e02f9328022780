"""An administrator at the API, a device at the broker, ingest in between: letters replayed, commands answered."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from archive.database.sealing import Vault
from schemas.topics import down, up
from tests.archive.people.town import build
from tests.stage.broker import Broker
from tests.stage.database import Database
from tests.stage.device import PlainDevice, now_ms, telemetry
from tests.stage.processes import ingesting
from tests.stage.stranger import Stranger
from tests.stage.waiting import wait_until
from tests.unit.api.doors import Door, TestClient, body, opened

SHARD = "s00"


@dataclass(frozen=True)
class Desk:
    """The administrator of the northern store, and the ingest process that works for him."""

    door: Door
    admin: TestClient
    broker: Broker

    @property
    def database(self) -> Database:
        return self.door.town.database

    def rows(self) -> object:
        return self.database.value("SELECT count(*) FROM reading")


@pytest.fixture
def desk(database: Database, broker: Broker, master_key: str) -> Iterator[Desk]:
    with ExitStack() as open_things:
        door = open_things.enter_context(opened(build(database, Vault(master_key)), master_key))
        open_things.enter_context(ingesting(DATABASE_URL=database.as_role("ingest"), BROKER_URL=broker.ingest_url,
                                            MASTER_KEY=master_key, SHARDS=SHARD))
        yield Desk(door, door.as_(door.town.administrator), broker)


def replay_ended(desk: Desk, request_id: str) -> dict[str, Any]:
    """The outcome of a replay, once there is one."""
    path = f"/v1/dead-letters/replays/{request_id}"
    wait_until(lambda: body(desk.admin.get(path))["finished_at"] is not None)
    outcome: dict[str, Any] = body(desk.admin.get(path))
    return outcome


def test_letters_of_a_stranger_are_replayed_once_he_is_provisioned(desk: Desk) -> None:
    name, password = "early-desk", "known to the broker before the database"
    desk.broker.let_in([(name, password)])
    began_ms = now_ms() - 600_000
    with PlainDevice(desk.broker, name, password, SHARD) as device:
        for seq in range(3):
            device.send(telemetry(seq, began_ms + seq * 10_000, {"speed": [50, 51, 52]}))
        device.send(b"rubbish")
    wait_until(lambda: desk.database.value("SELECT count(*) FROM dead_letter"), 4)
    assert body(desk.admin.get("/v1/dead-letters"))["items"] == [], "nobody's yet"

    body(desk.admin.post("/v1/devices", json={"device_id": name}), 201)
    letters = body(desk.admin.get("/v1/dead-letters", params={"device_id": name, "limit": 3}))
    assert [one["reason"] for one in letters["items"]] == ["unknown_device"] * 3
    rest = body(desk.admin.get("/v1/dead-letters", params={"cursor": letters["next_cursor"]}))
    number = letters["items"][0]["letter_id"]
    assert len(rest["items"]) == 1
    content = body(desk.admin.get(f"/v1/dead-letters/{number}/payload"))
    assert content["payload"] == "cnViYmlzaA=="
    assert desk.database.value("SELECT count(*) FROM audit WHERE action = 'read_payload' AND object_id = %s",
                               number) == 1

    wish = {"device_id": name, "reason": "unknown_device"}
    asked = [body(desk.admin.post("/v1/dead-letters/replay", json=wish), 202) for _ in range(2)]
    first, second = (replay_ended(desk, one["request_id"]) for one in asked)
    assert (first["letters"], first["done"], first["replayed"], first["failed"]) == (4, 4, 3, 1)
    assert second["replayed"] == 0
    assert desk.rows() == 9
    waiting = body(desk.admin.get("/v1/dead-letters", params={"waiting": True}))["items"]
    assert [(one["reason"], one["device_id"]) for one in waiting] == [("malformed", name)]
    seen = body(desk.admin.get(f"/v1/devices/{name}"))
    assert (seen["received"], seen["lost"], seen["letters_of_a_day"]) == (3, 0, 4)


def test_a_wrong_clock_is_shifted_at_the_api(desk: Desk) -> None:
    password = _provided(desk, "slow-desk")
    day_ms = 86_400_000
    with PlainDevice(desk.broker, "slow-desk", password, SHARD) as device:
        device.send(telemetry(1, now_ms() - 100 * day_ms, {"speed": [50, 51]}, boot=5))
        device.wait_for_receipts({(5, 1)})
    assert body(desk.admin.get("/v1/devices/slow-desk"))["clock_ahead_s"] == pytest.approx(-100 * 86_400, abs=60)
    wish = {"device_id": "slow-desk", "boot": 5, "shift_ms": 99 * day_ms}
    assert desk.admin.post("/v1/dead-letters/replay", json=wish | {"device_id": None}).status_code == 422
    body(desk.admin.post("/v1/dead-letters/replay", json=wish), 202)
    wait_until(desk.rows, 2)


def test_a_command_goes_down_and_its_first_reply_is_kept(desk: Desk) -> None:
    password = _provided(desk, "obedient")
    path = "/v1/devices/obedient/commands"
    with Stranger(desk.broker.port, "obedient", password, client_id="obedient") as device:
        device.subscribe(down(SHARD, "obedient", "command"))
        for kind in ("locate", "unlock"):
            body(desk.admin.post(path, json={"type": kind, "args": {"n": 1}}), 202)
        desk.database.value("INSERT INTO command (device_key, type, expires_at) SELECT device_key, 'too late', now() "
                            "FROM device WHERE device_id = 'obedient' RETURNING 1")
        heard = [json.loads(device.next_heard()[1]) for _ in range(2)]
        states = {one["type"]: one["state"] for one in body(desk.admin.get(path))["items"]}
        assert states == {"locate": "sent", "unlock": "sent", "too late": "expired"}
        answers = {"locate": {"ok": True, "result": {"km": 3}}, "unlock": {"ok": False, "error": "no actuator"}}
        for command in heard:
            for answer in (answers[command["type"]], {"ok": True, "result": "changed my mind"}):
                device.publish(up(SHARD, "obedient", "reply"), json.dumps({"id": command["id"]} | answer).encode())
        device.publish(up(SHARD, "obedient", "reply"), b'{"id": "not a command of yours", "ok": true}')
    wait_until(lambda: {one["type"]: (one["state"], one["reply"]) for one in body(desk.admin.get(path))["items"]},
               {"locate": ("replied", {"km": 3}), "unlock": ("failed", "no actuator"), "too late": ("expired", None)})


def test_the_broker_keeps_no_command_beyond_its_time(desk: Desk) -> None:
    """An absent device with a session gets what is still valid when it is back, and nothing else."""
    password = _provided(desk, "absent")
    with Stranger(desk.broker.port, "absent", password, client_id="absent", keeps_session=True) as device:
        device.subscribe(down(SHARD, "absent", "command"))
    path = "/v1/devices/absent/commands"
    for kind, life_s in (("short", 3), ("long", 600)):
        body(desk.admin.post(path, json={"type": kind, "expires_in_s": life_s}), 202)
    wait_until(lambda: {one["state"] for one in body(desk.admin.get(path))["items"]} <= {"sent", "expired"})
    time.sleep(4)
    with Stranger(desk.broker.port, "absent", password, client_id="absent", keeps_session=True) as device:
        time.sleep(1)
        assert [json.loads(payload)["type"] for _, payload in device.heard()] == ["long"]


def test_a_status_the_broker_shows_again_is_no_sign_of_life(desk: Desk, master_key: str) -> None:
    password = _provided(desk, "silent")
    online = json.dumps({"v": 1, "state": "online", "fw": "1.2", "boot": 3}).encode()
    with PlainDevice(desk.broker, "silent", password, SHARD) as device:
        device.send(online, "status", retain=True)
    wait_until(lambda: body(desk.admin.get("/v1/devices/silent"))["connection"], "online")
    before = desk.database.value("SELECT received_at FROM device_status")
    seen = body(desk.admin.get("/v1/devices/silent"))
    with (ingesting(DATABASE_URL=desk.database.as_role("ingest"), BROKER_URL=desk.broker.ingest_url,
                    MASTER_KEY=master_key, SHARDS=SHARD),
          PlainDevice(desk.broker, "obvious", _provided(desk, "obvious"), SHARD) as other):
        other.send(telemetry(1, now_ms() - 9_000, {"speed": [50]}))
        other.wait_for_receipts({(1, 1)})
    assert desk.database.value("SELECT received_at FROM device_status") == before
    assert body(desk.admin.get("/v1/devices/silent"))["last_seen"] == seen["last_seen"]


def _provided(desk: Desk, name: str) -> str:
    """A device that the broker lets in; its password."""
    password: str = body(desk.admin.post("/v1/devices", json={"device_id": name}), 201)["password"]
    desk.broker.let_in([(name, password)])
    return password
