"""Recordings of real cars; goals of the model notes on them are held in test_accuracy."""

from health.history import histories
from health.statistics import summarise
from schemas.findings import FindingCode
from schemas.quantity import Unknown
from tests.unit.health.reports import assessed
from tests.unit.health.shared_data import AFTERWARDS, chicago, diesel, electric, needs_trips, petrol

pytestmark = needs_trips


def test_a_diesel_without_fuel_rate_is_recognised_and_gets_no_litres_from_air() -> None:
    for report in assessed(diesel()).values():
        assert report.fuel_type == "diesel"
        assert report.fuel_by_source.maf is None
        assert report.fuel_by_source.speed_density is None
        assert report.unknown["fuel_by_source.maf"] is Unknown.DIESEL_WITHOUT_FUEL_RATE
        assert FindingCode.FUEL_DIESEL_UNMEASURED in [finding.code for finding in report.findings]
        assert report.fuel_l is not None
        assert report.fuel_l.source == "physics"


def test_an_electric_car_burns_nothing_we_know_of() -> None:
    for report in assessed(electric()).values():
        assert report.fuel_type == "ev"
        assert report.fuel_l is None
        assert report.unknown["fuel_l"] is Unknown.NOT_PETROL


def test_every_recording_is_assessed_to_the_end() -> None:
    for readings in (diesel(), petrol(), electric(), chicago()):
        rows = summarise(readings, {})
        assert len(list(histories(rows, AFTERWARDS))) == rows["vehicle"].n_unique()
