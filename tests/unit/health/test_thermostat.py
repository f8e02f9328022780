"""Thermostat and fuel trims: slow faults against the car's own past."""

import numpy as np
import pytest

from health.statistics import summarise
from schemas.findings import FindingCode, Severity
from schemas.quantity import Unknown
from schemas.report import VehicleReport
from tests.unit.health.drives import petrol_drive, recording
from tests.unit.health.reports import assessed
from tests.unit.health.trip_rows import rows, told


def finding(report: VehicleReport, code: FindingCode) -> Severity | None:
    return next((found.severity for found in report.findings if found.code is code), None)


def warm(*steady_c: float, **columns: object) -> VehicleReport:
    """One trip a day with these temperatures of the warm engine."""
    known: dict[str, object] = {"speed_km": 30.0, "steady_c": list(steady_c), "steady_n": 600, "start_c": 20.0,
                                "warm_after_s": 400.0, "outside_c": 15.0}
    return told(rows(range(len(steady_c)), **(known | columns)))


def test_the_warm_engine_of_a_drive() -> None:
    seconds = np.arange(1800.0)
    drive = recording(seconds, speed_kmh=np.where(seconds < 1700, 60.0, 0.0), engine_rpm=np.full(1800, 2000.0),
                      coolant_c=np.minimum(20 + seconds / 6, 88.0))
    [row] = summarise(drive, {}).iter_rows(named=True)
    assert row["steady_c"] == 88
    assert row["steady_n"] == pytest.approx(800, abs=2)
    assert row["warm_after_s"] == 300


def test_a_warm_engine_that_is_as_warm_as_ever() -> None:
    report = warm(*[89.0, 90.0, 91.0] * 8)
    assert report.cooling.steady_c is not None
    assert report.cooling.steady_c.value == 90
    assert report.cooling.warm_up_s is not None
    assert report.cooling.warm_up_s.value == pytest.approx(8.0)
    assert finding(report, FindingCode.THERMOSTAT) is None


def test_a_thermostat_that_no_longer_closes() -> None:
    """Eleven kelvin too cold is the limit of the on-board monitor; six below its own past is a drift."""
    assert finding(warm(*[90.0] * 15, *[82.0] * 5), FindingCode.THERMOSTAT) is Severity.ADVISE
    assert finding(warm(*[90.0] * 15, *[76.0] * 5), FindingCode.THERMOSTAT) is Severity.SOON
    assert finding(warm(*[90.0] * 15, *[87.0] * 5), FindingCode.THERMOSTAT) is None


def test_a_car_without_a_past_is_held_against_usual_thermostats() -> None:
    assert finding(warm(*[70.0] * 5), FindingCode.THERMOSTAT) is Severity.SOON
    assert finding(warm(*[78.0] * 5), FindingCode.THERMOSTAT) is None


def test_one_cold_trip_and_great_cold_say_nothing() -> None:
    assert finding(warm(*[90.0] * 19, 70.0), FindingCode.THERMOSTAT) is None
    outside = [15.0] * 15 + [-15.0] * 5
    assert finding(warm(*[90.0] * 15, *[76.0] * 5, outside_c=outside), FindingCode.THERMOSTAT) is None


def test_a_car_without_coolant_says_so() -> None:
    report = assessed(petrol_drive(600).drop("coolant_c"))["car"]
    assert report.unknown["cooling.steady_c"] is Unknown.NO_SIGNAL
    assert assessed(petrol_drive(600))["car"].unknown["cooling.steady_c"] is Unknown.TOO_SHORT


def trimmed(idle: list[float], part: list[float], high: list[float] | None = None) -> VehicleReport:
    """One trip a day with these mean corrections, a minute at each load."""
    columns = {f"trim_{load}_pct_s": [60 * pct for pct in values]
               for load, values in (("idle", idle), ("part_load", part), ("high_load", high or part))}
    return told(rows(range(len(idle)), speed_km=30.0, trim_idle_s=60.0, trim_part_load_s=60.0, trim_high_load_s=60.0,
                     **columns))


def test_trims_of_a_drive_by_load() -> None:
    seconds = np.arange(900.0)
    standing, hard = seconds < 300, seconds >= 600
    drive = recording(seconds, speed_kmh=np.where(standing, 0.0, 70.0), engine_rpm=np.full(900, 1800.0),
                      coolant_c=np.full(900, 90.0), engine_load_pct=np.where(hard, 80.0, 35.0),
                      short_fuel_trim_pct=np.where(standing, 6.0, 0.0), long_fuel_trim_pct=np.full(900, 3.0))
    [row] = summarise(drive, {}).iter_rows(named=True)
    means = [row[f"trim_{load}_pct_s"] / row[f"trim_{load}_s"] for load in ("idle", "part_load", "high_load")]
    assert means == pytest.approx([9.0, 3.0, 3.0])


def test_a_cold_engine_and_overrun_do_not_count() -> None:
    seconds = np.arange(600.0)
    drive = recording(seconds, speed_kmh=np.full(600, 60.0), engine_rpm=np.full(600, 2400.0),
                      coolant_c=np.full(600, 40.0), long_fuel_trim_pct=np.full(600, 20.0))
    [row] = summarise(drive, {}).iter_rows(named=True)
    assert row["trim_part_load_s"] == 0


@pytest.mark.parametrize(("idle", "part", "look"), [
    (14.0, 1.0, "air leaks"), (1.0, 14.0, "fuel pressure"), (14.0, 14.0, "air meter"), (-14.0, -13.0, "injectors")])
def test_where_the_correction_grows_tells_where_to_look(idle: float, part: float, look: str) -> None:
    report = trimmed([0.5] * 25 + [idle] * 10, [0.5] * 25 + [part] * 10)
    [found] = [found for found in report.findings if found.code is FindingCode.FUEL_TRIM]
    assert look in found.en


def test_a_drift_below_the_alarm_is_found_against_the_cars_own_past() -> None:
    assert finding(trimmed([-1.0] * 25 + [7.0] * 10, [0.0] * 35), FindingCode.FUEL_TRIM) is Severity.ADVISE
    assert finding(trimmed([7.0] * 35, [0.0] * 35), FindingCode.FUEL_TRIM) is None


def test_a_correction_that_went_away_is_no_fault() -> None:
    assert finding(trimmed([12.0] * 25 + [1.0] * 10, [0.0] * 35), FindingCode.FUEL_TRIM) is None


def test_trims_need_ten_trips() -> None:
    report = trimmed([14.0] * 9, [0.0] * 9)
    assert report.fuel_trims.idle_pct is None
    assert report.unknown["fuel_trims.idle_pct"] is Unknown.TOO_SHORT
