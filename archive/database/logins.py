"""Letting the database roles log in: passwords are set from outside, never by a migration."""

import psycopg
from psycopg import sql

from archive.database.queries import beside
from schemas.errors import InvalidInput

_QUERIES = beside(__file__)
ROLES = ("owner", "ingest", "health", "api", "backup")


def allow(connection: psycopg.Connection, role: str, password: str) -> None:
    """Give a role a password and the right to log in; raises InvalidInput for an unknown role."""
    if role not in ROLES:
        raise InvalidInput(f"role {role!r}: one of {', '.join(ROLES)}")
    # Hashed here, so that the clear password appears in no statement and no server log.
    hashed = connection.pgconn.encrypt_password(password.encode(), f"pitcall_{role}".encode(), b"scram-sha-256")
    connection.execute(_QUERIES["allow"].format(role=sql.Identifier(f"pitcall_{role}"),
                                                password=sql.Literal(hashed.decode())))
