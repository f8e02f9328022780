"""Reasons and rules: what is said of an item that falls due is true, reads well, and follows the rule in force."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from health.catalogue import rules_of
from schemas.findings import FindingCode
from schemas.report import VehicleReport
from schemas.vehicle import MaintenanceRule, ServiceDone, Tyres, VehicleFacts
from tests.unit.health.drives import recording
from tests.unit.health.reports import assessed
from tests.unit.health.test_due import due, minor, report
from tests.unit.health.test_due import month as month


def major(at: str) -> ServiceDone:
    return ServiceDone(item="PM-MAJOR", at=date.fromisoformat(at))


def told(car: VehicleReport) -> list[str]:
    """What an advisor reads of services that are due."""
    return [finding.en for finding in car.findings if finding.code is FindingCode.SERVICE_DUE]


def test_what_time_and_distance_say_of_each_other_is_true(month: pl.DataFrame) -> None:
    """Not reached by distance, past it too, and unknown: three different sentences."""
    kilometres = month.with_columns(odometer_km=20_000 + (pl.col("speed_kmh") / 3600).cum_sum())
    of = {"rules": [MaintenanceRule(item="PM-MINOR", km=10_000, months=12)]}
    early, past = (due(report(kilometres, services=minor("2025-03-01", km), **of), "PM-MINOR").reason_en
                   for km in (19_000, 5_000))
    unknown = due(report(month, services=minor("2025-03-01"), **of), "PM-MINOR").reason_en
    assert early == "Last done in March 2025; due every 12 months. By distance it is not due yet."
    assert past.startswith("Last done in March 2025; due every 12 months. It is also about 5,")
    assert unknown == "Last done in March 2025; due every 12 months."


def test_distance_without_a_record_says_so(month: pl.DataFrame) -> None:
    kilometres = month.with_columns(odometer_km=14_000 + (pl.col("speed_kmh") / 3600).cum_sum())
    of = {"rules": [MaintenanceRule(item="FLT-CAB", km=10_000)], "registered_at": "2025-10-01"}
    reason = due(report(kilometres, **of), "FLT-CAB")
    assert reason.reason_en.startswith(
        "There is no record of it since the car was registered in October 2025. About 4,")
    assert reason.reason_zh.startswith("2025年10月上牌以来没有记录。里程已超出约4,")


def test_a_greater_service_takes_the_smaller_one_along(month: pl.DataFrame) -> None:
    """A week apart they are one service on the earlier day, months apart two."""
    [one] = report(month, services=[*minor("2025-05-01"), major("2024-05-08")]).due
    assert (one.item, one.date) == ("PM-MAJOR", date(2026, 5, 1))
    assert one.reason_en.startswith("The minor service is due first, and one visit does both. Last done in May 2024")
    two = report(month, services=[*minor("2025-05-01"), major("2024-09-08")]).due
    assert [item.item for item in two] == ["PM-MINOR", "PM-MAJOR"]


@pytest.mark.parametrize(("today", "day"), [("2026-12-31", "5 January 2027"), ("2027-01-02", "5 January")])
def test_days_of_next_year_are_named_with_it(month: pl.DataFrame, today: str, day: str) -> None:
    later = month.with_columns(time=pl.col("time") + timedelta(days=290))
    facts = {"car": VehicleFacts(services=minor("2026-01-05"))}
    car = assessed(later, facts, datetime.fromisoformat(f"{today}T00:00Z"))["car"]
    assert told(car)[0].startswith(f"Minor service: due on {day}. ")


def test_a_day_that_several_share_is_said_once(month: pl.DataFrame) -> None:
    both = [MaintenanceRule(item=item, months=12) for item in ("WIPER", "FLT-CAB")]
    [shared] = told(report(month, rules=both, registered_at="2025-04-20"))
    assert shared == "Due by the calendar on 20 April: cabin filter and wiper blades. Please book them in one visit."
    [apart] = told(report(month, rules=both, registered_at="2025-04-20", services=[
        ServiceDone(item="WIPER", at=date(2025, 4, 10))]))
    assert apart.startswith("Soon due by the calendar: wiper blades (10 April) and cabin filter (20 April).")


def test_a_months_rule_reads_well(month: pl.DataFrame) -> None:
    monthly = [MaintenanceRule(item="WIPER", months=1)]
    wipers = due(report(month, rules=monthly, services=[ServiceDone(item="WIPER", at=date(2026, 3, 20))]), "WIPER")
    assert wipers.reason_zh == "上次是2026年3月,每个月一次。"
    assert wipers.reason_en == "Last done in March 2026; due every month."


@pytest.mark.parametrize(("fuel", "services"), [
    ("petrol", {"PM-MINOR", "PM-MAJOR", "FLT-FUEL", "PLUG"}), ("diesel", {"PM-MINOR", "PM-MAJOR", "FLT-FUEL"}),
    ("hybrid", {"PM-MINOR", "PM-MAJOR", "FLT-FUEL", "PLUG", "EV-CHK"}), ("ev", {"EV-CHK", "EV-GEAR"})])
def test_the_default_catalogue_fits_the_kind_of_engine(fuel: str, services: set[str]) -> None:
    items = {rule.item for rule in rules_of(VehicleFacts.model_validate({"fuel": fuel}))}
    assert items & {"PM-MINOR", "PM-MAJOR", "FLT-FUEL", "PLUG", "EV-CHK", "EV-GEAR"} == services
    assert {"PM-FIRST", "BRK-FLUID", "WIPER", "TYR-NEW", "BRK-PAD-F", "DIAG"} <= items


def test_what_a_store_does_not_propose_is_not_proposed() -> None:
    """Nothing joins in its place."""
    rules = [MaintenanceRule(item=item, off=True) for item in ("BRK-PAD-F", "DIAG", "WIPER")]
    assert {rule.item for rule in rules_of(VehicleFacts(rules=rules))} == {"BRK-PAD-R"}


def test_pads_may_have_a_limit_of_time_too(month: pl.DataFrame) -> None:
    """Whichever comes first."""
    rules = [MaintenanceRule(item="BRK-PAD-F", pad_mm=3.0, months=24)]
    done = [ServiceDone(item="BRK-PAD-F", at=date(2024, 5, 1))]
    assert (due(report(month, rules=rules, services=done), "BRK-PAD-F").limit) == "months"
    thin = [{"time": "2026-03-20T00:00:00Z", "axle": "front", "pad_mm": 2.5}]
    assert due(report(month, rules=rules, services=done, pads=thin), "BRK-PAD-F").limit == "pads"


def test_a_store_decides_at_which_depth_and_age_tyres_are_due(month: pl.DataFrame) -> None:
    """And the finding says the store's depth."""
    gauge = [{"time": "2026-03-30T00:00Z", "axle": axle, "tread_mm": 3.6} for axle in ("front", "rear")]
    rules = [MaintenanceRule(item="TYR-NEW", tread_mm=4.0, months=72)]
    [low, _] = [f for f in report(month, rules=rules, gauge=gauge).findings if f.code is FindingCode.TYRE_TREAD_LOW]
    assert "replacement is advised at 4 mm" in low.en
    old = report(month, rules=rules, tyres=Tyres(fitted_at=date(2020, 4, 20)))
    assert [(item.date, item.limit, item.axle) for item in old.due if item.item == "TYR-NEW"] == [
        (date(2026, 4, 20), "months", axle) for axle in ("front", "rear")]
    [age] = [f for f in old.findings if f.code is FindingCode.TYRE_AGE]
    assert age.severity == "soon"
    assert age.en == ("The tyres are over 5 years old (fitted in April 2020); whatever their tread, replacement is "
                      "advised by 20 April.")
    assert not any("new tyres" in en for en in told(old))


def test_a_silent_car_is_said_to_be_silent(month: pl.DataFrame) -> None:
    """Forty days after its last trip."""
    later = assessed(month, {}, datetime(2026, 5, 11, tzinfo=UTC))["car"]
    [silence] = [finding for finding in later.findings if finding.code is FindingCode.DATA_GAP]
    assert "No driving was seen for 40 days" in silence.en
    assert not [finding for finding in report(month).findings if finding.code is FindingCode.DATA_GAP]


def test_the_share_of_motorways_is_that_of_the_days_it_names(month: pl.DataFrame) -> None:
    """A month in town, then a week of motorways."""
    far = [recording(range(7200), start=datetime(2026, 4, day, 2, tzinfo=UTC), speed_kmh=[110.0] * 7200)
           for day in range(3, 10)]
    both = pl.concat([month.select("vehicle", "time", "speed_kmh"), *far])
    services = minor("2026-03-02")
    car = assessed(both, {"car": VehicleFacts(services=services, rules=[MaintenanceRule(item="PM-MINOR", km=3000)])},
                   datetime(2026, 5, 2, tzinfo=UTC))["car"]
    assert "100 % of it on motorways" in due(car, "PM-MINOR").reason_en
