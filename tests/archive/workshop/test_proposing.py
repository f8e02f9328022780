"""What falls due is proposed once, to the right person, for a sensible day."""

from datetime import timedelta
from threading import Thread

from tests.archive.garage import AS_OF, Garage
from tests.archive.workshop.bench import TODAY, bookings, conclude, due, everything, foresee, items, owned_car


def test_what_falls_due_soon_is_proposed_in_one_booking(garage: Garage) -> None:
    """For the day the first item falls due; what lies beyond the horizon of 30 days is left alone."""
    car = owned_car(garage)
    foresee(garage, car, due("PM-MINOR", 20), due("TYR-ROT", 12), due("COOLANT", 31))
    assert items(garage) == [("PM-MINOR", 0, "open", True), ("TYR-ROT", 0, "open", True)]
    assert bookings(garage) == [("proposed", TODAY + timedelta(days=12))]
    assert garage.rows("SELECT from_state, to_state, actor_kind, actor_id FROM booking_history") == [
        (None, "proposed", "system", None)]


def test_doing_the_job_again_writes_nothing(garage: Garage) -> None:
    """Not one row is touched: neither items, booking nor history."""
    car = owned_car(garage)
    forecast = [due("PM-MINOR", 20), due("TYR-ROT", 12)]
    foresee(garage, car, *forecast)
    before = everything(garage)
    foresee(garage, car, *forecast)
    assert everything(garage) == before


