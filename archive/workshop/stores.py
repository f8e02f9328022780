"""Stores of the group."""

import psycopg

from archive.database.connecting import our_errors
from archive.database.queries import beside
from schemas.errors import NotFound

_QUERIES = beside(__file__)


def add(connection: psycopg.Connection, code: str, name_zh: str, name_en: str, timezone: str) -> int:
    """Open a store and return its id; raises Conflict when the code is taken."""
    with our_errors():
        row = connection.execute(_QUERIES["add"], [code, name_zh, name_en, timezone]).fetchone()
    assert row is not None  # noqa: S101 - INSERT ... RETURNING gives a row or raises
    return int(row[0])


def by_code(connection: psycopg.Connection) -> dict[str, int]:
    """Number of each store by its code."""
    return {str(code): int(number) for code, number in connection.execute(_QUERIES["by_code"])}


def number_of(connection: psycopg.Connection, code: str) -> int:
    """The store with this code; raises NotFound, naming those there are."""
    known = by_code(connection)
    if code not in known:
        raise NotFound(f"no store {code!r}; there are: {', '.join(sorted(known)) or 'none yet'}")
    return known[code]
