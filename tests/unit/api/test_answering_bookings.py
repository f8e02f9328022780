"""The customer's yes and no: what it changes, that saying it twice is saying it once, and what is refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from tests.unit.api.doors import Door, body

NEXT_WEEK = (datetime.now(UTC) + timedelta(days=7)).replace(microsecond=0).isoformat()


def say(door: Door, what: str, who: str = "zhang", **words: object) -> httpx.Response:
    """Answer Zhang's booking."""
    actor = getattr(door.town, who)
    client = door.as_(getattr(actor, "actor", actor))
    answer: httpx.Response = client.post(f"/v1/bookings/{door.town.zhang.booking_id}/{what}", json=words,
                                         headers={"idempotency-key": "k"})
    return answer


def due(door: Door) -> list[tuple[object, ...]]:
    return door.town.rows("SELECT state, again_at FROM due_item WHERE due_item_id = %s", door.town.zhang.due_item_id)


def history(door: Door) -> list[tuple[object, ...]]:
    return door.town.rows("SELECT from_state, to_state, actor_kind FROM booking_history WHERE booking_id = %s",
                          door.town.zhang.booking_id)


def test_one_tap_books_the_slot_and_its_items(door: Door) -> None:
    booking = body(say(door, "confirm", slot_at=NEXT_WEEK, version=1))
    assert (booking["state"], booking["version"]) == ("confirmed", 2)
    assert datetime.fromisoformat(booking["slot_at"]) == datetime.fromisoformat(NEXT_WEEK)
    assert [item["state"] for item in booking["items"]] == ["booked"]
    assert history(door) == [("proposed", "confirmed", "customer")]


def test_two_taps_are_one(door: Door) -> None:
    first, second = (body(say(door, "confirm", slot_at=NEXT_WEEK, version=1)) for _ in range(2))
    assert first == second
    assert len(history(door)) == 1


def test_the_advisor_books_for_a_customer_on_the_phone(door: Door) -> None:
    assert say(door, "confirm", who="advisor", slot_at=NEXT_WEEK).status_code == 200
    assert history(door) == [("proposed", "confirmed", "staff")]


def test_no_rests_the_items_for_a_month(door: Door) -> None:
    booking = body(say(door, "decline", reason="下个月再说"))
    assert booking["state"] == "declined"
    again = date.fromisoformat(booking["again_at"])
    assert timedelta(days=29) <= again - datetime.now(UTC).date() <= timedelta(days=31)
    assert due(door) == [("declined", again)]


def test_the_reason_is_sealed_and_the_advisor_reads_it(door: Door) -> None:
    body(say(door, "decline", reason="下个月再说"))
    [(sealed,)] = door.town.rows("SELECT declined_because_sealed FROM booking WHERE booking_id = %s",
                                 door.town.zhang.booking_id)
    assert isinstance(sealed, bytes)
    assert "下个月".encode() not in sealed
    arrival = body(door.as_(door.town.advisor).get(f"/v1/bookings/{door.town.zhang.booking_id}/pre-arrival"))
    assert arrival["declined_because"] == "下个月再说"


def test_no_twice_is_no_once(door: Door) -> None:
    until = (datetime.now(UTC) + timedelta(days=60)).date().isoformat()
    first, second = (body(say(door, "decline", again_at=until)) for _ in range(2))
    assert first == second
    assert len(history(door)) == 1


def test_a_booking_that_moved_on_is_a_conflict(door: Door) -> None:
    assert say(door, "confirm", slot_at=NEXT_WEEK, version=7).status_code == 409
    body(say(door, "decline"))
    problem = body(say(door, "confirm", slot_at=NEXT_WEEK), 409)
    assert problem["type"] == "urn:pitcall:problem:conflict"
    assert due(door)[0][0] == "declined"


def test_a_confirmed_booking_is_neither_moved_nor_declined_here(door: Door) -> None:
    body(say(door, "confirm", slot_at=NEXT_WEEK))
    later = (datetime.fromisoformat(NEXT_WEEK) + timedelta(days=1)).isoformat()
    assert say(door, "confirm", slot_at=later).status_code == 409
    assert say(door, "decline").status_code == 409


@pytest.mark.parametrize("slot", ["2020-01-01T09:30:00+08:00", "2999-01-01T09:30:00+08:00", "2026-12-05T09:30:00", "x"])
def test_a_slot_must_lie_ahead_and_name_its_zone(shared_door: Door, slot: str) -> None:
    assert say(shared_door, "confirm", slot_at=slot).status_code == 422


@pytest.mark.parametrize("again_at", ["2020-01-01", "2999-01-01", "x"])
def test_the_next_question_must_lie_ahead(shared_door: Door, again_at: str) -> None:
    assert say(shared_door, "decline", again_at=again_at).status_code == 422


def test_nobody_assigns_what_he_was_not_asked(shared_door: Door) -> None:
    for extra in ({"state": "completed"}, {"store_id": 1}, {"customer_id": shared_door.town.li.customer_id}):
        assert say(shared_door, "confirm", slot_at=NEXT_WEEK, **extra).status_code == 422
    assert history(shared_door) == []


def test_of_two_answers_at_once_one_counts(door: Door) -> None:
    def confirm(days: int) -> int:
        slot = datetime.now(UTC) + timedelta(days=days)
        return say(door, "confirm", slot_at=slot.isoformat()).status_code

    with ThreadPoolExecutor(2) as callers:
        assert sorted(callers.map(confirm, (3, 4))) == [200, 409]
    assert len(history(door)) == 1


def test_bookings_by_state(shared_door: Door) -> None:
    advisor = shared_door.as_(shared_door.town.advisor)
    assert len(body(advisor.get("/v1/bookings", params={"state": "proposed"}))["items"]) == 1
    assert body(advisor.get("/v1/bookings", params=[("state", "confirmed"), ("state", "declined")]))["items"] == []
    assert advisor.get("/v1/bookings", params={"state": "lost"}).status_code == 422
