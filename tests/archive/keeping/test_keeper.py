"""Each job runs when it is due, by one keeper at a time, and none stands in the way of another."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Event, Thread

import httpx
import pytest
from prometheus_client import CollectorRegistry

from archive.fleet import retention
from archive.keeping import diary
from archive.keeping.diary import Run
from archive.keeping.jobs import JOBS, RETRY_AFTER, Counts, Job, Shift
from archive.keeping.keeper import Keeper, is_due
from archive.keeping.metrics import KeeperMetrics
from dev.services.ports import free_port
from schemas.errors import Conflict, InvalidInput
from tests.archive.cold.stock import Stock
from tests.archive.garage import Garage, eventually

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Counting:
    """A job that counts its runs."""

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.runs = 0
        self._meanwhile = meanwhile
        self.job = Job("counting", HOUR, self._run)

    def _run(self, _: Shift) -> Counts:
        self.runs += 1
        self._meanwhile()
        return {"things": 2}


def keeper(garage: Garage, *jobs: Job, now: datetime = NOON, ending: Event | None = None,
           registry: CollectorRegistry | None = None) -> Keeper:
    return Keeper(garage.database.as_role("owner"), None, lambda: now, ending or Event(),
                  KeeperMetrics(registry or CollectorRegistry()), jobs)


def one_look(garage: Garage, *jobs: Job, now: datetime = NOON) -> Keeper:
    """A keeper that looks once what is due."""
    ending = Event()

    def end(_: Shift) -> Counts:
        ending.set()
        return {}

    looking = keeper(garage, *jobs, Job("last", timedelta(0), end), now=now, ending=ending)
    looking.run(once=False, interval_s=0)
    return looking


def test_a_job_runs_again_when_its_time_has_come(kept_garage: Garage) -> None:
    """Whichever keeper ran it last."""
    counting = Counting()
    for minutes in (0, 59, 60, 61, 120):
        one_look(kept_garage, counting.job, now=NOON + timedelta(minutes=minutes))
    assert counting.runs == 3


def test_two_keepers_do_a_job_once(kept_garage: Garage) -> None:
    """The second finds the lock taken, and later the diary written."""
    both = Barrier(2, timeout=20)
    counting = Counting(both.wait)
    first = Thread(target=one_look, args=[kept_garage, counting.job])
    first.start()
    assert eventually(lambda: counting.runs == 1)
    one_look(kept_garage, counting.job)
    both.wait()
    first.join()
    one_look(kept_garage, counting.job)
    assert counting.runs == 1


def test_a_failing_job_keeps_no_other_from_running(kept_garage: Garage) -> None:
    """It is counted, written down and tried again soon."""
    failing = Job("failing", HOUR, lambda _: {"x": 1 // 0})
    counting = Counting()
    registry = CollectorRegistry()
    done = keeper(kept_garage, failing, counting.job, registry=registry)
    done.run(once=True)
    assert (done.failed, counting.runs) == (1, 1)
    assert registry.get_sample_value("keeper_job_runs_total", {"task": "failing", "outcome": "failed"}) == 1
    assert registry.get_sample_value("keeper_job_runs_total", {"task": "counting", "outcome": "ok"}) == 1
    assert registry.get_sample_value("keeper_done_total", {"what": "things"}) == 2
    with kept_garage.database.connect("owner") as connection:
        run = diary.last_run(connection, "failing")
    assert run == Run("failing", NOON, NOON, False, {})
    often, seldom = Job("failing", timedelta(minutes=5), failing.run), Job("failing", timedelta(days=1), failing.run)
    for job, wait in ((often, often.every), (seldom, RETRY_AFTER)):
        assert not is_due(job, run, NOON + wait - timedelta(seconds=1))
        assert is_due(job, run, NOON + wait)


def test_a_job_whose_keeper_died_is_due_at_once(kept_garage: Garage) -> None:
    """Its lock went with the keeper's connection."""
    counting = Counting()
    with kept_garage.database.connect("owner") as died:
        diary.begin(died, "counting", NOON)
        with diary.locked(died, "counting") as mine:
            assert mine
            one_look(kept_garage, counting.job)
            assert counting.runs == 0
            died.close()
    one_look(kept_garage, counting.job)
    assert counting.runs == 1


def test_a_job_whose_connection_is_lost_is_done_again(kept_garage: Garage) -> None:
    """Over a new connection; that the database was away is counted, and is no failure of the job."""
    runs = []

    def lose_connection_once(shift: Shift) -> Counts:
        runs.append(shift)
        if len(runs) == 1:
            shift.connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return {}

    registry = CollectorRegistry()
    done = keeper(kept_garage, Job("unlucky", HOUR, lose_connection_once), registry=registry)
    done.run(once=True)
    assert (len(runs), done.failed) == (2, 0)
    assert registry.get_sample_value("keeper_database_away_total") == 1


def test_the_rule_of_retention_can_be_changed_but_not_into_a_loss(kept_garage: Garage) -> None:
    """Readings are exported before they go, and positions never are."""
    with kept_garage.database.connect("owner") as connection:
        retention.change(connection, "position", keep="7 days")
        assert retention.rule(connection, "position", NOON).kept_from == NOON - timedelta(days=7)
        with pytest.raises(Conflict, match="exported_before_it_is_dropped"):
            retention.change(connection, "reading", keep="80 days")
        with pytest.raises(Conflict, match="only_readings_go_to_cold_storage"):
            retention.change(connection, "position", export_after="1 day")
        with pytest.raises(InvalidInput):
            retention.change(connection, "reading", keep="for ever")


def command(garage: Garage, *arguments: str, **more: str) -> subprocess.Popen[str]:
    """`python -m archive` as its operator runs it."""
    given = {"PITCALL_DATABASE_URL": garage.database.as_role("owner")}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PITCALL_")}
    return subprocess.Popen([sys.executable, "-m", "archive", *arguments], env=kept | given | more,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_once_runs_every_job_and_says_what_it_did(stock: Stock) -> None:
    """Two years late: all readings end in cold storage, exit code 0."""
    stock.garage.change("INSERT INTO login_attempt (subject, since) VALUES ('12345678', now() - INTERVAL '1 day')")
    with command(stock.garage, "keep", "--once", PITCALL_COLD=str(stock.folder.path)) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    done = {line["job"]: line for line in map(json.loads, out.splitlines()) if line["event"] == "job"}
    assert set(done) == {job.name for job in JOBS}
    assert done["attempts"]["attempts_forgotten"] == 1
    assert done["cold-export"]["readings_exported"] == 7200
    assert done["expire-readings"]["reading_chunks_dropped"] == 5
    assert stock.live().is_empty()
    assert stock.cold().height == 7200


def test_a_keeper_serves_its_metrics_and_ends_when_told(kept_garage: Garage, tmp_path: Path) -> None:
    """Alive, ready, counted; SIGTERM ends it with 0."""
    port = free_port(())
    with command(kept_garage, "keep", PITCALL_ADMIN_PORT=str(port), PITCALL_COLD=str(tmp_path)) as process, \
            httpx.Client(base_url=f"http://127.0.0.1:{port}") as admin:
        try:
            assert eventually(lambda: answers(admin, "/readyz"))
            done = 'keeper_job_runs_total{outcome="ok",task="expire-readings"} 1.0'
            assert eventually(lambda: done in admin.get("/metrics").text)
            assert admin.get("/healthz").status_code == 200
        finally:
            process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 0, out


def answers(admin: httpx.Client, page: str) -> bool:
    """Whether the admin port says yes; not yet listening is no."""
    try:
        return admin.get(page).status_code == 200
    except httpx.ConnectError:
        return False
