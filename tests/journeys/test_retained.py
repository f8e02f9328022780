"""What the broker keeps and plays back is not measured anew."""

import time

from archive.fleet import provisioning
from tests.stage.broker import Broker
from tests.stage.database import Database
from tests.stage.device import PlainDevice, telemetry
from tests.stage.processes import ingesting

SHARD = "s03"


def test_a_retained_delivery_is_not_a_sample(database: Database, broker: Broker, master_key: str) -> None:
    now_ms = int(time.time() * 1000)
    with database.connect("owner") as connection:
        provisioning.add_device(connection, "kept-1", [SHARD], "secret-of-kept-1")
    broker.let_in([("kept-1", "secret-of-kept-1")])
    with PlainDevice(broker, "kept-1", "secret-of-kept-1", SHARD) as kept:
        # The broker keeps it for whoever subscribes later; only then is it delivered with the retain flag set.
        kept.send(telemetry(1, now_ms - 60_000, {"speed": [50]}), retain=True)
        with ingesting(DATABASE_URL=database.as_role("ingest"), BROKER_URL=broker.ingest_url, MASTER_KEY=master_key,
                       SHARDS=SHARD):
            kept.send(telemetry(2, now_ms - 50_000, {"speed": [51]}))
            kept.wait_for_receipts({(1, 2)})
        kept.send(b"", retain=True)
    assert database.value("SELECT max(speed_kmh) FROM reading") == 51
    assert database.value("SELECT count(*) FROM reading") == 1
