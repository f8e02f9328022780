"""Figures of whole models: fuel and tyre wear over the cars of one make, model and fuel, nobody's in particular."""

from datetime import datetime

import psycopg

from archive.database.queries import beside

_QUERIES = beside(__file__)

LEAST_OWNERS = 10
"""Fewer different owners and nothing is told: each one's own figure could be guessed. K: k-anonymity"""

LEAST_KM = 500.0
"""A car counts from this distance within half a year on [km]. K"""


def refresh(connection: psycopg.Connection, as_of: datetime) -> int:
    """Take the picture of the day of an instant (UTC) unless there is one; returns how many models it shows."""
    values = {"day": as_of.date(), "owners": LEAST_OWNERS, "km": LEAST_KM}
    with connection.transaction():
        row = connection.execute(_QUERIES["is_due"], values).fetchone()
        if not row or not row[0]:
            return 0
        shown = connection.execute(_QUERIES["take"], values).rowcount
        connection.execute(_QUERIES["forget"], values)
    return shown
