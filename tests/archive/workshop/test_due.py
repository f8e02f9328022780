"""Due items: one per need and cycle, declined ones return in their time, completed ones never."""

from datetime import timedelta

import psycopg
import pytest

from archive.database.connecting import act_for_staff
from archive.workshop import desk, services
from archive.workshop import due as due_items
from schemas.errors import Conflict
from schemas.vehicle import TYR_NEW, Axle
from schemas.workshop import DueState
from tests.archive.garage import Garage
from tests.archive.workshop.bench import TODAY, bookings, due, everything, foresee, items, owned_car


def decline(garage: Garage, until_days: int) -> None:
    """What the API does when the customer says no to a proposal."""
    again = TODAY + timedelta(days=until_days)
    garage.change("UPDATE booking SET state = 'declined', again_at = %s WHERE state = 'proposed'", again)
    garage.change("UPDATE due_item SET state = 'declined', again_at = %s WHERE state = 'open'", again)


def complete(garage: Garage, car: int, *done: str, day: int = 0, tyres: Axle | None = None) -> int:
    """An advisor of the store reports services, so many days after 22 November."""
    with garage.database.connect("api") as connection, connection.transaction():
        act_for_staff(connection, garage.advisor())
        return services.complete(connection, car, done, TODAY + timedelta(days=day), 30_000.0,
                                 axles={TYR_NEW: tyres} if tyres else {})


def tyre_needs(garage: Garage) -> list[tuple[str, int, str]]:
    """New tyres: axle, cycle, state."""
    return garage.rows("SELECT axle, cycle, state FROM due_item WHERE item = %s ORDER BY axle, cycle", TYR_NEW)


def test_an_open_item_follows_the_forecast(garage: Garage) -> None:
    """Dates and reasons are those of the last report."""
    car = owned_car(garage)
    foresee(garage, car, due("PM-MINOR", 20))
    foresee(garage, car, due("PM-MINOR", 15).model_copy(update={"limit": "months", "reason_en": "a year is over"}))
    assert garage.rows("SELECT due_on, due_limit, reason_en FROM due_item") == [
        (TODAY + timedelta(days=15), "months", "a year is over")]
    assert bookings(garage) == [("proposed", TODAY + timedelta(days=15))]


def test_what_is_booked_keeps_the_words_the_customer_agreed_to(garage: Garage) -> None:
    """A confirmed item does not follow the forecast any more."""
    car = owned_car(garage)
    foresee(garage, car, due("PM-MINOR", 20))
    garage.change("UPDATE booking SET state = 'confirmed'")
    garage.change("UPDATE due_item SET state = 'booked'")
    before = everything(garage)
    foresee(garage, car, due("PM-MINOR", 10))
    assert everything(garage) == before


def test_a_declined_item_returns_on_its_day_and_not_before(garage: Garage) -> None:
    """Declined for 14 days: the 13th brings nothing, the 14th a new proposal."""
    car = owned_car(garage)
    foresee(garage, car, due("PM-MINOR", 5))
    decline(garage, until_days=14)
    foresee(garage, car, due("PM-MINOR", 5), days_later=13)
    assert items(garage) == [("PM-MINOR", 0, "declined", True)]
    foresee(garage, car, due("PM-MINOR", 5), days_later=14)
    assert items(garage) == [("PM-MINOR", 0, "open", True)]
    assert bookings(garage) == [("declined", TODAY + timedelta(days=5)), ("proposed", TODAY + timedelta(days=15))]


def test_a_released_item_is_proposed_anew(garage: Garage) -> None:
    """Nobody came: what the booking held waits again."""
    car = owned_car(garage)
    foresee(garage, car, due("PM-MINOR", 5))
    for state in ("confirmed", "no_show"):
        garage.change("UPDATE booking SET state = %s", state)
    garage.change("UPDATE due_item SET state = 'booked'")
    with garage.database.connect() as connection:
        due_items.release(connection, garage.rows("SELECT booking_id FROM booking")[0][0])
    foresee(garage, car, due("PM-MINOR", 5))
    assert items(garage) == [("PM-MINOR", 0, "open", True)]
    assert [state for state, _ in bookings(garage)] == ["no_show", "proposed"]


def test_a_completed_service_closes_exactly_what_it_covered(garage: Garage) -> None:
    """The oil was changed, the wipers were not; the next oil change is a new cycle."""
    car = owned_car(garage)
    foresee(garage, car, due("PM-MINOR", 5), due("WIPER", 9))
    assert complete(garage, car, "PM-MINOR") == 1
    assert items(garage) == [("PM-MINOR", 0, "done", True), ("WIPER", 0, "open", True)]
    foresee(garage, car, due("PM-MINOR", 360), due("WIPER", 9))
    assert items(garage) == [("PM-MINOR", 0, "done", True), ("WIPER", 0, "open", True)]
    assert bookings(garage) == [("proposed", TODAY + timedelta(days=9))]
    foresee(garage, car, due("PM-MINOR", 360), due("WIPER", 9), days_later=340)
    assert items(garage)[:2] == [("PM-MINOR", 0, "done", True), ("PM-MINOR", 1, "open", True)]


def test_the_same_service_reported_twice_counts_once(garage: Garage) -> None:
    """And does not close the need that came after it."""
    car = owned_car(garage)
    foresee(garage, car, due("WIPER", 5))
    assert complete(garage, car, "WIPER") == 1
    foresee(garage, car, due("WIPER", 6))
    assert complete(garage, car, "WIPER") == 0
    assert items(garage) == [("WIPER", 0, "done", True), ("WIPER", 1, "open", True)]


