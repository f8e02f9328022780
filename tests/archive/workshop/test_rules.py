"""Maintenance rules: what a store sets for itself, its makes and models, and that its cars hear of it."""

from typing import Any

import pytest

from archive.workshop import facts, rules
from archive.workshop.rules import Rule
from health.catalogue import rules_of
from schemas.errors import Conflict
from schemas.vehicle import MaintenanceRule, VehicleFacts
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


def proposed(garage: Garage, car: int) -> set[str]:
    """Items health looks at for a car."""
    with garage.database.connect("health") as connection:
        return {rule.item for rule in rules_of(facts.car(connection, car, AS_OF).facts)}


def item_of(rule: MaintenanceRule) -> str:
    return rule.item


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


def test_a_rule_said_in_capitals_is_the_same_rule(garage: Garage) -> None:
    """Set anew and dropped, whatever the case."""
    car = branded(garage, "Volkswagen", "Golf")
    put(garage, Rule("PM-MINOR", make="Volkswagen", model="Golf", km=8_000))
    put(garage, Rule("PM-MINOR", make="VOLKSWAGEN", model="golf", km=6_000))
    assert garage.rows("SELECT make, model, km FROM maintenance_rule WHERE store_id IS NOT NULL") == [
        ("Volkswagen", "Golf", 6_000)]
    assert rule_of(garage, car, "PM-MINOR") == MaintenanceRule(item="PM-MINOR", km=6_000)
    assert drop(garage, "PM-MINOR", "volkswagen", "GOLF")


def test_a_dropped_rule_gives_way_to_the_default(garage: Garage) -> None:
    car = garage.car()
    put(garage, Rule("PLUG", km=80_000))
    assert drop(garage, "PLUG")
    assert not drop(garage, "PLUG")
    assert rule_of(garage, car, "PLUG") == MaintenanceRule(item="PLUG", km=40_000, months=48)


@pytest.mark.parametrize("item", ["WIPER", "BRK-PAD-F", "DIAG"])
def test_a_store_may_leave_an_item_out(garage: Garage, item: str) -> None:
    """Also what joins every catalogue that does not mention it."""
    car = garage.car()
    assert item in proposed(garage, car)
    put(garage, Rule(item, off=True))
    assert item not in proposed(garage, car)


def test_limits_for_all_cars_of_a_store_give_no_car_another_engine(garage: Garage) -> None:
    """A rule for one make is for its cars whatever drives them: who sets it knows them."""
    petrol, electric = garage.car(), garage.car({"fuel": "ev"})
    put(garage, Rule("PM-MINOR", km=7_500))
    assert "PM-MINOR" in proposed(garage, petrol)
    assert "PM-MINOR" not in proposed(garage, electric)
    garage.change("UPDATE vehicle SET make = 'BYD', model = 'Han' WHERE vehicle_id = %s", electric)
    put(garage, Rule("PM-MINOR", make="BYD", km=20_000))
    assert "PM-MINOR" in proposed(garage, electric)


@pytest.mark.parametrize("fuel", [None, "petrol", "diesel", "hybrid", "ev"])
def test_files_without_rules_have_those_the_database_begins_with(garage: Garage, fuel: str | None) -> None:
    file = {"fuel": fuel} if fuel else {}
    with garage.database.connect("health") as connection:
        ours = rules_of(facts.car(connection, garage.car(file), AS_OF).facts)
    assert sorted(ours, key=item_of) == sorted(rules_of(VehicleFacts.model_validate(file)), key=item_of)


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
