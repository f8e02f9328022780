"""Migrations: ordered .sql files, each recorded in the transaction that applies it."""

from pathlib import Path

import psycopg
from psycopg import sql

from archive.database.queries import beside

FOLDER = Path(__file__).parent / "migrations"
ROLES = "0000_roles"
_QUERIES = beside(__file__)


def names() -> list[str]:
    """All migrations in the order they apply."""
    return sorted(path.stem for path in FOLDER.glob("*.sql"))


def applied(connection: psycopg.Connection) -> list[str]:
    """Migrations this database has seen; empty for a fresh one."""
    if connection.execute(_QUERIES["ledger_exists"]).fetchone() == (False,):
        return []
    return [str(row[0]) for row in connection.execute(_QUERIES["applied"])]


def is_up_to_date(connection: psycopg.Connection) -> bool:
    """Whether this database has seen every migration this program knows; a newer one has seen more."""
    return set(names()) <= set(applied(connection))


def migrate(connection: psycopg.Connection) -> list[str]:
    """Apply what is missing, oldest first, and return the names applied.

    The connecting role needs CREATE EXTENSION and CREATEROLE for the first one. Raises psycopg.Error when a migration
    fails; those before it stay applied.
    """
    done: list[str] = []
    for name in names():
        with connection.transaction():
            connection.execute(_QUERIES["lock"])
            if name not in applied(connection):
                _apply(connection, name)
                done.append(name)
    return done


def _apply(connection: psycopg.Connection, name: str) -> None:
    text = (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    if name != ROLES:
        connection.execute(_QUERIES["become_owner"])
    connection.execute(sql.SQL(text))  # our own file
    if name == ROLES:
        connection.execute(_QUERIES["become_owner"])
    connection.execute(_QUERIES["create_ledger"])
    connection.execute(_QUERIES["record"], [name])
