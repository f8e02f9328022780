"""Trouble codes from the wire's events to the report and the due item, whenever they arrive."""

from datetime import datetime, timedelta
from typing import Any

from archive.database.sealing import Vault
from archive.fleet import arrival
from archive.fleet.arrival import Batch, DeviceEvent
from tests.archive.garage import AS_OF, MONDAY, Garage, week

TUESDAY, WEDNESDAY = (MONDAY + timedelta(days=day, hours=1) for day in (1, 2))


def tell(garage: Garage, master_key: str, device: int, *told: tuple[datetime, dict[str, Any]]) -> None:
    """What ingest does with events of a device."""
    events = [DeviceEvent(device, at, 1, number, "codes", data) for number, (at, data) in enumerate(told)]
    with garage.database.connect("ingest") as connection:
        arrival.prepare(connection)
        arrival.store(connection, Vault(master_key), Batch(events=events))


def codes(garage: Garage, car: int) -> Any:
    return garage.database.value("SELECT body -> 'codes' FROM report WHERE vehicle_id = %s", car)


def test_a_late_event_changes_the_report(garage: Garage, master_key: str) -> None:
    car, device = garage.fitted_car("d1")
    garage.deliver(device, *week())
    garage.work()
    assert codes(garage, car) is None
    tell(garage, master_key, device, (TUESDAY, {"codes": ["P0301", 1056, {"code": "C158"}], "pending": []}))
    garage.work()
    assert {code["code"] for code in codes(garage, car)} == {"P0301", "P0420", "U0158"}
    tell(garage, master_key, device, (WEDNESDAY, {"codes": [], "cleared": True}))
    garage.work()
    assert {code["status"] for code in codes(garage, car)} == {"cleared"}


def test_codes_go_with_the_car_the_device_sat_in(garage: Garage, master_key: str) -> None:
    first, second, device = garage.car(), garage.car(), garage.device("d1")
    garage.fit(device, first, MONDAY, TUESDAY)
    garage.fit(device, second, TUESDAY)
    tell(garage, master_key, device, (TUESDAY - timedelta(hours=1), {"codes": ["P0301"]}),
         (WEDNESDAY, {"codes": ["P0420"]}))
    garage.work()
    assert [code["code"] for code in codes(garage, first)] == ["P0301"]
    assert [code["code"] for code in codes(garage, second)] == ["P0420"]


def test_any_order_of_events_gives_the_same_report(garage: Garage, master_key: str) -> None:
    told: list[tuple[datetime, dict[str, Any]]] = [
        (MONDAY + timedelta(days=day), {"codes": ["P0301"] if day % 3 else []}) for day in range(9)]
    cars = [garage.fitted_car(name) for name in ("d1", "d2")]
    for (_, device), order in zip(cars, (told, told[::-1]), strict=True):
        for one in order:
            tell(garage, master_key, device, one)
            garage.work()
    assert codes(garage, cars[0][0]) == codes(garage, cars[1][0])
    assert codes(garage, cars[0][0])[0]["reappeared"] == 2


def test_what_is_no_list_of_codes_does_no_harm(garage: Garage, master_key: str) -> None:
    car, device = garage.fitted_car("d1")
    odd = [None, True, 1e300, -3, ["x"]]
    tell(garage, master_key, device, (TUESDAY, {"codes": "P0301"}), (WEDNESDAY, {"codes": odd}))
    garage.work()
    assert codes(garage, car) == []
    found = garage.database.value("SELECT body -> 'findings' -> 0 ->> 'code' FROM report WHERE vehicle_id = %s", car)
    assert found == "trouble_code_unreadable"


def test_a_code_becomes_a_proposed_visit_and_a_diagnosis_settles_it(garage: Garage, master_key: str) -> None:
    car, device = garage.fitted_car("d1")
    garage.own(garage.customer(), car)
    tell(garage, master_key, device, (AS_OF - timedelta(days=1), {"codes": ["P0301"]}))
    garage.work()
    asked = "SELECT due_item.state, due_limit FROM due_item JOIN booking USING (booking_id) WHERE item = 'DIAG'"
    assert garage.rows(asked) == [("open", "codes")]
    garage.change("INSERT INTO service_done (vehicle_id, item, done_at) VALUES (%s, 'DIAG', %s)", car, AS_OF.date())
    garage.work(AS_OF + timedelta(days=2))
    assert garage.rows("SELECT state FROM due_item WHERE item = 'DIAG' AND state = 'open'") == []
