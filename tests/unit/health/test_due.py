"""Due items and findings: stories of a car and its workshop."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from health.catalogue import DEFAULT_RULES, WEAR_RULES, name_of
from schemas.findings import FindingCode
from schemas.quantity import Unknown
from schemas.report import Due, VehicleReport
from schemas.vehicle import Battery, MaintenanceRule, Oil, ServiceDone, TreadReading, Tyres, VehicleFacts
from tests.unit.health.drives import commute, recording
from tests.unit.health.reports import assessed

TODAY = datetime(2026, 4, 1, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def month() -> pl.DataFrame:
    """Thirty days, two trips a day, from the second of March on."""
    return commute(30, seconds=1200, seed=5)


def report(month: pl.DataFrame, **facts: object) -> VehicleReport:
    return assessed(month, {"car": VehicleFacts.model_validate(facts)}, TODAY)["car"]


def due(car: VehicleReport, item: str) -> Due:
    return next(entry for entry in car.due if entry.item == item)


def minor(at: str, km: float | None = None) -> list[ServiceDone]:
    return [ServiceDone(item="PM-MINOR", at=date.fromisoformat(at), odometer_km=km)]


def test_nothing_is_guessed_where_nothing_is_known(month: pl.DataFrame) -> None:
    car = report(month)
    assert car.due == []
    assert car.unknown["due.PM-MINOR"] is Unknown.NO_FACT


def test_the_calendar_comes_first_for_a_car_that_drives_little(month: pl.DataFrame) -> None:
    few = month.filter(pl.col("time") < datetime(2026, 3, 3, tzinfo=UTC))
    car = assessed(few, {"car": VehicleFacts(services=minor("2025-05-01"))}, datetime(2026, 3, 20, tzinfo=UTC))["car"]
    service = due(car, "PM-MINOR")
    assert (service.date, service.limit) == (date(2026, 5, 1), "months")
    assert "12" in service.reason_en


def test_distance_comes_first_for_a_car_that_drives_much(month: pl.DataFrame) -> None:
    rules = [MaintenanceRule(item="PM-MINOR", km=1500, months=12)]
    car = report(month, services=minor("2026-03-02", 10_000), rules=rules)
    service = due(car, "PM-MINOR")
    assert service.limit == "km"
    assert service.low <= service.date <= service.high
    assert service.date < date(2026, 8, 1)
    assert "km" in service.reason_en
    assert "公里" in service.reason_zh


def test_turns_of_the_engine_come_first_for_a_car_that_idles(month: pl.DataFrame) -> None:
    """The same kilometres with twice the turns: half the distance, and said so."""
    rules = [MaintenanceRule(item="PLUG", km=50_000, revolutions=8e6)]
    service = [ServiceDone(item="PLUG", at=date(2026, 3, 2))]
    calm, busy = (due(report(readings, services=service, rules=rules), "PLUG")
                  for readings in (month, month.with_columns(engine_rpm=pl.col("engine_rpm") * 2)))
    assert calm.limit == busy.limit == "revolutions"
    assert (busy.date - TODAY.date()).days < 0.55 * (calm.date - TODAY.date()).days
    assert "8 million turns" in busy.reason_en
    assert "800万圈" in busy.reason_zh


def test_a_service_starts_its_interval_anew(month: pl.DataFrame) -> None:
    before = due(report(month, services=minor("2025-06-01")), "PM-MINOR").date
    after = due(report(month, services=minor("2025-06-01") + minor("2026-03-20")), "PM-MINOR").date
    assert after > before


def test_the_makers_oil_limit_tightens_the_minor_service(month: pl.DataFrame) -> None:
    oils = [Oil(changed_at=date(2026, 3, 2), changed_km=9000, km_max=km) for km in (15_000, 3000)]
    loose, tight = (due(report(month, oil=oil), "PM-MINOR").date for oil in oils)
    assert tight < loose


def test_a_new_car_is_due_for_its_first_service_once(month: pl.DataFrame) -> None:
    assert due(report(month, registered_at="2026-02-20"), "PM-FIRST").date <= date(2026, 8, 20)
    served = report(month, registered_at="2026-02-20", services=[ServiceDone(item="PM-FIRST", at=date(2026, 3, 20))])
    assert "PM-FIRST" not in [entry.item for entry in served.due]


def test_an_old_car_without_records_is_not_called_overdue(month: pl.DataFrame) -> None:
    car = report(month, registered_at="2015-01-01")
    assert "BRK-FLUID" not in [entry.item for entry in car.due]
    assert car.unknown["due.BRK-FLUID"] is Unknown.NO_FACT


def test_an_overdue_service_is_said_politely_and_with_evidence(month: pl.DataFrame) -> None:
    car = report(month, services=minor("2025-03-01"))
    finding = next(f for f in car.findings if f.code is FindingCode.SERVICE_DUE)
    assert finding.severity == "soon"
    assert finding.zh.startswith("小保养3月1日已到期。上次是2025年3月,每12个月一次。")
    assert finding.en.startswith("Minor service: due since 1 March. Last done in March 2025; due every 12 months.")
    assert finding.evidence[0]["item"] == "PM-MINOR"


CATALOGUE = ("PM-MINOR", "FLT-CAB", "BAT-12V", "WIPER", "AC-CLEAN", "EV-CHK", "EV-GEAR")


def test_what_only_the_calendar_asks_for_is_one_sentence(month: pl.DataFrame) -> None:
    rules = [MaintenanceRule(item=item, months=12) for item in CATALOGUE]
    car = report(month, registered_at="2025-03-20", rules=rules)
    [finding] = [f for f in car.findings if f.code is FindingCode.SERVICE_DUE]
    assert {row["item"] for row in finding.evidence} == set(CATALOGUE)
    assert "wiper blades" in finding.en
    assert "雨刮片" in finding.zh
    assert not any(item in finding.en + finding.zh for item in CATALOGUE)


def test_an_item_without_record_is_not_said_to_have_been_done(month: pl.DataFrame) -> None:
    service = due(report(month, registered_at="2025-03-20"), "PM-MINOR")
    assert "no record" in service.reason_en
    assert "没有记录" in service.reason_zh
    assert "Last done" not in service.reason_en


def test_a_first_day_says_nothing_about_a_pace(month: pl.DataFrame) -> None:
    first = month.filter(pl.col("time") < datetime(2026, 3, 3, tzinfo=UTC))
    oil = Oil(changed_at=date(2026, 3, 2), changed_km=9000, km_max=30)
    car = assessed(first, {"car": VehicleFacts(oil=oil)}, datetime(2026, 3, 2, 12, tzinfo=UTC))["car"]
    assert "a day" not in due(car, "PM-MINOR").reason_en


def test_every_default_rule_has_a_name_in_both_languages() -> None:
    for rule in (*DEFAULT_RULES, *WEAR_RULES):
        zh, en = name_of(rule.item)
        assert rule.item not in (zh, en)


def test_a_battery_counts_from_the_day_it_was_fitted(month: pl.DataFrame) -> None:
    rules = [MaintenanceRule(item="BAT-12V", months=60)]
    car = report(month, rules=rules, battery=Battery(fitted_at=date(2022, 6, 1)))
    assert due(car, "BAT-12V").date == date(2027, 6, 1)


def test_worn_tyres_are_found_and_forecast(month: pl.DataFrame) -> None:
    gauge = [TreadReading(time=datetime(2026, 3, 1, tzinfo=UTC), axle=axle, tread_mm=mm)
             for axle, mm in (("front", 3.6), ("rear", 6.5))]
    car = report(month, gauge=gauge)
    assert car.tyres.front.tread_mm is not None
    assert 2.9 < car.tyres.front.tread_mm.value < 3.6
    tyres = due(car, "TYR-NEW")
    assert tyres.limit == "tread"
    assert "front" in tyres.reason_en
    codes = [finding.code for finding in car.findings]
    assert FindingCode.TYRE_TREAD_FORECAST in codes or FindingCode.TYRE_TREAD_LOW in codes


def test_a_second_gauge_reading_teaches_the_car_its_own_coefficient(month: pl.DataFrame) -> None:
    fitted = Tyres(fitted_at=date(2026, 3, 1), new_mm=8.0)
    prior = report(month, tyres=fitted)
    index = prior.tyres.front.wear_mm
    assert index is not None
    fast = TreadReading(time=datetime(2026, 4, 1, tzinfo=UTC), axle="front", tread_mm=8.0 - 8 * index.value)
    learned = report(month, tyres=fitted, gauge=[fast]).learned.tyre_k_front
    assert learned is not None
    assert learned.source == "gauge"
    assert learned.value > 15


def test_old_tyres_are_mentioned_whatever_their_tread(month: pl.DataFrame) -> None:
    car = report(month, tyres=Tyres(fitted_at=date(2019, 1, 1)))
    assert FindingCode.TYRE_AGE in [finding.code for finding in car.findings]


def test_a_car_nobody_measured_is_worth_a_gauge(month: pl.DataFrame) -> None:
    codes = [finding.code for finding in report(month).findings]
    assert FindingCode.MEASURE_TREAD in codes
    assert FindingCode.MEASURE_PADS in codes


def test_a_motorway_month_is_explained() -> None:
    trips = [recording(range(7200), start=datetime(2026, 3, day, 2, tzinfo=UTC), speed_kmh=[110.0] * 7200)
             for day in range(1, 8)]
    car = assessed(pl.concat(trips), {}, TODAY)["car"]
    finding = next(f for f in car.findings if f.code is FindingCode.USE_MOTORWAY)
    assert "高速占100%" in finding.zh
