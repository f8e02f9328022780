"""Shards over several processes and two brokers: moved, stood by for and taken over under load, and nothing is lost."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from archive.fleet import provisioning
from dev.services import Running, start
from schemas.topics import ingest_client
from tests.stage.broker import INGEST_PASSWORD
from tests.stage.database import Database, cloned, make_template
from tests.stage.keeping_device import SAMPLES, KeepingDevice
from tests.stage.name import Name
from tests.stage.processes import environment, free_port, running, wait_until_ready
from tests.stage.scraping import Page, scrape

MAIN, SECOND = "main", "second"
PASSWORD = "secret-of-moving-devices"
Process = subprocess.Popen[bytes]


@dataclass(frozen=True)
class Region:
    """A database and two brokers, each with a broker-sync beside it."""

    database: Database
    services: dict[str, Running]
    master_key: str

    def port(self, broker: str) -> int:
        return int(self.services[broker].broker_url.rpartition(":")[2])

    def settings(self, broker: str, shards: str = "s00") -> dict[str, str]:
        """Of a process at one of the brokers."""
        return {"DATABASE_URL": self.database.as_role("ingest"), "MASTER_KEY": self.master_key, "SHARDS": shards,
                "BROKER_NAME": broker, "BROKER_URL": f"mqtt://:{INGEST_PASSWORD}@127.0.0.1:{self.port(broker)}"}

    @contextmanager
    def ingesting(self, broker: str, shards: str, *options: str) -> Iterator[tuple[Process, int]]:
        """An ingest process and its admin port, when it is ready."""
        port = free_port()
        with running("ingest", *options, ADMIN_PORT=str(port), **self.settings(broker, shards)) as process:
            wait_until_ready(port)
            yield process, port

    def syncing(self, broker: str) -> dict[str, str]:
        """Settings of the broker-sync beside a broker."""
        beside = self.services[broker]
        return self.settings(broker) | {"BROKER_FILES": str(beside.broker_files),
                                        "BROKER_PID_FILE": str(beside.broker_pid_file)}

    def archive(self, *command: str) -> str:
        """`python -m archive …` as the operator."""
        return subprocess.run([sys.executable, "-m", "archive", *command], check=True, capture_output=True, text=True,
                              env=environment({"DATABASE_URL": self.database.as_role("owner")})).stdout

    def devices(self, port: int, *shards: str) -> list[KeepingDevice]:
        """New devices, one on each of these shards, that come in by a port."""
        with self.database.connect("owner") as connection:
            names = [f"{shard}-{number}" for number, shard in enumerate(shards)]
            for name, shard in zip(names, shards, strict=True):
                provisioning.add_device(connection, name, [shard], PASSWORD)
        return [KeepingDevice(port, name, PASSWORD, shard) for name, shard in zip(names, shards, strict=True)]


@pytest.fixture(scope="module")
def region(master_key: str) -> Iterator[Region]:
    """Two brokers of their own; the database server beside the first is used. Tests keep apart by their shards."""
    with ExitStack() as stack:
        both = {name: start(f"test-{name}-{os.getpid()}", durable=False) for name in (MAIN, SECOND)}
        for one in both.values():
            stack.callback(one.remove)
        make_template(both[MAIN].database_url)
        region = Region(stack.enter_context(cloned(both[MAIN].database_url)), both, master_key)
        region.archive("broker", "set", SECOND, "mqtt://second.example.com:1883")
        for name in both:
            stack.enter_context(running("ingest", "broker-sync", **region.syncing(name)))
        yield region


def wait_for(what: str, patience_s: float, so: Callable[[], bool]) -> float:
    """Seconds until something is so; fails naming it."""
    began = time.monotonic()
    while not so():
        assert time.monotonic() - began < patience_s, what
        time.sleep(0.05)
    return time.monotonic() - began


def assert_all_arrived(region: Region, devices: list[KeepingDevice]) -> None:
    for device in devices:
        device.hush()
    wait_for("every message has its receipt", 30, lambda: not any(device.kept for device in devices))
    assert {device.device_id: region.database.readings_of(device.device_id) for device in devices} == {
        device.device_id: SAMPLES * device.sent for device in devices}
    assert region.database.value("SELECT count(*) FROM dead_letter") == 0, "nothing went astray"


def begin(stack: ExitStack, devices: list[KeepingDevice]) -> None:
    """All devices send and get receipts."""
    for device in devices:
        stack.enter_context(device)
    wait_for("the first receipts", 20, lambda: all(device.sent - device.kept > 10 for device in devices))


def served(port: int) -> dict[str, float]:
    return scrape(port).by_label("ingest_shard_served")


def test_a_shard_moves_to_another_broker_under_load(region: Region) -> None:
    with ExitStack() as stack:
        name = stack.enter_context(Name(region.port(MAIN)))
        devices = region.devices(name.port, "s03", "s03", "s03") + region.devices(region.port(MAIN), "s04")
        with region.ingesting(MAIN, "s03,s04") as (old, _):
            begin(stack, devices)
            old.kill()  # from now on messages queue up at the old broker
            old.wait()
        queued = sum(device.sent for device in devices)
        wait_for("a queue", 10, lambda: sum(device.sent for device in devices) > queued + 100)

        stack.enter_context(region.ingesting(SECOND, "s03"))
        refused = subprocess.run([sys.executable, "-m", "ingest", "drain", "s03"], capture_output=True, text=True,
                                 env=environment(region.settings(MAIN)), check=False)
        assert (refused.returncode, "still at main" in refused.stderr) == (1, True)
        wait_for("the claim", 5, lambda: place(region, "s03", broker=SECOND))
        assert json.loads(region.archive("shard", "move", "s03", SECOND))["broker"] == SECOND
        name.point_to(region.port(SECOND))
        wait_for("devices at their new broker", 15, lambda: connected(region, SECOND) >= 3)

        stack.enter_context(region.ingesting(MAIN, "s04"))
        drained = subprocess.run([sys.executable, "-m", "ingest", "drain", "s03"], timeout=30, capture_output=True,
                                 text=True, env=environment(region.settings(MAIN)), check=False)
        assert drained.returncode == 0, drained.stderr
        assert json.loads(drained.stdout.splitlines()[-1])["messages_fetched"]["s03"] > 50
        listed = {one["shard"]: one for one in map(json.loads, region.archive("shard", "list").splitlines())}
        assert listed["s03"] == {"shard": "s03", "broker": SECOND, "address": "mqtt://second.example.com:1883",
                                 "devices": 3, "served": True}
        assert (listed["s04"]["broker"], listed["s05"]["served"]) == (MAIN, False)
        assert_all_arrived(region, devices)
        kept = {shard: session_is_kept(region.port(MAIN), shard) for shard in ("s03", "s04")}
        assert kept == {"s03": False, "s04": True}


def place(region: Region, shard: str, broker: str) -> bool:
    """Whether a shard is claimed at a broker."""
    return bool(region.database.value("SELECT is_claimed(%s, number) FROM shard WHERE shard = %s", broker, shard))


def connected(region: Region, broker: str) -> int:
    """Devices with a connection to the broker itself."""
    port = f"{region.port(broker):04X}"
    lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines())
    return sum(fields[1].endswith(f":{port}") and fields[3] == "01" for fields in lines)


def session_is_kept(port: int, shard: str) -> bool:
    """Whether the broker remembers a session of ingest; what is asked with ends at once."""
    heard: list[bool] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2, ingest_client(shard), protocol=mqtt.MQTTv5)
    client.username_pw_set(ingest_client(shard), INGEST_PASSWORD)
    client.on_connect = lambda _client, _userdata, flags, *_: heard.append(flags.session_present)
    client.connect("127.0.0.1", port, clean_start=False)
    wait_for("an answer of the broker", 5, lambda: client.loop(0.1) == mqtt.MQTT_ERR_SUCCESS and bool(heard))
    client.disconnect()
    return heard[0]


@pytest.mark.long
def test_who_stands_by_serves_when_the_first_dies(region: Region) -> None:
    with ExitStack() as stack:
        devices = region.devices(region.port(MAIN), "s05", "s06")
        first, first_port = stack.enter_context(region.ingesting(MAIN, "s05,s06", "--standby"))
        wait_for("both shards served", 10, lambda: served(first_port) == {"s05": 1, "s06": 1})
        _, second_port = stack.enter_context(region.ingesting(MAIN, "s05,s06", "--standby"))
        begin(stack, devices)
        assert served(second_port) == {}
        first.kill()
        seconds = wait_for("both shards served again", 10, lambda: served(second_port) == {"s05": 1, "s06": 1})
        assert seconds < 8
        assert_all_arrived(region, devices)


def test_a_taken_over_process_gives_up_that_shard_alone_and_ends_with_its_last(region: Region) -> None:
    with ExitStack() as stack:
        devices = region.devices(region.port(MAIN), "s07", "s08")
        first, first_port = stack.enter_context(region.ingesting(MAIN, "s07,s08"))
        begin(stack, devices)
        _, second_port = stack.enter_context(region.ingesting(MAIN, "s07"))
        wait_for("the first gives up s07", 5, lambda: served(first_port) == {"s08": 1})
        assert_page_balances(scrape(first_port))
        _, third_port = stack.enter_context(region.ingesting(MAIN, "s08"))
        assert first.wait(timeout=10) == 1
        time.sleep(2)
        assert (served(second_port), served(third_port)) == ({"s07": 1}, {"s08": 1}), "nobody came back"
        assert [httpx.get(f"http://127.0.0.1:{port}/readyz").json()["status"] for port in (second_port, third_port)] \
            == ["ready", "ready"]
        assert_all_arrived(region, devices)


def assert_page_balances(page: Page) -> None:
    assert page.total("ingest_messages_received") == page.value("ingest_unacked") + page.total("ingest_dead_letter") + \
        sum(page.value(f"ingest_{name}") for name in ("stored", "duplicates", "refused", "ignored", "dropped"))
