"""What an advisor reads about tyres: which axle, how sure, what to do, and nothing that is not known."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from health.statistics import summarise
from schemas.findings import FindingCode, Severity
from schemas.quantity import Unknown
from schemas.report import VehicleReport
from schemas.vehicle import VehicleFacts
from tests.unit.health.drives import recording
from tests.unit.health.test_new_tyres import TODAY, VISIT, due, pair, report
from tests.unit.health.test_new_tyres import spring as spring


def measured(front_mm: float, rear_mm: float) -> dict[str, Any]:
    """A car of which nothing but two readings is known."""
    return {"tyres": None, "gauge": [{"time": VISIT, "axle": axle, "tread_mm": mm}
                                     for axle, mm in (("front", front_mm), ("rear", rear_mm))]}


def said(car: VehicleReport, code: FindingCode) -> list[tuple[Severity, str, str]]:
    return [(finding.severity, finding.zh, finding.en) for finding in car.findings if finding.code is code]


def test_low_tread_names_the_axle_and_whether_one_pair_will_do(spring: pl.DataFrame) -> None:
    [(severity, zh, en)] = said(report(spring, **measured(2.6, 6.2)), FindingCode.TYRE_TREAD_LOW)
    assert severity is Severity.SOON
    assert zh.startswith("前轮花纹约2.")
    assert "后轮还有约6." in zh
    assert "可以只换一对" in zh
    assert "one new pair may do" in en


def test_two_worn_pairs_are_two_findings_and_no_talk_of_one_pair(spring: pl.DataFrame) -> None:
    told = said(report(spring, **measured(2.6, 2.8)), FindingCode.TYRE_TREAD_LOW)
    assert [en.split()[1] for _, _, en in told] == ["front", "rear"]
    assert not any("one new pair" in en for _, _, en in told)


def test_an_estimate_below_the_law_is_urgent_and_names_no_tenths(spring: pl.DataFrame) -> None:
    car = report(spring, **measured(1.6, 6.2))
    [(severity, zh, en)] = said(car, FindingCode.TYRE_TREAD_LOW)
    assert severity is Severity.URGENT
    assert "法定的1.6毫米" in zh
    assert en.startswith("The front tread is probably below the legal 1.6 mm")
    assert "probably below the legal 1.6 mm" in due(car, "front").reason_en


@pytest.mark.parametrize(("rear_mm", "rotate"), [(6.2, True), (3.9, False)])
def test_swapping_is_advised_only_where_the_other_pair_has_more(spring: pl.DataFrame, rear_mm: float,
                                                                rotate: bool) -> None:
    told = [en for _, _, en in said(report(spring, **measured(3.3, rear_mm)), FindingCode.TYRE_TREAD_FORECAST)]
    assert told[0].startswith("The front tread")
    assert ("rotate first" in told[0]) is rotate
    assert not any("rotate first" in en for en in told[1:])


def test_a_rear_driven_car_on_the_motorway_is_not_called_hard_on_its_rear_tyres() -> None:
    """The driven axle wears faster by itself; the sentence is about the driver."""
    begin = TODAY - timedelta(days=9)
    steady = [recording(range(7200), start=begin + timedelta(days=day), speed_kmh=[110.0] * 7200) for day in range(8)]
    statistics = summarise(pl.concat(steady), {"car": VehicleFacts(driven_axle="rear")})
    read = {"time": begin, "axle": "rear", "tread_mm": 4.0}
    car = report(statistics, driven_axle="rear", tyres=None, gauge=[read])
    assert car.tyres.rear.mm_per_1000km and car.tyres.front.mm_per_1000km
    assert car.tyres.rear.mm_per_1000km.value > 1.3 * car.tyres.front.mm_per_1000km.value
    assert "accelerating" not in due(car, "rear").reason_en


def test_nobody_rotates_what_is_worn_out(spring: pl.DataFrame) -> None:
    old = {"services": [{"item": "TYR-ROT", "at": "2025-01-10"}]}
    fine, worn = report(spring, **measured(6.0, 6.2), **old), report(spring, **measured(2.6, 6.2), **old)
    assert "TYR-ROT" in [item.item for item in fine.due]
    assert "TYR-ROT" not in [item.item for item in worn.due]


def test_a_rotation_nobody_noted_is_not_said_to_have_been_done(spring: pl.DataFrame) -> None:
    car = report(spring, tyres={"fitted_at": "2025-02-01"})
    rotation = next(item for item in car.due if item.item == "TYR-ROT")
    assert rotation.reason_en.startswith("There is no record of it since the tyres were fitted in February 2025")
    assert rotation.reason_zh.startswith("2025年2月装胎以来没有记录")


def test_each_pair_has_its_own_age(spring: pl.DataFrame) -> None:
    car = report(spring, tyres={"fitted_at": "2018-01-01"}, **pair("front"))
    [(_, _, en)] = said(car, FindingCode.TYRE_AGE)
    assert en.startswith("The rear tyres are over 8 years old (fitted in January 2018)")
    assert due(car, "rear").date == date(2028, 1, 1)


def test_depth_of_old_tyres_is_unknown_until_somebody_measures_or_an_odometer_bridges(spring: pl.DataFrame) -> None:
    """Seven years nobody watched: new depth less one spring would be a fairy tale."""
    old = {"fitted_at": "2019-03-01"}
    car = report(spring, tyres=old)
    assert car.tyres.front.tread_mm is None
    assert car.unknown["tyres.front.tread_mm"] is Unknown.NO_FACT
    read = report(spring, tyres=old, gauge=[{"time": VISIT, "axle": "front", "tread_mm": 5.0}]).tyres.front.tread_mm
    assert read and 4.0 < read.value < 5.0
    km = [{"time": VISIT, "axle": "front", "tread_mm": 5.0, "odometer_km": 20_000}]
    bridged = report(spring, tyres=old | {"fitted_km": 0}, gauge=km)
    assert bridged.tyres.front.wear_mm and bridged.tyres.front.wear_mm.source == "gauge"


def test_a_forecast_says_how_sure_it_is(spring: pl.DataFrame) -> None:
    [(_, zh, en)] = said(report(spring, **measured(3.3, 6.2)), FindingCode.TYRE_TREAD_FORECAST)
    assert zh.endswith("把握:较低。")
    assert en.endswith("Confidence: low.")


def test_a_set_just_mounted_is_not_due_for_a_rotation(spring: pl.DataFrame) -> None:
    """The summer tyres were fitted long ago; the winter set went on at the last visit."""
    car = report(spring, tyres={"fitted_at": "2025-02-01"}, tyre_changes=[
        {"at": VISIT, "kind": "mounted", "set_name": "winter", "winter": True}])
    [rotation] = [item for item in car.due if item.item == "TYR-ROT"]
    assert rotation.date > TODAY.date()
    assert rotation.reason_en.startswith("There is no record of it since this set of tyres was mounted in April 2026")


def test_tyres_past_their_age_are_one_sentence_and_not_rotated(spring: pl.DataFrame) -> None:
    car = report(spring, tyres={"fitted_at": "2016-06-20"})
    [(severity, zh, _)] = said(car, FindingCode.TYRE_AGE)
    assert severity is Severity.SOON
    assert zh == "轮胎已用9年多(2016年6月装),和花纹无关,建议6月20日前更换。"
    assert said(car, FindingCode.SERVICE_DUE) == []
    assert {item.item for item in car.due} == {"TYR-NEW"}
