"""What health is told of a car: its file, what the workshop recorded, and the rules that hold for it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from archive.workshop import facts
from archive.workshop.facts import Car
from schemas.errors import NotFound
from schemas.vehicle import MaintenanceRule
from tests.archive.garage import AS_OF, MONDAY, Garage


def look(garage: Garage, car: int, as_of: datetime = AS_OF) -> Car:
    with garage.database.connect("health") as connection:
        return facts.car(connection, car, as_of)


def rules(garage: Garage, **file: Any) -> dict[str, MaintenanceRule]:
    return {rule.item: rule for rule in look(garage, garage.car(file)).facts.rules or []}


def serve(garage: Garage, car: int, item: str, day: date, odometer_km: float) -> None:
    garage.change("INSERT INTO service_done (vehicle_id, item, done_at, odometer_km) VALUES (%s, %s, %s, %s)",
                  car, item, day, odometer_km)


def test_measurements_stand_beside_what_the_file_says(garage: Garage) -> None:
    """Tread and pads of the 12-item check follow the gauge readings of the vehicle file."""
    noted = {"time": "2026-01-05T00:00:00Z", "axle": "front", "tread_mm": 7.5}
    car = garage.car({"mass_kg": 1500, "gauge": [noted]})
    for kind, axle, value_mm, odometer_km in (("tread", "front", 4.25, 30_000.5), ("pad", "rear", 6.1, None)):
        garage.change("INSERT INTO measurement (vehicle_id, kind, axle, value_mm, odometer_km, measured_at) VALUES "
                      "(%s, %s, %s, %s, %s, %s)", car, kind, axle, value_mm, odometer_km, MONDAY)
    found = look(garage, car).facts
    assert found.mass_kg == 1500
    assert [(reading.tread_mm, reading.odometer_km) for reading in found.gauge] == [(7.5, None), (4.25, 30000.5)]
    assert [(reading.axle, reading.pad_mm, reading.time) for reading in found.pads] == [("rear", 6.1, MONDAY)]


def test_a_stores_rule_replaces_the_default_and_the_cars_own_replaces_both(garage: Garage) -> None:
    """Only for the item it names."""
    garage.change("INSERT INTO maintenance_rule (store_id, item, km) VALUES (%s, 'PM-MINOR', 7500)", garage.store_id)
    assert rules(garage)["PM-MINOR"] == MaintenanceRule(item="PM-MINOR", km=7500)
    assert rules(garage)["PLUG"] == MaintenanceRule(item="PLUG", km=40_000, months=48)
    own = rules(garage, rules=[{"item": "PM-MINOR", "km": 15_000, "months": 12}])
    assert own["PM-MINOR"] == MaintenanceRule(item="PM-MINOR", km=15_000, months=12)
    assert "PLUG" in own


def test_rules_fit_the_kind_of_engine(garage: Garage) -> None:
    """An electric car has no oil and no plugs, a diesel no plugs; unknown counts as petrol."""
    assert {"PM-MINOR", "PLUG"} <= rules(garage).keys()
    assert not {"EV-CHK", "EV-GEAR"} & rules(garage).keys()
    assert "PLUG" not in rules(garage, fuel="diesel")
    electric = rules(garage, fuel="ev")
    assert {"EV-CHK", "EV-GEAR", "BRK-FLUID", "TYR-NEW"} <= electric.keys()
    assert not {"PM-MINOR", "PLUG", "FLT-AIR"} & electric.keys()


def test_a_service_makes_what_it_renewed_new(garage: Garage) -> None:
    """Oil and battery count from the last service; tyres are health's own matter, for it knows where they went."""
    car = garage.car({"oil": {"changed_at": "2026-03-01", "km_max": 12_000}})
    serve(garage, car, "PM-FIRST", date(2026, 6, 1), 9_000)
    serve(garage, car, "PM-MINOR", date(2026, 9, 1), 15_000)
    serve(garage, car, "TYR-NEW", date(2026, 5, 1), 8_000)
    serve(garage, car, "BAT-12V", date(2026, 7, 1), 10_000)
    found = look(garage, car).facts
    assert found.oil and (found.oil.changed_at, found.oil.changed_km, found.oil.km_max) == (
        date(2026, 9, 1), 15_000, 12_000)
    assert found.tyres is None
    assert found.battery and found.battery.fitted_at == date(2026, 7, 1)
    assert [service.item for service in found.services] == ["TYR-NEW", "PM-FIRST", "BAT-12V", "PM-MINOR"]


def test_the_owner_is_the_one_of_the_instant_asked_for(garage: Garage) -> None:
    """Before the sale, after it, and where nobody owned the car."""
    car, first = garage.car(), garage.customer()
    garage.own(first, car, MONDAY)
    assert look(garage, car, MONDAY - timedelta(days=1)).owner_id is None
    assert look(garage, car, MONDAY).owner_id == first


def test_an_unknown_car_is_not_found(garage: Garage) -> None:
    """Marks of a car that is gone do no harm: the job says so."""
    with pytest.raises(NotFound):
        look(garage, 987_654)
