"""New tyres on one axle: what is new, what stays, what moves. Stories of one car over eighty days."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from health.assess import report as report_of
from health.statistics import summarise
from schemas.quantity import Unknown
from schemas.report import Due, VehicleReport
from schemas.vehicle import VehicleFacts
from tests.unit.health.drives import MORNING, commute
from tests.unit.health.reports import SHANGHAI

TODAY = datetime(2026, 6, 1, tzinfo=UTC)
FITTED = {"fitted_at": "2026-03-01", "new_mm": 8.0}
HALF = (MORNING + timedelta(days=39)).date()
VISIT = f"{HALF}T16:00:00Z"
"""After the last trip of that day."""


@pytest.fixture(scope="module")
def spring() -> pl.DataFrame:
    """Statistics of eighty days, the second half like the first; front-wheel drive."""
    first = commute(40, seconds=900, seed=5)
    return summarise(pl.concat([first, first.with_columns(time=pl.col("time") + timedelta(days=40))]), {})


def report(statistics: pl.DataFrame, **facts: Any) -> VehicleReport:
    told = VehicleFacts.model_validate({"tyres": FITTED, "owned_since": None} | facts)
    return report_of(statistics, {"car": told}, TODAY, SHANGHAI)["car"]


def depths(car: VehicleReport) -> tuple[float, float]:
    """Tread of the pairs now in front and in the rear [mm]."""
    front, rear = car.tyres.front.tread_mm, car.tyres.rear.tread_mm
    assert front and rear
    return front.value, rear.value


def pair(axle: str, **more: Any) -> dict[str, Any]:
    return {"tyre_changes": [{"at": VISIT, "kind": "new", "axle": axle} | more]}


def due(car: VehicleReport, axle: str) -> Due:
    return next(entry for entry in car.due if (entry.item, entry.axle) == ("TYR-NEW", axle))


def test_a_new_front_pair_leaves_the_rear_as_it_was(spring: pl.DataFrame) -> None:
    """Two halves alike: the new pair has lost half of what the old one would have."""
    still, new = depths(report(spring)), depths(report(spring, **pair("front")))
    assert 8 - new[0] == pytest.approx((8 - still[0]) / 2, rel=0.05)
    assert new[1] == still[1]


def test_a_new_rear_pair_while_the_old_rear_one_moves_to_the_front(spring: pl.DataFrame) -> None:
    """What is in front has worn half the time in the rear and half in front."""
    still, new = depths(report(spring)), depths(report(spring, **pair("rear", moved=True)))
    assert 8 - new[0] == pytest.approx((8 - still[0]) / 2 + (8 - still[1]) / 2, rel=0.05)
    assert 8 - new[1] == pytest.approx((8 - still[1]) / 2, rel=0.05)


@pytest.mark.parametrize("noted", [
    pair("rear", moved=True) | {"services": [{"item": "TYR-NEW", "axle": "front", "at": HALF}]},
    pair("rear") | {"services": [{"item": "TYR-ROT", "at": HALF}, {"item": "TYR-NEW", "at": HALF}]},
    pair("rear", moved=True) | {"services": [{"item": "TYR-ROT", "at": HALF}]},
    pair("rear", moved=True) | {"services": [{"item": "TYR-NEW", "axle": "front", "at": HALF + timedelta(days=2)}]}])
def test_work_noted_twice_is_done_once(spring: pl.DataFrame, noted: dict[str, Any]) -> None:
    """As a change of tyres, and in the list of services of that day, or of the day the car was ready."""
    assert depths(report(spring, **noted)) == depths(report(spring, **pair("rear", moved=True)))


def test_services_alone_say_it_too(spring: pl.DataFrame) -> None:
    services = [{"item": "TYR-NEW", "axle": "front", "at": HALF}, {"item": "TYR-ROT", "at": HALF}]
    told = depths(report(spring, services=services))
    assert told == pytest.approx(depths(report(spring, **pair("rear", moved=True))), abs=0.02)


def test_the_gauge_comes_before_the_work(spring: pl.DataFrame) -> None:
    """One visit, one instant: 2.1 mm was read on the pair that was thrown away, 6.0 mm on the one that moved."""
    gauge = [{"time": VISIT, "axle": axle, "tread_mm": mm} for axle, mm in (("front", 2.1), ("rear", 6.0))]
    front, rear = depths(report(spring, tyres=None, gauge=gauge, **pair("rear", moved=True)))
    assert 5.0 < front < 6.0
    assert 7.0 < rear < 8.0


def test_unknown_tyres_stay_unknown_beside_a_new_pair(spring: pl.DataFrame) -> None:
    car = report(spring, tyres=None, **pair("front"))
    assert car.tyres.front.tread_mm is not None
    assert car.tyres.rear.tread_mm is None


def test_a_new_pair_starts_its_own_need_anew_and_no_other(spring: pl.DataFrame) -> None:
    """Both were nearly worn; the rear's forecast is the same to the day."""
    worn = [{"time": VISIT, "axle": axle, "tread_mm": 3.3} for axle in ("front", "rear")]
    before, after = (report(spring, tyres=None, gauge=worn, **more) for more in ({}, pair("front")))
    assert due(before, "front").date < due(before, "rear").date
    assert due(after, "rear") == due(before, "rear")
    assert after.unknown["due.TYR-NEW.front"] is Unknown.BEYOND_HORIZON


def test_a_set_that_is_mounted_new_is_new(spring: pl.DataFrame) -> None:
    """Winter tyres bought and mounted in one visit; the summer set comes back as it went."""
    winter = {"at": VISIT, "kind": "mounted", "set_name": "winter", "winter": True}
    bought = {"services": [{"item": "TYR-NEW", "at": HALF}]}
    still, on = depths(report(spring)), depths(report(spring, tyre_changes=[winter], **bought))
    assert 8 - on[0] == pytest.approx(1.15 * (8 - still[0]) / 2, rel=0.05)
    back = {"at": "2026-05-30", "kind": "mounted"}
    again = depths(report(spring, tyre_changes=[winter, back], **bought))
    assert 8 - again[0] == pytest.approx((8 - still[0]) / 2, rel=0.05)


def test_the_order_in_which_records_arrive_does_not_matter(spring: pl.DataFrame) -> None:
    records: dict[str, list[Any]] = {
        "tyre_changes": [{"at": VISIT, "kind": "new", "axle": "rear", "moved": True},
                         {"at": "2026-05-01", "kind": "mounted", "set_name": "b"},
                         {"at": "2026-05-09", "kind": "mounted"}, {"at": "2026-05-12T09:00:00Z", "kind": "rotated"}],
        "services": [{"item": "TYR-ROT", "at": "2026-03-20"}, {"item": "TYR-NEW", "at": HALF},
                     {"item": "TYR-NEW", "axle": "front", "at": "2026-05-20"}],
        "gauge": [{"time": f"2026-{month:02d}-15T15:00:00Z", "axle": axle, "tread_mm": 9 - month / 3}
                  for month in (3, 4, 5) for axle in ("front", "rear")]}
    first = report(spring, **records)
    for seed in range(3):
        shuffled = {name: random.Random(seed).sample(lines, len(lines)) for name, lines in records.items()}
        assert report(spring, **shuffled) == first
