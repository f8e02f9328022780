"""A warning light: from the device's event over MQTT to what the advisor reads, and away again after the repair."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from archive.database.sealing import Vault
from archive.fleet import provisioning, vehicles
from health.shell.worker import Worker
from tests.archive.people.town import LONG_AGO, Town, build
from tests.stage.broker import Broker
from tests.stage.database import Database
from tests.stage.device import PlainDevice, now_ms, telemetry
from tests.stage.processes import ingesting
from tests.unit.api.doors import Door, body, opened

SHARD, NAME, PASSWORD = "s02", "codes-1", "secret-of-codes-1"


@pytest.fixture
def town(database: Database, master_key: str) -> Town:
    return build(database, Vault(master_key))


@pytest.fixture
def device(town: Town, broker: Broker, master_key: str) -> Iterator[PlainDevice]:
    """A device in Zhang's car, and ingest serving its shard."""
    with town.database.connect("owner") as connection:
        provisioning.add_device(connection, NAME, [SHARD], PASSWORD)
    town.change("DELETE FROM fitting WHERE vehicle_id = %s", town.zhang.vehicle_id)
    key = town.database.value("SELECT device_key FROM device WHERE device_id = 'codes-1'")
    assert isinstance(key, int)
    with town.database.connect() as connection:
        vehicles.fit(connection, key, town.zhang.vehicle_id, LONG_AGO)
    broker.let_in([(NAME, PASSWORD)])
    with (ingesting(DATABASE_URL=town.database.as_role("ingest"), BROKER_URL=broker.ingest_url, MASTER_KEY=master_key,
                    SHARDS=SHARD), PlainDevice(broker, NAME, PASSWORD, SHARD) as plain):
        yield plain


def tell(device: PlainDevice, seq: int, **data: Any) -> None:
    """An event of the device, committed when this returns."""
    event = {"v": 1, "boot": 1, "seq": seq, "t": now_ms(), "type": "codes", "data": data}
    device.send(json.dumps(event).encode(), "event")
    device.wait_for_receipts({(1, seq)})


def derive(town: Town) -> None:
    Worker(town.database.as_role("health"), lambda: datetime.now(UTC), Event()).run(once=True, interval_s=0)


def codes_told(door: Door) -> list[str]:
    """Findings about codes on the advisor's page."""
    [arrival] = body(door.as_(door.town.advisor).get(f"/v1/stores/{door.town.north}/pre-arrival"))["items"]
    return [finding["zh"] for finding in arrival["findings"] if finding["code"].startswith("trouble_code")]


def test_a_code_reaches_the_advisor_and_leaves_after_the_repair(town: Town, device: PlainDevice,
                                                                master_key: str) -> None:
    device.send(telemetry(1, now_ms() - 60_000, {"speed": [0, 0], "rpm": [800, 800]}))
    tell(device, 2, codes=["P0301"], pending=["P0420"])
    derive(town)
    with opened(town, master_key) as door:
        path = f"/v1/vehicles/{town.zhang.vehicle_id}"
        stored, waiting = codes_told(door)
        seen = datetime.now(ZoneInfo("Asia/Shanghai"))
        assert stored == (f"故障码P0301(发动机失火),最早{seen.month}月{seen.day}日出现。建议这几天到店诊断。"
                          "期间请避免急加速。")
        assert "P0420" in waiting
        owner = door.as_(town.zhang.actor)
        assert {code["code"]: code["status"] for code in body(owner.get(f"{path}/health"))["report"]["codes"]} == {
            "P0301": "confirmed", "P0420": "pending"}
        assert "DIAG" in [due["item"] for due in body(owner.get(f"{path}/due-items"))["items"]]

        tell(device, 3, cleared=True, codes=[], pending=[])
        derive(town)
        [asked] = codes_told(door)
        assert "被清除过" in asked
        assert "DIAG" not in [due["item"] for due in body(owner.get(f"{path}/due-items"))["items"]]
