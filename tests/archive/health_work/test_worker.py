"""The worker: any number equal one, nothing is lost, and it ends when told to."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from threading import Event, Thread

import psycopg
import pytest
from psycopg import sql
from psycopg.abc import Query
from psycopg.conninfo import conninfo_to_dict

from health import MODEL_VERSION
from health.shell.worker import Worker
from tests.archive.garage import AS_OF, MONDAY, Garage, drive, eventually, week

COMMAND = [sys.executable, "-m", "health", "work"]


def reports(garage: Garage) -> int:
    return len(garage.rows("SELECT FROM report"))


def worker_of(garage: Garage, ending: Event | None = None) -> Worker:
    return Worker(garage.database.as_role("health"), lambda: AS_OF, ending or Event())


@contextmanager
def held_report(garage: Garage) -> Iterator[psycopg.Connection]:
    """The first report is locked: a job that wants to write it stands still until the block ends."""
    with garage.database.connect() as connection, connection.transaction():
        connection.execute("SELECT FROM report ORDER BY vehicle_id LIMIT 1 FOR UPDATE")
        yield connection


def waiting_jobs(garage: Garage) -> int:
    return len(garage.rows("SELECT FROM pg_stat_activity WHERE application_name = 'pitcall-health-work' "
                           "AND datname = current_database() AND wait_event_type = 'Lock'"))


def test_two_workers_give_what_one_gives(garage: Garage) -> None:
    """Five cars, two workers at once; then everything again by one."""
    cars = [garage.fitted_car(f"d{n}") for n in range(5)]
    for n, (_, device) in enumerate(cars):
        garage.deliver(device, *week()[n:n + 4])
    threads = [Thread(target=worker_of(garage).run, kwargs={"once": True, "interval_s": 0}) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    by_two = [garage.derived(car) for car, _ in cars]
    assert garage.rows("SELECT * FROM vehicle_touched") == []

    garage.change("DELETE FROM trip")
    garage.touch_whole_history(*(car for car, _ in cars))
    garage.work()
    assert [garage.derived(car) for car, _ in cars] == by_two
    assert all(len(derived["trips"]) == 4 and derived["report"] for derived in by_two)


def test_history_moves_with_a_corrected_fitting(garage: Garage) -> None:
    """The device sat in the other car all along: trips, days and distance follow, and nothing stays behind."""
    wrong, device = garage.fitted_car("d1")
    right = garage.car()
    garage.deliver(device, *week())
    garage.work()
    before = garage.derived(wrong)

    garage.change("UPDATE fitting SET vehicle_id = %s", right)
    garage.touch_whole_history(wrong, right)
    garage.work()

    after, left = garage.derived(right), garage.derived(wrong)
    assert [row[:4] for row in after["trips"]] == [row[:4] for row in before["trips"]]
    assert after["days"] == before["days"]
    assert left["trips"] == left["days"] == []
    assert garage.rows("SELECT body -> 'distance_km' FROM report WHERE vehicle_id = %s", wrong) == [(None,)]


def test_a_new_model_computes_all_trips_again(garage: Garage) -> None:
    """Reports of an older model are found without any new reading."""
    car, device = garage.fitted_car("d1")
    garage.deliver(device, *week())
    garage.work()
    before = garage.derived(car)
    garage.change("UPDATE trip SET model_version = 'old', statistics = '{}'")
    garage.change("UPDATE report SET model_version = 'old'")
    garage.work()
    assert garage.derived(car) == before
    assert garage.rows("SELECT DISTINCT model_version FROM trip") == [(MODEL_VERSION,)]


def test_a_report_moves_on_with_the_days(garage: Garage) -> None:
    """Two days later it is made again although nothing arrived; two hours later it is not."""
    _, device = garage.fitted_car("d1")
    garage.deliver(device, drive(MONDAY, 10, 50))
    garage.work()
    garage.work(AS_OF + timedelta(hours=2))
    assert garage.rows("SELECT as_of FROM report") == [(AS_OF,)]
    garage.work(AS_OF + timedelta(days=2))
    assert garage.rows("SELECT as_of FROM report") == [(AS_OF + timedelta(days=2),)]


def test_a_job_without_news_writes_no_trip(garage: Garage) -> None:
    """The same readings delivered again: rows are as they were, to the transaction that wrote them."""
    _, device = garage.fitted_car("d1")
    garage.deliver(device, *week())
    garage.work()
    asked = "SELECT xmin::text, started_at FROM trip UNION ALL SELECT xmin::text, day FROM day ORDER BY 2"
    before = garage.rows(asked)
    garage.deliver(device, *week())
    garage.work()
    assert garage.rows(asked) == before


def test_the_report_goes_with_the_car_and_says_no_trips(garage: Garage) -> None:
    """Where the last owner drove is not the next owner's: trips stand in rows of their own."""
    _, device = garage.fitted_car("d1")
    garage.deliver(device, *week())
    garage.work()
    assert garage.rows("SELECT body -> 'trips' FROM report") == [([],)]
    assert garage.database.value("SELECT count(*) FROM trip WHERE figures IS NOT NULL") == 10


