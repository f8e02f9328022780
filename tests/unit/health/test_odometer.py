"""The odometer: contradictions by kind and source, and corrections on record. One car, a month of commuting."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from schemas.findings import FindingCode
from schemas.report import VehicleReport
from schemas.vehicle import VehicleFacts
from tests.unit.health.drives import MORNING, commute
from tests.unit.health.reports import assessed

TODAY = datetime(2026, 4, 1, tzinfo=UTC)
HALF = MORNING + timedelta(days=15)


def month(shown: Callable[[pl.Expr, pl.Expr], pl.Expr] = lambda km, _: km) -> pl.DataFrame:
    """Thirty days; `shown` turns true kilometres and time into what the odometer says."""
    readings = commute(30, seconds=600, seed=5)
    km = 84_000 + (pl.col("speed_kmh") / 3600).cum_sum()
    return readings.with_columns(odometer_km=(shown(km, pl.col("time")) * 10).floor() / 10)


def report(readings: pl.DataFrame, **facts: object) -> VehicleReport:
    return assessed(readings, {"car": VehicleFacts.model_validate(facts)}, TODAY)["car"]


def after_half(changed: Callable[[pl.Expr], pl.Expr]) -> Callable[[pl.Expr, pl.Expr], pl.Expr]:
    return lambda km, time: pl.when(time >= HALF).then(changed(km)).otherwise(km)


def test_an_honest_odometer_is_trusted() -> None:
    car = report(month())
    assert car.odometer.trusted
    assert car.odometer.events == []
    assert car.odometer.now_km is not None
    assert car.odometer.now_km.source == "car"


@pytest.mark.parametrize(("step_km", "kind"), [(-30_000, "rolled_back"), (-84_000, "reset"), (60_000, "jumped")])
def test_a_contradiction_has_its_kind_and_both_readings(step_km: float, kind: str) -> None:
    car = report(month(after_half(lambda km: km + step_km)))
    [event] = car.odometer.events
    assert (event.kind, event.source) == (kind, "car")
    assert HALF <= event.at <= HALF + timedelta(minutes=1)
    assert event.to_km - event.from_km == pytest.approx(step_km, abs=1)
    assert car.odometer.trusted is False
    [finding] = [f for f in car.findings if f.code is FindingCode.ODOMETER_RESET]
    assert finding.evidence[0]["kind"] == kind


def test_a_full_counter_starts_anew_and_nobody_worries() -> None:
    car = report(month(lambda km, _: (km + 915_900) % 1_000_000))
    assert [event.kind for event in car.odometer.events] == ["rolled_over"]
    assert FindingCode.ODOMETER_RESET not in {finding.code for finding in car.findings}


def test_what_people_read_is_held_against_what_the_car_says() -> None:
    """The advisor noted 96,000 km at the gauge reading; the car says 84,000."""
    noted = {"time": HALF + timedelta(hours=6), "odometer_km": 96_000, "axle": "front", "tread_mm": 6.0}
    events = report(month(), gauge=[noted]).odometer.events
    assert [(event.kind, event.source) for event in events] == [("jumped", "workshop"), ("rolled_back", "car")]


def test_a_rounded_reading_is_no_contradiction() -> None:
    readings = month()
    then = float(readings.filter(pl.col("time") < HALF)["odometer_km"].max())  # type: ignore[arg-type]
    noted = {"time": HALF - timedelta(hours=1), "odometer_km": np.ceil(then), "axle": "front", "tread_mm": 6.0}
    assert report(readings, gauge=[noted]).odometer.trusted


@pytest.mark.parametrize("offset", [-84_000, -30_000])
def test_a_correction_makes_everything_as_if_the_odometer_had_been_right(offset: float) -> None:
    """Distance, kilometres now and due dates; a new cluster is no reason to distrust the car any more."""
    services = [{"item": "PM-MINOR", "at": "2026-02-20", "odometer_km": 83_900},
                {"item": "PLUG", "at": HALF.date() + timedelta(days=1), "odometer_km": 84_000 + offset}]
    true = [services[0], services[1] | {"odometer_km": 84_000}]
    honest, changed = month(), month(after_half(lambda km: km + offset))
    shown = float(changed.filter(pl.col("time") >= HALF)["odometer_km"][0])
    record = {"at": HALF - timedelta(hours=1), "shown_km": shown, "true_km": shown - offset}
    right, mended = report(honest, services=true), report(changed, services=services, odometer_corrections=[record])
    assert mended.odometer.trusted
    assert mended.odometer.now_km is not None
    assert right.odometer.now_km is not None
    assert mended.odometer.now_km.value == pytest.approx(right.odometer.now_km.value, abs=0.2)
    assert mended.distance_km is not None
    assert right.distance_km is not None
    assert mended.distance_km.value == pytest.approx(right.distance_km.value, abs=0.3)
    assert [(due.item, due.date) for due in mended.due] == [(due.item, due.date) for due in right.due]


def test_what_was_driven_before_the_device_counts_at_the_pace_since() -> None:
    """Serviced sixty days before anybody watched, by a car whose odometer nobody can read."""
    silent = month().drop("odometer_km")
    first = silent["time"].min()
    assert isinstance(first, datetime)
    told, late = (report(silent, services=[{"item": "PM-MINOR", "at": (first - timedelta(days=days)).date(),
                                            "odometer_km": 50_000}]).odometer.now_km for days in (0, 60))
    assert told is not None
    assert late is not None
    assert late.value - 50_000 == pytest.approx(3 * (told.value - 50_000), rel=0.1)
