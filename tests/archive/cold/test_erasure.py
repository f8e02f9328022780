"""Erasure takes the readings of a person or a car out of every file, and nothing else."""

from datetime import timedelta

from polars.testing import assert_frame_equal

from archive.cold import erasing, verifying
from archive.cold.erasing import Span
from tests.archive.cold.stock import BOTH, JUNE, MAY, Stock


def test_a_device_is_erased_and_its_neighbours_stay(stock: Stock) -> None:
    """Parts that held it have another checksum, name and generation; the others are untouched."""
    stock.export()
    before = {part.path: part for part in stock.folder.manifest().parts}
    kept = stock.cold().filter(stock.cold()["device_id"] != "d2")
    done = erasing.erase(stock.folder, [Span("d2")])
    assert_frame_equal(stock.cold(), kept, check_exact=True)
    after = {part.path: part for part in stock.folder.manifest().parts}
    assert {rewritten.before for rewritten in done} == {before[path] for path in before.keys() - after.keys()}
    assert {rewritten.after for rewritten in done} - {None} == {after[path] for path in after.keys() - before.keys()}
    assert not any((stock.folder.path / rewritten.before.path).exists() for rewritten in done)
    assert list(verifying.faults(stock.folder)) == []


def test_erasing_what_is_not_there_changes_nothing(stock: Stock) -> None:
    """Not even the generation."""
    stock.export()
    before = stock.folder.manifest()
    without_rows = [Span("d4"), Span("d1", JUNE + timedelta(days=1), JUNE + timedelta(days=2))]
    assert erasing.erase(stock.folder, without_rows) == []
    assert stock.folder.manifest() == before


def test_a_person_is_erased_for_the_time_the_car_was_his(stock: Stock) -> None:
    """The next owner's readings stay, and so do those of the time before the device sat in the car."""
    car, seller, buyer = stock.garage.car(), stock.garage.customer(), stock.garage.customer()
    stock.garage.fit(stock.devices["d1"], car, MAY + timedelta(days=1))
    stock.garage.own(seller, car, MAY)
    stock.garage.change("UPDATE ownership SET during = tstzrange(lower(during), %s)", JUNE)
    stock.garage.own(buyer, car, JUNE)
    stock.export()
    with stock.owner() as connection:
        spans = erasing.spans_of_customer(connection, seller)
    assert spans == [Span("d1", MAY + timedelta(days=1), JUNE)]
    erasing.erase(stock.folder, spans)
    times = stock.cold().filter(stock.cold()["device_id"] == "d1")["time"]
    assert len(times) == 600 + 300 + 600
    assert not times.is_between(MAY + timedelta(days=1), JUNE, closed="left").any()


def test_a_car_is_erased_with_every_device_that_sat_in_it(stock: Stock) -> None:
    """As long as they sat in it."""
    car = stock.garage.car()
    stock.garage.fit(stock.devices["d1"], car, MAY, JUNE)
    stock.garage.fit(stock.devices["d3"], car, JUNE)
    with stock.owner() as connection:
        spans = erasing.spans_of_vehicle(connection, car)
    stock.export()
    erasing.erase(stock.folder, spans)
    cold = stock.cold()
    times = cold.filter(cold["device_id"] == "d1")["time"]
    assert len(times) == 300 + 600
    assert (times >= JUNE).all()
    assert len(cold.filter(cold["device_id"] == "d3")) == 600 + 600 + 300
    assert len(cold.filter(cold["device_id"] == "d2")) == 2400


def test_what_was_erased_in_the_database_first_does_not_come_back(stock: Stock) -> None:
    """The next export finds nothing to add."""
    stock.export()
    stock.garage.change("DELETE FROM reading WHERE device_key = %s", stock.devices["d2"])
    erasing.erase(stock.folder, [Span("d2")])
    assert stock.export(BOTH).written == 0
    assert "d2" not in stock.cold()["device_id"]
