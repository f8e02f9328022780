"""Dead letters: kept sealed, listed without their content, replayed once their cause is mended."""

import json
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from typer.testing import CliRunner, Result

from archive.database.sealing import SealBroken, Vault, new_master_key
from archive.fleet import arrival, dead_letters, provisioning
from archive.fleet.arrival import Batch
from archive.fleet.dead_letters import DeadLetter, Flood, Wanted
from ingest import letters, sorting
from ingest.replaying import Replay, Shift
from schemas.errors import InvalidInput, NotAllowed, NotFound
from schemas.topics import up
from schemas.wire import RejectReason
from tests.stage.database import Database

DAY_MS = 86_400_000
ARRIVED = datetime.now(UTC) - timedelta(hours=2)


def now_ms() -> int:
    return int(ARRIVED.timestamp() * 1000)


def letter(reason: RejectReason, device_id: str = "late-1", **changes: object) -> DeadLetter:
    body = {"v": 1, "boot": 3, "seq": 1, "t": now_ms() - 30_000, "dt": [0, 1000], "s": {"speed": [50, 51]}} | changes
    return DeadLetter(ARRIVED, up("s01", device_id, "telemetry"), json.dumps(body).encode(), reason, "because")


@pytest.fixture
def vault(master_key: str) -> Vault:
    return Vault(master_key)


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection]:
    """As ingest."""
    with database.connect("ingest") as connection:
        arrival.prepare(connection)
        yield connection


def provide(database: Database, device_id: str = "late-1") -> None:
    with database.connect("owner") as connection:
        provisioning.add_device(connection, device_id, ["s01"], "secret-of-late-1")


def rows(database: Database) -> object:
    return database.value("SELECT count(*) FROM reading")


def test_letters_of_a_stranger_are_stored_once_it_is_known(database: Database, connection: psycopg.Connection,
                                                           vault: Vault) -> None:
    arrival.store(connection, vault, Batch(letters=[letter(RejectReason.UNKNOWN_DEVICE)]))
    wanted = Wanted(device="late-1")
    assert vars(Replay(connection, vault).run(wanted)) == {"replayed": 0, "failed": 1, "skipped": 0}
    provide(database)
    assert vars(Replay(connection, vault).run(wanted)) == {"replayed": 1, "failed": 0, "skipped": 0}
    assert vars(Replay(connection, vault).run(wanted)) == {"replayed": 0, "failed": 0, "skipped": 0}
    assert rows(database) == 2
    (seen,) = dead_letters.listed(connection, wanted)
    assert (seen.attempts, seen.replayed_at is not None) == (2, True)
    assert database.value("SELECT count(*) FROM touched") == 1


def test_a_letter_whose_rows_are_there_already_adds_nothing(database: Database, connection: psycopg.Connection,
                                                            vault: Vault) -> None:
    provide(database)
    arrival.store(connection, vault, Batch(letters=[letter(RejectReason.UNKNOWN_DEVICE)] * 2))
    assert Replay(connection, vault).run(Wanted()).replayed == 2
    assert rows(database) == 2


def test_a_wrong_clock_is_shifted_for_its_boot_only(database: Database, connection: psycopg.Connection,
                                                    vault: Vault) -> None:
    provide(database)
    wrong = [letter(RejectReason.CLOCK, t=5_000), letter(RejectReason.CLOCK, t=5_000, boot=4)]
    arrival.store(connection, vault, Batch(letters=wrong))
    shift = Shift(boot=3, ms=now_ms() - 60_000)
    assert vars(Replay(connection, vault, shift).run(Wanted())) == {"replayed": 1, "failed": 0, "skipped": 1}
    assert database.value("SELECT min(time) FROM reading") == datetime.fromtimestamp(
        (now_ms() - 55_000) / 1000, UTC)
    (waiting,) = dead_letters.listed(connection, Wanted(waiting=True))
    assert waiting.attempts == 0
    stored = database.rows("SELECT * FROM reading ORDER BY time")
    arrival.store(connection, vault, Batch(letters=wrong[:1]))
    assert Replay(connection, vault, shift).run(Wanted()).replayed == 1, "the device sent it twice"
    assert database.rows("SELECT * FROM reading ORDER BY time") == stored


