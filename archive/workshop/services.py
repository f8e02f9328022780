"""Services: what the workshop completed, from where the next due dates count."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

import psycopg

from archive.database.connecting import our_errors
from archive.database.queries import beside
from archive.fleet import marks
from schemas.vehicle import Axle

_QUERIES = beside(__file__)
WHOLE_CAR: Mapping[str, Axle] = MappingProxyType({})


def complete(connection: psycopg.Connection, vehicle_id: int, items: Sequence[str], done_at: date,
             odometer_km: float | None, booking_id: int | None = None, axles: Mapping[str, Axle] = WHOLE_CAR) -> int:
    """Record completed catalogue items, close exactly the needs they covered, and have the car looked at again.

    `axles` names the axle whose parts an item replaced, if not all: the need of the other one stays. Returns how many
    were new: the same item reported twice on a day counts once. Raises Conflict for an item outside the catalogue.
    """
    values = {"vehicle": vehicle_id, "items": list(items), "axles": [axles.get(item) for item in items],
              "day": done_at, "odometer": odometer_km, "booking": booking_id}
    with our_errors():
        recorded = connection.execute(_QUERIES["record"], values).rowcount
    connection.execute(_QUERIES["close_covered"], values)
    marks.touch_outlook(connection, vehicle_id)
    return recorded
