"""Cars of one model side by side: enough owners, once a day, the same whichever car is looked at first."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.archive.garage import AS_OF, Garage


@pytest.fixture
def fleet(garage: Garage) -> Iterator[Garage]:
    """No picture from an earlier test."""
    yield garage
    garage.change("DELETE FROM model_figures")


def models(garage: Garage, count: int, owners: int) -> list[int]:
    """Cars of one model, their half year of days with 7.0 L/100 km and a tenth more for each, shared by owners."""
    people = [garage.customer() for _ in range(owners)]
    cars = []
    for number in range(count):
        car = garage.car({"fuel": "petrol"})
        garage.change("UPDATE vehicle SET make = 'Volkswagen', model = 'Lavida' WHERE vehicle_id = %s", car)
        garage.own(people[number % owners], car)
        cars.append(car)
    drive(garage, cars)
    return cars


def drive(garage: Garage, cars: list[int], first_l: float = 7.0) -> None:
    """A day of 600 km for each; health removes days without trips, so they are driven anew for each look."""
    for number, car in enumerate(cars):
        garage.change("INSERT INTO day (vehicle_id, day, distance_km, fuel_l, trips) VALUES (%s, %s, 600, %s, 2)",
                      car, AS_OF.date() - timedelta(days=5), 6 * (first_l + number / 10))


def figures(garage: Garage) -> Any:
    found = garage.rows("SELECT make, model, fuel, figures FROM model_figures")
    return found[0] if found else None


def told(garage: Garage, car: int) -> Any:
    return garage.database.value("SELECT body -> 'fleet' FROM report WHERE vehicle_id = %s", car)


def test_percentiles_of_eleven_owners(fleet: Garage) -> None:
    car = models(fleet, 11, 11)[0]
    fleet.work()
    make, model, fuel, shown = figures(fleet)
    assert (make, model, fuel, shown["cars"]) == ("volkswagen", "lavida", "petrol", 11)
    assert shown["fuel_l_per_100km"] == pytest.approx({"low": 7.1, "median": 7.5, "high": 7.9})
    assert told(fleet, car)["fuel_l_per_100km"]["fleet"]["value"] == pytest.approx(7.5)
    assert told(fleet, car)["cars"] == 11


@pytest.mark.parametrize(("cars", "owners"), [(9, 9), (30, 1), (30, 9)])
def test_too_few_owners_tell_nothing_however_many_cars_they_have(fleet: Garage, cars: int, owners: int) -> None:
    [car, *_] = models(fleet, cars, owners)
    fleet.work()
    assert figures(fleet) is None
    assert told(fleet, car)["cars"] is None


def test_the_picture_is_taken_once_a_day(fleet: Garage) -> None:
    cars = models(fleet, 11, 11)
    fleet.work()
    first = figures(fleet)
    drive(fleet, cars, 14.0)
    fleet.work()
    assert figures(fleet) == first
    fleet.work(AS_OF + timedelta(days=1))
    assert figures(fleet)[3]["fuel_l_per_100km"]["median"] == pytest.approx(14.5)


def test_a_model_with_too_few_owners_by_now_is_forgotten(fleet: Garage) -> None:
    cars = models(fleet, 10, 10)
    fleet.work()
    assert figures(fleet)
    drive(fleet, cars)
    fleet.change("UPDATE vehicle SET state = 'scrapped' WHERE vehicle_id = (SELECT min(vehicle_id) FROM vehicle)")
    fleet.work(AS_OF + timedelta(days=1))
    assert figures(fleet) is None
