"""A mixed fleet of foreign devices, each speaking its own format, through the real broker, process and database."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest

from archive.fleet import provisioning
from schemas.topics import FOREIGN_SHARD
from tests.stage.broker import Broker
from tests.stage.database import Database
from tests.stage.device import PlainDevice, now_ms, telemetry
from tests.stage.processes import ingesting
from tests.stage.waiting import wait_until

PASSWORD = "secret-of-foreign-devices"
NAMES = ("84f703406f75", "ovms-car", "autopi-1", "obd-1", "tb-1", "phone-1")
Fleet = dict[str, PlainDevice]


@pytest.fixture
def fleet(database: Database, broker: Broker, master_key: str) -> Iterator[Fleet]:
    """One device of each format, and ingest serving their shard for the first time: then it hears what is retained."""
    with database.connect("owner") as connection:
        for name in NAMES:
            provisioning.add_device(connection, name, [FOREIGN_SHARD], PASSWORD)
    broker.let_in((name, PASSWORD) for name in NAMES)
    with ExitStack() as connections:
        devices = {name: connections.enter_context(PlainDevice(broker, name, PASSWORD, FOREIGN_SHARD))
                   for name in NAMES}
        devices["obd-1"].send(b"1", topic="obd2mqtt/obd-1/obd-1_rpm", retain=True)
        with ingesting(DATABASE_URL=database.as_role("ingest"), BROKER_URL=broker.ingest_url, MASTER_KEY=master_key,
                       SHARDS=FOREIGN_SHARD):
            yield devices
    broker.forget()


def test_every_format_ends_in_the_same_columns(fleet: Fleet, database: Database) -> None:
    stamp = datetime.now(UTC).replace(microsecond=0, tzinfo=None) - timedelta(minutes=10)
    fleet["84f703406f75"].send(b'{"SPEED": 50, "TYRE_P_FL": 32, "CHARGING": "off"}', topic="wican/84f703406f75/can/rx",
                               qos=0, retain=True)
    for part, value in (("latitude", b"36.6"), ("odometer", b"57913.5")):
        fleet["ovms-car"].send(value, topic=f"ovms/me/ovms-car/metric/v/p/{part}", qos=0, retain=True)
    fleet["autopi-1"].send(f'{{"_type": "rpm", "_stamp": "{stamp.isoformat()}", "value": 850.5}}'.encode(),
                           topic="autopi/autopi-1")
    fleet["autopi-1"].send(b'{"_type": "dtc", "values": [{"code": "P0420"}]}', topic="autopi/autopi-1")
    fleet["obd-1"].send(b"87", topic="obd2mqtt/obd-1/obd-1_engineCoolantTemp")
    place = {"_type": "location", "tst": int(time.time()), "lat": 36.6, "lon": 117.0, "rpm": 910}
    fleet["phone-1"].send(json.dumps(place).encode(), topic="owntracks/phone-1/tracker", retain=True)
    fleet["tb-1"].send(b'{"odometer_mi": 1000}', topic="thingsboard/tb-1")
    fleet["tb-1"].send(telemetry(1, now_ms(), {"fuel": [41]}))
    fleet["tb-1"].wait_for_receipts({(1, 1)})
    fleet["tb-1"].send(b"poison", topic="thingsboard/tb-1")

    wait_until(lambda: database.value("SELECT count(*) FROM dead_letter WHERE reason = 'malformed'"), 1)
    with database.connect() as connection:
        rows = connection.execute(
            """SELECT device_id, array[max(speed_kmh), max(tyre_kpa_fl), max(odometer_km), max(engine_rpm),
                                       max(coolant_c), max(fuel_level_pct)]
               FROM reading JOIN device USING (device_key) GROUP BY 1""").fetchall()
    assert {name: [None if value is None else round(value, 1) for value in values] for name, values in rows} \
        == {"84f703406f75": [50, 220.6, None, None, None, None], "ovms-car": [None, None, 57913.5, None, None, None],
            "autopi-1": [None, None, None, 850.5, None, None], "obd-1": [None, None, None, None, 87, None],
            "phone-1": [None, None, None, 910, None, None], "tb-1": [None, None, 1609.3, None, None, 41]}
    assert database.value("SELECT time FROM reading WHERE engine_rpm = 850.5") == stamp.replace(tzinfo=UTC)
    assert database.value("SELECT extra FROM reading WHERE speed_kmh = 50") == {"CHARGING": False}
    assert database.value("SELECT data FROM device_event") == {"codes": ["P0420"]}
    assert database.value("SELECT count(*) FROM position") == 0, "nobody consented"


def test_nobody_writes_under_another_name(fleet: Fleet, database: Database) -> None:
    fleet["tb-1"].send(b'{"SPEED": 111}', topic="wican/84f703406f75/can/rx")
    fleet["tb-1"].send(b'{"speed": 60}', topic="thingsboard/tb-1")
    wait_until(lambda: database.value("SELECT max(speed_kmh) FROM reading"), 60)
