"""A car changes hands: its condition goes along, how it was driven does not."""

from datetime import timedelta
from typing import Any

import pytest

from archive.fleet import reports
from archive.fleet.handover import PERSONAL_FIELDS, goes_along
from health.distance import Mileage, estimate_mileage
from health.fuel import Fuel, estimate_fuel
from health.history import History
from health.policy import DEFAULT
from health.statistics import TRIP_STATISTICS
from health.use import use_of
from schemas.findings import FindingCode
from schemas.report import VehicleReport
from schemas.report_use import Week
from schemas.vehicle import VehicleFacts
from tests.archive.people.town import NOW, Household, Town
from tests.unit.api.doors import Door, body


def sell(town: Town, seller: Household, buyer: Household) -> None:
    """Now, from one customer to another; health has not looked at the car since."""
    town.change("UPDATE ownership SET during = tstzrange(lower(during), now()) WHERE vehicle_id = %s",
                seller.vehicle_id)
    town.change("INSERT INTO ownership (customer_id, vehicle_id, during) VALUES (%s, %s, tstzrange(now(), NULL))",
                buyer.customer_id, seller.vehicle_id)


def health(door: Door, household: Household, car: int) -> Any:
    return body(door.as_(household.actor).get(f"/v1/vehicles/{car}/health"))["report"]


def test_what_is_kept_back_is_what_health_says_of_a_persons_driving() -> None:
    """All that is folded from the owner's own trips, and the lists of trips and weeks: no more, no less."""
    own = use_of(History("car", TRIP_STATISTICS.to_frame()), *nothing(), VehicleFacts(), DEFAULT).fields()
    assert {*own, "trips", "weeks"} == set(PERSONAL_FIELDS) <= set(VehicleReport.model_fields)


def nothing() -> tuple[Mileage, Fuel]:
    """Distance and fuel of a car that never drove."""
    parked = History("car", TRIP_STATISTICS.to_frame())
    mileage = estimate_mileage(parked, VehicleFacts(), DEFAULT)
    return mileage, estimate_fuel(parked, VehicleFacts(), mileage, DEFAULT)


def test_an_owner_reads_how_he_drives(door: Door) -> None:
    report = health(door, door.town.zhang, door.town.zhang.vehicle_id)
    assert report["road_mix"]["highway"]["value"] == 0.82
    assert report["driving_score"] is not None
    assert report["findings"][0]["code"] == "use_motorway"


def test_the_next_owner_reads_the_car_and_nothing_of_how_it_was_driven(door: Door) -> None:
    town, car = door.town, door.town.zhang.vehicle_id
    sell(town, town.zhang, town.li)
    report = health(door, town.li, car)
    assert report["tyres"]["front"]["tread_mm"] is not None
    assert report["distance_km"] is not None
    assert report["fleet"]["cars"] == 12
    assert [finding["code"] for finding in report["findings"]] == ["measure_pads"]
    for path in ("road_mix.highway", "fuel_l", "driving_score", "pattern.idle_time", "refuels",
                 "fleet.fuel_l_per_100km.ratio"):
        assert at(report, path) is None
        assert report["unknown"][path] == "former_owner"
    assert report["unknown"]["brakes.pad_mm_front"] == "no_fact"
    VehicleReport.model_validate(report)


def at(report: Any, path: str) -> Any:
    for name in path.split("."):
        report = report[name]
    return report


@pytest.mark.parametrize("path", ["", "/health"])
def test_the_former_owner_reads_nothing_of_the_car_any_more(door: Door, path: str) -> None:
    town, car = door.town, door.town.zhang.vehicle_id
    sell(town, town.zhang, town.li)
    assert door.as_(town.zhang.actor).get(f"/v1/vehicles/{car}{path}").status_code == 404


def test_a_forecast_that_gives_the_former_owners_pace_as_its_reason_is_left_out() -> None:
    said = [{"code": code, "zh": "近30天平均每天57公里"} for code in FindingCode]
    kept = {finding["code"] for finding in goes_along(said)}
    assert {FindingCode.TYRE_TREAD_LOW, FindingCode.TROUBLE_CODE, FindingCode.BATTERY_CHECK} <= kept
    assert not kept & {FindingCode.TYRE_TREAD_FORECAST, FindingCode.SERVICE_DUE, FindingCode.USE_MOTORWAY}


def test_due_items_lose_the_reason_that_spoke_of_the_former_owner(door: Door) -> None:
    town, car = door.town, door.town.zhang.vehicle_id
    sell(town, town.zhang, town.li)
    [item] = body(door.as_(town.li.actor).get(f"/v1/vehicles/{car}/due-items"))["items"]
    assert (item["item"], item["reason_zh"], item["reason_en"]) == ("PM-MINOR", "", "")


def test_the_advisor_does_not_tell_the_former_owners_customs_either(door: Door) -> None:
    town = door.town
    sell(town, town.zhang, town.li)
    [arrival] = body(door.as_(town.advisor).get(f"/v1/stores/{town.north}/pre-arrival"))["items"]
    assert arrival["findings"] == []
    assert [finding["code"] for finding in arrival["measure"]] == ["measure_pads"]


def put_weeks(town: Town, household: Household, count: int) -> None:
    """Weeks before this one, each of one short trip; health writes them."""
    with town.database.connect() as connection:
        weeks = [Week(monday=day, first=at, last=at + timedelta(minutes=20), trips=n + 1)
                 for n in range(count)
                 for at in [NOW - timedelta(weeks=n + 1)] for day in [at.date() - timedelta(days=at.weekday())]]
        reports.put_weeks(connection, household.vehicle_id, weeks)


def test_weeks_come_newest_first_page_by_page(door: Door) -> None:
    put_weeks(door.town, door.town.zhang, 5)
    owner, path = door.as_(door.town.zhang.actor), f"/v1/vehicles/{door.town.zhang.vehicle_id}/weeks"
    first = body(owner.get(path, params={"limit": 3}))
    second = body(owner.get(path, params={"limit": 3, "cursor": first["next_cursor"]}))
    assert [week["trips"] for week in first["items"] + second["items"]] == [1, 2, 3, 4, 5]
    assert second["next_cursor"] is None
    assert owner.get(path, params={"cursor": "rubbish"}).status_code == 422


def test_weeks_stay_with_the_person_and_that_of_the_sale_is_nobodys(door: Door) -> None:
    town, zhang = door.town, door.town.zhang
    put_weeks(town, zhang, 3)
    sold = NOW - timedelta(weeks=2) + timedelta(minutes=10)
    town.change("UPDATE ownership SET during = tstzrange(lower(during), %s) WHERE vehicle_id = %s", sold,
                zhang.vehicle_id)
    town.change("INSERT INTO ownership (customer_id, vehicle_id, during) VALUES (%s, %s, tstzrange(%s, NULL))",
                town.li.customer_id, zhang.vehicle_id, sold)
    path = f"/v1/vehicles/{zhang.vehicle_id}/weeks"
    seen = [[week["trips"] for week in body(door.as_(who.actor).get(path))["items"]] for who in (zhang, town.li)]
    assert seen == [[3], [1]]


def test_a_sale_has_the_report_made_anew(door: Door) -> None:
    town = door.town
    town.change("DELETE FROM vehicle_touched")
    sell(town, town.zhang, town.li)
    assert {row[0] for row in town.rows("SELECT vehicle_id FROM vehicle_touched")} == {town.zhang.vehicle_id}
