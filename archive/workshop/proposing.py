"""Proposing: the open needs of a car become one proposed booking for its owner, and new needs join it."""

from collections.abc import Sequence
from datetime import date, timedelta

import psycopg

from archive.database.queries import beside
from archive.workshop import due
from archive.workshop.facts import Car
from schemas.report import Due

_QUERIES = beside(__file__)


def renew(connection: psycopg.Connection, car: Car, forecast: Sequence[Due], today: date) -> list[str]:
    """Settle the due items of a car after a forecast, and what is proposed for them; returns the items new in it.

    The car's bookings are locked first: confirming one and proposing more wait for each other, in this order.
    """
    connection.execute(_QUERIES["hold"], [car.vehicle_id])
    due.settle(connection, car, forecast, today)
    return propose(connection, car, today)


def propose(connection: psycopg.Connection, car: Car, today: date) -> list[str]:
    """Bring the proposed booking of a car in line with its open due items, and return those that are new in it.

    Repeating it changes nothing.

    It is for the owner of today, at the home store, on the day the first item falls due but not before tomorrow. A
    booking nobody has confirmed is withdrawn when its needs are gone or the car has changed hands. Without an owner
    there are due items only.
    """
    values = {"vehicle": car.vehicle_id, "store": car.store_id, "owner": car.owner_id, "in_use": car.in_use,
              "earliest": today + timedelta(days=1)}
    for step in ("release_from_former_owner", "withdraw", "propose"):
        connection.execute(_QUERIES[step], values)
    joined = [str(row[0]) for row in connection.execute(_QUERIES["join"], values)]
    connection.execute(_QUERIES["reschedule"], values)
    return joined
