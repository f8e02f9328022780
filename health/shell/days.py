"""Days: what the trips that began on each local day came to."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from zoneinfo import ZoneInfo

from archive.fleet.reports import Day
from schemas.quantity import Q
from schemas.report_use import Trip


def days_of(trips: Iterable[Trip], zone: ZoneInfo) -> list[Day]:
    """Trips by the day they began on; one that passes midnight belongs to the evening it began."""

    def day_of(trip: Trip) -> date:
        return trip.start.astimezone(zone).date()

    return [_day(day, list(these)) for day, these in groupby(sorted(trips, key=day_of), day_of)]


def _day(day: date, trips: list[Trip]) -> Day:
    return Day(day, sum(_value(trip.distance_km) or 0.0 for trip in trips), _whole_fuel(trips), len(trips))


def _whole_fuel(trips: list[Trip]) -> float | None:
    """Litres of the day; a sum with a part unknown would be too small and read as a saving."""
    litres = [_value(trip.fuel_l) for trip in trips]
    return sum(known for known in litres if known is not None) if None not in litres else None


def _value(quantity: Q) -> float | None:
    return quantity.value if quantity else None
