"""Connections: one way in for every process, and one border where psycopg's errors become ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool, PoolTimeout

from archive.database.queries import beside
from schemas.errors import ConfigurationError, Conflict, StoreUnavailable

_QUERIES = beside(__file__)
CONNECT_TIMEOUT_S = 5
"""A database that does not answer in this time is away."""

PEER_TIMEOUT_MS = 15_000
"""A peer that does not confirm what was sent to it is gone [ms]; the kernel alone would try for 15 minutes."""

GRACE_S = 1
"""A living server ends a statement at its timeout by itself and says so; only a hung one is left alone after this."""

Result = TypeVar("Result")


class BoundedConnection(psycopg.Connection[TupleRow]):
    """Gives up on a server that hangs: its sockets stay open and its kernel confirms what we send, so nothing but a
    clock on our side can tell. Such a connection is closed and raises psycopg.OperationalError."""

    patience_s: float | None = None

    def wait(self, gen: PQGen[Result], interval: float = 0.1, timeout: float | None = None) -> Result:
        """Every exchange with the server goes through here, COPY and COMMIT included."""
        if self.patience_s is None or timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.patience_s)
        except psycopg.OperationalError as gone:
            if gone.sqlstate is None:  # not the server's word: it said nothing, and may answer the wrong question later
                self.pgconn.finish()
            raise


def connect(url: str, *, name: str, autocommit: bool = False, statement_timeout_s: int = 0,
            connect_timeout_s: int = CONNECT_TIMEOUT_S) -> psycopg.Connection:
    """One connection of its own; raises StoreUnavailable when the database does not answer, and ConfigurationError for
    what is no address.

    With a statement timeout, a server that hangs raises psycopg.OperationalError GRACE_S after it.
    """
    with our_errors():
        connection = BoundedConnection.connect(_with_options(url, name, statement_timeout_s), autocommit=autocommit,
                                               connect_timeout=connect_timeout_s)
    connection.patience_s = statement_timeout_s + GRACE_S if statement_timeout_s else None
    return connection


@contextmanager
def open_pool(url: str, *, name: str, size: int = 8) -> Iterator[ConnectionPool]:
    """A pool for request handlers: broken connections are noticed before use, waiting is bounded."""
    pool = ConnectionPool(_with_options(url, name), min_size=1, max_size=size, timeout=3, max_waiting=4 * size,
                          check=ConnectionPool.check_connection, open=False)
    with pool:
        yield pool


@contextmanager
def our_errors() -> Iterator[None]:
    """Turn psycopg's errors into ours: away is StoreUnavailable, a broken named rule is Conflict naming it."""
    try:
        yield
    except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout) as away:
        raise StoreUnavailable from away
    except psycopg.IntegrityError as refused:
        raise Conflict(f"refused by rule {refused.diag.constraint_name}") from refused


def act_for_customer(connection: psycopg.Connection, customer_id: int) -> None:
    """Show this transaction only what this customer may see."""
    connection.execute(_QUERIES["act_for"], {"customer": str(customer_id), "staff": ""})


def act_for_staff(connection: psycopg.Connection, staff_id: int) -> None:
    """Show this transaction only what this member of staff may see."""
    connection.execute(_QUERIES["act_for"], {"customer": "", "staff": str(staff_id)})


def _with_options(url: str, name: str, statement_timeout_s: int = 0) -> str:
    """An address with our habits: UTC, a name in the server's lists, a dead peer noticed within 20 s."""
    try:
        return make_conninfo(url, application_name=f"pitcall-{name}", connect_timeout=CONNECT_TIMEOUT_S,
                             keepalives_idle=10, keepalives_interval=3, keepalives_count=3,
                             tcp_user_timeout=PEER_TIMEOUT_MS,
                             options=f"-c timezone=UTC -c statement_timeout={statement_timeout_s}s")
    except psycopg.ProgrammingError:
        # Not what it is: it carries a password.
        raise ConfigurationError("PITCALL_DATABASE_URL: an address such as postgresql://ROLE@HOST/DATABASE") from None
