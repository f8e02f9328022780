"""A program of an older model never writes over what a newer one made: it stops, says so, and leaves all as it was."""

import os
import subprocess
import sys
from datetime import timedelta
from threading import Event

import pytest

from archive.fleet import reports
from archive.fleet.reports import NewerModel
from health import MODEL_VERSION
from health.shell.renewal import Order, Renewal
from schemas.settings import Settings
from tests.archive.garage import AS_OF, MONDAY, Garage, drive

NEWER = "2999.1-1"
BOTH = f"model {NEWER}, and {MODEL_VERSION}, which is installed here, is older"


@pytest.fixture
def car(garage: Garage) -> int:
    """A car with a report, and with a second drive that waits."""
    number, device = garage.fitted_car("d1")
    garage.deliver(device, drive(MONDAY, 10, 50))
    garage.work()
    garage.deliver(device, drive(MONDAY + timedelta(hours=3), 10, 50))
    return number


def made_by(garage: Garage, version: str) -> None:
    garage.change("UPDATE report SET model_version = %s", version)


def kept(garage: Garage) -> list[tuple[object, ...]]:
    """Every derived row with the transaction that wrote it."""
    return garage.rows("SELECT xmin::text, 'report' FROM report UNION ALL SELECT xmin::text, 'trip' FROM trip "
                       "UNION ALL SELECT xmin::text, 'day' FROM day UNION ALL SELECT xmin::text, 'week' FROM week")


def marks(garage: Garage) -> int:
    return len(garage.rows("SELECT first_time FROM touched UNION ALL SELECT first_time FROM vehicle_touched"))


def the_device(garage: Garage) -> int:
    device = garage.database.value("SELECT device_key FROM device")
    assert isinstance(device, int)
    return device


def test_a_worker_that_begins_stops_at_once(garage: Garage, car: int) -> None:
    """As a supervisor would start it: exit code 2, both models named in one line, no mark taken and none made."""
    made_by(garage, NEWER)
    before, waiting = kept(garage), marks(garage)
    environment = os.environ | {"PITCALL_DATABASE_URL": garage.database.as_role("health")}
    ended = subprocess.run([sys.executable, "-m", "health", "work"], env=environment, capture_output=True, text=True,
                           check=False, timeout=30)
    assert (ended.returncode, ended.stderr) == (2, f"error: there are reports of {BOTH}\n")
    assert (kept(garage), marks(garage)) == (before, waiting)


def test_a_running_worker_stops_at_the_first_such_car(garage: Garage, car: int) -> None:
    """Its job is undone, trips included; the mark waits for a worker of the newer model."""
    worker = garage.work()
    garage.deliver(the_device(garage), drive(MONDAY + timedelta(hours=6), 10, 50))
    made_by(garage, NEWER)
    before = kept(garage)
    with pytest.raises(NewerModel, match=BOTH):
        worker.run(once=True, interval_s=0)
    assert (kept(garage), marks(garage)) == (before, 1)
    made_by(garage, MODEL_VERSION)
    garage.work()
    assert (len(garage.rows("SELECT FROM trip")), marks(garage)) == (3, 0)


def test_a_recompute_stops_there_too(garage: Garage, car: int) -> None:
    made_by(garage, NEWER)
    before, waiting = kept(garage), marks(garage)
    settings = Settings.from_env({"PITCALL_DATABASE_URL": garage.database.as_role("health")})
    with pytest.raises(NewerModel, match=BOTH):
        Renewal(settings, Order(AS_OF, None, everything=False), Event()).chunk([car])
    assert (kept(garage), marks(garage)) == (before, waiting)


@pytest.mark.parametrize(("stored", "installed"), [
    ("2026.11-10", "2026.11-9"), ("2026.12-1", "2026.11-30"), ("2027.1-1", "2026.12-1")])
def test_models_follow_each_other_by_their_numbers(garage: Garage, car: int, stored: str, installed: str) -> None:
    """Not by their letters: the tenth of a month is newer than its ninth."""
    made_by(garage, stored)
    with garage.database.connect() as connection:
        with pytest.raises(NewerModel, match=f"{stored}.*{installed}"):
            reports.refuse_older(connection, installed)
        reports.refuse_older(connection, stored)
        made_by(garage, installed)
        reports.refuse_older(connection, stored)
