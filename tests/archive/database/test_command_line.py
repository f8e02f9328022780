"""`python -m archive` as an operator uses it: migrate, let a role log in, provision a device."""

import json
import subprocess
import sys
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from archive.database import migrating
from archive.database.sealing import Vault
from archive.fleet import vehicles
from archive.workshop import stores
from schemas.vehicle import VehicleFacts
from tests.stage.database import Database, empty
from tests.stage.processes import environment

VIN = "LSVAM4187C2184841"


def archive(*command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "archive", *command], env=environment(settings), text=True,
                          capture_output=True, timeout=60, check=False)


def test_a_bare_database_is_migrated_and_a_role_let_in(server_url: str) -> None:
    with empty(server_url) as bare:
        first = archive("migrate", DATABASE_URL=bare.url)
        assert first.stdout.splitlines() == [f"applied {name}" for name in migrating.names()]
        assert archive("migrate", DATABASE_URL=bare.url).stdout == "nothing to apply\n"
        assert archive("login", "backup", DATABASE_URL=bare.url, ROLE_PASSWORD="known-to-backup").returncode == 0
        as_backup = make_conninfo(bare.url, user="pitcall_backup", password="known-to-backup")
        with psycopg.connect(as_backup) as connection:
            assert connection.execute("SELECT count(*) FROM device").fetchone() == (0,)


def test_an_unknown_role_or_a_missing_password_is_said_in_one_line(database: Database) -> None:
    unknown = archive("login", "root", DATABASE_URL=database.url, ROLE_PASSWORD="x")
    missing = archive("login", "api", DATABASE_URL=database.url)
    assert (unknown.returncode, missing.returncode) == (1, 1)
    assert unknown.stderr.count("\n") == missing.stderr.count("\n") == 1
    assert "owner, ingest, health, api, backup" in unknown.stderr
    assert "PITCALL_ROLE_PASSWORD" in missing.stderr


@pytest.fixture
def car(database: Database, master_key: str) -> int:
    with database.connect() as connection:
        store = stores.add(connection, "S", "店", "store", "Asia/Shanghai")
        return vehicles.add(connection, Vault(master_key),
                            vehicles.NewVehicle(store, VIN, "鲁A12345", "", "", VehicleFacts()))


def test_a_device_is_provisioned_in_one_step(database: Database, master_key: str, car: int) -> None:
    settings = {"DATABASE_URL": database.url, "MASTER_KEY": master_key, "SHARDS": "s03,s04"}
    told: dict[str, Any] = json.loads(archive("device", "add", "dongle-1", "--vehicle", VIN, **settings).stdout)
    assert told["user"] == told["device_id"] == "dongle-1"
    assert told["shard"] == "s03"
    assert told["topics"]["up"]["telemetry"] == "pitcall/v1/s03/dongle-1/up/telemetry"
    assert len(told["password"]) >= 24
    assert database.value("SELECT vehicle_id FROM fitting") == car
    assert told["password"] not in str(database.value("SELECT password_hash FROM device"))
    assert json.loads(archive("device", "add", "dongle-2", **settings).stdout)["shard"] == "s04"


@pytest.mark.parametrize(("arguments", "said"), [
    (["DONGLE-1"], "device_id_regardless_of_case"), (["a/b"], "1 to 64"), (["x", "--shard", "s99"], "s00..s15"),
    (["x", "--vehicle", "NOBODY"], "no vehicle")])
def test_what_cannot_be_provisioned_leaves_nothing_behind(database: Database, master_key: str, arguments: list[str],
                                                          said: str) -> None:
    settings = {"DATABASE_URL": database.url, "MASTER_KEY": master_key}
    archive("device", "add", "dongle-1", **settings)
    refused = archive("device", "add", *arguments, **settings)
    assert refused.returncode == 1
    assert said in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert database.value("SELECT count(*) FROM device") == 1
