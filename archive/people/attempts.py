"""Limits on guessing: how often one account, phone or address may try within a window.

Counted in the database, so that the limit holds over all processes and a restart forgives nothing.
"""

from datetime import timedelta

import psycopg

from archive.database.queries import beside
from archive.database.sealing import Vault
from schemas.errors import PitcallError

_QUERIES = beside(__file__)
WINDOW = timedelta(minutes=15)
"""Length of a window; counting starts anew after it."""


class TooManyAttempts(PitcallError):
    """Too many attempts; wait and try again."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__()
        self.retry_after_s = retry_after_s


def count(connection: psycopg.Connection, vault: Vault, kind: str, subject: str, *, limit: int) -> None:
    """Count one attempt; raises TooManyAttempts beyond `limit` per window. Commit before the attempt itself."""
    given = {"subject": vault.token(f"attempt {kind}", subject), "window": WINDOW}
    row = connection.execute(_QUERIES["count"], given).fetchone()
    if row and row[0] > limit:
        raise TooManyAttempts(max(1, int(row[1].total_seconds())))


def forgive(connection: psycopg.Connection, vault: Vault, kind: str, subject: str) -> None:
    """Forget the attempts of a subject that proved itself."""
    connection.execute(_QUERIES["forgive"], [vault.token(f"attempt {kind}", subject)])


def forget_old(connection: psycopg.Connection) -> int:
    """Delete windows that are over and return how many; the keeper's job."""
    return connection.execute(_QUERIES["forget_old"], {"window": WINDOW}).rowcount
