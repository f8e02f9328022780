"""`python -m device_sim check-device` beside real devices at the real broker."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from archive.fleet import provisioning
from archive.fleet.provisioning import Credentials
from schemas.topics import FOREIGN_SHARD, checking_client, up
from tests.stage.broker import Broker
from tests.stage.database import Database
from tests.stage.device import PlainDevice, telemetry
from tests.stage.processes import environment, ingesting
from tests.stage.reference import reference

SHARD, PASSWORD = "s06", "password-of-the-checking-user"


@pytest.fixture
def credentials(database: Database, broker: Broker) -> Credentials:
    """A provisioned device, and the checking user let in."""
    with database.connect("owner") as connection:
        known = provisioning.add_device(connection, "checked-1", [SHARD], "secret-of-checked-1")
    broker.let_in([(known.device_id, known.password), (checking_client(), PASSWORD)])
    return known


def check(broker: Broker, device_id: str, seconds: float, *options: str) -> subprocess.Popen[str]:
    """The command as an operator types it."""
    settings = environment({"BROKER_URL": f"mqtt://{broker.host}:{broker.port}", "CHECK_PASSWORD": PASSWORD})
    return subprocess.Popen([sys.executable, "-m", "device_sim", "check-device", device_id, "--seconds", str(seconds),
                             *options], env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@contextmanager
def checking(broker: Broker, device_id: str, seconds: float, *options: str) -> Iterator[subprocess.Popen[str]]:
    """The command, listening by now."""
    with check(broker, device_id, seconds, *options) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("listening")
        yield process


def verdicts(process: subprocess.Popen[str]) -> tuple[int, dict[str, str]]:
    """Exit code and the verdict of each rule."""
    said, _ = process.communicate(timeout=60)
    body: dict[str, Any] = json.loads(said)
    return process.returncode, {rule["rule"]: rule["verdict"] for rule in body["rules"]}


def test_the_reference_device_passes(credentials: Credentials, database: Database, broker: Broker, master_key: str,
                                     tmp_path: Path) -> None:
    with (ingesting(DATABASE_URL=database.as_role("ingest"), BROKER_URL=broker.ingest_url, MASTER_KEY=master_key,
                    SHARDS=SHARD),
          reference(credentials, broker.port, tmp_path, samples=6000, period_s=0.04),
          checking(broker, credentials.device_id, 4, "--json") as listening):
        code, said = verdicts(listening)
    unseen = {"last will", "resend", "commands"}
    assert {rule: verdict for rule, verdict in said.items() if rule not in unseen} == dict.fromkeys(
        said.keys() - unseen, "PASS")
    assert {said[rule] for rule in unseen} == {"UNSEEN"}
    assert code == 0


def test_a_careless_device_is_told_all_of_it(credentials: Credentials, broker: Broker) -> None:
    device_id = credentials.device_id
    with PlainDevice(broker, device_id, credentials.password, SHARD) as careless:
        careless.send(b'{"v": 1, "state": "online", "boot": 5}', "status", retain=True)
        with checking(broker, device_id, 2, "--json") as listening:
            now_ms = round(time.time() * 1000)
            careless.send(telemetry(1, now_ms - 3000, {"speed": [50, 500, 51]}, boot=5), qos=0)
            careless.send(telemetry(4, now_ms - 6000, {"speed": [50, 51]}, boot=5), retain=True)
            careless.send(b"poison")
            code, said = verdicts(listening)
        careless.send(b"", "status", retain=True)
        careless.send(b"", topic=up(SHARD, device_id, "telemetry"), retain=True)
    assert code == 1
    assert {rule for rule, verdict in said.items() if verdict == "FAIL"} == {
        "decode", "sequence", "ranges", "qos", "retain"}
    assert said["status"] == "PASS"


def test_a_foreign_device_gets_a_table_that_says_what_it_cannot_judge(credentials: Credentials, broker: Broker) -> None:
    broker.let_in([("wican-9", "secret-of-wican-9")])
    with (PlainDevice(broker, "wican-9", "secret-of-wican-9", FOREIGN_SHARD) as dongle,
          checking(broker, "wican-9", 2) as listening):
        dongle.send(b'{"SPEED": 50}', topic="wican/wican-9/can/rx", qos=0)
        said, _ = listening.communicate(timeout=60)
    assert listening.returncode == 0
    assert "1 messages" in said
    assert "UNSEEN" in said
    assert "QoS 0" in said


def test_without_a_password_it_says_what_to_set(broker: Broker) -> None:
    done = subprocess.run([sys.executable, "-m", "device_sim", "check-device", "x"], env=environment({}), text=True,
                          capture_output=True, check=False)
    assert done.returncode == 1
    assert "PITCALL_CHECK_PASSWORD" in done.stderr
