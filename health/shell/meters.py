"""What a worker measures: its jobs, how many cars wait, and what it proposed."""

import time
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

STUCK_S = 900.0
"""Longest time without an end of a job or a look for one while we call ourselves ready [s]. K: a car's whole history
takes a minute."""


class Meters:
    """Everything of one worker."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._jobs = Counter("health_jobs", "cars worked on", ["outcome"], registry=registry)
        self._seconds = Histogram("health_job_seconds", "from claim to commit of one car", registry=registry,
                                  buckets=(.05, .1, .2, .3, .5, 1, 2, 5, 10, 30, 60, 300))
        self._stale = Gauge("health_vehicles_stale", "cars whose report does not show all that is stored",
                            registry=registry)
        self._triggered = Counter("bookings_triggered", "due items that began or joined a proposal, by rule", ["rule"],
                                  registry=registry)
        self._reconnects = Counter("db_reconnects", "connections to the database that replaced a lost one",
                                   registry=registry)
        self._looked_at = Gauge("health_last_look_timestamp_seconds", "when the worker last looked for a car",
                                registry=registry)
        self._away = False
        self._moved_s = time.monotonic()
        for outcome in ("done", "failed"):
            self._jobs.labels(outcome)

    def away(self) -> None:
        """The database did not answer."""
        self._away = True

    def looked(self, stale: int) -> None:
        """A look for cars that wait, and how many they are."""
        if self._away:
            self._reconnects.inc()
        self._away = False
        self._stale.set(stale)
        self._looked_at.set_to_current_time()
        self._moved_s = time.monotonic()

    def done(self, seconds: float, rules: Iterable[str]) -> None:
        """A job that is committed, and the rules whose items it proposed."""
        self._jobs.labels("done").inc()
        self._seconds.observe(seconds)
        for rule in rules:
            self._triggered.labels(rule).inc()
        self._moved_s = time.monotonic()

    def failed(self) -> None:
        """A job that came to nothing."""
        self._jobs.labels("failed").inc()
        self._moved_s = time.monotonic()

    def moving(self) -> bool:
        """Whether work goes on."""
        return time.monotonic() - self._moved_s < STUCK_S