def test_from_readings_and_file_to_a_proposed_booking(garage: Garage) -> None:
    """Oil changed last December: a year later it falls due within 30 days and is proposed to the owner, once."""
    car, device = garage.fitted_car("d1")
    owner = garage.customer()
    garage.own(owner, car)
    garage.change("INSERT INTO service_done (vehicle_id, item, done_at, odometer_km) VALUES "
                  "(%s, 'PM-MINOR', '2025-12-10', 19500)", car)
    garage.deliver(device, *week())
    for _ in range(2):
        garage.work()
        garage.change("UPDATE report SET model_version = 'old'")
    assert garage.rows("SELECT customer_id, store_id, state FROM booking") == [(owner, garage.store_id, "proposed")]
    due = garage.rows("SELECT item, cycle, due_item.state, due_on, due_limit, reason_en <> '' FROM due_item "
                      "JOIN booking USING (booking_id) WHERE item = 'PM-MINOR'")
    assert due == [("PM-MINOR", 1, "open", date(2026, 12, 10), "months", True)]


def test_one_broken_car_does_not_hold_up_the_others(garage: Garage) -> None:
    """Its marks stay for later, the other cars get their reports."""
    broken, _ = garage.fitted_car("d1", {"mass_kg": "heavy"})
    sound, device = garage.fitted_car("d2")
    garage.deliver(device, drive(MONDAY, 10, 50))
    worker = garage.work()
    assert worker.failed == 1
    assert garage.rows("SELECT vehicle_id FROM report") == [(sound,)]
    assert garage.rows("SELECT DISTINCT vehicle_id FROM vehicle_touched") == [(broken,)]


def test_a_worker_outlives_the_database(garage: Garage) -> None:
    """The connection breaks in the middle of a job and nobody is let in for a while; then the job is done again."""
    _, device = garage.fitted_car("d1")
    garage.deliver(device, drive(MONDAY, 10, 50))
    garage.work()
    garage.deliver(device, drive(MONDAY + timedelta(hours=3), 10, 50))
    ending = Event()
    working = Thread(target=worker_of(garage, ending).run, kwargs={"once": True, "interval_s": 0})
    with held_report(garage):
        working.start()
        assert eventually(lambda: waiting_jobs(garage) == 1)
        let_in(garage, False)
        garage_server(garage, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                              "WHERE application_name = 'pitcall-health-work'")
    assert working.is_alive()
    ending.wait(0.7)
    let_in(garage, True)
    working.join(30)
    assert not working.is_alive()
    assert garage.database.value("SELECT count(*) FROM trip") == 2
    assert garage.rows("SELECT * FROM vehicle_touched") == []


def let_in(garage: Garage, allowed: bool) -> None:
    """Open or close the door of the test's database, as a server does that starts or stops."""
    name = sql.Identifier(str(conninfo_to_dict(garage.database.url)["dbname"]))
    garage_server(garage, sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(name, sql.Literal(allowed)))


def garage_server(garage: Garage, statement: Query) -> None:
    """Say something to the server, beside the test's own database."""
    with psycopg.connect(garage.database.url, dbname="postgres", autocommit=True) as connection:
        connection.execute(statement)


