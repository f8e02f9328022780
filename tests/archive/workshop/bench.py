"""The workshop's side of the garage: forecasts laid on the table, bookings looked at."""

from datetime import date, timedelta

import psycopg

from archive.fleet import marks
from archive.workshop import facts, proposing
from schemas.report import Due
from schemas.vehicle import Axle
from tests.archive.garage import AS_OF, Garage

TODAY = date(2026, 11, 22)


def due(item: str, in_days: int, axle: Axle | None = None) -> Due:
    """An item that falls due in so many days from 22 November."""
    day = TODAY + timedelta(days=in_days)
    return Due(item=item, axle=axle, date=day, low=day - timedelta(days=5), high=day + timedelta(days=9), limit="km",
               reason_zh="里程到了", reason_en="distance reached")


def foresee(garage: Garage, vehicle_id: int, *forecast: Due, days_later: int = 0) -> None:
    """A worker's job concludes with this forecast, so many days after 22 November."""
    with garage.database.connect("health") as connection:
        conclude(connection, vehicle_id, *forecast, days_later=days_later)


def conclude(connection: psycopg.Connection, vehicle_id: int, *forecast: Due, days_later: int = 0) -> None:
    """As `foresee`, on a connection at hand, under the claim a worker holds."""
    later = timedelta(days=days_later)
    with connection.transaction():
        marks.touch_outlook(connection, vehicle_id)
        if marks.claim(connection):
            car = facts.car(connection, vehicle_id, AS_OF + later)
            proposing.renew(connection, car, forecast, TODAY + later)


def owned_car(garage: Garage) -> int:
    """A car somebody owns."""
    car = garage.car()
    garage.own(garage.customer(), car)
    return car


def items(garage: Garage) -> list[tuple[str, int, str, bool]]:
    """Due items: name, cycle, state, whether a booking holds them."""
    return garage.rows("SELECT item, cycle, state, booking_id IS NOT NULL FROM due_item ORDER BY item, cycle")


def bookings(garage: Garage) -> list[tuple[str, date]]:
    """Bookings: state and proposed day."""
    return garage.rows("SELECT state, proposed_for FROM booking ORDER BY booking_id")


def everything(garage: Garage) -> list[object]:
    """Due items, bookings and history as they are stored, with the transactions that wrote them."""
    return [garage.rows("SELECT xmin::text, * FROM due_item ORDER BY due_item_id"),
            garage.rows("SELECT xmin::text, * FROM booking ORDER BY booking_id"),
            garage.rows("SELECT xmin::text, * FROM booking_history ORDER BY booking_id, at")]
