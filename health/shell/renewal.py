"""Renewal: chunks of cars made anew with the model of this process, wherever that runs."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psycopg
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from archive.admin.ending import Ending
from archive.admin.failures import log_failure
from archive.cold.folder import Folder
from archive.cold.reading import ColdReadings
from archive.database.connecting import our_errors
from archive.database.lasting import LastingConnection
from archive.fleet import marks, reports
from archive.fleet.reports import NewerModel
from health import MODEL_VERSION
from health.shell import job
from schemas.errors import ConfigurationError, StoreUnavailable
from schemas.settings import Settings

WHOLE_HISTORY = Multirange([Range[datetime](None, None)])


@dataclass(frozen=True)
class Order:
    """What is to be done with each car. It travels to where it is done, so it holds no secret.

    `as_of` None is the moment of each job; `cold` holds readings that left the database, None is PITCALL_COLD there;
    with `everything` cars are made anew that are of the model already.
    """

    as_of: datetime | None
    cold: Path | None
    everything: bool
    model_version: str = MODEL_VERSION


@dataclass
class Outcome:
    """Cars of a chunk by what became of them; a failed one with the kind of its error."""

    renewed: list[int] = field(default_factory=list)
    current: list[int] = field(default_factory=list)
    failed: dict[int, str] = field(default_factory=dict)

    def add(self, other: "Outcome") -> None:
        """Put what became of further cars to it."""
        self.renewed += other.renewed
        self.current += other.current
        self.failed |= other.failed

    def fail(self, car: int, problem: Exception) -> None:
        """Note and log a failure."""
        self.failed[car] = type(problem).__name__
        log_failure(problem, vehicle_id=car)

    def __len__(self) -> int:
        return len(self.renewed) + len(self.current) + len(self.failed)


class Renewal:
    """Does what the worker does, car by car, each in a transaction of its own: killed anywhere, it can begin again.

    Raises ConfigurationError when the order is for another model than the one installed here.
    """

    def __init__(self, settings: Settings, order: Order, ending: Ending) -> None:
        if order.model_version != MODEL_VERSION:
            raise ConfigurationError(f"asked for model {order.model_version}, but {MODEL_VERSION} is installed here")
        self._database = LastingConnection(settings.require_database(), "health-recompute", ending)
        self._order = order
        cold = order.cold or settings.cold
        self._cold = ColdReadings(Folder(cold)) if cold else None
        self._ending = ending

    def chunk(self, cars: Sequence[int]) -> Outcome:
        """Make cars anew, one after the other until told to end; a database that is away is waited for.

        Raises NewerModel when the report of one is of a newer model.
        """
        outcome = Outcome()
        try:
            for car in cars:
                if not self._ending.is_set():
                    self._database.retrying(partial(self._renew, car, outcome))
        finally:
            self._database.close()
        return outcome

    def _renew(self, car: int, outcome: Outcome, connection: psycopg.Connection) -> None:
        try:
            with our_errors(), connection.transaction():
                renewed = self._renewed(connection, car)
            (outcome.renewed if renewed else outcome.current).append(car)
        except (StoreUnavailable, NewerModel):
            raise
        except Exception as problem:  # noqa: BLE001 - one car's trouble must not end the work on all others
            outcome.fail(car, problem)

    def _renewed(self, connection: psycopg.Connection, car: int) -> bool:
        """Do the worker's job on a car; False when somebody else has done it since."""
        marks.lock(connection, car)
        if not self._order.everything and reports.model_version(connection, car) == MODEL_VERSION:
            return False
        claim = replace(marks.take(connection, car), touched=WHOLE_HISTORY)
        job.do(connection, claim, self._order.as_of or datetime.now(UTC), self._cold)
        return True
