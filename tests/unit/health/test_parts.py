"""Oil, battery and brake pads: goals of the model notes, limit cases, and stories of the workshop."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_allclose

from health.assess import assess
from health.brakes import hot_factor
from health.oil import oil_c_by_model, oil_weight
from health.policy import DEFAULT, BatteryPolicy, BrakePolicy, OilPolicy
from schemas.findings import FindingCode
from schemas.quantity import Unknown
from schemas.report import VehicleReport
from schemas.vehicle import MaintenanceRule, Oil, PadReading, ServiceDone, VehicleFacts
from tests.unit.health.drives import MORNING, commute, petrol_drive, recording
from tests.unit.health.reports import SHANGHAI, assessed, known
from tests.unit.health.shared_data import cycle_recording, needs_cycles

TODAY = datetime(2026, 4, 1, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def month() -> pl.DataFrame:
    """Thirty days, two trips a day, from the second of March on."""
    return commute(30, seconds=1200, seed=5)


def report(readings: pl.DataFrame, **facts: object) -> VehicleReport:
    return assessed(readings, {"car": VehicleFacts.model_validate(facts)}, TODAY)["car"]


def test_oil_weight_is_one_when_warm_and_limited_when_cold() -> None:
    assert_allclose(oil_weight(np.array([-30.0, 0.0, 40.0, 80.0, 95.0, 110.0, 120.0, 130.0]), OilPolicy()),
                    [3.0, 3.0, 2.0, 1.0, 1.0, 1.0, 2.0, 4.0])


def test_the_oil_model_is_the_patents_sum() -> None:
    one = np.ones(1)
    assert oil_c_by_model(2000 * one, 90 * one, 20 * one, 30 * one, 160.9344 * one, OilPolicy()) == pytest.approx(
        -9 + 24 + 85.5 + 4.2 - 0.03 - 1.0)


def test_oil_life_is_what_the_shortest_limit_leaves(month: pl.DataFrame) -> None:
    changed = {"changed_at": "2026-01-01", "changed_km": None}
    by_days = report(month, oil=changed).oil.life_pct
    assert by_days is not None
    assert by_days.source == "days"
    assert by_days.value == pytest.approx(100 * (1 - 90 / 365))
    by_km = report(month, oil=changed | {"km_max": 500}).oil.life_pct
    assert by_km is not None
    assert by_km.source == "km"
    assert report(month).unknown["oil.life_pct"] is Unknown.NO_FACT


def test_cold_starts_bring_the_oil_service_forward(month: pl.DataFrame) -> None:
    cold = month.with_columns(coolant_c=pl.lit(10.0), engine_rpm=pl.col("engine_rpm") * 2)
    oil = Oil(changed_at=date(2026, 3, 2), changed_km=9000, km_max=15_000)
    hard, easy = (next(d for d in report(readings, oil=oil).due if d.item == "PM-MINOR") for readings in (cold, month))
    assert hard.limit == "revolutions"
    assert hard.date < easy.date
    assert "sooner than by distance" in hard.reason_en


def test_oil_brings_a_service_forward_only_as_far_as_is_sure(month: pl.DataFrame) -> None:
    facts = {"car": VehicleFacts(oil=Oil(changed_at=date(2026, 3, 2), changed_km=9000),
                                 rules=[MaintenanceRule(item="PM-MINOR", km=20_000)])}
    known, guessed, vague = (next(due for due in assess(month, facts, TODAY, SHANGHAI, policy)["car"].due
                                  if due.item == "PM-MINOR") for policy in
                             (replace(DEFAULT, oil=replace(DEFAULT.oil, sigma_life=sigma)) for sigma in (0, 0.3, 2)))
    assert known.limit == guessed.limit == "revolutions"
    assert vague.limit != "revolutions"
    assert vague.low < guessed.low < known.low < known.date < guessed.date < vague.date
    assert known.high == guessed.high == vague.high


def test_oil_that_got_too_hot_is_mentioned() -> None:
    codes = [f.code for f in report(petrol_drive(600).with_columns(oil_c=pl.lit(131.0))).findings]
    assert FindingCode.OIL_HOT in codes


def test_without_engine_speed_nothing_is_said_about_oil() -> None:
    car = assessed(recording(np.arange(600.0), speed_kmh=np.full(600, 60.0)))["car"]
    assert car.oil.revolutions_per_km is None
    assert car.unknown["oil.revolutions_per_km"] is Unknown.NO_SIGNAL


def mornings(rest_v: float, crank_v: float, count: int = 8) -> pl.DataFrame:
    """Starts after cold nights; the sleeping car tells its voltage every ten minutes."""
    parts = []
    for day in range(count):
        drive = petrol_drive(300, start=MORNING + timedelta(days=day), seed=day)
        dip = pl.int_range(pl.len()) == 9
        parts.append(drive.with_columns(battery_v=pl.when(dip).then(crank_v).otherwise("battery_v"),
                                        ambient_c=pl.lit(5.0)))
        night = [-600.0 * i for i in range(1, 6)]
        parts.append(recording(night, start=MORNING + timedelta(days=day), battery_v=[rest_v] * len(night)))
    return pl.concat(parts, how="diagonal")


def test_a_sleeping_car_tells_its_voltage_at_rest() -> None:
    car = report(mornings(12.6, 10.4))
    assert car.battery.rest_v is not None
    assert car.battery.rest_v.source == "rest"
    assert car.battery.rest_v.value == pytest.approx(12.6)
    assert known(car.battery.crank_v) == pytest.approx(10.4)
    assert not {FindingCode.BATTERY_CHECK, FindingCode.BATTERY_REPLACE} & {f.code for f in car.findings}


def test_an_electric_car_tells_its_voltage_at_rest_too() -> None:
    silent = mornings(12.6, 12.6).drop("engine_rpm")
    rest = report(silent).battery.rest_v
    assert rest is not None
    assert rest.value == pytest.approx(12.6)
    assert report(silent).battery.crank_v is None


@pytest.mark.parametrize(("rest_v", "crank_v", "expected"), [
    (12.0, 10.4, FindingCode.BATTERY_CHECK), (12.6, 8.5, FindingCode.BATTERY_CHECK),
    (12.0, 8.5, FindingCode.BATTERY_REPLACE)])
def test_a_weak_battery_is_found(rest_v: float, crank_v: float, expected: FindingCode) -> None:
    assert expected in [finding.code for finding in report(mornings(rest_v, crank_v)).findings]


def test_a_generator_that_does_not_charge_is_found(month: pl.DataFrame) -> None:
    flat = month.with_columns(battery_v=pl.lit(12.4))
    assert FindingCode.CHARGING_LOW in [finding.code for finding in report(flat).findings]
    assert FindingCode.CHARGING_LOW not in [finding.code for finding in report(month).findings]


def test_the_battery_tables_rise() -> None:
    p = BatteryPolicy()
    for table in (*p.rest_v.values(), p.weak_crank_v, p.weak_crank_c, p.charge_pct):
        assert list(table) == sorted(table)


def test_hot_brakes_wear_up_to_four_times_as_fast() -> None:
    assert_allclose(hot_factor(np.array([20.0, 200.0, 300.0, 400.0, 500.0]), BrakePolicy()), [1, 1, 2.5, 4, 4])


@needs_cycles
@pytest.mark.parametrize(("name", "km"), [("udds", 49_000), ("wltc_class3b", 77_000), ("nycc", 22_000)])
def test_front_pads_last_as_published(name: str, km: float) -> None:
    facts = {"*": VehicleFacts(pads=[PadReading(time=MORNING, axle="front", pad_mm=11.0)])}
    car = assessed(pl.concat([cycle_recording(name)]), facts)[name]
    worn = 11.0 - known(car.brakes.pad_mm_front)
    assert 8 / worn * known(car.distance_km) == pytest.approx(km, rel=0.08)


def pad(day: date, mm: float) -> PadReading:
    return PadReading(time=datetime(day.year, day.month, day.day, tzinfo=UTC), axle="front", pad_mm=mm)


def test_pads_near_their_limit_fall_due(month: pl.DataFrame) -> None:
    car = report(month, pads=[pad(date(2026, 3, 1), 3.4)])
    due = next(entry for entry in car.due if entry.item == "BRK-PAD-F")
    assert due.limit == "pads"
    assert "front brake pads" in due.reason_en
    assert car.brakes.pad_mm_rear is None
    assert car.unknown["due.BRK-PAD-R"] is Unknown.NO_FACT


def test_a_second_pad_reading_teaches_the_coefficient(month: pl.DataFrame) -> None:
    new = ServiceDone(item="BRK-PAD-F", at=date(2026, 3, 1))
    prior = report(month, services=[new]).brakes.pad_mm_front
    measured = report(month, services=[new], pads=[pad(date(2026, 4, 1), 8.0)]).brakes.pad_mm_front
    assert prior is not None
    assert measured is not None
    assert measured.value < prior.value
    assert measured.source == "gauge"


def test_a_reading_on_the_day_of_the_change_is_of_the_old_pads(month: pl.DataFrame) -> None:
    new = ServiceDone(item="BRK-PAD-F", at=date(2026, 3, 10))
    worn_out = PadReading(time=datetime(2026, 3, 10, 9, tzinfo=UTC), axle="front", pad_mm=2.8)
    fresh, measured = (report(month, services=[new], pads=pads).brakes.pad_mm_front for pads in ([], [worn_out]))
    assert fresh == measured


def test_worn_pads_are_found(month: pl.DataFrame) -> None:
    codes = [finding.code for finding in report(month, pads=[pad(date(2026, 3, 1), 2.9)]).findings]
    assert FindingCode.BRAKE_PADS_LOW in codes


def test_an_electric_car_spares_its_pads(month: pl.DataFrame) -> None:
    pads = [pad(date(2026, 3, 1), 8.0)]
    worn = [8.0 - known(report(month, pads=pads, fuel=fuel).brakes.pad_mm_front) for fuel in ("petrol", "hybrid")]
    assert worn[1] < 0.5 * worn[0]
