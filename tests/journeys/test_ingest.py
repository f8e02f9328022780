"""From a plain MQTT client to committed rows and a receipt, through the real broker, process and database."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from archive.fleet import provisioning
from tests.stage.broker import Broker
from tests.stage.database import Database
from tests.stage.device import PlainDevice, now_ms, telemetry
from tests.stage.processes import ingesting

SHARD = "s01"


@pytest.fixture
def device(database: Database, broker: Broker, master_key: str) -> Iterator[PlainDevice]:
    """A provisioned device whose shard is being served."""
    with database.connect("owner") as connection:
        credentials = provisioning.add_device(connection, "plain-1", [SHARD], "secret-of-plain-1")
    broker.let_in([(credentials.device_id, credentials.password)])
    with (
        ingesting(DATABASE_URL=database.as_role("ingest"), BROKER_URL=broker.ingest_url, MASTER_KEY=master_key,
                  SHARDS=SHARD),
        PlainDevice(broker, credentials.device_id, credentials.password, SHARD) as plain,
    ):
        yield plain


def test_a_sent_message_is_stored_and_receipted(device: PlainDevice, database: Database) -> None:
    first = now_ms() - 60_000
    device.send(telemetry(7, first, {"speed": [50, 51, None], "rpm": [1800, None, 1900], "mystery": [1, None, 3]}))
    device.wait_for_receipts({(1, 7)})

    with database.connect() as connection:
        rows = connection.execute("SELECT time, speed_kmh, engine_rpm, extra FROM reading ORDER BY time").fetchall()
    times = [datetime.fromtimestamp((first + n * 1000) / 1000, UTC) for n in range(3)]
    assert rows == [(times[0], 50, 1800, {"mystery": 1.0}), (times[1], 51, None, None),
                    (times[2], None, 1900, {"mystery": 3.0})]
    assert database.value("SELECT engine_rpm_at FROM live") == times[2]
    assert database.value("SELECT speed_kmh_at FROM live") == times[1]
    assert database.value("SELECT count(*) FROM touched") == 1


def test_a_message_sent_twice_is_stored_once_and_receipted_twice(device: PlainDevice, database: Database) -> None:
    payload = telemetry(1, now_ms() - 60_000, {"speed": [50, 51, 52]})
    for _ in range(2):
        device.send(payload)
        device.wait_for_receipts({(1, 1)})
    assert database.value("SELECT count(*) FROM reading") == 3


def test_positions_without_consent_are_not_written(device: PlainDevice, database: Database) -> None:
    device.send(telemetry(1, now_ms() - 60_000, {"speed": [50], "lat": [36.6], "lon": [117.1]}))
    device.wait_for_receipts({(1, 1)})
    assert database.value("SELECT count(*) FROM position") == 0
    assert database.value("SELECT latitude FROM live") is None
