"""Marks find their car, one worker takes them, and ingest never waits."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Thread

import psycopg
import pytest

from archive.fleet import marks
from tests.archive.garage import AS_OF, FAR_BACK, MONDAY, Garage, drive, store_batch

HOUR = timedelta(hours=1)
Interval = tuple[datetime | None, datetime | None]


@pytest.fixture
def health(garage: Garage) -> Iterator[psycopg.Connection]:
    """A worker's connection."""
    with garage.database.connect("health") as connection:
        yield connection


@pytest.fixture
def other(garage: Garage) -> Iterator[psycopg.Connection]:
    """Another worker's connection."""
    with garage.database.connect("health") as connection:
        yield connection


def intervals(claim: marks.Claim | None) -> list[Interval]:
    assert claim is not None
    return [(interval.lower, interval.upper) for interval in claim.touched]


def forget_marks(garage: Garage) -> None:
    garage.change("DELETE FROM vehicle_touched")


def touch(connection: psycopg.Connection, vehicle_id: int, first: datetime, last: datetime) -> None:
    connection.execute("INSERT INTO vehicle_touched VALUES (%s, %s, %s)", [vehicle_id, first, last])


def mark(garage: Garage, device: int, first: datetime, last: datetime) -> None:
    garage.change("INSERT INTO touched VALUES (%s, %s, %s)", device, first, last)


def test_marks_reach_the_car_the_device_sat_in_at_that_time(garage: Garage, health: psycopg.Connection) -> None:
    """A batch that spans a move is cut between the two cars."""
    device, first_car, second_car = garage.device("d1"), garage.car(), garage.car()
    garage.fit(device, first_car, FAR_BACK, MONDAY)
    garage.fit(device, second_car, MONDAY)
    forget_marks(garage)
    mark(garage, device, MONDAY - HOUR, MONDAY + HOUR)
    assert marks.distribute(health) == 2
    assert garage.rows("SELECT * FROM vehicle_touched ORDER BY 1") == [
        (first_car, MONDAY - HOUR, MONDAY), (second_car, MONDAY, MONDAY + HOUR)]
    assert garage.database.value("SELECT count(*) FROM touched") == 0


def test_a_device_in_no_car_leaves_no_mark_until_it_is_fitted(garage: Garage, health: psycopg.Connection) -> None:
    """What it measured before is found because the fitting marks its whole interval."""
    device, car = garage.device("d1"), garage.car()
    mark(garage, device, MONDAY, MONDAY + HOUR)
    assert marks.distribute(health) == 0
    garage.fit(device, car)
    assert intervals(marks.claim(health)) == [(FAR_BACK, None)]


def test_marks_of_one_car_are_claimed_together_and_merged(garage: Garage, health: psycopg.Connection) -> None:
    """Overlapping intervals become one, others stay apart."""
    car = garage.car()
    for first, last in ((0, 2), (1, 3), (6, 7)):
        touch(health, car, MONDAY + first * HOUR, MONDAY + last * HOUR)
    claim = marks.claim(health)
    assert intervals(claim) == [(MONDAY, MONDAY + 3 * HOUR), (MONDAY + 6 * HOUR, MONDAY + 7 * HOUR)]
    assert marks.claim(health) is None


def test_a_changed_fact_touches_all_and_a_service_nothing_of_the_past(garage: Garage,
                                                                      health: psycopg.Connection) -> None:
    """The whole history is open on both sides; the outlook alone is a mark without any interval."""
    marks.touch_outlook(health, 7)
    assert intervals(marks.claim(health)) == []
    marks.touch_outlook(health, 7)
    garage.touch_whole_history(7)
    assert intervals(marks.claim(health)) == [(None, None)]


def test_two_workers_never_hold_the_same_car(garage: Garage, health: psycopg.Connection,
                                             other: psycopg.Connection) -> None:
    """The second passes over what the first holds, and takes what is new once the first has finished."""
    one, two = garage.car(), garage.car()
    for car in (one, two):
        touch(health, car, MONDAY, MONDAY + HOUR)
    with health.transaction():
        first = marks.claim(health)
        with other.transaction():
            second = marks.claim(other)
            assert marks.claim(other) is None
    assert first and second and {first.vehicle_id, second.vehicle_id} == {one, two}


def test_marks_that_come_during_a_job_wait_for_the_next(garage: Garage, health: psycopg.Connection,
                                                        other: psycopg.Connection) -> None:
    """The job deletes only what it saw."""
    car = garage.car()
    touch(other, car, MONDAY, MONDAY + HOUR)
    with health.transaction():
        marks.claim(health)
        touch(other, car, MONDAY + 5 * HOUR, MONDAY + 6 * HOUR)
        assert marks.claim(other) is None
    assert intervals(marks.claim(other)) == [(MONDAY + 5 * HOUR, MONDAY + 6 * HOUR)]