def test_a_shift_that_does_not_help_is_told_with_the_times_it_gave(database: Database, connection: psycopg.Connection,
                                                                   vault: Vault) -> None:
    provide(database)
    arrival.store(connection, vault, Batch(letters=[letter(RejectReason.CLOCK, t=5_000)]))
    assert Replay(connection, vault, Shift(boot=3, ms=60_000)).run(Wanted()).failed == 1
    (waiting,) = dead_letters.listed(connection, Wanted(waiting=True))
    assert waiting.detail == ("shifted by 60000 ms: boot 3: samples from 1970-01-01 00:01:05+00:00 "
                              "to 1970-01-01 00:01:06+00:00")
    assert Replay(connection, vault, Shift(boot=3, ms=now_ms() - 60_000)).run(Wanted()).replayed == 1
    assert database.value("SELECT min(time) FROM reading") == datetime.fromtimestamp((now_ms() - 55_000) / 1000, UTC)


def test_a_letter_that_fails_again_stays_with_the_reason_of_today(database: Database, connection: psycopg.Connection,
                                                                  vault: Vault) -> None:
    provide(database)
    bad = [letter(RejectReason.UNKNOWN_DEVICE, s={"speed": [1]}), letter(RejectReason.UNKNOWN_DEVICE),
           letter(RejectReason.UNKNOWN_DEVICE, s={"a\0b": [1, 2]}, t=now_ms())]
    arrival.store(connection, vault, Batch(letters=bad))
    assert vars(Replay(connection, vault).run(Wanted())) == {"replayed": 1, "failed": 2, "skipped": 0}
    assert [seen.reason for seen in dead_letters.listed(connection, Wanted(waiting=True))] == ["length", "database"]
    assert rows(database) == 2


