"""What the programs write about a day's work: lines of JSON, and nothing about a person in any of them."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from archive.database.sealing import Vault
from archive.fleet import provisioning
from tests.archive.people.town import LI_PHONE, PASSWORD, ZHANG_PHONE, build
from tests.stage.broker import INGEST_PASSWORD, Broker
from tests.stage.database import ROLE_PASSWORD, Database
from tests.stage.device import PlainDevice, telemetry
from tests.stage.processes import free_port, wait_until_ready, writing_into
from tests.stage.waiting import wait_until

SHARD, DEVICE, SECRET = "s11", "logged-1", "secret-of-logged-1"
LATITUDE, LONGITUDE = 36.654321, 117.123456
VIN, NAME, PLATE, ADDRESS = "LSVAA4182E2184847", "欧阳不可见", "鲁C99887", "invisible@example.com"
IN_TOWN = ("张强", "李芳", "LSVAA4182E2000001", "LSVAA4182E2000002", "鲁A12345", "鲁B54321", "36.66831")
SENT_BY_PEOPLE = {"name": NAME, "phone": ZHANG_PHONE, "vin": VIN, "plate": PLATE, "email": ADDRESS,
                  "lat": LATITUDE, "lon": LONGITUDE}


@dataclass(frozen=True)
class Day:
    """The programs at work, writing into files of their own at the most talkative level."""

    folder: Path
    api_port: int
    planted: tuple[str, ...]

    def lines(self) -> dict[str, list[str]]:
        """All that was written, by program."""
        return {path.stem: path.read_text(encoding="utf-8").splitlines() for path in sorted(self.folder.iterdir())}


@pytest.fixture
def day(database: Database, broker: Broker, master_key: str, tmp_path: Path) -> Iterator[Day]:
    build(database, Vault(master_key))
    with database.connect("owner") as connection:
        provisioning.add_device(connection, DEVICE, [SHARD], SECRET)
    broker.let_in([(DEVICE, SECRET)])
    common = {"LOG_LEVEL": "DEBUG", "MASTER_KEY": master_key, "BROKER_URL": broker.ingest_url, "SHARDS": SHARD}
    ports = {"ingest": free_port(), "health": free_port(), "api": free_port()}
    commands = {"ingest": ["ingest"], "health": ["health", "work", "--interval", "0.1"], "api": ["api"]}
    with ExitStack() as stack:
        for name, command in commands.items():
            written = stack.enter_context((tmp_path / f"{name}.log").open("wb"))
            port = {"API_PORT" if name == "api" else "ADMIN_PORT": str(ports[name])}
            stack.enter_context(writing_into(written, *command, DATABASE_URL=database.as_role(name), **port, **common))
        for port_number in ports.values():
            wait_until_ready(port_number)
        yield Day(tmp_path, ports["api"], (
            *IN_TOWN, *(str(value).removeprefix("+86") for value in SENT_BY_PEOPLE.values()), LI_PHONE[3:], PASSWORD,
            SECRET, ROLE_PASSWORD, INGEST_PASSWORD, master_key))


def test_no_line_of_a_day_names_a_person(day: Day, broker: Broker, database: Database) -> None:
    drive(broker)
    serve(day.api_port)
    cut_off(database)
    wait_for_line(day, "ingest", "database_away")
    lines = day.lines()
    told = {name: [json.loads(line) for line in found] for name, found in lines.items()}
    assert all({"event", "level", "timestamp"} <= line.keys() for found in told.values() for line in found)
    assert {name for name, found in told.items() if found} == {"ingest", "health", "api"}, "all of them wrote something"
    found = [(name, word) for name, text in lines.items() for word in day.planted if word in "\n".join(text)]
    assert found == []


def drive(broker: Broker) -> None:
    """Good messages with positions, and bad ones of every kind full of what should not be there."""
    now_ms = int(time.time() * 1000)
    personal = json.dumps(SENT_BY_PEOPLE, ensure_ascii=False).encode()
    with PlainDevice(broker, DEVICE, SECRET, SHARD) as device:
        device.send(telemetry(1, now_ms - 60_000, {"speed": [50], "lat": [LATITUDE], "lon": [LONGITUDE], NAME: [1]}))
        device.send(telemetry(2, now_ms - 50_000, {"speed": [50], f"{NAME}\0": [1]}))  # the database refuses it
        device.send(telemetry(3, now_ms - 40_000, {"fuel_type": [LATITUDE * 1e9], PLATE: [1]}))
        device.send(personal)
        device.send(personal, "event")
        device.send(json.dumps({"v": 1, "state": "online", "fw": NAME, "boot": 1}).encode(), "status")
        call = {"v": 1, "boot": 1, "seq": 9, "t": now_ms, "type": "sos", "data": SENT_BY_PEOPLE}
        device.send(json.dumps(call).encode(), "event")
        device.send(telemetry(4, now_ms - 30_000, {"speed": [51]}))
        device.wait_for_receipts({(1, 1), (1, 4)})


def serve(port: int) -> None:
    """People who log in, mistype, ask for what is not theirs, and send nonsense."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}/v1") as client:
        client.post("/auth/code", json={"phone": ZHANG_PHONE})
        client.post("/auth/code", json={"phone": NAME, **SENT_BY_PEOPLE})
        client.post("/auth/token", data={"grant_type": "otp", "phone": LI_PHONE, "code": "000000"})
        client.post("/auth/token", data={"grant_type": "password", "username": ADDRESS, "password": PASSWORD})
        answer = client.post("/auth/token", data={"grant_type": "password", "username": "limin", "password": PASSWORD})
        me = {"authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}
        assert client.get("/stores/1/pre-arrival", headers=me).json()["items"], "it is told to whom it may be told"
        client.get(f"/vehicles/{VIN}", headers=me)
        client.get("/vehicles", headers=me, params={"vin": VIN, "name": NAME})


def cut_off(database: Database) -> None:
    """Every connection of the programs breaks."""
    with database.connect() as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                           "WHERE datname = current_database() AND pid <> pg_backend_pid()")


def wait_for_line(day: Day, program: str, event: str) -> None:
    wait_until(lambda: f'"event": "{event}"' in "\n".join(day.lines()[program]))
