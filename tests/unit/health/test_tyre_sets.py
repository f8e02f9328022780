"""Rotation and sets: wear goes with the rubber. Stories of one car over eighty days."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from schemas.report import VehicleReport
from schemas.vehicle import VehicleFacts
from tests.unit.health.drives import MORNING, commute
from tests.unit.health.reports import assessed

TODAY = datetime(2026, 6, 1, tzinfo=UTC)
NEW = {"fitted_at": "2026-03-01", "new_mm": 8.0}
HALF = (MORNING + timedelta(days=39)).date()


@pytest.fixture(scope="module")
def spring() -> pl.DataFrame:
    """Eighty days, the second half like the first."""
    first = commute(40, seconds=900, seed=5)
    return pl.concat([first, first.with_columns(time=pl.col("time") + timedelta(days=40))])


def report(readings: pl.DataFrame, **facts: object) -> VehicleReport:
    return assessed(readings, {"car": VehicleFacts.model_validate(facts)}, TODAY)["car"]


def worn(car: VehicleReport) -> tuple[float, float]:
    """Millimetres lost since new, front and rear."""
    depths = [axle.tread_mm for axle in (car.tyres.front, car.tyres.rear)]
    return tuple(8.0 - depth.value for depth in depths if depth is not None)  # type: ignore[return-value]


def test_without_rotation_the_driven_axle_wears_faster(spring: pl.DataFrame) -> None:
    front, rear = worn(report(spring, tyres=NEW))
    assert front > 1.5 * rear


@pytest.mark.parametrize("noted", [
    {"services": [{"item": "TYR-ROT", "at": HALF}]},
    {"tyre_changes": [{"at": HALF, "kind": "rotated"}]},
    {"tyre_changes": [{"at": HALF, "kind": "rotated"}], "services": [{"item": "TYR-ROT", "at": HALF}]},
    {"tyre_changes": [{"at": f"{HALF}T03:00:00Z", "kind": "rotated"}], "services": [{"item": "TYR-ROT", "at": HALF}]}])
def test_a_rotation_half_way_evens_both_pairs_out(spring: pl.DataFrame, noted: dict[str, object]) -> None:
    """Each pair spends one of two equal halves on each axle; noted twice, it is still one rotation."""
    still, turned = worn(report(spring, tyres=NEW)), worn(report(spring, tyres=NEW, **noted))
    assert turned[0] == pytest.approx(turned[1], rel=0.02)
    assert sum(turned) == pytest.approx(sum(still), rel=0.02)


def test_two_rotations_bring_everything_back(spring: pl.DataFrame) -> None:
    twice = [{"item": "TYR-ROT", "at": HALF - timedelta(days=20)}, {"item": "TYR-ROT", "at": HALF + timedelta(days=20)}]
    turned, still = worn(report(spring, tyres=NEW, services=twice)), worn(report(spring, tyres=NEW))
    assert turned[0] - turned[1] == pytest.approx(0, abs=0.1 * (still[0] - still[1]))


def test_the_rate_belongs_to_the_axle_not_to_the_pair(spring: pl.DataFrame) -> None:
    still, turned = (report(spring, tyres=NEW, services=services).tyres.front.mm_per_1000km
                     for services in ([], [{"item": "TYR-ROT", "at": HALF}]))
    assert still is not None
    assert turned is not None
    assert turned.value == pytest.approx(still.value)


def test_a_reading_stays_with_the_pair_it_was_taken_on(spring: pl.DataFrame) -> None:
    """5.0 mm measured in front on the day of the rotation, before the work: that pair is on the rear axle now."""
    measured = [{"time": f"{HALF}T02:00:00Z", "axle": axle, "tread_mm": mm}
                for axle, mm in (("front", 5.0), ("rear", 7.0))]
    car = report(spring, gauge=measured, services=[{"item": "TYR-ROT", "at": HALF}])
    assert car.tyres.rear.tread_mm is not None
    assert car.tyres.front.tread_mm is not None
    assert car.tyres.rear.tread_mm.value == pytest.approx(5.0, abs=0.2)
    assert car.tyres.front.tread_mm.value == pytest.approx(7.0, abs=0.3)


def test_a_set_in_store_does_not_wear(spring: pl.DataFrame) -> None:
    """Summer tyres, six weeks of winter tyres, and the same summer tyres again."""
    away, back = date(2026, 3, 12), date(2026, 4, 23)
    changes = [{"at": away, "kind": "mounted", "set_name": "winter", "winter": True},
               {"at": back, "kind": "mounted", "set_name": ""}]
    always, stored = worn(report(spring, tyres=NEW)), worn(report(spring, tyres=NEW, tyre_changes=changes))
    assert stored[0] / always[0] == pytest.approx(38 / 80, abs=0.03)


def test_winter_rubber_wears_faster_only_while_it_is_on(spring: pl.DataFrame) -> None:
    changes = [{"at": date(2026, 2, 1), "kind": "mounted", "set_name": "winter", "winter": True}]
    soft, hard = worn(report(spring, tyres=NEW, tyre_changes=changes)), worn(report(spring, tyres=NEW))
    assert soft[0] / hard[0] == pytest.approx(1.15, rel=0.01)
