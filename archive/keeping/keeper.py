"""The keeper: runs each timed job when it is due, if no other keeper is at it."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

import psycopg
import structlog

from archive.admin.ending import Ending
from archive.admin.failures import log_failure
from archive.cold.folder import Folder
from archive.database.connecting import our_errors
from archive.database.lasting import LastingConnection
from archive.keeping import diary
from archive.keeping.diary import Run
from archive.keeping.jobs import JOBS, RETRY_AFTER, Counts, Job, Shift
from archive.keeping.metrics import KeeperMetrics
from schemas.errors import PitcallError, StoreUnavailable

log = structlog.get_logger()


class Keeper:
    """Any number of these run side by side; the database gives each job to one of them at a time."""

    def __init__(self, database_url: str, cold: Folder | None, clock: Callable[[], datetime], ending: Ending,
                 metrics: KeeperMetrics, jobs: Sequence[Job] = JOBS) -> None:
        self._database = LastingConnection(database_url, "archive-keep", ending, metrics.database_away.inc)
        self._cold = cold
        self._clock = clock
        self._ending = ending
        self._metrics = metrics
        self._jobs = jobs
        self.failed = 0

    def run(self, *, once: bool, interval_s: float = 1.0) -> None:
        """Keep on until told to end; with `once`, run every job that nobody else is running, due or not."""
        try:
            while not self._ending.is_set():
                for job in self._jobs:
                    if self._ending.is_set():
                        return
                    self._database.retrying(partial(self._turn, job, once))
                if once:
                    return
                self._ending.wait(interval_s)
        finally:
            self._database.close()

    def _turn(self, job: Job, at_once: bool, connection: psycopg.Connection) -> None:
        """Do a job if it is this keeper's turn."""
        with our_errors():
            if at_once or is_due(job, diary.last_run(connection, job.name), self._clock()):
                self._if_free(connection, job, at_once)

    def _if_free(self, connection: psycopg.Connection, job: Job, at_once: bool) -> None:
        with diary.locked(connection, job.name) as mine:
            # Another keeper may have done it between our look at the diary and our lock.
            if mine and (at_once or is_due(job, diary.last_run(connection, job.name), self._clock())):
                self._do(connection, job)

    def _do(self, connection: psycopg.Connection, job: Job) -> None:
        began = time.monotonic()
        diary.begin(connection, job.name, self._clock())
        done = self._outcome(connection, job)
        diary.end(connection, job.name, self._clock(), done)
        seconds = time.monotonic() - began
        self._metrics.runs.labels(job.name, "failed" if done is None else "ok").inc()
        self._metrics.seconds.labels(job.name).observe(seconds)
        if done is not None:
            self._metrics.last_ok.labels(job.name).set(self._clock().timestamp())
            for what, count in done.items():
                self._metrics.done.labels(what).inc(count)
            log.info("job", job=job.name, seconds=round(seconds, 3), **done)

    def _outcome(self, connection: psycopg.Connection, job: Job) -> Counts | None:
        """What a job did, None when it failed; a database that is away is no failure of the job."""
        try:
            with our_errors():
                return job.run(Shift(connection, self._clock(), self._ending, self._cold))
        except StoreUnavailable:
            raise
        except Exception as problem:  # noqa: BLE001 - one job's trouble must not end all others
            self._note_failure(job, problem)
            return None

    def _note_failure(self, job: Job, problem: Exception) -> None:
        self.failed += 1
        # Our own errors name no personal value, others may quote one.
        why = str(problem) if isinstance(problem, PitcallError) else ""
        log_failure(problem, job=job.name, why=why)


def is_due(job: Job, last: Run | None, now: datetime) -> bool:
    """Whether a job should begin now: never run, its time has come, it failed a while ago, or its keeper died at it.

    A run without an end may also be under way: its lock tells.
    """
    if last is None or last.ended_at is None:
        return True
    if not last.ok:
        return now >= last.ended_at + min(job.every, RETRY_AFTER)
    return now >= last.began_at + job.every
