"""Requests to replay: taken by one process at a time, gone on with where a dead one stopped."""

import psycopg
import pytest

from archive.database.sealing import Vault
from archive.fleet import replays
from archive.fleet.dead_letters import Wanted
from archive.people.actors import act_for
from schemas.topics import up
from tests.archive.people.town import Town, build
from tests.stage.database import Database


@pytest.fixture
def town(database: Database, master_key: str) -> Town:
    """Five letters of Zhang's device in the north, two of Li's in the south, one of nobody's."""
    town = build(database, Vault(master_key))
    devices = [f"dongle-{town.zhang.vehicle_id}"] * 5 + [f"dongle-{town.li.vehicle_id}"] * 2 + ["nobodys"]
    for device in devices:
        town.change("INSERT INTO dead_letter (received_at, topic, device_id, reason, detail, size, sha256, "
                    "payload_sealed) VALUES (now(), %s, %s, 'malformed', '', 1, 'x', 'x')",
                    up("s00", device, "telemetry"), device)
    return town


def asked(town: Town) -> replays.ReplayRequest:
    with town.database.connect("api") as connection, connection.transaction():
        act_for(connection, town.administrator)
        return replays.ask(connection, town.administrator.number, Wanted())


def take(connection: psycopg.Connection) -> replays.TakenReplay:
    taken = replays.take(connection)
    assert taken is not None
    return taken


def test_only_letters_of_ones_own_devices_are_asked_for(town: Town) -> None:
    request = asked(town)
    assert (request.letters, request.finished_at) == (5, None)
    with town.database.connect("ingest") as connection:
        assert list(take(connection).letters) == [1, 2, 3, 4, 5]


def test_a_request_is_one_takers_until_he_falls_silent(town: Town) -> None:
    request = asked(town)
    with town.database.connect("ingest") as connection:
        first = take(connection)
        assert replays.take(connection) is None
        replays.progress(connection, first.request_id, done=2, replayed=1, failed=1, skipped=0)
        assert replays.take(connection) is None, "he makes progress"
        town.change("UPDATE replay_request SET taken_at = now() - INTERVAL '61 s'")
        second = take(connection)
        assert (second.request_id, list(second.letters)) == (request.request_id, [3, 4, 5])
        replays.progress(connection, second.request_id, done=3, replayed=3, failed=0, skipped=0)
        replays.finish(connection, second.request_id)
        town.change("UPDATE replay_request SET taken_at = now() - INTERVAL '61 s'")
        assert replays.take(connection) is None
        ended = replays.request(connection, request.request_id)
    assert (ended.done, ended.replayed, ended.failed, ended.finished_at is None) == (5, 4, 1, False)
