"""`python -m archive device` as an operator uses it, from the first day of a device to its last."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from archive.__main__ import app
from archive.database.sealing import Vault
from archive.fleet import vehicles
from archive.workshop import stores
from ingest.foreign import FORMATS
from schemas.devices import DeviceFormat
from schemas.errors import PitcallError
from schemas.topics import FOREIGN_TOPICS, parse_foreign
from schemas.vehicle import VehicleFacts
from tests.stage.database import Database, empty
from tests.stage.processes import archive as archive_process

VIN = "LSVAM4187C2184841"


@pytest.fixture
def settings(database: Database, master_key: str) -> dict[str, str]:
    return {"DATABASE_URL": database.url, "MASTER_KEY": master_key, "SHARDS": "s03,s04"}


@pytest.fixture
def car(database: Database, master_key: str) -> int:
    with database.connect() as connection:
        store = stores.add(connection, "S", "店", "store", "Asia/Shanghai")
        return vehicles.add(connection, Vault(master_key),
                            vehicles.NewVehicle(store, VIN, "鲁A12345", "", "", VehicleFacts()))


def device(*command: str, **settings: str) -> Result:
    """`python -m archive device …` within this process: starting one takes longer than most commands."""
    return CliRunner().invoke(app, ["device", *command], env={f"PITCALL_{name}": value
                                                              for name, value in settings.items()})


def said(*command: str, **settings: str) -> dict[str, Any]:
    """The JSON line of a device command that must succeed."""
    done = device(*command, **settings)
    assert done.exit_code == 0, done.exception
    line: dict[str, Any] = json.loads(done.stdout)
    return line


def listed(**settings: str) -> dict[str, Any]:
    """The only line of the list."""
    return said("list", **settings)


def test_a_refusal_is_one_line_and_no_traceback(settings: dict[str, str]) -> None:
    refused = archive_process("device", "revoke", "nobody", **settings)
    assert (refused.returncode, refused.stderr) == (1, "archive: no device nobody\n")


def test_a_device_is_provisioned_in_one_step(database: Database, settings: dict[str, str], car: int) -> None:
    told = said("add", "dongle-1", "--vehicle", VIN, **settings)
    assert told["user"] == told["device_id"] == "dongle-1"
    assert (told["shard"], told["outcome"]) == ("s03", "added")
    assert told["topics"]["up"]["telemetry"] == "pitcall/v1/s03/dongle-1/up/telemetry"
    assert len(told["password"]) >= 24
    assert database.value("SELECT array[fitting.vehicle_id, store_id] FROM fitting JOIN device USING (device_key)") \
        == [car, database.value("SELECT store_id FROM store")]
    assert told["password"] not in str(database.value("SELECT password_hash FROM device"))
    assert said("add", "dongle-2", **settings)["shard"] == "s04"
    again = said("add", "dongle-1", "--vehicle", VIN, **settings)
    assert (again["outcome"], again["password"]) == ("already", None)
    assert database.value("SELECT array_agg(actor_kind || ' ' || action ORDER BY audit_id) FROM audit") \
        == ["operator provision_device"] * 3


@pytest.mark.parametrize(("arguments", "why"), [
    (["DONGLE-1"], "the name is taken"), (["a/b"], "1 to 64"), (["+"], "1 to 64"), ([""], "1 to 64"),
    (["x" * 65], "1 to 64"), (["ingest-s00"], "belong to ingest"), (["Ingest-foreign"], "belong to ingest"),
    (["x", "--shard", "s99"], "s00..s15"), (["x", "--vehicle", "NOBODY"], "no vehicle"),
    (["x", "--store", "nowhere"], "no store"), (["x", "--until", "2020-01-01"], "in the past"),
    (["dongle-1", "--format", "wican"], "it is there as pitcall")])
def test_what_cannot_be_provisioned_leaves_nothing_behind(database: Database, settings: dict[str, str],
                                                          arguments: list[str], why: str) -> None:
    said("add", "dongle-1", **settings)
    refused = device("add", *arguments, **settings)
    assert isinstance(refused.exception, PitcallError)
    assert why in str(refused.exception)
    assert refused.stdout == ""
    assert database.value("SELECT count(*) FROM device") == 1


def test_a_foreign_device_is_told_its_own_topics(settings: dict[str, str]) -> None:
    told = said("add", "84f703406f75", "--format", "wican", **settings)
    assert (told["shard"], told["topics"]["up"]["data"]) == ("foreign", "wican/84f703406f75/can/rx")


def test_every_foreign_topic_that_is_told_is_one_that_is_read() -> None:
    assert set(FOREIGN_TOPICS) == set(FORMATS) == set(DeviceFormat) - {DeviceFormat.PITCALL}
    for topics in FOREIGN_TOPICS.values():
        for topic in topics.values():
            sender = parse_foreign(topic.format(id="x1"))
            assert sender is not None
            assert sender.device_id == "x1"


def test_the_life_of_a_device(database: Database, settings: dict[str, str]) -> None:
    first = said("add", "loaned", "--reason", "loan", "--until", "2036-01-01", **settings)
    second = said("rotate", "loaned", **settings)
    assert first["password"] != second["password"]
    assert database.value("SELECT granted_until FROM device") == datetime(2036, 1, 2, tzinfo=UTC), "its last day"
    before = listed(**settings)
    assert (before["may_send"], before["granted_for"]) == (True, "loan")
    assert (before["received"], before["lost"], before["last_seen"]) == (None, None, None)
    assert said("grant", "loaned", "--reason", "demo", **settings)["granted_until"] is None
    assert said("revoke", "loaned", **settings) == said("revoke", "loaned", **settings)
    assert listed(**settings)["may_send"] is False
    for command in (["rotate", "loaned"], ["grant", "loaned"], ["add", "loaned"], ["certificate", "loaned"]):
        assert "revoked" in str(device(*command, **settings).exception)
    assert database.value("SELECT count(*) FROM device") == 1


GOOD = """device_id,vehicle,format,reason,until\r
bulk-1,LSVAM4187C2184841,,insurance,2036-12-31\r
bulk-2,,wican,,\r
"""
BAD = {"a b,,,,": ("device_id", "1 to 64"), "BULK-1,,,,": ("device_id", "taken"),
       "x,NOVIN,,,": ("vehicle", "no vehicle"),
       "x,,fax,,": ("format", "one of pitcall"), "x,,,gift,": ("reason", "one of customer"),
       "x,,,,tomorrow": ("until", "a day such as"), "x,,,,2020-01-01": ("until", "past"),
       "x,LSVAM4187C2184841,,,": ("vehicle", "another device"), "x,,,,,,more": ("line", "more values")}


@pytest.mark.usefixtures("car")
def test_a_file_of_devices_reports_every_line_and_can_be_repeated(database: Database, settings: dict[str, str],
                                                                  tmp_path: Path) -> None:
    file = tmp_path / "devices.csv"
    file.write_bytes(b"\xef\xbb\xbf" + (GOOD + "\n".join(BAD)).encode())
    done = device("import", str(file), "--json", **settings)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 1, "some lines were refused"
    assert [line["outcome"] for line in lines] == ["added"] * 2 + ["refused"] * len(BAD)
    assert [line["line"] for line in lines] == list(range(2, 4 + len(BAD)))
    for line, (field, why) in zip(lines[2:], BAD.values(), strict=True):
        assert line["field"] == field
        assert re.search(why, line["why"])
        assert line["password"] is None
    assert len({line["password"] for line in lines[:2]}) == 2
    assert lines[0]["topics"]["down"]["receipt"] == "pitcall/v1/s03/bulk-1/down/receipt"
    assert lines[1]["topics"]["up"]["data"] == "wican/bulk-2/can/rx"
    assert [line["shard"] for line in lines[:2]] == ["s03", "foreign"]
    assert database.value("SELECT count(*) FROM device") == 2
    assert database.value("SELECT max(granted_until) FROM device") == datetime(2037, 1, 1, tzinfo=UTC)

    file.write_text(GOOD)
    again = device("import", str(file), **settings)
    assert again.exit_code == 0
    assert [line.split(",")[:3] for line in again.stdout.splitlines()[1:]] == [
        ["2", "bulk-1", "already"], ["3", "bulk-2", "already"]]


@pytest.mark.parametrize(("content", "why"), [
    (b"", "header"), (b"name\nx\n", "header"), (b"device_id,device_id\n", "header"), (b"device_id,colour\n", "colour"),
    (b'device_id\n"' + b"x" * 200_000, "line"), (b'device_id\ngood\n"never closed\n', "line")])
def test_a_file_that_is_no_such_table_is_refused_whole(database: Database, settings: dict[str, str], tmp_path: Path,
                                                       content: bytes, why: str) -> None:
    file = tmp_path / "devices.csv"
    file.write_bytes(content)
    refused = device("import", str(file), **settings)
    assert refused.stdout == ""
    assert why in str(refused.exception)
    assert database.value("SELECT count(*) FROM device") == 0


def test_many_are_rotated_and_revoked_at_once_up_to_the_first_that_cannot_be(database: Database,
                                                                             settings: dict[str, str]) -> None:
    for name in ("a1", "a2", "a3"):
        said("add", name, **settings)
    rotated = [json.loads(line) for line in device("rotate", "a1", "a2", **settings).stdout.splitlines()]
    assert [line["device_id"] for line in rotated] == ["a1", "a2"]
    assert len({line["password"] for line in rotated}) == 2
    halted = device("revoke", "a1", "nobody", "a3", **settings)
    assert str(halted.exception) == "no device nobody"
    assert [json.loads(line)["device_id"] for line in halted.stdout.splitlines()] == ["a1"]
    assert database.rows("SELECT device_id FROM device WHERE revoked_at IS NOT NULL") == [("a1",)]
    assert said("show", "a3", **settings)["may_send"] is True


@pytest.mark.usefixtures("car")
def test_a_device_without_a_car_is_given_to_a_store(settings: dict[str, str]) -> None:
    said("add", "spare", **settings)
    assert "another store or none" in str(device("add", "spare", "--store", "S", **settings).exception)
    assert said("store", "spare", "--store", "S", **settings)["store_id"] == 1
    assert said("add", "spare", "--store", "S", **settings)["outcome"] == "already"
    said("fit", "spare", "--vehicle", VIN, **settings)
    assert "the car's store" in str(device("store", "spare", "--store", "S", **settings).exception)


def test_the_wrong_role_and_an_empty_database_are_told_apart(database: Database, settings: dict[str, str],
                                                             server_url: str) -> None:
    refused = device("revoke", "x", **settings | {"DATABASE_URL": database.as_role("ingest")})
    assert isinstance(refused.exception, PitcallError)
    assert "pitcall_owner" in str(refused.exception)
    with empty(server_url) as bare:
        unmade = device("list", DATABASE_URL=bare.url)
    assert "archive migrate" in str(unmade.exception)


def test_a_grant_that_ended_shuts_out_until_it_is_renewed(database: Database, settings: dict[str, str]) -> None:
    said("add", "demo-1", "--reason", "demo", "--until", str(datetime.now(UTC).date() + timedelta(days=2)), **settings)
    with database.connect() as connection:
        connection.execute("UPDATE device SET granted_from = now() - INTERVAL '2 days', "
                           "granted_until = now() - INTERVAL '1 second'")
    assert listed(**settings)["may_send"] is False
    assert said("grant", "demo-1", "--reason", "demo", **settings)["may_send"] is True
