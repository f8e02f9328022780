"""What people read: each sees his own, in full or masked, with the age of everything."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.archive.people.town import NOW, fitted_device
from tests.unit.api.doors import Door, body


def test_an_owner_reads_his_car_in_full(shared_door: Door) -> None:
    zhang = shared_door.town.zhang
    owner = shared_door.as_(zhang.actor)
    page = body(owner.get("/v1/vehicles"))
    assert [car["vehicle_id"] for car in page["items"]] == [zhang.vehicle_id]
    car = body(owner.get(f"/v1/vehicles/{zhang.vehicle_id}"))
    assert (car["vin"], car["plate"], car["in_full"]) == ("LSVAA4182E2000001", "鲁A12345", True)
    assert car["odometer_km"] == pytest.approx(23456.7)


def test_an_advisor_reads_the_cars_of_his_store_and_nobody_elses(shared_door: Door) -> None:
    page = body(shared_door.as_(shared_door.town.advisor).get("/v1/vehicles"))
    found = [(car["vehicle_id"], car["plate"]) for car in page["items"]]
    assert found == [(shared_door.town.zhang.vehicle_id, "鲁A12345")]


def test_an_administrator_sees_that_a_car_exists_and_nothing_of_whose_it_is(shared_door: Door) -> None:
    car = body(shared_door.as_(shared_door.town.administrator).get(f"/v1/vehicles/{shared_door.town.zhang.vehicle_id}"))
    assert (car["vin"], car["plate"], car["in_full"]) == ("***********000001", "鲁A***45", False)


def test_every_live_signal_has_its_own_age(door: Door) -> None:
    live = body(door.as_(door.town.zhang.actor).get(f"/v1/vehicles/{door.town.zhang.vehicle_id}/live"))
    signals = {signal["name"]: signal for signal in live["signals"]}
    assert signals["speed_kmh"]["value"] == 52
    assert signals["speed_kmh"]["unit"] == "km/h"
    assert 30 <= signals["speed_kmh"]["age_s"] < 100
    assert not signals["speed_kmh"]["stale"]
    assert signals["odometer_km"]["stale"]
    assert signals["odometer_km"]["age_s"] == pytest.approx(3 * 3600, abs=90)


def test_the_owner_sees_where_his_car_is_while_he_consents(door: Door) -> None:
    owner, path = door.as_(door.town.zhang.actor), f"/v1/vehicles/{door.town.zhang.vehicle_id}/live"
    assert {"latitude", "longitude"} <= _names(body(owner.get(path)))
    assert owner.delete("/v1/me/consents/location").status_code == 204
    without = body(owner.get(path))
    assert not {"latitude", "longitude"} & _names(without)
    assert not without["position_shown"]


def test_a_new_consent_does_not_open_positions_from_before_it(door: Door) -> None:
    owner, path = door.as_(door.town.zhang.actor), f"/v1/vehicles/{door.town.zhang.vehicle_id}/live"
    owner.delete("/v1/me/consents/location")
    assert owner.put("/v1/me/consents/location", json={"text_version": "2"}).status_code == 204
    again = body(owner.get(path))
    assert again["position_shown"]
    assert "latitude" not in _names(again)


@pytest.mark.parametrize("who", ["advisor", "manager"])
def test_staff_never_see_where_a_car_is(shared_door: Door, who: str) -> None:
    town = shared_door.town
    live = body(shared_door.as_(getattr(town, who)).get(f"/v1/vehicles/{town.zhang.vehicle_id}/live"))
    assert "speed_kmh" in _names(live)
    assert not {"latitude", "longitude", "altitude_m", "heading_deg", "gps_speed_kmh"} & _names(live)


def test_what_a_device_measured_in_its_former_car_is_not_shown(door: Door) -> None:
    town = door.town
    town.change("UPDATE fitting SET during = tstzrange(%s, now()) WHERE vehicle_id = %s", NOW - timedelta(days=99),
                town.zhang.vehicle_id)
    town.change("UPDATE fitting SET during = tstzrange(lower(during), now()) WHERE vehicle_id = %s", town.li.vehicle_id)
    town.change("INSERT INTO fitting (device_key, vehicle_id, during) VALUES (%s, %s, tstzrange(now(), NULL))",
                town.zhang.device_key, town.li.vehicle_id)
    assert body(door.as_(town.li.actor).get(f"/v1/vehicles/{town.li.vehicle_id}/live"))["signals"] == []


def test_a_car_without_a_device_has_an_empty_live_state(door: Door) -> None:
    door.town.change("DELETE FROM fitting WHERE vehicle_id = %s", door.town.zhang.vehicle_id)
    live = body(door.as_(door.town.zhang.actor).get(f"/v1/vehicles/{door.town.zhang.vehicle_id}/live"))
    assert live["signals"] == []


def test_trips_come_newest_first_page_by_page(shared_door: Door) -> None:
    zhang = shared_door.town.zhang
    owner, path = shared_door.as_(zhang.actor), f"/v1/vehicles/{zhang.vehicle_id}/trips"
    starts, cursor = [], None
    for _ in range(3):
        page = body(owner.get(path, params={"limit": 2} | ({"cursor": cursor} if cursor else {})))
        starts += [trip["started_at"] for trip in page["items"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert len(starts) == 5
    assert starts == sorted(starts, reverse=True)


def test_trips_stay_with_the_person_when_the_car_is_sold(door: Door) -> None:
    town, car = door.town, door.town.zhang.vehicle_id
    town.change("UPDATE ownership SET during = tstzrange(lower(during), now()) WHERE vehicle_id = %s", car)
    town.change("INSERT INTO ownership (customer_id, vehicle_id, during) VALUES (%s, %s, tstzrange(now(), NULL))",
                town.li.customer_id, car)
    before, after = door.as_(town.zhang.actor), door.as_(town.li.actor)
    assert len(body(before.get(f"/v1/vehicles/{car}/trips"))["items"]) == 5
    assert body(after.get(f"/v1/vehicles/{car}/trips"))["items"] == []
    assert before.get(f"/v1/vehicles/{car}").status_code == 404
    assert before.get(f"/v1/vehicles/{car}/live").status_code == 404
    assert body(after.get(f"/v1/vehicles/{car}/health"))["report"]["distance_km"]["value"] == 12.5
    assert body(after.get(f"/v1/vehicles/{car}/live"))["signals"] != []


def test_the_health_report_comes_with_its_age(shared_door: Door) -> None:
    zhang = shared_door.town.zhang
    health = body(shared_door.as_(zhang.actor).get(f"/v1/vehicles/{zhang.vehicle_id}/health"))
    told = datetime.now(UTC) - datetime.fromisoformat(health["as_of"])
    assert health["age_s"] == pytest.approx(told.total_seconds(), abs=10)
    assert health["report"]["distance_km"]["low"] == 12.3
    assert health["report"]["unknown"] == {"brakes.pad_mm_front": "no_fact"}


def test_due_items_say_why_in_both_languages(shared_door: Door) -> None:
    zhang = shared_door.town.zhang
    due = body(shared_door.as_(zhang.actor).get(f"/v1/vehicles/{zhang.vehicle_id}/due-items"))
    [item] = due["items"]
    assert item["name_zh"] == "小保养(机油和机滤)"
    assert (item["reason_en"], item["due_on"]) == ("many kilometres", "2026-12-10")


def test_the_advisor_reads_everything_on_one_page(shared_door: Door) -> None:
    advisor = shared_door.as_(shared_door.town.advisor)
    [arrival] = body(advisor.get(f"/v1/stores/{shared_door.town.north}/pre-arrival"))["items"]
    assert (arrival["greeting_zh"], arrival["greeting_en"], arrival["plate"]) == ("张先生", "Mr 张", "鲁A12345")
    assert [due["item"] for due in arrival["due"]] == ["PM-MINOR"]
    assert [finding["code"] for finding in arrival["findings"]] == ["use_motorway"]
    assert [finding["code"] for finding in arrival["measure"]] == ["measure_pads"]
    assert arrival["unknown"] == [{"figure": "brakes.pad_mm_front", "reason": "no_fact",
                                   "text": "a fact of the vehicle file is missing"}]
    assert body(advisor.get(f"/v1/bookings/{shared_door.town.zhang.booking_id}/pre-arrival")) == arrival | {
        "report_age_s": pytest.approx(arrival["report_age_s"], abs=60)}


def test_arrivals_of_one_day(shared_door: Door) -> None:
    path = f"/v1/stores/{shared_door.town.north}/pre-arrival"
    advisor = shared_door.as_(shared_door.town.advisor)
    assert len(body(advisor.get(path, params={"on": "2026-12-05"}))["items"]) == 1
    assert body(advisor.get(path, params={"on": "2026-12-06"}))["items"] == []


def test_me(shared_door: Door) -> None:
    owner = body(shared_door.as_(shared_door.town.zhang.actor).get("/v1/me"))
    assert (owner["kind"], owner["name"], owner["phone"]) == ("customer", "张强", "138****8000")
    assert {one["purpose"] for one in owner["consents"]} == {"telemetry", "location", "marketing"}
    advisor = body(shared_door.as_(shared_door.town.advisor).get("/v1/me"))
    assert [(post["code"], post["role"]) for post in advisor["posts"]] == [("N", "service_advisor")]


def test_the_catalogue(shared_door: Door) -> None:
    found = body(shared_door.as_(shared_door.town.zhang.actor).get("/v1/catalogue"))["items"]
    items = {item["item"]: item for item in found}
    assert items["PM-MINOR"]["price_low_cny"] == 350


def test_lists_are_paged(door: Door) -> None:
    with door.town.database.connect() as connection:
        for number in range(3):
            car = connection.execute(
                "INSERT INTO vehicle (store_id, data_key_id) SELECT store_id, data_key_id FROM vehicle "
                "WHERE vehicle_id = %s RETURNING vehicle_id", [door.town.zhang.vehicle_id]).fetchone()
            assert car
            fitted_device(connection, car[0], f"extra-{number}")
    advisor = door.as_(door.town.advisor)
    first = body(advisor.get("/v1/vehicles", params={"limit": 3}))
    second = body(advisor.get("/v1/vehicles", params={"limit": 3, "cursor": first["next_cursor"]}))
    assert (len(first["items"]), len(second["items"]), second["next_cursor"]) == (3, 1, None)
    assert advisor.get("/v1/vehicles", params={"limit": 201}).status_code == 422
    assert advisor.get("/v1/vehicles", params={"cursor": "rubbish"}).status_code == 422


def _names(live: dict[str, list[dict[str, str]]]) -> set[str]:
    return {signal["name"] for signal in live["signals"]}
