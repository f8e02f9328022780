"""The worker: takes cars with something new, one after the other, until it is told to end."""

import gc
import time
from collections.abc import Callable
from datetime import datetime

import psycopg
import structlog
from prometheus_client import CollectorRegistry

from archive.admin.ending import Ending
from archive.admin.failures import log_failure
from archive.admin.port import Health
from archive.admin.readiness import database_ready
from archive.cold.reading import ColdReadings
from archive.database.connecting import our_errors
from archive.database.lasting import LastingConnection
from archive.fleet import marks, model_figures, reports
from archive.fleet.marks import Claim
from archive.fleet.reports import NewerModel
from health import MODEL_VERSION
from health.shell import job
from health.shell.job import Done
from health.shell.meters import Meters
from schemas.errors import StoreUnavailable

log = structlog.get_logger()

REST_S = 600.0
"""A car whose job failed is left alone for so long [s]: it must not keep others waiting."""
STALE_EVERY_S = 60.0
"""How often to look for reports that aged [s]."""
COUNT_EVERY_S = 5.0
"""How often to count the cars that wait [s]."""


class Worker:
    """Any number of these run side by side; the database gives each car to one of them.

    `as_of` tells the instant the reports are made for, normally now; `cold` holds readings that left the database.
    """

    def __init__(self, database_url: str, as_of: Callable[[], datetime], ending: Ending,
                 cold: ColdReadings | None = None, metrics: CollectorRegistry | None = None) -> None:
        self._meters = Meters(metrics or CollectorRegistry())
        self._database = LastingConnection(database_url, "health-work", ending, self._meters.away)
        self._database_ready = database_ready(database_url)
        self._as_of = as_of
        self._ending = ending
        self._cold = cold
        self._resting: dict[int, float] = {}
        self._stale_at = self._count_at = 0.0
        self.failed = 0

    def health(self) -> Health:
        """What the admin port answers: ready when the database is there and work goes on."""
        return Health({"database": self._database_ready, "jobs": self._meters.moving})

    def run(self, *, once: bool, interval_s: float) -> None:
        """Work until told to end, or with `once` until no car is left; a database that is away is waited for.

        Raises NewerModel as soon as there are reports of a newer model.
        """
        # What is loaded by now stays: looking for garbage in it would hold up every few jobs for 50 ms.
        gc.freeze()
        try:
            while not self._ending.is_set():
                self._database.retrying(self._turn)
                if once:
                    return
                self._ending.wait(interval_s)
        finally:
            self._database.close()

    def _turn(self, connection: psycopg.Connection) -> None:
        """Hand out marks and work through all cars that wait."""
        if self._ending.is_set():
            return
        with our_errors():
            self._touch_stale(connection)
            self._look(connection)
        while not self._ending.is_set() and self._job(connection):
            with our_errors():
                self._look(connection)

    def _look(self, connection: psycopg.Connection) -> None:
        """Hand marks out, and now and then count who waits."""
        marks.distribute(connection)
        if time.monotonic() >= self._count_at:
            self._meters.looked(marks.vehicles_waiting(connection))
            self._count_at = time.monotonic() + COUNT_EVERY_S

    def _touch_stale(self, connection: psycopg.Connection) -> None:
        if time.monotonic() >= self._stale_at:
            # First of all: to a model that was replaced, every new report would seem stale.
            reports.refuse_older(connection, MODEL_VERSION)
            model_figures.refresh(connection, self._as_of())
            marks.touch_stale(connection, self._as_of(), MODEL_VERSION)
            self._stale_at = time.monotonic() + STALE_EVERY_S

    def _job(self, connection: psycopg.Connection) -> bool:
        """Do one job and commit; False when no car waits. What fails leaves its marks behind."""
        claim: Claim | None = None
        began = time.monotonic()
        try:
            with our_errors(), connection.transaction():
                claim = marks.claim(connection, self._still_resting())
                done = job.do(connection, claim, self._as_of(), self._cold) if claim else None
            if done:
                self._note(done, time.monotonic() - began)
        except (StoreUnavailable, NewerModel):
            raise
        except Exception as problem:  # noqa: BLE001 - one car's trouble must not end the work on all others
            self._let_rest(claim, problem)
        return claim is not None

    def _note(self, done: Done, seconds: float) -> None:
        """After commit."""
        self._meters.done(seconds, done.proposed)
        log.info("job", vehicle_id=done.vehicle_id, marks=done.marks, trips_changed=done.trips_changed,
                 seconds=round(seconds, 3))

    def _still_resting(self) -> list[int]:
        now = time.monotonic()
        self._resting = {vehicle: until for vehicle, until in self._resting.items() if until > now}
        return list(self._resting)

    def _let_rest(self, claim: Claim | None, problem: Exception) -> None:
        if claim is None:
            raise problem
        self.failed += 1
        self._meters.failed()
        self._resting[claim.vehicle_id] = time.monotonic() + REST_S
        log_failure(problem, vehicle_id=claim.vehicle_id)
