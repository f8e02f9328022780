"""Nothing changes or reveals anything without a token, a role and a right to that very thing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from api.access import PUBLIC, Admits
from api.tokens import AUDIENCE, ISSUER, Signer
from archive.database.sealing import new_master_key
from archive.fleet import certificates
from archive.people import staff
from archive.people.actors import Actor
from schemas.topics import up
from schemas.workshop import Role
from tests.unit.api.doors import Door, body

SLOT = {"slot_at": (datetime.now(UTC) + timedelta(days=3)).isoformat()}
BODIES = {"confirm_booking": SLOT, "decline_booking": {"reason": "no"}, "grant_consent": {"text_version": "1"},
          "record_visit": {"at": "2026-11-20T02:00:00Z", "done_on": "2026-11-20"}, "put_rule": {"km": 60_000},
          "provision_device": {"device_id": "door-1"}, "import_devices": "device_id\ndoor-2\n", "grant_device": {},
          "fit_device": {}, "certify_device": {}, "send_command": {"type": "reboot"}, "replay_dead_letters": {}}
FOR_SERVING = {"list_pre_arrivals", "read_pre_arrival", "record_visit", "list_rules", "put_rule", "drop_rule"}
FOR_MANAGERS = {"put_rule", "drop_rule"}
FOR_ADMINISTRATORS = {
    "list_devices", "provision_device", "import_devices", "read_device", "revoke_device", "rotate_password",
    "grant_device", "fit_device", "certify_device", "send_command", "list_commands", "list_dead_letters",
    "read_payload", "replay_dead_letters", "read_replay"}
REPLAY = UUID(int=1)
MethodAndPath = tuple[str, str]


def routes_of(app: FastAPI) -> Iterator[tuple[APIRoute, str]]:
    """Every route with its full path, the operational ones included."""
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute):
            yield context.original_route, str(context.path)


def policies(dependant: Dependant) -> Iterator[Admits]:
    """The policies a route asks, however deep."""
    for inner in dependant.dependencies:
        if isinstance(inner.call, Admits):
            yield inner.call
        yield from policies(inner)


def calls(door: Door, *, own: bool = True) -> dict[str, MethodAndPath]:
    """One call per guarded route, about Zhang's things."""
    zhang = door.town.zhang
    numbers = {"vehicle_id": zhang.vehicle_id, "booking_id": zhang.booking_id, "store_id": door.town.north,
               "purpose": "marketing", "item": "PLUG", "device_id": f"dongle-{zhang.vehicle_id}", "letter_id": 1,
               "request_id": REPLAY}
    return {route.name: (min(route.methods or ()), path.format(**numbers)) for route, path in routes_of(door.app)
            if path not in PUBLIC and (own or "_id}" in path)}


def answers(door: Door, client_of: Actor | None, found: dict[str, MethodAndPath]) -> dict[str, int]:
    """The status each call gets."""
    client = door.as_(client_of) if client_of else door.visitor()
    return {name: client.request(method, path, **_sent(BODIES.get(name))).status_code
            for name, (method, path) in found.items()}


def _sent(content: object) -> dict[str, Any]:
    return {"content": content} if isinstance(content, str) else {"json": content}


def furnish(door: Door) -> None:
    """What the administrator's calls are about: a dead letter of Zhang's device, his own replay, an authority."""
    device = f"dongle-{door.town.zhang.vehicle_id}"
    door.town.change("INSERT INTO dead_letter (received_at, topic, device_id, reason, detail, size, sha256, "
                     "payload_sealed) VALUES (now(), %s, %s, 'malformed', '', 1, %s, %s)",
                     up("s00", device, "telemetry"), device, b"x", door.town.vault.seal_letter(b"x", b"x"))
    door.town.change("INSERT INTO replay_request (request_id, staff_id, letters) VALUES (%s, %s, '{}')", REPLAY,
                     door.town.administrator.number)
    with door.town.database.connect() as connection:
        certificates.found(connection, door.town.vault)


def test_every_route_has_a_policy_or_is_public_by_name(shared_door: Door) -> None:
    found = list(routes_of(shared_door.app))
    assert len(found) >= 20
    open_doors = {path for route, path in found if not list(policies(route.dependant))}
    assert open_doors == PUBLIC - {"/v1/openapi.json"}


def test_without_a_token_every_guarded_route_says_401(shared_door: Door) -> None:
    statuses = answers(shared_door, None, calls(shared_door))
    assert len(statuses) >= 16
    assert set(statuses.values()) == {401}


def test_what_is_not_yours_does_not_exist(shared_door: Door) -> None:
    before = _bookings_and_due(shared_door)
    by_number = calls(shared_door, own=False)
    assert len(by_number) >= 9
    for_owner = {name: 403 if name in FOR_SERVING | FOR_ADMINISTRATORS else 404 for name in by_number}
    assert answers(shared_door, shared_door.town.li.actor, by_number) == for_owner
    for_advisor = {name: 403 if name in FOR_MANAGERS | FOR_ADMINISTRATORS else 404 for name in by_number}
    assert answers(shared_door, shared_door.town.southern_advisor, by_number) == for_advisor
    assert _bookings_and_due(shared_door) == before


