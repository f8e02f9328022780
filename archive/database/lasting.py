"""A connection for programs that go on for months: made anew after every outage of the database."""

from collections.abc import Callable
from contextlib import suppress

import psycopg
import structlog
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

from archive.admin.ending import Ending
from archive.database.connecting import connect
from schemas.errors import StoreUnavailable

log = structlog.get_logger()

LONGEST_WAIT_S = 30.0
"""Longest pause between two attempts to reach the database [s]. K."""


class LastingConnection:
    """One connection that commits each statement, used by one thread; `on_away` hears of every failed attempt."""

    def __init__(self, url: str, name: str, ending: Ending, on_away: Callable[[], None] = lambda: None) -> None:
        self._url = url
        self._name = name
        self._ending = ending
        self._on_away = on_away
        self._connection: psycopg.Connection | None = None

    def retrying(self, work: Callable[[psycopg.Connection], None]) -> None:
        """Do something with the database, again and again while it raises StoreUnavailable, until told to end."""
        attempts = Retrying(retry=retry_if_exception_type(StoreUnavailable), sleep=self._pause,
                            wait=wait_random_exponential(0.5, max=LONGEST_WAIT_S), before_sleep=self._away,
                            stop=lambda _: self._ending.is_set(), reraise=True)
        try:
            attempts(lambda: work(self._connected()))
        except StoreUnavailable:
            log.warning("ended_while_database_away")

    def close(self) -> None:
        """Give the connection up; the next use makes another."""
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
            self._connection = None

    def _connected(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = connect(self._url, name=self._name, autocommit=True)
        return self._connection

    def _pause(self, seconds: float) -> None:
        self._ending.wait(seconds)

    def _away(self, state: RetryCallState) -> None:
        self.close()
        self._on_away()
        log.warning("database_away", attempt=state.attempt_number)
