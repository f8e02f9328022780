"""A visit to the workshop on record, and the rules a store sets for its own cars."""

from typing import Any

import httpx
import pytest

from archive.people.actors import Actor
from tests.unit.api.doors import Door, body

VISIT = {
    "at": "2026-11-20T02:00:00Z", "done_on": "2026-11-20", "odometer_km": 23_456,
    "measurements": [{"kind": "tread", "axle": "front", "value_mm": 4.2},
                     {"kind": "pad", "axle": "rear", "value_mm": 7}],
    "services": ["PM-MINOR", "TYR-ROT"], "tyres": {"kind": "mounted", "set_name": "winter", "winter": True},
    "odometer_correction": {"shown_km": 0, "true_km": 23_456, "reason": "cluster_replaced"}}
RULES = "/v1/stores/{}/maintenance-rules"


def record(door: Door, **changed: Any) -> httpx.Response:
    answer: httpx.Response = door.as_(door.town.advisor).post(
        f"/v1/vehicles/{door.town.zhang.vehicle_id}/workshop-visits", json=VISIT | changed)
    return answer


def test_a_visit_leaves_everything_on_record_once(door: Door) -> None:
    first, again = (body(record(door), 201) for _ in range(2))
    assert first == {"measurements": 2, "services": 2, "tyre_changes": 1, "odometer_corrections": 1}
    assert set(again.values()) == {0}
    assert door.town.rows("SELECT state FROM due_item WHERE due_item_id = %s",
                          door.town.zhang.due_item_id) == [("done",)]
    assert door.town.rows("SELECT DISTINCT staff_id FROM measurement") == [(door.town.advisor.number,)]
    assert door.town.rows("SELECT count(*) > 0 FROM vehicle_touched") == [(True,)]
    assert door.town.rows("SELECT count(*) FROM audit WHERE action = 'record_visit' AND allowed") == [(2,)]


def test_another_correction_at_the_same_instant_is_a_conflict(door: Door) -> None:
    body(record(door), 201)
    other = {"shown_km": 0, "true_km": 9, "reason": "tampered"}
    assert record(door, odometer_correction=other).status_code == 409
    assert door.town.rows("SELECT true_km FROM odometer_correction") == [(23_456,)]


def test_a_visit_with_an_unknown_service_leaves_nothing(door: Door) -> None:
    assert record(door, services=["NO-SUCH"]).status_code == 409
    assert door.town.rows("SELECT count(*) FROM measurement") == [(0,)]


def test_new_tyres_on_one_axle_are_a_service_of_the_axle_whose_tyres_went(door: Door) -> None:
    """The rear pair moved to the front, so the front one went. Listed among the services too, they are one service."""
    pair = {"kind": "new", "axle": "rear", "moved": True, "new_mm": 7.5}
    assert body(record(door, tyres=pair, services=[]), 201)["services"] == 1
    assert body(record(door, tyres=pair, services=["TYR-NEW"]), 201)["services"] == 0
    assert door.town.rows("SELECT item, axle, odometer_km FROM service_done") == [("TYR-NEW", "front", 23_456)]
    assert door.town.rows("SELECT kind, axle, moved, new_mm FROM tyre_change") == [("new", "rear", True, 7.5)]
    assert record(door, tyres=pair | {"axle": "front"}).status_code == 409


@pytest.mark.parametrize(("said", "replaced"), [
    ({"axle": "rear"}, "rear"), ({"axle": "rear", "moved": True}, "front"), ({"axle": "front", "moved": True}, "rear"),
    ({}, None)])
def test_which_needs_new_tyres_cover(door: Door, said: dict[str, Any], replaced: str | None) -> None:
    body(record(door, tyres={"kind": "new"} | said, services=[]), 201)
    assert door.town.rows("SELECT axle FROM service_done") == [(replaced,)]


def test_a_rotation_among_the_services_moves_the_other_pair(door: Door) -> None:
    body(record(door, tyres={"kind": "new", "axle": "rear"}, services=["TYR-ROT"]), 201)
    assert door.town.rows("SELECT axle FROM service_done WHERE item = 'TYR-NEW'") == [("front",)]


@pytest.mark.parametrize("wrong", [
    {"tyres": {"kind": "rotated", "axle": "front"}}, {"tyres": {"kind": "new", "moved": True}},
    {"measurements": [{"kind": "tread", "axle": "front", "value_mm": 99}]}, {"odometer_km": -1},
    {"tyres": {"kind": "x"}}, {"at": "2026-11-20T02:00:00"}, {"colour": "red"}])
def test_what_makes_no_sense_is_refused_by_field(door: Door, wrong: dict[str, Any]) -> None:
    assert record(door, **wrong).status_code == 422


def rules(door: Door, actor: Actor | None = None) -> list[dict[str, Any]]:
    found = body(door.as_(actor or door.town.manager).get(RULES.format(door.town.north)))["items"]
    return [rule for rule in found if rule["item"] == "PLUG"]


def test_a_manager_sets_and_drops_the_stores_own_rule(door: Door) -> None:
    manager, path = door.as_(door.town.manager), RULES.format(door.town.north) + "/PLUG"
    body(manager.put(path, json={"make": "Passat", "km": 80_000}))
    assert [(rule["store_id"], rule["make"], rule["km"]) for rule in rules(door, door.town.advisor)] == [
        (None, None, 40_000), (door.town.north, "Passat", 80_000)]
    assert manager.delete(path).status_code == 404
    assert manager.delete(path, params={"make": "Passat"}).status_code == 204
    assert len(rules(door)) == 1


@pytest.mark.parametrize("rule", [{}, {"model": "Golf", "km": 1}, {"codes": ["X0300"]}, {"km": -1}])
def test_a_rule_without_sense_is_refused(door: Door, rule: dict[str, Any]) -> None:
    assert door.as_(door.town.manager).put(RULES.format(door.town.north) + "/PLUG", json=rule).status_code == 422


@pytest.mark.parametrize(("item", "rule", "why"), [
    ("WIPER", {"pad_mm": 3}, "pad_mm"), ("PLUG", {"tread_mm": 3}, "tread_mm"), ("TYR-NEW", {"months": 72}, "tread_mm"),
    ("TYR-NEW", {"tread_mm": 3, "km": 40_000}, "tread_mm")])
def test_a_limit_nobody_would_look_at_is_refused_with_its_name(door: Door, item: str, rule: dict[str, Any],
                                                               why: str) -> None:
    refused = door.as_(door.town.manager).put(f"{RULES.format(door.town.north)}/{item}", json=rule)
    assert refused.status_code == 422
    assert refused.json()["detail"].startswith(why)


def test_limits_of_tyres_are_depth_and_age(door: Door) -> None:
    path = f"{RULES.format(door.town.north)}/TYR-NEW"
    body(door.as_(door.town.manager).put(path, json={"tread_mm": 4, "months": 72}))
    body(door.as_(door.town.manager).put(path, json={"off": True}))


def test_a_manager_decides_for_his_own_store_alone(door: Door) -> None:
    assert door.as_(door.town.manager).put(RULES.format(door.town.south) + "/PLUG", json={"km": 1}).status_code == 404
