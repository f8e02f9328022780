"""What the workshop did to tyres and odometers reaches health, once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from archive.workshop import facts, odometers, tyres
from archive.workshop.odometers import Correction
from archive.workshop.tyres import TyreChange
from schemas.errors import Conflict
from schemas.vehicle import VehicleFacts
from tests.archive.garage import AS_OF, MONDAY, Garage


def known(garage: Garage, car: int) -> VehicleFacts:
    with garage.database.connect("health") as connection:
        return facts.car(connection, car, AS_OF).facts


def test_tyre_changes_stand_in_order_after_those_of_the_file(garage: Garage) -> None:
    car = garage.car({"tyre_changes": [{"at": "2025-11-01", "kind": "mounted", "set_name": "winter", "winter": True}]})
    with garage.database.connect() as connection:
        assert tyres.change(connection, TyreChange(car, "mounted", MONDAY, "summer"))
        assert tyres.change(connection, TyreChange(car, "rotated", MONDAY - timedelta(days=9)))
        assert not tyres.change(connection, TyreChange(car, "mounted", MONDAY, "summer"))
    assert [(change.kind, change.set_name) for change in known(garage, car).tyre_changes] == [
        ("mounted", "winter"), ("rotated", ""), ("mounted", "summer")]
    assert garage.database.value("SELECT count(*) > 0 FROM vehicle_touched WHERE vehicle_id = %s", car)


def test_a_new_pair_reaches_health_with_its_axle(garage: Garage) -> None:
    car = garage.car()
    pair = TyreChange(car, "new", MONDAY, axle="rear", moved=True, new_mm=7.6, odometer_km=41_000.0)
    with garage.database.connect() as connection:
        assert tyres.change(connection, pair)
        assert not tyres.change(connection, pair)
        with pytest.raises(Conflict, match="another change"):
            tyres.change(connection, replace(pair, axle="front"))
    [change] = known(garage, car).tyre_changes
    assert (change.axle, change.moved, change.new_mm, change.odometer_km) == ("rear", True, 7.6, 41_000.0)


def test_an_odometer_is_corrected_once_with_who_and_why(garage: Garage) -> None:
    car, advisor = garage.car(), garage.advisor()
    new_cluster = Correction(car, MONDAY, 0.0, 84_200.0, "cluster_replaced", advisor)
    with garage.database.connect() as connection:
        assert odometers.correct(connection, new_cluster)
        assert not odometers.correct(connection, new_cluster)
        with pytest.raises(Conflict, match="another correction"):
            odometers.correct(connection, replace(new_cluster, true_km=70_000.0))
    [correction] = known(garage, car).odometer_corrections
    assert (correction.at, correction.shown_km, correction.true_km) == (MONDAY, 0.0, 84_200.0)
    assert garage.database.value("SELECT staff_id FROM odometer_correction") == advisor


def test_who_corrects_an_odometer_must_be_somebody(garage: Garage) -> None:
    with garage.database.connect() as connection, pytest.raises(Conflict):
        odometers.correct(connection, Correction(garage.car(), MONDAY, 1.0, 2.0, "tampered", staff_id=0))
