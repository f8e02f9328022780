"""Recompute: a new model over the fleet, here or on Dask, gives what the worker gives, whatever is killed."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Any

import psutil
import pytest
import structlog
from typer.testing import CliRunner, Result

from archive.cold.folder import Folder
from health import MODEL_VERSION
from health.__main__ import app
from health.shell.renewal import Order, Renewal
from schemas.errors import ConfigurationError
from schemas.settings import Settings
from tests.archive.cold.stock import MAY, Stock
from tests.archive.garage import AS_OF, Garage, eventually, week
from tests.archive.keeping.conftest import reset
from tests.stage.processes import environment

COMMAND = ["recompute", "--as-of", AS_OF.isoformat()]
Run = Callable[..., Result]
CARS = 5


@pytest.fixture
def fleet(garage: Garage) -> list[int]:
    """Cars with four drives each and all that the worker made of them."""
    cars = [garage.fitted_car(f"d{number}") for number in range(CARS)]
    for number, (_, device) in enumerate(cars):
        garage.deliver(device, *week()[number:number + 4])
    garage.work()
    return [car for car, _ in cars]


def age(garage: Garage, *cars: int) -> None:
    """Leave what another model would have made of cars."""
    for left in ("trip SET model_version = 'old', statistics = '{}', figures = NULL", "day SET distance_km = 0",
                 "report SET model_version = 'old', body = '{}'"):
        garage.change(f"UPDATE {left} WHERE vehicle_id = ANY (%s)", list(cars))


def derived(garage: Garage, cars: list[int]) -> list[dict[str, Any]]:
    return [garage.derived(car) for car in cars]


def written_by(garage: Garage) -> dict[int, str]:
    """The transaction that wrote each report."""
    return dict(garage.rows("SELECT vehicle_id, xmin::text FROM report"))


@pytest.fixture
def recompute(garage: Garage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """The command in this process, which afterwards logs and ends as it did before."""
    monkeypatch.setenv("PITCALL_DATABASE_URL", garage.database.as_role("health"))
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield lambda *options: CliRunner().invoke(app, [*COMMAND, *options])
    structlog.reset_defaults()
    for number, handler in handlers.items():
        signal.signal(number, handler)


def conclusion(told: str) -> dict[str, Any]:
    """The last line on stdout."""
    last: dict[str, Any] = json.loads(told.splitlines()[-1])
    return last


@contextmanager
def held_report(garage: Garage, car: int) -> Iterator[None]:
    """The job of a car stands still when it wants to write its report, until the block ends."""
    with garage.database.connect() as connection, connection.transaction():
        connection.execute("SELECT FROM report WHERE vehicle_id = %s FOR UPDATE", [car])
        yield


@contextmanager
def recomputing(garage: Garage, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A recompute on its way; killed with all its processes if the block leaves it running."""
    settings = environment({"DATABASE_URL": garage.database.as_role("health")})
    process = subprocess.Popen([sys.executable, "-m", "health", *COMMAND, *options], env=settings, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def held_up(garage: Garage) -> list[int]:
    """Ports from which jobs that wait for a lock are connected."""
    return [port for port, in garage.rows(
        "SELECT client_port FROM pg_stat_activity WHERE application_name = 'pitcall-health-recompute' "
        "AND datname = current_database() AND wait_event_type = 'Lock'")]


def connected_from(parent: int, port: int) -> psutil.Process:
    """The process among the descendants of another that talks from a port."""
    for process in psutil.Process(parent).children(recursive=True):
        with suppress(psutil.Error):
            if any(talk.laddr and talk.laddr.port == port for talk in process.net_connections("tcp")):
                return process
    raise LookupError(f"no process talks from port {port}")


def test_it_gives_what_the_worker_gives(garage: Garage, fleet: list[int], recompute: Run) -> None:
    """Trips, days and reports, to the bit."""
    before = derived(garage, fleet)
    age(garage, *fleet)
    ended = recompute("--chunk-cars", "2")
    assert (ended.exit_code, conclusion(ended.stdout)["renewed"]) == (0, CARS)
    assert derived(garage, fleet) == before
    assert garage.rows("SELECT DISTINCT model_version FROM trip") == [(MODEL_VERSION,)]


def test_two_dask_workers_give_the_same_though_one_is_killed_midway(garage: Garage, fleet: list[int]) -> None:
    """Its car is begun again elsewhere, the others are not done twice."""
    before = derived(garage, fleet)
    age(garage, *fleet)
    with recomputing(garage, "--workers", "2", "--chunk-cars", "1") as process:
        with held_report(garage, fleet[2]):
            assert eventually(lambda: len(held_up(garage)) == 1, (0.1,) * 400)
            killed = connected_from(process.pid, held_up(garage)[0])
            killed.kill()
            killed.wait(timeout=10)
        told, complaint = process.communicate(timeout=60)
    assert (process.returncode, conclusion(told)["renewed"]) == (0, CARS), complaint
    assert derived(garage, fleet) == before


def test_killed_anywhere_it_goes_on_where_it_was(garage: Garage, fleet: list[int], recompute: Run) -> None:
    """Two cars are done and stay as they are; the third, in the middle of its job, comes out whole."""
    before = derived(garage, fleet)
    age(garage, *fleet)
    with recomputing(garage) as process, held_report(garage, fleet[2]):
        assert eventually(lambda: len(held_up(garage)) == 1)
        process.kill()
        process.wait()
    done = {car: written for car, written in written_by(garage).items() if car in fleet[:2]}
    assert garage.rows("SELECT vehicle_id FROM report WHERE model_version = 'old' ORDER BY 1") == [
        (car,) for car in fleet[2:]]
    assert conclusion(recompute().stdout)["renewed"] == CARS - 2
    assert derived(garage, fleet) == before
    assert done.items() <= written_by(garage).items()


def test_told_to_end_it_finishes_the_car_at_hand(garage: Garage, fleet: list[int]) -> None:
    """SIGTERM: what is done is committed, what is left is said, and the exit code tells."""
    age(garage, *fleet)
    with recomputing(garage) as process:
        with held_report(garage, fleet[1]):
            assert eventually(lambda: len(held_up(garage)) == 1)
            process.send_signal(signal.SIGTERM)
        told, complaint = process.communicate(timeout=20)
    assert (process.returncode, conclusion(told)["left"]) == (1, CARS - 2)
    assert "3 cars are left" in complaint
    assert len(garage.rows("SELECT FROM report WHERE model_version = 'old'")) == CARS - 2


def test_only_cars_of_another_model_are_made_anew(garage: Garage, fleet: list[int], recompute: Run) -> None:
    """Two of them are, and one that has no trip yet, for the new model may find some; the others stay as they are."""
    before, written = derived(garage, fleet), written_by(garage)
    age(garage, *fleet[:3])
    garage.change("DELETE FROM trip WHERE vehicle_id = %s", fleet[2])
    assert conclusion(recompute().stdout)["renewed"] == 3
    assert derived(garage, fleet) == before
    assert {car for car, by in written_by(garage).items() if by != written[car]} == set(fleet[:3])


def test_what_is_named_is_made_anew_though_it_is_current(garage: Garage, fleet: list[int], recompute: Run) -> None:
    """`--all` with `--vehicles`: those and no other."""
    before, written = derived(garage, fleet), written_by(garage)
    ended = recompute("--all", "--vehicles", f"{fleet[1]},{fleet[3]}")
    assert (ended.exit_code, conclusion(ended.stdout)["renewed"]) == (0, 2)
    assert {car for car, by in written_by(garage).items() if by != written[car]} == {fleet[1], fleet[3]}
    assert derived(garage, fleet) == before


def test_beside_a_worker_each_car_is_made_once(garage: Garage, fleet: list[int]) -> None:
    """A car the worker has made by then is passed over; what came in meanwhile waits for the worker."""
    before = derived(garage, fleet)
    age(garage, *fleet)
    device = garage.database.value("SELECT device_key FROM device WHERE device_id = 'd0'")
    assert isinstance(device, int)
    with recomputing(garage) as process:
        with held_report(garage, fleet[0]):
            assert eventually(lambda: len(held_up(garage)) == 1)
            garage.work()
            garage.deliver(device, *week()[:4])
        told, _ = process.communicate(timeout=20)
    told_last = conclusion(told)
    assert (process.returncode, told_last["renewed"], told_last["current"]) == (0, 1, CARS - 1)
    assert len(garage.rows("SELECT FROM touched")) == 4
    garage.work()
    assert derived(garage, fleet) == before


def test_one_broken_car_does_not_hold_up_the_others(garage: Garage, fleet: list[int], recompute: Run) -> None:
    """It is named at the end, and nothing of it is lost."""
    before = derived(garage, fleet)
    age(garage, *fleet)
    garage.change("UPDATE vehicle SET facts = '{\"mass_kg\": \"heavy\"}' WHERE vehicle_id = %s", fleet[0])
    ended = recompute()
    assert (ended.exit_code, conclusion(ended.stdout)["failed"]) == (1, [fleet[0]])
    assert f"car {fleet[0]} failed: ValidationError" in ended.stderr
    assert derived(garage, fleet[1:]) == before[1:]
    assert garage.rows("SELECT vehicle_id FROM report WHERE model_version = 'old'") == [(fleet[0],)]


def test_from_cold_parquet_it_gives_what_it_gives_from_the_database(garage: Garage, tmp_path: Path,
                                                                    recompute: Run) -> None:
    """All readings have left the database; without cold storage the car fails and keeps what it had."""
    stock = Stock.filled(garage, Folder(tmp_path / "cold"), ["d1"])
    car = garage.car()
    garage.fit(stock.devices["d1"], car, MAY)
    garage.work()
    before = garage.derived(car)
    stock.folder.begin()
    stock.export()
    stock.empty_database()
    garage.change("UPDATE retention SET dropped_before = '2024-07-01Z' WHERE hypertable = 'reading'")
    age(garage, car)
    refused = recompute()
    assert (refused.exit_code, conclusion(refused.stdout)["failed"]) == (1, [car])
    assert recompute("--from", str(stock.folder.path)).exit_code == 0
    reset(garage)
    assert garage.derived(car) == before


def test_a_dry_run_says_what_there_is_to_do_and_does_nothing(garage: Garage, fleet: list[int], recompute: Run) -> None:
    age(garage, *fleet[:2])
    garage.car()
    written = written_by(garage)
    ended = recompute("--dry-run")
    assert (ended.exit_code, ended.stdout) == (0, "")
    assert ended.stderr == f"3 cars to bring to model {MODEL_VERSION}, 2 of model old, 1 without a report\n"
    assert written_by(garage) == written


@pytest.mark.parametrize(("options", "said"), [
    (["--vehicles", "1,two"], "--vehicles '1,two'"), (["--vehicles", "2147483647"], "no car in use is 2147483647"),
    (["--from", "/nowhere"], "--from '/nowhere'"), (["--as-of", "soon"], "--as-of 'soon'")])
def test_what_it_cannot_begin_with_is_said_in_one_line(recompute: Run, options: list[str], said: str) -> None:
    ended = recompute(*options)
    assert ended.exit_code == 2
    assert said in ended.stderr and len(ended.stderr.splitlines()) == 1


def test_a_process_with_another_model_installed_refuses() -> None:
    """On a cluster that was not brought up to date."""
    settings = Settings.from_env({"PITCALL_DATABASE_URL": "postgresql://nowhere"})
    with pytest.raises(ConfigurationError, match="asked for model of-tomorrow"):
        Renewal(settings, Order(AS_OF, None, everything=False, model_version="of-tomorrow"), Event())
