"""Services: what the workshop completed, from where the next due dates count."""

from collections.abc import Sequence
from datetime import date

import psycopg

from archive.database.connecting import our_errors
from archive.database.queries import beside
from archive.fleet import marks

_QUERIES = beside(__file__)


def complete(connection: psycopg.Connection, vehicle_id: int, items: Sequence[str], done_at: date,
             odometer_km: float | None, booking_id: int | None = None) -> int:
    """Record completed catalogue items, close exactly the needs they covered, and have the car looked at again.

    Returns how many were new: the same item reported twice on a day counts once. Raises Conflict for an item outside
    the catalogue.
    """
    values = {"vehicle": vehicle_id, "items": list(items), "day": done_at, "odometer": odometer_km,
              "booking": booking_id}
    with our_errors():
        recorded = connection.execute(_QUERIES["record"], values).rowcount
    connection.execute(_QUERIES["close_covered"], values)
    marks.touch_outlook(connection, vehicle_id)
    return recorded
