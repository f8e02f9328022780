"""A device sends before it is provisioned: its message is buried, then replayed by one command."""

import json
import subprocess
import sys
from typing import Any

from archive.fleet import provisioning
from tests.stage.broker import Broker
from tests.stage.database import Database
from tests.stage.device import PlainDevice, now_ms, telemetry
from tests.stage.processes import environment, ingesting
from tests.stage.waiting import wait_until

SHARD = "s14"
NAME = "early-1"
PASSWORD = "secret-of-early-1"


def letters(*command: str, **settings: str) -> list[Any]:
    """The JSON lines of `python -m ingest dead-letters …`."""
    done = subprocess.run([sys.executable, "-m", "ingest", "dead-letters", *command], env=environment(settings),
                          check=True, capture_output=True, text=True, timeout=60)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_message_from_before_provisioning_is_stored_by_replay(database: Database, broker: Broker,
                                                                master_key: str) -> None:
    settings = {"DATABASE_URL": database.as_role("ingest"), "MASTER_KEY": master_key}
    broker.let_in([(NAME, PASSWORD)])
    with (ingesting(**settings, BROKER_URL=broker.ingest_url, SHARDS=SHARD),
          PlainDevice(broker, NAME, PASSWORD, SHARD) as device):
        device.send(telemetry(1, now_ms() - 60_000, {"speed": [50, 51, 52], "lat": [36.6, 36.6, 36.6]}))
        wait_until(lambda: database.value("SELECT count(*) FROM dead_letter"), 1)

    (listed,) = letters("list", "--device", NAME, **settings)
    assert (listed["reason"], listed["replayed_at"]) == ("unknown_device", None)
    assert "payload" not in str(listed.keys())

    with database.connect("owner") as connection:
        provisioning.add_device(connection, NAME, [SHARD], PASSWORD)
    again = ["replay", "--reason", "unknown_device", "--device", NAME]
    assert letters(*again, **settings) == [{"replayed": 1, "failed": 0, "skipped": 0}]
    assert letters(*again, **settings) == [{"replayed": 0, "failed": 0, "skipped": 0}]
    assert database.value("SELECT count(*) FROM reading") == 3
    assert database.value("SELECT count(*) FROM position") == 0, "nobody consented"
