"""From a visit that replaced one pair of tyres to what is due afterwards, through database and worker."""

from datetime import timedelta

import pytest

from archive.workshop import measurements, services, tyres
from archive.workshop.measurements import Measurement
from archive.workshop.tyres import TyreChange
from schemas.vehicle import TYR_NEW, Axle
from tests.archive.garage import AS_OF, MONDAY, Garage, week

VISIT = MONDAY + timedelta(days=6)
WORN: tuple[tuple[Axle, float], ...] = (("front", 2.4), ("rear", 2.8))


def measured_car(garage: Garage) -> int:
    """Both axles are below what is advised; the car drove for a week before."""
    car, device = garage.fitted_car("d1")
    garage.own(garage.customer(), car)
    garage.deliver(device, *week())
    with garage.database.connect() as connection:
        for axle, mm in WORN:
            measurements.add(connection, Measurement(car, "tread", axle, mm, VISIT))
    garage.work()
    return car


def needs(garage: Garage) -> list[tuple[str, str]]:
    """Of new tyres in a booking: axle and state."""
    return garage.rows("SELECT axle, state FROM due_item WHERE item = %s AND booking_id IS NOT NULL "
                       "ORDER BY axle, cycle", TYR_NEW)


def depth(garage: Garage, axle: Axle) -> float:
    value = garage.database.value("SELECT body #> ARRAY['tyres', %s, 'tread_mm', 'value'] FROM report", axle)
    assert isinstance(value, float)
    return value


@pytest.mark.parametrize(("moved", "replaced", "front_mm", "left"), [
    (False, "rear", 2.4, [("front", "open"), ("rear", "done")]),
    (True, "front", 2.8, [("front", "done"), ("front", "open")])])
def test_one_pair_replaced_leaves_one_need(garage: Garage, moved: bool, replaced: Axle, front_mm: float,
                                           left: list[tuple[str, str]]) -> None:
    """A new pair in the rear; in front is the old front pair, or the old rear one that moved there: worn as well."""
    car = measured_car(garage)
    assert needs(garage) == [("front", "open"), ("rear", "open")]
    with garage.database.connect() as connection:
        tyres.change(connection, TyreChange(car, "new", VISIT, axle="rear", moved=moved))
        services.complete(connection, car, [TYR_NEW], VISIT.date(), None, axles={TYR_NEW: replaced})
    garage.work(AS_OF)
    assert needs(garage) == left
    assert depth(garage, "front") == pytest.approx(front_mm, abs=0.1)
    assert depth(garage, "rear") == pytest.approx(8.0, abs=0.1)
