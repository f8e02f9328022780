"""The rig's own eye: it sees what is missing, what came twice and what nobody sent."""

import time

import pytest

from archive.fleet import devices
from archive.fleet.devices import Device
from dev.faults.telling import EVENT_EVERY, FIRST, SAMPLES, SPEEDS, STEP_MS, Tally, tally
from tests.stage.database import Database

SENT = EVENT_EVERY + 3
BASE_MS = int(time.time() * 1000) - 600_000


@pytest.fixture
def device(database: Database) -> Device:
    """A device with everything stored that it sent."""
    with database.connect() as connection:
        who = devices.provision(connection, "seen-1", "s00", "-")
        numbers = [n for n in range(SENT * SAMPLES) if (n // SAMPLES + FIRST) % EVENT_EVERY]
        for number in numbers:
            _store(database, who, number, number % SPEEDS)
        connection.execute("INSERT INTO device_event (device_key, time, boot, seq, type, data) "
                           "VALUES (%s, now(), 1, %s, 'shock', '{}')", [who.device_key, EVENT_EVERY])
    return who


def found(database: Database, who: Device) -> Tally:
    with database.connect() as connection:
        return tally(connection, who, BASE_MS, SENT)


def test_it_finds_nothing_amiss_where_nothing_is(database: Database, device: Device) -> None:
    assert found(database, device) == Tally(stored=SENT)


def test_a_sample_that_is_missing_loses_its_message(database: Database, device: Device) -> None:
    _run(database, "DELETE FROM reading WHERE time = (SELECT max(time) FROM reading)")
    assert found(database, device) == Tally(stored=SENT - 1, lost=1)


def test_a_sample_with_another_value_loses_its_message(database: Database, device: Device) -> None:
    _run(database, "UPDATE reading SET speed_kmh = speed_kmh + 1 WHERE time = (SELECT min(time) FROM reading)")
    assert found(database, device) == Tally(stored=SENT - 1, lost=1)


def test_a_missing_event_is_lost(database: Database, device: Device) -> None:
    _run(database, "DELETE FROM device_event")
    assert found(database, device) == Tally(stored=SENT - 1, lost=1)


def test_an_event_stored_twice_is_seen(database: Database, device: Device) -> None:
    _run(database, "INSERT INTO device_event (device_key, time, boot, seq, type, data) "
                   "SELECT device_key, time + interval '1 s', boot, seq, type, data FROM device_event")
    assert found(database, device) == Tally(stored=SENT, twice=1)


def test_what_nobody_sent_is_seen(database: Database, device: Device) -> None:
    _store(database, device, SENT * SAMPLES, 0)
    assert found(database, device) == Tally(stored=SENT, strange=1)


def _store(database: Database, who: Device, number: int, speed: int) -> None:
    _run(database, "INSERT INTO reading (device_key, time, speed_kmh) VALUES (%s, to_timestamp(%s), %s)",
         who.device_key, (BASE_MS + number * STEP_MS) / 1000, speed)


def _run(database: Database, statement: str, *parameters: object) -> None:
    with database.connect() as connection:
        connection.execute(statement, parameters)
