"""A device that sends nothing but poison: all of it acknowledged and accounted for, little of it kept."""

import time

from archive.fleet import provisioning
from ingest.policy import LETTERS_PER_HOUR
from tests.stage.broker import Broker
from tests.stage.database import Database
from tests.stage.device import PlainDevice, telemetry
from tests.stage.processes import ingesting

SHARD = "s13"
NAME = "poison-1"
PASSWORD = "secret-of-poison-1"
SENT = LETTERS_PER_HOUR + 700


def accounted(database: Database) -> list[int]:
    """Letters kept and letters counted."""
    found = database.value("""SELECT array[(SELECT count(*) FROM dead_letter),
                                           (SELECT coalesce(sum(letters), 0) FROM dead_letter_flood)]""")
    assert isinstance(found, list)
    return [int(number) for number in found]


def test_a_flood_of_poison_is_counted_and_the_stream_goes_on(database: Database, broker: Broker,
                                                             master_key: str) -> None:
    with database.connect("owner") as connection:
        provisioning.add_device(connection, NAME, [SHARD], PASSWORD)
    broker.let_in([(NAME, PASSWORD)])
    with (ingesting(DATABASE_URL=database.as_role("ingest"), BROKER_URL=broker.ingest_url, MASTER_KEY=master_key,
                    SHARDS=SHARD),
          PlainDevice(broker, NAME, PASSWORD, SHARD) as device):
        for _ in range(SENT):
            device.throw(b"poison")
        device.send(telemetry(1, int(time.time() * 1000) - 60_000, {"speed": [50]}))
        device.wait_for_receipts({(1, 1)})
    kept, counted = accounted(database)
    assert kept + counted == SENT
    assert LETTERS_PER_HOUR <= kept <= 2 * LETTERS_PER_HOUR, "twice when the hour turns meanwhile"
    assert database.value("SELECT count(*) FROM reading") == 1
