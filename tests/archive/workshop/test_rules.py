"""Maintenance rules: what a store sets for itself, its makes and models, and that its cars hear of it."""

from typing import Any

import pytest

from archive.workshop import facts, rules
from archive.workshop.rules import Rule
from schemas.errors import Conflict
from schemas.vehicle import MaintenanceRule
from tests.archive.garage import AS_OF, Garage


def put(garage: Garage, rule: Rule) -> None:
    with garage.database.connect() as connection:
        rules.put(connection, garage.store_id, rule)


def drop(garage: Garage, item: str, make: str | None = None, model: str | None = None) -> bool:
    with garage.database.connect() as connection:
        return rules.drop(connection, garage.store_id, item, make, model)


def rule_of(garage: Garage, car: int, item: str) -> MaintenanceRule | None:
    with garage.database.connect("health") as connection:
        found = facts.car(connection, car, AS_OF).facts.rules or []
    return next((rule for rule in found if rule.item == item), None)


def branded(garage: Garage, make: str, model: str) -> int:
    car = garage.car()
    garage.change("UPDATE vehicle SET make = %s, model = %s WHERE vehicle_id = %s", make, model, car)
    return car


def waiting(garage: Garage) -> Any:
    return garage.database.value("SELECT count(*) FROM vehicle_touched")


def test_the_narrower_rule_wins(garage: Garage) -> None:
    """Store and model before store and make before store before default; upper and lower case are one."""
    put(garage, Rule("PM-MINOR", km=9_000))
    put(garage, Rule("PM-MINOR", make="Volkswagen", km=8_000))
    put(garage, Rule("PM-MINOR", make="Volkswagen", model="Passat", km=7_000))
    cars = {name: branded(garage, *name) for name in (("VOLKSWAGEN", "passat"), ("Volkswagen", "Golf"), ("BYD", "Han"))}
    limits = [rule.km for car in cars.values() if (rule := rule_of(garage, car, "PM-MINOR"))]
    assert limits == [7_000, 8_000, 9_000]


def test_a_dropped_rule_gives_way_to_the_default(garage: Garage) -> None:
    car = garage.car()
    put(garage, Rule("PLUG", km=80_000))
    assert drop(garage, "PLUG")
    assert not drop(garage, "PLUG")
    assert rule_of(garage, car, "PLUG") == MaintenanceRule(item="PLUG", km=40_000, months=48)


def test_a_store_may_leave_an_item_out(garage: Garage) -> None:
    car = garage.car()
    put(garage, Rule("WIPER", off=True))
    assert rule_of(garage, car, "WIPER") is None


def test_every_kind_of_limit_reaches_health(garage: Garage) -> None:
    car = garage.car()
    put(garage, Rule("PM-MINOR", km=10_000, months=12, revolutions=20e6, codes=("P0522",)))
    put(garage, Rule("BRK-PAD-F", pad_mm=4.0))
    assert rule_of(garage, car, "PM-MINOR") == MaintenanceRule(item="PM-MINOR", km=10_000, months=12, revolutions=20e6,
                                                               codes=["P0522"])
    assert rule_of(garage, car, "BRK-PAD-F") == MaintenanceRule(item="BRK-PAD-F", pad_mm=4.0)


def test_the_cars_of_the_store_are_looked_at_again_only_when_something_changed(garage: Garage) -> None:
    garage.car()
    garage.car()
    put(garage, Rule("PLUG", km=80_000))
    assert waiting(garage) == 2
    put(garage, Rule("PLUG", km=80_000))
    assert waiting(garage) == 2


@pytest.mark.parametrize("rule", [Rule("PLUG"), Rule("NO-SUCH", km=1), Rule("PLUG", model="Golf", km=1)])
def test_a_rule_without_sense_is_refused(garage: Garage, rule: Rule) -> None:
    with pytest.raises(Conflict):
        put(garage, rule)