def test_new_tyres_on_one_axle_leave_the_need_of_the_other(garage: Garage) -> None:
    """Both were due and one pair was replaced: the other stays in the proposal, also after the next forecast."""
    car = owned_car(garage)
    rear = due(TYR_NEW, 9, "rear")
    foresee(garage, car, due(TYR_NEW, 5, "front"), rear)
    assert complete(garage, car, TYR_NEW, tyres="front") == 1
    assert tyre_needs(garage) == [("front", 0, "done"), ("rear", 0, "open")]
    foresee(garage, car, due(TYR_NEW, 700, "front"), rear)
    assert tyre_needs(garage) == [("front", 0, "done"), ("rear", 0, "open")]
    assert bookings(garage) == [("proposed", TODAY + timedelta(days=9))]


def test_needs_of_two_axles_do_not_read_like_one_said_twice(garage: Garage) -> None:
    car = owned_car(garage)
    foresee(garage, car, due(TYR_NEW, 5, "front"), due(TYR_NEW, 9, "rear"), due("WIPER", 9))
    with garage.database.connect() as connection:
        found = desk.due_items(connection, car, [DueState.OPEN])
    assert [(item.name_zh, item.name_en) for item in found] == [
        ("前轮更换轮胎(每条)", "new tyre (each), front axle"), ("后轮更换轮胎(每条)", "new tyre (each), rear axle"),
        ("更换雨刮片", "wiper blades")]


def test_a_declined_pair_is_not_asked_for_again_because_the_other_was_replaced(garage: Garage) -> None:
    car = owned_car(garage)
    rear = due(TYR_NEW, 9, "rear")
    foresee(garage, car, rear)
    decline(garage, until_days=60)
    complete(garage, car, TYR_NEW, tyres="front")
    foresee(garage, car, rear)
    assert tyre_needs(garage) == [("rear", 0, "declined")]


def test_four_new_tyres_cover_both_axles_and_each_counts_on(garage: Garage) -> None:
    """The front had been replaced once before."""
    car = owned_car(garage)
    complete(garage, car, TYR_NEW, day=-400, tyres="front")
    both = due(TYR_NEW, 5, "front"), due(TYR_NEW, 9, "rear")
    foresee(garage, car, *both)
    assert tyre_needs(garage) == [("front", 1, "open"), ("rear", 0, "open")]
    assert complete(garage, car, TYR_NEW) == 1
    assert complete(garage, car, TYR_NEW) == 0
    assert tyre_needs(garage) == [("front", 1, "done"), ("rear", 0, "done")]
    foresee(garage, car, *both)
    assert tyre_needs(garage) == [("front", 1, "done"), ("front", 2, "open"), ("rear", 0, "done"), ("rear", 1, "open")]


def test_a_service_before_its_time_cancels_the_proposal_it_emptied(garage: Garage) -> None:
    """The customer came by himself; the proposal for it is withdrawn."""
    car = owned_car(garage)
    foresee(garage, car, due("PM-MINOR", 5))
    complete(garage, car, "PM-MINOR")
    foresee(garage, car)
    assert bookings(garage) == [("cancelled", TODAY + timedelta(days=5))]


def test_a_service_outside_the_catalogue_is_refused(garage: Garage) -> None:
    """Nothing of the report is stored."""
    with pytest.raises(Conflict, match="service_done_item_fkey"):
        complete(garage, owned_car(garage), "PM-MINOR", "WARP-CORE")
    assert garage.rows("SELECT * FROM service_done") == []


def test_a_forecast_from_before_a_service_does_not_reopen_it(garage: Garage) -> None:
    """It was on its way while the service was recorded; the next one puts it right."""
    car = owned_car(garage)
    complete(garage, car, "PM-MINOR", day=-1)
    garage.change("INSERT INTO due_item (vehicle_id, item, cycle, due_on, due_low, due_high, due_limit, reason_zh, "
                  "reason_en) VALUES (%s, 'PM-MINOR', 0, %s, %s, %s, 'km', '', '')", car, TODAY, TODAY, TODAY)
    foresee(garage, car, due("PM-MINOR", 7))
    assert items(garage) == [("PM-MINOR", 0, "void", False), ("PM-MINOR", 1, "open", True)]


def test_an_item_outside_the_catalogue_cannot_be_booked(garage: Garage) -> None:
    """A car's own rule may name anything; the rest of its forecast is not held up."""
    car = owned_car(garage)
    foresee(garage, car, due("WARP-CORE", 5), due("WIPER", 9))
    assert items(garage) == [("WIPER", 0, "open", True)]


def test_the_database_itself_refuses_a_second_open_item(garage: Garage) -> None:
    """Whoever writes it."""
    car = owned_car(garage)
    foresee(garage, car, due("WIPER", 9))
    with pytest.raises(psycopg.errors.UniqueViolation, match="one_open_due_item_per_need"):
        garage.change("INSERT INTO due_item (vehicle_id, item, cycle, due_on, due_low, due_high, due_limit, reason_zh, "
                      "reason_en) VALUES (%s, 'WIPER', 7, %s, %s, %s, 'km', '', '')", car, TODAY, TODAY, TODAY)