def test_told_to_end_it_finishes_the_job_at_hand(garage: Garage) -> None:
    """SIGTERM in the middle of a job: the job is committed, the process ends with 0."""
    _, device = garage.fitted_car("d1")
    garage.deliver(device, drive(MONDAY, 10, 50))
    garage.work()
    garage.deliver(device, drive(MONDAY + timedelta(hours=3), 10, 50))
    environment = os.environ | {"PITCALL_DATABASE_URL": garage.database.as_role("health")}
    with held_report(garage):
        process = subprocess.Popen([*COMMAND, "--as-of", "2026-11-22T04:00:00Z"], env=environment,
                                   stdout=subprocess.PIPE, text=True)
        assert eventually(lambda: waiting_jobs(garage) == 1)
        process.send_signal(signal.SIGTERM)
        assert not eventually(lambda: process.poll() is not None, (0.1,) * 3)
    log, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert '"event": "job"' in log
    assert garage.database.value("SELECT count(*) FROM trip") == 2


@pytest.mark.parametrize(("arguments", "said"), [([], "PITCALL_DATABASE_URL"), (["--as-of", "soon"], "2026-11-22T08")])
def test_what_it_cannot_start_with_is_said_in_one_line(arguments: list[str], said: str) -> None:
    """No address, or no instant."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PITCALL_")}
    if arguments:
        environment["PITCALL_DATABASE_URL"] = "postgresql://nowhere"
    ended = subprocess.run([*COMMAND, *arguments], env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert said in ended.stderr and len(ended.stderr.splitlines()) == 1


def test_without_work_it_ends_at_once_when_told(garage: Garage) -> None:
    """An idle worker does not wait for its interval."""
    environment = os.environ | {"PITCALL_DATABASE_URL": garage.database.as_role("health")}
    garage.fitted_car("d1")
    process = subprocess.Popen([*COMMAND, "--interval", "60"], env=environment, stdout=subprocess.DEVNULL)
    assert eventually(lambda: reports(garage) == 1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0


def test_the_report_tells_how_the_present_owner_drives_and_no_other(garage: Garage) -> None:
    """Sold on Wednesday: roads and fuel count from there, tread and distance from the beginning."""
    car, device = garage.fitted_car("d1")
    garage.own(garage.customer(), car)
    garage.deliver(device, *week())
    garage.work()
    asked = ("SELECT (body #>> '{distance_km,value}')::float8, (body #>> '{fuel_l,value}')::float8, body -> 'tyres', "
             "ownership_id FROM report")
    [(km, fuel_l, tyres, seller)] = garage.rows(asked)
    sold = MONDAY + timedelta(days=2)
    garage.change("UPDATE ownership SET during = tstzrange(lower(during), %s)", sold)
    garage.own(garage.customer(), car, sold)
    garage.work()
    [(km_after, fuel_after, tyres_after, buyer)] = garage.rows(asked)
    assert (km_after, tyres_after) == (km, tyres)
    assert 0 < fuel_after < fuel_l
    assert seller != buyer


def test_between_two_owners_nobodys_driving_is_told(garage: Garage) -> None:
    car, device = garage.fitted_car("d1")
    garage.own(garage.customer(), car)
    garage.deliver(device, *week())
    garage.change("UPDATE ownership SET during = tstzrange(lower(during), %s)", MONDAY + timedelta(days=9))
    garage.work()
    assert garage.rows("SELECT body -> 'fuel_l', body #> '{road_mix,highway}', ownership_id FROM report") == [
        (None, None, None)]


def test_weeks_are_kept_beside_days(garage: Garage) -> None:
    """A working week of drives, and none of it left when the readings belong to another car."""
    car, device = garage.fitted_car("d1")
    garage.deliver(device, *week())
    garage.work()
    assert garage.rows("SELECT monday, (figures ->> 'trips')::int FROM week") == [(date(2026, 11, 2), 10)]
    assert garage.rows("SELECT body -> 'weeks' FROM report") == [([],)]
    garage.change("DELETE FROM fitting")
    garage.touch_whole_history(car)
    garage.work()
    assert garage.rows("SELECT FROM week") == []