def _bookings_and_due(door: Door) -> list[tuple[object, ...]]:
    return (door.town.rows("SELECT booking_id, state, version FROM booking ORDER BY booking_id")
            + door.town.rows("SELECT due_item_id, state FROM due_item ORDER BY due_item_id"))


def test_which_role_may_use_which_route(door: Door) -> None:
    furnish(door)
    every = calls(door)
    every.pop("log_out")
    refused = {
        "zhang": FOR_SERVING | FOR_ADMINISTRATORS,
        "advisor": {"grant_consent", "withdraw_consent"} | FOR_MANAGERS | FOR_ADMINISTRATORS,
        "manager": {"grant_consent", "withdraw_consent"} | FOR_ADMINISTRATORS,
        "administrator": set(every) - {"read_me", "list_vehicles", "read_vehicle", "list_catalogue"}
        - FOR_ADMINISTRATORS,
    }
    for who, closed in refused.items():
        actor = getattr(door.town, who)
        statuses = answers(door, actor if isinstance(actor, Actor) else actor.actor, every)
        assert {name for name, status in statuses.items() if status == 403} == closed, who
        # The first to answer decides: later confirmations of a declined booking are a conflict.
        assert set(statuses.values()) <= {200, 201, 202, 204, 403, 404, 409}, who


def test_a_refusal_is_on_record(door: Door) -> None:
    door.as_(door.town.li.actor).get(f"/v1/vehicles/{door.town.zhang.vehicle_id}/live")
    [line] = door.town.rows("SELECT actor_kind, actor_id, action, object_kind, object_id FROM audit WHERE NOT allowed")
    assert line == ("customer", door.town.li.customer_id, "read_live_state", "vehicle", door.town.zhang.vehicle_id)


def test_reads_and_changes_are_on_record(door: Door) -> None:
    owner, zhang = door.as_(door.town.zhang.actor), door.town.zhang
    owner.get(f"/v1/vehicles/{zhang.vehicle_id}/live")
    owner.post(f"/v1/bookings/{zhang.booking_id}/confirm", json=SLOT)
    lines = door.town.rows("SELECT action, object_kind, object_id FROM audit WHERE allowed ORDER BY audit_id")
    assert lines == [("read_live_state", "position", zhang.vehicle_id),
                     ("confirm_booking", "booking", zhang.booking_id)]


def _claims(door: Door) -> dict[str, object]:
    now = datetime.now(UTC)
    return {"iss": ISSUER, "aud": AUDIENCE, "sub": f"customer:{door.town.zhang.customer_id}", "sid": str(uuid4()),
            "iat": now, "exp": now + timedelta(minutes=5)}


@pytest.mark.parametrize("change", [
    {"aud": "somebody-else"}, {"iss": "somebody-else"}, {"exp": datetime(2020, 1, 1, tzinfo=UTC)}, {"aud": None},
    {"exp": None}, {"sub": "customer:x"}, {"sub": "martian:1"}, {"sid": "x"}, {}])
def test_a_wrong_token_opens_nothing(shared_door: Door, change: dict[str, object]) -> None:
    """The last case is a perfect token of a session that never began."""
    claims = {name: value for name, value in (_claims(shared_door) | change).items() if value is not None}
    token = jwt.encode(claims, shared_door.house.signer._private, algorithm="EdDSA")
    assert shared_door.visitor(token).get("/v1/me").status_code == 401


def test_a_token_signed_by_nobody_or_by_another_opens_nothing(shared_door: Door) -> None:
    unsigned = jwt.encode(_claims(shared_door), "", algorithm="none")
    symmetric = jwt.encode(_claims(shared_door), "a-secret-of-at-least-thirty-two-bytes!", algorithm="HS256")
    other = Signer(new_master_key()).issue(shared_door.town.zhang.actor, uuid4())
    for token in (unsigned, symmetric, other, "rubbish", ""):
        assert shared_door.visitor(token).get("/v1/me").status_code == 401


def test_a_dismissed_colleague_is_out_at_once(door: Door) -> None:
    advisor = door.as_(door.town.advisor)
    assert advisor.get("/v1/vehicles").status_code == 200
    with door.town.database.connect() as connection:
        staff.dismiss(connection, door.town.advisor.number)
    assert advisor.get("/v1/vehicles").status_code == 401


def test_a_role_counts_only_where_it_is_held(door: Door) -> None:
    """Advisor in the north, administrator in the south: the south's customers stay closed."""
    door.town.change("INSERT INTO staff_role VALUES (%s, %s, %s)", door.town.advisor.number, door.town.south,
                     Role.ADMINISTRATOR)
    both, li = door.as_(door.town.advisor), door.town.li
    assert body(both.get(f"/v1/vehicles/{li.vehicle_id}"))["in_full"] is False
    assert {both.get(f"/v1/vehicles/{li.vehicle_id}/{part}").status_code
            for part in ("live", "trips", "health", "due-items")} == {403}
    assert both.get(f"/v1/bookings/{li.booking_id}").status_code == 404
    assert both.get(f"/v1/stores/{door.town.south}/pre-arrival").status_code == 404