def test_a_job_that_fails_leaves_its_marks(garage: Garage, health: psycopg.Connection) -> None:
    """The marks are deleted with the job's own transaction."""
    touch(health, garage.car(), MONDAY, MONDAY + HOUR)
    with pytest.raises(ZeroDivisionError), health.transaction():
        assert marks.claim(health)
        _ = 1 // 0
    assert intervals(marks.claim(health)) == [(MONDAY, MONDAY + HOUR)]


def test_a_resting_car_is_passed_over(garage: Garage, health: psycopg.Connection) -> None:
    """A car whose job failed does not keep others waiting."""
    one, two = garage.car(), garage.car()
    for car in (one, two):
        touch(health, car, MONDAY, MONDAY)
    claim = marks.claim(health, resting=[one])
    assert claim and claim.vehicle_id == two
    assert marks.claim(health, resting=[one]) is None


def test_ingest_commits_while_a_worker_sleeps_in_its_transaction(garage: Garage, health: psycopg.Connection) -> None:
    """Readings and mark of the very car a worker holds are stored within 100 ms each."""
    _car, device = garage.fitted_car("d1")
    garage.deliver(device, drive(MONDAY, 2, 50))
    marks.distribute(health)
    took: list[float] = []

    def ingest() -> None:
        with garage.database.connect("ingest") as connection:
            for minute in range(10):
                batch = drive(MONDAY + timedelta(minutes=minute), 1, 50)
                began = time.perf_counter()
                store_batch(connection, device, batch)
                took.append(time.perf_counter() - began)

    with health.transaction():
        assert marks.claim(health)
        ingesting = Thread(target=ingest)
        ingesting.start()
        health.execute("SELECT pg_sleep(0.5)")
        ingesting.join()
    assert len(took) == 10
    assert sorted(took)[-2] < 0.1  # one hiccup of a shared machine is not waiting for a lock
    assert marks.distribute(health) == 10


def test_no_mark_is_lost_between_ingest_and_many_workers(garage: Garage) -> None:
    """Four workers hand out marks while four devices write them: every mark arrives exactly once."""
    devices = [garage.fitted_car(f"d{n}")[1] for n in range(4)]
    forget_marks(garage)

    def write(device: int) -> None:
        with garage.database.connect("ingest") as connection:
            for second in range(100):
                at = MONDAY + timedelta(seconds=second)
                connection.execute("INSERT INTO touched VALUES (%s, %s, %s)", [device, at, at])

    def hand_out() -> None:
        with garage.database.connect("health") as connection:
            for _ in range(30):
                marks.distribute(connection)

    threads = [Thread(target=write, args=[device]) for device in devices] + [Thread(target=hand_out) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with garage.database.connect("health") as connection:
        marks.distribute(connection)
    assert garage.rows("SELECT count(*), count(DISTINCT (vehicle_id, first_time)) FROM vehicle_touched") == [(400, 400)]


def test_reports_that_aged_a_day_are_made_again(garage: Garage, health: psycopg.Connection) -> None:
    """Also those of another model and cars without one; not those of cars sold, nor those that wait already."""
    fresh, aged, remodelled, sold, new = (garage.car() for _ in range(5))
    for car, age, model in ((fresh, 23, "m2"), (aged, 25, "m2"), (remodelled, 1, "m1"), (sold, 99, "m2")):
        garage.change("INSERT INTO report VALUES (%s, %s, %s, '{}')", car, AS_OF - age * HOUR, model)
    garage.change("UPDATE vehicle SET state = 'sold' WHERE vehicle_id = %s", sold)
    assert marks.touch_stale(health, AS_OF, "m2") == 3
    assert marks.touch_stale(health, AS_OF, "m2") == 0
    assert {row[0] for row in garage.rows("SELECT vehicle_id FROM vehicle_touched")} == {aged, remodelled, new}
    assert fresh


def test_the_calendar_of_the_database_is_wider_than_pythons(health: psycopg.Connection) -> None:
    """A mark from the beginning of time to an instant is open on one side only."""
    health.execute("INSERT INTO vehicle_touched VALUES (1, '-infinity', '2026-01-01T00:00Z')")
    assert intervals(marks.claim(health)) == [(None, datetime(2026, 1, 1, tzinfo=UTC))]
