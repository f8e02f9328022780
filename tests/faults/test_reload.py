"""A broker that restarts and rereads its users lives on, and nothing is lost thanks to receipts.

Mosquitto up to 2.0.22 has two faults here. After a restart, a SIGHUP enters sessions that expire a second time into its
list, and it crashes later: our sessions never expire. And it forgets what an absent client may read, so that messages
for it are dropped although the device got its PUBACK: devices keep what has no receipt.
"""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.fleet import provisioning
from dev.services import Running, start
from device_sim import Message
from device_sim.mqtt.credentials import Credentials
from device_sim.mqtt.fleet import Shipment, publish_fleet
from schemas.topics import up
from tests.stage.broker import Broker
from tests.stage.database import Database
from tests.stage.device import now_ms, telemetry
from tests.stage.processes import ingesting

SHARD = "s00"


@pytest.fixture
def own_services() -> Iterator[Running]:
    """A broker of its own: this one is restarted."""
    running = start(f"test-reload-{os.getpid()}", durable=False)
    yield running
    running.remove()


def test_restart_and_reloads_while_ingest_is_away_lose_nothing(own_services: Running, database: Database,
                                                               master_key: str) -> None:
    broker = Broker(own_services)
    with database.connect("owner") as connection:
        fleet = [provisioning.add_device(connection, f"reload-{number}", [SHARD], "secret") for number in range(8)]
    broker.let_in((one.device_id, one.password) for one in fleet)
    settings = {"DATABASE_URL": database.as_role("ingest"), "MASTER_KEY": master_key, "SHARDS": SHARD,
                "BROKER_URL": broker.ingest_url}
    with ingesting(**settings):
        pass  # its session is there from now on
    own_services.stop_broker()
    own_services.start_broker()
    own_services.reload_broker()
    own_services.reload_broker()
    shipments = [Shipment(Credentials.model_validate(one.for_the_device()), _messages(one.device_id))
                 for one in fleet]
    publishing = threading.Thread(target=publish_fleet, args=(shipments, own_services.broker_url),
                                  kwargs={"timeout_s": 30, "resend_after_s": 2})
    publishing.start()
    time.sleep(2.5)  # the broker looks for expired sessions once a second
    with ingesting(**settings):
        publishing.join(timeout=60)
        assert not publishing.is_alive()
    assert database.value("SELECT count(*) FROM reading") == 8 * 5 * 3
    assert own_services.broker_pid_file is not None
    assert Path(f"/proc/{own_services.broker_pid_file.read_text().strip()}").exists()


def _messages(device_id: str) -> list[Message]:
    start_ms = now_ms() - 600_000
    return [Message(up(SHARD, device_id, "telemetry"), telemetry(seq, start_ms + seq * 10_000, {"speed": [50, 51, 52]}),
                    start_ms, start_ms, 1, seq, 3, start_ms) for seq in range(5)]