def test_letters_too_large_to_be_read_at_once_are_all_stored(
        database: Database, connection: psycopg.Connection, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    provide(database)
    monkeypatch.setattr(sorting, "BODY_BYTES", 150)
    great = [letter(RejectReason.UNKNOWN_DEVICE, t=now_ms() - 10_000 * number) for number in range(1, 6)]
    great.insert(3, letter(RejectReason.UNKNOWN_DEVICE, s={"speed": [1]}))
    arrival.store(connection, vault, Batch(letters=great))
    noted: list[int] = []
    assert vars(Replay(connection, vault, note=lambda letters, _: noted.append(letters)).run(Wanted())) == {
        "replayed": 5, "failed": 1, "skipped": 0}
    assert noted == [2, 2, 2]
    assert rows(database) == 10
    (waiting,) = dead_letters.listed(connection, Wanted(waiting=True))
    assert waiting.reason == "length"


def test_letters_are_found_by_reason_device_and_time(connection: psycopg.Connection, vault: Vault) -> None:
    arrival.store(connection, vault, Batch(letters=[letter(RejectReason.CLOCK), letter(RejectReason.LENGTH, "b")]))
    found = {name: len(dead_letters.listed(connection, wanted)) for name, wanted in {
        "all": Wanted(), "reason": Wanted(reason="clock"), "device": Wanted(device="b"), "nobody": Wanted(device="up2"),
        "since": Wanted(since=ARRIVED), "later": Wanted(since=ARRIVED + timedelta(seconds=1))}.items()}
    assert found == {"all": 2, "reason": 1, "device": 1, "nobody": 0, "since": 2, "later": 0}


def test_another_key_opens_no_letter(connection: psycopg.Connection, vault: Vault) -> None:
    arrival.store(connection, vault, Batch(letters=[letter(RejectReason.CLOCK)]))
    with pytest.raises(SealBroken):
        Replay(connection, Vault(new_master_key())).run(Wanted())


def test_floods_of_one_hour_add_up(connection: psycopg.Connection, vault: Vault) -> None:
    hour = ARRIVED.replace(minute=0, second=0, microsecond=0)
    for _ in range(2):
        arrival.store(connection, vault, Batch(letters=[letter(RejectReason.CLOCK)],
                                               floods=[Flood(hour, "malformed", None, 7, 70)]))
    assert dead_letters.floods(connection) == [Flood(hour, "malformed", None, 14, 140)]
    assert dead_letters.floods(connection, hour + timedelta(hours=1)) == []


def test_two_thousand_letters_are_replayed_in_seconds(database: Database, connection: psycopg.Connection,
                                                      vault: Vault) -> None:
    provide(database)
    many = [letter(RejectReason.UNKNOWN_DEVICE, t=now_ms() - 30_000 - n * 2000) for n in range(2_000)]
    arrival.store(connection, vault, Batch(letters=many))
    started = time.monotonic()
    assert Replay(connection, vault).run(Wanted()).replayed == 2_000
    assert time.monotonic() - started < 10
    assert rows(database) == 4_000


def command(database: Database, master_key: str, *words: str, role: str = "owner") -> Result:
    """`python -m ingest dead-letters …` within this process."""
    return CliRunner().invoke(letters.app, words, env={"PITCALL_DATABASE_URL": database.as_role(role),
                                                       "PITCALL_MASTER_KEY": master_key})


def test_what_is_in_a_letter_is_read_on_record(database: Database, connection: psycopg.Connection, vault: Vault,
                                               master_key: str) -> None:
    bodies = zlib.compress(b"{}"), b"\x78x"
    arrival.store(connection, vault, Batch(letters=[replace(letter(RejectReason.MALFORMED), payload=body)
                                                    for body in bodies]))
    assert command(database, master_key, "read", "1").stdout_bytes == b"{}\n"
    assert command(database, master_key, "read", "2").stdout_bytes == b"\x78x\n"
    assert database.rows("SELECT actor_kind, action, object_id FROM audit ORDER BY audit_id") == [
        ("operator", "read_payload", 1), ("operator", "read_payload", 2)]
    assert isinstance(command(database, master_key, "read", "3").exception, NotFound)
    refused = command(database, master_key, "read", "1", role="ingest")
    assert (refused.stdout, type(refused.exception)) == ("", NotAllowed)
    assert "pitcall_owner" in str(refused.exception)


def test_the_operator_is_told_which_device_floods_and_that_there_are_more(
        database: Database, connection: psycopg.Connection, vault: Vault, master_key: str) -> None:
    provide(database)
    hour = ARRIVED.replace(minute=0, second=0, microsecond=0)
    arrival.store(connection, vault, Batch(letters=[letter(RejectReason.LENGTH)] * 3,
                                           floods=[Flood(hour, "malformed", 1, 7, 70)]))
    assert json.loads(command(database, master_key, "floods", role="ingest").stdout)["device_id"] == "late-1"
    some = command(database, master_key, "list", "--limit", "2", role="ingest")
    assert len(some.stdout.splitlines()) == 2
    assert "the oldest 2" in some.stderr
    assert command(database, master_key, "list", role="ingest").stderr == ""
    received_at = json.loads(some.stdout.splitlines()[0])["received_at"]
    assert len(command(database, master_key, "list", "--since", received_at, role="ingest").stdout.splitlines()) == 3


@pytest.mark.parametrize("words", [
    ["--boot", "3"], ["--shift-ms", "5"], ["--shift-ms", "5", "--boot", "3"], ["--boot", "3", "--device", "late-1"],
    ["--shift-ms", "5", "--boot", "3", "--device", "late-1", "--reason", "length"]])
def test_half_a_shift_replays_nothing(database: Database, master_key: str, words: list[str]) -> None:
    refused = command(database, master_key, "replay", *words, role="ingest")
    assert isinstance(refused.exception, InvalidInput)
    assert "shift" in str(refused.exception)
