"""Every finding and reason of many cars, as an advisor reads it aloud: whole sentences, rounded, nothing of ours."""

import re
from collections.abc import Callable
from datetime import timedelta

import polars as pl
import pytest

from schemas.findings import FindingCode
from schemas.report import VehicleReport
from tests.unit.health.drives import MORNING
from tests.unit.health.test_codes import report as with_codes
from tests.unit.health.test_fleet import OTHERS, beside
from tests.unit.health.test_fuel_drift import driven
from tests.unit.health.test_new_tyres import report
from tests.unit.health.test_new_tyres import spring as spring
from tests.unit.health.test_odometer import after_half, month
from tests.unit.health.test_odometer import report as with_odometer
from tests.unit.health.test_parts import mornings
from tests.unit.health.test_parts import report as with_battery
from tests.unit.health.test_thermostat import trimmed, warm
from tests.unit.health.trip_rows import told

FIRST, LATE = "2025-02-01", f"{MORNING + timedelta(days=85):%Y-%m-%d}T00:00Z"


def worn(front_mm: float, rear_mm: float, pad_mm: float = 9.0) -> dict[str, object]:
    gauge = [{"time": LATE, "axle": axle, "tread_mm": mm} for axle, mm in (("front", front_mm), ("rear", rear_mm))]
    return {"tyres": None, "gauge": gauge, "pads": [{"time": LATE, "axle": "front", "pad_mm": pad_mm}]}


SCENES: dict[str, Callable[[pl.DataFrame], VehicleReport]] = {
    "nothing known": lambda trips: report(trips, tyres=None),
    "registered": lambda trips: report(trips, registered_at="2025-05-20"),
    "monthly": lambda trips: report(trips, rules=[{"item": "WIPER", "months": 1}],
                                    services=[{"item": "WIPER", "at": "2026-05-20"}]),
    "thin": lambda trips: report(trips, **worn(2.6, 2.9, 2.4)),
    "nearly thin": lambda trips: report(trips, **worn(3.2, 6.0, 3.3)),
    "below the law": lambda trips: report(trips, **worn(1.2, 6.0, 0.2)),
    "old": lambda trips: report(trips, tyres={"fitted_at": "2016-06-20"}),
    "winter": lambda trips: report(trips, tyres={"fitted_at": FIRST}, tyre_changes=[
        {"at": LATE, "kind": "mounted", "set_name": "winter", "winter": True}]),
    "electric": lambda trips: report(trips, fuel="ev", registered_at="2025-06-10"),
    "weak battery": lambda _: with_battery(mornings(12.0, 8.5)),
    "nearly weak battery": lambda _: with_battery(mornings(12.21, 10.4)),
    "many codes": lambda _: with_codes((1, "confirmed", ["P0301", "P0420", "B1000", "P0AA6"]), (2, "confirmed", []),
                                       (8, "confirmed", ["P0301", "P0302", "C1234"]), (8, "pending", ["P0455"])),
    "codes cleared": lambda _: with_codes((1, "confirmed", ["P0420", "check engine"]), (9, "clear", [])),
    "thirsty": lambda _: told(driven(fault=1.12)),
    "thrifty": lambda _: told(driven(fault=0.88)),
    "in jams": lambda _: told(driven(latest={"minutes": 45.0})),
    "rolled back": lambda _: with_odometer(month(after_half(lambda km: km - 30_000))),
    "stuck": lambda _: with_odometer(month(lambda km, _: km * 0 + 84_000)),
    "cold": lambda _: warm(*[90.0] * 15, *[76.0] * 5),
    "lean": lambda _: trimmed([0.5] * 25 + [14.0] * 10, [0.5] * 25 + [14.0] * 10),
    "beside others": lambda _: beside(OTHERS),
}

OURS = re.compile(r"[A-Z]{2,}-[A-Z0-9]|\bnan\b|None|inf\b|[a-z]+_[a-z]+")
"""Item codes, missing values, names of the program."""


@pytest.mark.parametrize("scene", SCENES)
def test_it_reads_well_in_both_languages(spring: pl.DataFrame, scene: str) -> None:
    car = SCENES[scene](spring)
    said = [(f.zh, f.en) for f in car.findings] + [(d.reason_zh, d.reason_en) for d in car.due]
    assert said
    for zh, en in said:
        assert zh.endswith("。") and en.endswith("."), (zh, en)
        assert not OURS.search(zh) and not OURS.search(en), (zh, en)
        assert not re.search(r"  |\.\.|\b1 (days|months|years|times)\b|\d\.\d{3}|-\d", en), en
        assert not re.search(r"[,;?!] |。。|\d\.\d{3}|[a-z]{4}", zh), zh
        assert en[0].isupper() or en[0].isdigit()


def test_every_code_is_said_by_some_car(spring: pl.DataFrame) -> None:
    """What no scene brings about is named here, and read elsewhere."""
    elsewhere = {FindingCode.USE_MOTORWAY, FindingCode.USE_CONGESTION, FindingCode.TYRE_PRESSURE_LOW,
                 FindingCode.OIL_HOT, FindingCode.CHARGING_LOW, FindingCode.FUEL_DIESEL_UNMEASURED,
                 FindingCode.TYRE_WEAR_FLEET, FindingCode.DATA_GAP}
    heard = {finding.code for scene in SCENES.values() for finding in scene(spring).findings}
    assert heard | elsewhere == set(FindingCode)
