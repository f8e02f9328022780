"""Due items: what a car needs, once per need and cycle, from the moment it comes into sight until it is done."""

from collections.abc import Sequence
from datetime import date, timedelta

import psycopg

from archive.database.queries import beside
from archive.workshop.facts import Car
from schemas.report import Due

_QUERIES = beside(__file__)

LINGER_DAYS = 7
"""A need leaves again when its median date has moved so many days beyond the horizon [d]. K: forecasts jitter by days,
and a booking that comes and goes with them would annoy the customer."""


def settle(connection: psycopg.Connection, car: Car, forecast: Sequence[Due], today: date) -> None:
    """Bring the due items of a car in line with a forecast; repeating it changes nothing.

    An item is due soon when its median date lies within the store's `propose_ahead_days`, or within `combine_days` of
    the visit the first of them needs: one visit, not two. Soon ones are opened, or return when they were void, or
    declined and their day to return has come. Open ones follow the forecast's dates and
    reasons. Open ones that moved out of sight become void unless a customer knows of them (offered, confirmed). A car
    no longer in use needs nothing, unless it stands in the workshop.
    """
    horizon = _horizon(car, forecast, today)
    in_sight = [due for due in forecast if car.in_use and due.date <= horizon + timedelta(days=LINGER_DAYS)]
    _run(connection, "close_superseded", {"vehicle": car.vehicle_id})
    _run(connection, "void_out_of_sight", {"vehicle": car.vehicle_id, "items": [due.item for due in in_sight],
                                           "axles": [due.axle for due in in_sight],
                                           "kept_while": _known_to_customer(car)})
    _run(connection, "follow_forecast", _columns(car, in_sight))
    _run(connection, "open_soon", _columns(car, [due for due in in_sight if due.date <= horizon]) | {"today": today})


def release(connection: psycopg.Connection, booking_id: int) -> None:
    """Let the unfinished items of a booking wait for another one: it was cancelled, or nobody came."""
    _run(connection, "release", {"booking": booking_id})


def _horizon(car: Car, forecast: Sequence[Due], today: date) -> date:
    """The last day of what is proposed now."""
    ahead = today + timedelta(days=car.propose_ahead_days)
    first = min((due.date for due in forecast if due.date <= ahead), default=None)
    return ahead if first is None else max(ahead, max(first, today) + timedelta(days=car.combine_days))


def _known_to_customer(car: Car) -> list[str]:
    on_site = ["arrived", "in_progress", "ready"]
    return [*on_site, "offered", "confirmed"] if car.in_use else on_site


def _columns(car: Car, dues: Sequence[Due]) -> dict[str, object]:
    return {"vehicle": car.vehicle_id, "items": [due.item for due in dues], "dates": [due.date for due in dues],
            "lows": [due.low for due in dues], "highs": [due.high for due in dues],
            "limits": [due.limit for due in dues], "zh": [due.reason_zh for due in dues],
            "en": [due.reason_en for due in dues], "axles": [due.axle for due in dues]}


def _run(connection: psycopg.Connection, name: str, values: dict[str, object]) -> None:
    connection.execute(_QUERIES[name], values)
