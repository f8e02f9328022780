"""A connection that is given up when the database goes away and tried again until it is back."""

from collections.abc import Callable
from threading import Event
from typing import TypeVar

import psycopg
import structlog
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_when_event_set, wait_random_exponential

from archive.database.connecting import connect
from schemas.errors import StoreUnavailable

log = structlog.get_logger()
Result = TypeVar("Result")

AWAY = (psycopg.OperationalError, psycopg.InterfaceError, StoreUnavailable)
"""The database is down, restarting, hung or full: try again, nothing is lost."""

STATEMENT_TIMEOUT_S = 8
"""Longest a statement may take; a batch takes a tenth of a second. A server that hangs is given up 1 s later, so that
within 10 s another attempt begins."""

SHORTEST_WAIT_S, LONGEST_WAIT_S = 0.05, 2.0
"""Between two attempts, with jitter: writing again within 5 s of the database's return."""


class DatabaseLink:
    """One connection of ingest; used by one thread at a time."""

    def __init__(self, url: str, name: str, stop: Event, on_away: Callable[[], None],
                 prepare: Callable[[psycopg.Connection], None] = lambda _: None) -> None:
        self._url = url
        self._name = name
        self._stop = stop
        self._on_away = on_away
        self._prepare = prepare
        self._connection: psycopg.Connection | None = None
        self._works = False

    def works(self) -> bool:
        """Whether the last attempt succeeded: a database with a full disk still answers those who only ask."""
        return self._works

    def persist(self, work: Callable[[psycopg.Connection], Result]) -> Result:
        """Do something with the database, again and again while it is away; gives up only when told to stop.

        Raises one of AWAY after `stop`, and whatever else `work` raises at once.
        """
        attempts = Retrying(retry=retry_if_exception_type(AWAY), stop=stop_when_event_set(self._stop),
                            wait=wait_random_exponential(SHORTEST_WAIT_S, max=LONGEST_WAIT_S),
                            before_sleep=self._away, reraise=True)
        result = attempts(lambda: work(self._connected()))
        self._works = True
        return result

    def close(self) -> None:
        """Give the connection up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = connect(self._url, name=self._name, autocommit=True,
                                       statement_timeout_s=STATEMENT_TIMEOUT_S)
            self._prepare(self._connection)
        return self._connection

    def _away(self, state: RetryCallState) -> None:
        self.close()
        self._works = False
        self._on_away()
        log.warning("database_away", connection=self._name, attempt=state.attempt_number, why=_why(state))


def _why(state: RetryCallState) -> str:
    """The server's own code (SQLSTATE) where it gave one, else the kind of error: messages may quote values."""
    problem = state.outcome.exception() if state.outcome else None
    return getattr(problem, "sqlstate", None) or type(problem).__name__