def test_many_workers_propose_one_booking(garage: Garage) -> None:
    """Six connections conclude the same forecast over and over, at once."""
    car = owned_car(garage)

    def conclude_often() -> None:
        with garage.database.connect("health") as connection:
            for _ in range(10):
                conclude(connection, car, due("PM-MINOR", 20), due("TYR-ROT", 12))

    threads = [Thread(target=conclude_often) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert items(garage) == [("PM-MINOR", 0, "open", True), ("TYR-ROT", 0, "open", True)]
    assert bookings(garage) == [("proposed", TODAY + timedelta(days=12))]


def test_a_new_need_joins_the_booking_while_it_is_only_proposed(garage: Garage) -> None:
    """And brings it forward if it falls due earlier."""
    car = owned_car(garage)
    foresee(garage, car, due("PM-MINOR", 20))
    foresee(garage, car, due("PM-MINOR", 20), due("WIPER", 8))
    assert items(garage) == [("PM-MINOR", 0, "open", True), ("WIPER", 0, "open", True)]
    assert bookings(garage) == [("proposed", TODAY + timedelta(days=8))]


def test_a_need_after_the_offer_gets_a_booking_of_its_own(garage: Garage) -> None:
    """What the customer has been sent stays as it is."""
    car = owned_car(garage)
    foresee(garage, car, due("PM-MINOR", 20))
    garage.change("UPDATE booking SET state = 'offered'")
    foresee(garage, car, due("PM-MINOR", 20), due("WIPER", 8))
    assert bookings(garage) == [("offered", TODAY + timedelta(days=20)), ("proposed", TODAY + timedelta(days=8))]


def test_nothing_is_proposed_for_the_past_or_today(garage: Garage) -> None:
    """What is overdue is proposed for tomorrow, and a proposal nobody answers moves on with the days."""
    car = owned_car(garage)
    foresee(garage, car, due("PM-MINOR", -40))
    assert bookings(garage) == [("proposed", TODAY + timedelta(days=1))]
    foresee(garage, car, due("PM-MINOR", -40), days_later=3)
    assert bookings(garage) == [("proposed", TODAY + timedelta(days=4))]


def test_a_car_without_owner_has_due_items_and_no_booking(garage: Garage) -> None:
    """The proposal comes with the owner."""
    car = garage.car()
    foresee(garage, car, due("PM-MINOR", 20))
    assert items(garage) == [("PM-MINOR", 0, "open", False)]
    assert bookings(garage) == []
    garage.own(garage.customer(), car)
    foresee(garage, car, due("PM-MINOR", 20))
    assert bookings(garage) == [("proposed", TODAY + timedelta(days=20))]


def test_a_need_that_moved_away_empties_and_cancels_its_proposal(garage: Garage) -> None:
    """The car stood for weeks: the date moved from 25 days ahead to 50. It returns when it comes near again."""
    car = owned_car(garage)
    foresee(garage, car, due("PM-MINOR", 25))
    foresee(garage, car, due("PM-MINOR", 50))
    assert items(garage) == [("PM-MINOR", 0, "void", False)]
    assert bookings(garage) == [("cancelled", TODAY + timedelta(days=25))]
    assert garage.rows("SELECT from_state, to_state FROM booking_history ORDER BY at") == [
        (None, "proposed"), ("proposed", "cancelled")]
    foresee(garage, car, due("PM-MINOR", 50), days_later=25)
    assert items(garage) == [("PM-MINOR", 0, "open", True)]
    assert [state for state, _ in bookings(garage)] == ["cancelled", "proposed"]


def test_a_date_that_jitters_about_the_horizon_changes_no_booking(garage: Garage) -> None:
    """Up to a week beyond the horizon an open need stays; a new one is not opened there."""
    car = owned_car(garage)
    foresee(garage, car, due("PM-MINOR", 29))
    foresee(garage, car, due("PM-MINOR", 34), due("WIPER", 34))
    assert items(garage) == [("PM-MINOR", 0, "open", True)]
    assert bookings(garage) == [("proposed", TODAY + timedelta(days=34))]


def test_what_the_customer_was_offered_is_not_taken_back(garage: Garage) -> None:
    """A forecast that moves is no reason to cancel what has been sent."""
    car = owned_car(garage)
    foresee(garage, car, due("PM-MINOR", 25))
    garage.change("UPDATE booking SET state = 'offered'")
    foresee(garage, car)
    assert items(garage) == [("PM-MINOR", 0, "open", True)]
    assert bookings(garage) == [("offered", TODAY + timedelta(days=25))]


def test_a_booking_the_customer_made_himself_is_left_alone(garage: Garage) -> None:
    """It holds no due item: he wants a wash."""
    car = owned_car(garage)
    garage.change("INSERT INTO booking (vehicle_id, customer_id, store_id, proposed_for) SELECT vehicle_id, "
                  "customer_id, %s, %s FROM ownership", garage.store_id, TODAY + timedelta(days=2))
    foresee(garage, car)
    assert bookings(garage) == [("proposed", TODAY + timedelta(days=2))]


def test_with_the_car_go_its_needs_and_with_the_person_the_booking(garage: Garage) -> None:
    """After a sale the old owner's proposal is cancelled and the same need proposed to the new owner."""
    car = owned_car(garage)
    foresee(garage, car, due("PM-MINOR", 20))
    garage.change("UPDATE ownership SET during = tstzrange(lower(during), %s)", AS_OF)
    buyer = garage.customer()
    garage.own(buyer, car, AS_OF)
    foresee(garage, car, due("PM-MINOR", 20))
    assert [state for state, _ in bookings(garage)] == ["cancelled", "proposed"]
    assert garage.rows("SELECT customer_id FROM booking JOIN due_item USING (booking_id)") == [(buyer,)]


def test_the_items_of_a_car_sold_or_scrapped_are_void(garage: Garage) -> None:
    """Also those confirmed; whatever health still forecasts, nothing comes back."""
    car = owned_car(garage)
    foresee(garage, car, due("PM-MINOR", 20))
    garage.change("UPDATE booking SET state = 'confirmed'")
    garage.change("UPDATE due_item SET state = 'booked'")
    foresee(garage, car, due("PM-MINOR", 20), due("WIPER", 8))
    garage.change("UPDATE vehicle SET state = 'sold'")
    foresee(garage, car, due("PM-MINOR", 20), due("WIPER", 8))
    assert {row[2] for row in items(garage)} == {"void"}
    assert {state for state, _ in bookings(garage)} == {"cancelled"}


def test_a_car_sold_while_it_stands_in_the_workshop_is_finished(garage: Garage) -> None:
    """What is being done there stays."""
    car = owned_car(garage)
    foresee(garage, car, due("PM-MINOR", 20))
    for state in ("confirmed", "arrived"):
        garage.change("UPDATE booking SET state = %s", state)
    garage.change("UPDATE due_item SET state = 'booked'")
    garage.change("UPDATE vehicle SET state = 'sold'")
    foresee(garage, car, due("PM-MINOR", 20))
    assert items(garage) == [("PM-MINOR", 0, "booked", True)]
    assert bookings(garage) == [("arrived", TODAY + timedelta(days=20))]


def test_what_falls_due_shortly_after_the_visit_is_done_in_it(garage: Garage) -> None:
    """A visit in 25 days takes along what is due within a fortnight of it, although it lies beyond the horizon."""
    car = owned_car(garage)
    foresee(garage, car, due("PM-MINOR", 25), due("TYR-ROT", 38), due("COOLANT", 41))
    assert items(garage) == [("PM-MINOR", 0, "open", True), ("TYR-ROT", 0, "open", True)]
    foresee(garage, car, due("TYR-ROT", 38), due("COOLANT", 41))
    assert items(garage)[0][2] == "void"
