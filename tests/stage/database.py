"""A database of a test's own, cloned in a tenth of a second from a migrated template."""

import itertools
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from archive.database import logins, migrating

TEMPLATE = "pitcall_template"
ROLE_PASSWORD = "password-of-test-roles"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Database:
    """One database; `url` is the superuser's."""

    url: str

    def as_role(self, role: str) -> str:
        """Address for one of the working roles."""
        return make_conninfo(self.url, user=f"pitcall_{role}", password=ROLE_PASSWORD)

    def connect(self, role: str | None = None) -> psycopg.Connection:
        """A connection that commits each statement."""
        return psycopg.connect(self.as_role(role) if role else self.url, autocommit=True)

    def value(self, statement: str, *parameters: object) -> object:
        """The first column of the first row."""
        with self.connect() as connection:
            row = connection.execute(statement, parameters).fetchone()
        return row[0] if row else None

    def rows(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Whatever a test wants to see, row security aside."""
        with self.connect() as connection:
            return connection.execute(statement, parameters).fetchall()

    def change(self, statement: str, *parameters: object) -> None:
        """Whatever else happens in the world."""
        with self.connect() as connection:
            connection.execute(statement, parameters)

    def readings_of(self, device_id: str) -> object:
        """How many readings of a device are stored."""
        return self.value("SELECT count(*) FROM reading JOIN device USING (device_key) WHERE device_id = %s", device_id)


def make_template(server_url: str) -> None:
    """Create and migrate the template once per server, with log-ins for all roles."""
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} (FORCE)").format(sql.Identifier(TEMPLATE)))
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
    with psycopg.connect(make_conninfo(server_url, dbname=TEMPLATE), autocommit=True) as connection:
        migrating.migrate(connection)
        for role in logins.ROLES:
            logins.allow(connection, role, ROLE_PASSWORD)
    _close_to_visitors(server_url)


def _close_to_visitors(server_url: str) -> None:
    """A template in use cannot be cloned, and TimescaleDB's scheduler visits every database that lets it in."""
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(TEMPLATE)))
        server.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [TEMPLATE])


def cloned(server_url: str) -> AbstractContextManager[Database]:
    """A fresh copy of the template, dropped afterwards."""
    return _created(server_url, sql.SQL(" TEMPLATE {}").format(sql.Identifier(TEMPLATE)))


def empty(server_url: str) -> AbstractContextManager[Database]:
    """A database without anything in it, dropped afterwards."""
    return _created(server_url, sql.SQL(""))


@contextmanager
def _created(server_url: str, how: sql.Composable) -> Iterator[Database]:
    name = sql.Identifier(f"test_{next(_numbers)}")
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} (FORCE)").format(name))
        server.execute(sql.SQL("CREATE DATABASE {}{}").format(name, how))
    yield Database(make_conninfo(server_url, dbname=name.as_string().strip('"')))
    # A connection of its own: the test may have killed the server in between.
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE {} (FORCE)").format(name))
