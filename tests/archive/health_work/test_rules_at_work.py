"""From a store's rule to what is proposed, through database and worker, and back when the rule is dropped."""

from datetime import timedelta

from archive.workshop import rules, services
from archive.workshop.rules import Rule
from tests.archive.garage import AS_OF, Garage, week


def served_car(garage: Garage, *done: tuple[str, int]) -> int:
    """An owned car that drove for a week, with items done so many days ago."""
    car, device = garage.fitted_car("d1")
    garage.own(garage.customer(), car)
    garage.deliver(device, *week())
    with garage.database.connect() as connection:
        for item, days in done:
            services.complete(connection, car, [item], AS_OF.date() - timedelta(days=days), None)
    garage.work()
    return car


def put(garage: Garage, rule: Rule) -> None:
    with garage.database.connect() as connection:
        rules.put(connection, garage.store_id, rule)
    garage.work()


def proposed(garage: Garage) -> list[str]:
    """Items in the proposed booking."""
    return [item for (item,) in garage.rows("SELECT item FROM due_item JOIN booking USING (booking_id) "
                                            "WHERE booking.state = 'proposed' ORDER BY item")]


def test_a_rule_that_is_edited_changes_the_proposal(garage: Garage) -> None:
    """Nothing is touched but the rule; dropped, it proposes again what it took away, in one booking."""
    served_car(garage, ("PM-MINOR", 350), ("WIPER", 355))
    assert proposed(garage) == ["PM-MINOR", "WIPER"]
    put(garage, Rule("WIPER", off=True))
    assert proposed(garage) == ["PM-MINOR"]
    put(garage, Rule("PM-MINOR", months=18))
    assert proposed(garage) == []
    with garage.database.connect() as connection:
        rules.drop(connection, garage.store_id, "WIPER", None, None)
        rules.drop(connection, garage.store_id, "PM-MINOR", None, None)
    garage.work()
    assert proposed(garage) == ["PM-MINOR", "WIPER"]
    assert garage.rows("SELECT state FROM booking ORDER BY booking_id") == [("cancelled",), ("proposed",)]


def test_a_major_service_stands_for_the_minor_one(garage: Garage) -> None:
    """Proposed alone, and once it is done nothing is left to propose."""
    car = served_car(garage, ("PM-MAJOR", 725), ("PM-MINOR", 350))
    assert proposed(garage) == ["PM-MAJOR"]
    with garage.database.connect() as connection:
        services.complete(connection, car, ["PM-MAJOR"], AS_OF.date(), None)
    garage.work(AS_OF + timedelta(days=1))
    assert garage.rows("SELECT item, state FROM due_item WHERE state = 'open'") == []
