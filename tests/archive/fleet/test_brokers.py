"""Brokers and shards: who has claimed what, what devices are told, what a move does."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from archive.fleet import brokers, commands, devices, provisioning
from ingest.claims import PATIENCE_S, Claims
from schemas.errors import Conflict, InvalidInput
from schemas.topics import FOREIGN_SHARD, SHARDS
from tests.stage.database import Database

MAIN, SECOND = "main", "second"


@pytest.fixture
def owner(database: Database) -> Iterator[psycopg.Connection]:
    """A connection that may set brokers."""
    with database.connect("owner") as connection:
        yield connection


def add(connection: psycopg.Connection, name: str, shard: str) -> provisioning.Credentials:
    return provisioning.add_device(connection, name, [shard], "secret")


def test_every_shard_begins_at_the_one_broker(owner: psycopg.Connection) -> None:
    places = brokers.places(owner)
    assert [place.shard for place in places] == [*SHARDS, FOREIGN_SHARD]
    assert {(place.broker, place.address, place.devices, place.served) for place in places} == {(MAIN, None, 0, False)}


def test_a_device_is_told_the_address_of_its_shard(owner: psycopg.Connection) -> None:
    brokers.set_broker(owner, MAIN, "mqtts://mq1.example.com:8883")
    brokers.set_broker(owner, SECOND, "mqtts://mq2.example.com:8883")
    brokers.move(owner, "s03", SECOND, unserved=True)
    told = [add(owner, f"told-{shard}", shard).for_the_device()["broker"] for shard in ("s02", "s03")]
    assert told == ["mqtts://mq1.example.com:8883", "mqtts://mq2.example.com:8883"]
    assert provisioning.rotate_password(owner, "told-s03").broker == "mqtts://mq2.example.com:8883"


@pytest.mark.parametrize(("name", "address"), [("Main", None), ("", None), (SECOND, "mqtt://u:p@host:1883"),
                                               (SECOND, "http://host"), (SECOND, "mqtt://host/path")])
def test_a_broker_with_credentials_or_a_strange_name_is_refused(owner: psycopg.Connection, name: str,
                                                                address: str | None) -> None:
    with pytest.raises(InvalidInput, match="broker"):
        brokers.set_broker(owner, name, address)


def test_a_claim_is_one_persons_and_ends_with_its_connection(database: Database, owner: psycopg.Connection) -> None:
    with database.connect("ingest") as first, database.connect("ingest") as second:
        assert sorted(brokers.claim(first, MAIN, ["s00", "s01"])) == ["s00", "s01"]
        assert brokers.claim(second, MAIN, ["s01", "s02"]) == ["s02"]
        assert brokers.claim(second, SECOND, ["s01"]) == ["s01"], "a shard that moves is served at both"
        assert brokers.claimed(owner, MAIN, ["s00", "s01", "s02", "s03"]) == ["s00", "s01", "s02"]
        brokers.release(first, MAIN, ["s00"])
        assert brokers.claimed(owner, MAIN, ["s00"]) == []
    wait_until_free(owner, ["s01", "s02"])


def wait_until_free(connection: psycopg.Connection, shards: list[str]) -> None:
    """The server notices within milliseconds that a connection has ended."""
    deadline = time.monotonic() + 5
    while brokers.claimed(connection, MAIN, shards):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_claims_of_another_database_do_not_count(database: Database, server_url: str) -> None:
    with database.connect("ingest") as here, psycopg.connect(server_url, autocommit=True) as elsewhere:
        (key,) = here.execute("SELECT claims_at('main')").fetchone() or (None,)
        elsewhere.execute("SELECT pg_advisory_lock(%s, 5)", [key])
        assert brokers.claimed(here, MAIN, ["s05"]) == []
        assert brokers.claim(here, MAIN, ["s05"]) == ["s05"]


def test_a_shard_does_not_move_to_where_nobody_serves_it(database: Database, owner: psycopg.Connection) -> None:
    brokers.set_broker(owner, SECOND, None)
    with pytest.raises(Conflict, match="nobody serves s03 at second"):
        brokers.move(owner, "s03", SECOND)
    with database.connect("ingest") as serving:
        brokers.claim(serving, SECOND, ["s03"])
        brokers.move(owner, "s03", SECOND)
        served = {place.shard: (place.broker, place.served) for place in brokers.places(owner)}
    assert (served["s03"], served["s02"]) == ((SECOND, True), (MAIN, False))


def test_a_broker_lets_in_the_devices_of_its_own_shards(database: Database, owner: psycopg.Connection) -> None:
    brokers.set_broker(owner, SECOND, None)
    brokers.move(owner, "s03", SECOND, unserved=True)
    for shard in ("s02", "s03"):
        add(owner, f"user-{shard}", shard)
    with database.connect("ingest") as ingest:
        users = {broker: [user.device_id for user in devices.broker_users(ingest, broker)] for broker in (MAIN, SECOND)}
        assert users == {MAIN: ["user-s02"], SECOND: ["user-s03"]}
        brokers.claim(ingest, SECOND, ["s03"])
        assert (brokers.served(ingest, MAIN), brokers.served(ingest, SECOND)) == ({"s02": False}, {"s03": True})


@pytest.mark.parametrize(("shard", "broker"), [("s03", "nowhere"), ("s99", MAIN)])
def test_a_move_to_nowhere_or_of_nothing_is_refused(owner: psycopg.Connection, shard: str, broker: str) -> None:
    with pytest.raises(InvalidInput, match=r"nowhere|s99"):
        brokers.move(owner, shard, broker, unserved=True)


def test_commands_without_an_answer_go_out_again_where_the_shard_is_now(owner: psycopg.Connection) -> None:
    device = add(owner, "moving-1", "s03")
    later = datetime.now(UTC) + timedelta(hours=1)
    sent = [commands.send(owner, device.device_key, "locate", {}, later) for _ in range(2)]
    assert commands.take_waiting(owner, ["s03"], SECOND) == [], "it belongs to main"
    assert len(commands.take_waiting(owner, ["s03"], MAIN)) == 2
    commands.record_answers(owner, [commands.Answer(device.device_key, str(sent[0]), True, None)])
    brokers.set_broker(owner, SECOND, None)
    assert brokers.move(owner, "s03", SECOND, unserved=True) == 1
    assert commands.take_waiting(owner, ["s03"], MAIN) == []
    assert [one.command_id for one in commands.take_waiting(owner, ["s03"], SECOND)] == [sent[1]]


def test_who_stands_by_takes_what_is_free_for_a_while_and_only_that(database: Database) -> None:
    now = 0.0
    with database.connect("ingest") as first, database.connect("ingest") as second:
        serving, waiting = Claims(MAIN), Claims(MAIN, clock=lambda: now)
        serving.keep(first, ["s00"])
        assert waiting.take_vacant(second, ["s00", "s01"]) == [], "s01 may be somebody's who is about to claim again"
        now = PATIENCE_S
        assert waiting.take_vacant(second, ["s00", "s01"]) == ["s01"]
        serving.end(first, "s00")
        assert waiting.take_vacant(second, ["s00"]) == []
        now = 2 * PATIENCE_S
        assert waiting.take_vacant(second, ["s00"]) == ["s00"]
