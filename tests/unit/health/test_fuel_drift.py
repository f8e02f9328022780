"""Consumption against the car's own past: what driving explains is said, what it does not is an alarm."""

from collections.abc import Mapping

import numpy as np
import polars as pl
import pytest

from health.fuel_drift import cusum, ridge
from health.policy import DriftPolicy
from schemas.findings import FindingCode
from schemas.quantity import Unknown
from schemas.report import VehicleReport
from tests.unit.health.reports import known
from tests.unit.health.trip_rows import AIR_G_PER_L, rows, told

P = DriftPolicy()


def driven(count: int = 60, seed: int = 1, fault: float = 1.0, latest: Mapping[str, float] | None = None,
           km: float = 21.0) -> pl.DataFrame:
    """Commutes by a law of consumption; the last ten with a fault, or driven otherwise."""
    chance = np.random.default_rng(seed)
    last = np.arange(count) >= count - 10
    minutes = np.where(last, (latest or {}).get("minutes", 30.0), 30.0) * chance.uniform(0.85, 1.15, count)
    cold = np.where(last, (latest or {}).get("cold", 0.2), 0.2) + chance.uniform(0, 0.2, count)
    outside = np.where(last, (latest or {}).get("outside", 18.0), 18.0) + chance.normal(0, 4, count)
    idle, pull, square = (chance.uniform(low, high, count) for low, high in ((0.05, 0.25), (0.1, 0.2), (150, 350)))
    log_l = (np.log(0.075 * km) + 0.008 * (minutes - 30) + 0.35 * cold + 0.2 * idle + 1.0 * pull + 0.0004 * square
             - 0.004 * (outside - 18) + chance.normal(0, 0.03, count) + np.where(last, np.log(fault), 0.0))
    seconds = 60 * minutes
    return rows(np.arange(count), speed_km=km, observed_s=seconds, engine_s=seconds, maf_s=seconds,
                maf_air_g=np.exp(log_l) * AIR_G_PER_L, idle_s=idle * seconds, pull_m2_s2=pull * km * 1000,
                cubed_m3_s2=square * km * 1000, outside_c=outside, coolant_s=seconds, cold_s=cold * seconds)


def codes(report: VehicleReport) -> set[FindingCode]:
    return {finding.code for finding in report.findings}


@pytest.mark.parametrize("seed", range(8))
def test_a_healthy_car_raises_no_alarm(seed: int) -> None:
    report = told(driven(seed=seed))
    assert report.fuel_drift.alarm is None
    assert abs(known(report.fuel_drift.unexplained)) < 0.05


@pytest.mark.parametrize("seed", range(8))
def test_ten_per_cent_more_fuel_than_driving_explains_is_an_alarm(seed: int) -> None:
    report = told(driven(seed=seed, fault=1.10))
    assert report.fuel_drift.alarm == "up"
    assert known(report.fuel_drift.unexplained) == pytest.approx(0.10, abs=0.04)
    assert FindingCode.FUEL_USE_UP in codes(report)


def test_less_fuel_is_told_as_well() -> None:
    report = told(driven(fault=0.9))
    assert report.fuel_drift.alarm == "down"
    assert FindingCode.FUEL_USE_DOWN in codes(report)


@pytest.mark.parametrize(("cause", "latest"), [
    ("cold_engine", {"cold": 0.5}), ("traffic", {"minutes": 42.0}), ("weather", {"outside": -12.0})])
def test_the_cause_of_a_change_is_named(cause: str, latest: Mapping[str, float]) -> None:
    report = told(driven(seed=3, latest=latest))
    assert report.fuel_drift.alarm is None
    assert report.fuel_drift.causes[0].cause == cause
    assert known(report.fuel_drift.explained) > 0.03
    explained = next(finding for finding in report.findings if finding.code is FindingCode.FUEL_USE_EXPLAINED)
    assert "车辆数据正常" in explained.zh
    assert "more " in explained.en or "colder" in explained.en


def test_a_cause_that_saves_fuel_is_not_said_to_cost_it() -> None:
    report = told(driven(seed=3, latest={"minutes": 20.0}))
    [explained] = [finding for finding in report.findings if finding.code is FindingCode.FUEL_USE_EXPLAINED]
    assert "less stop-and-go traffic" in explained.en
    assert "走走停停少了" in explained.zh


def test_what_is_not_explained_is_said_in_litres_beside_what_is() -> None:
    report = told(driven(seed=3, fault=1.12, latest={"cold": 0.5}))
    [up] = [finding for finding in report.findings if finding.code is FindingCode.FUEL_USE_UP]
    now, then = known(report.fuel_drift.recent_l_per_100km), known(report.fuel_drift.before_l_per_100km)
    expected = now / (1 + known(report.fuel_drift.unexplained))
    assert f"about {now:.1f} L/100 km ({then:.1f} before)" in up.en
    assert f"account for {expected:.1f}, so about {now - expected:.1f} L" in up.en
    assert f"应约{expected:.1f}升,多了约{now - expected:.1f}升" in up.zh


def test_parts_add_up_to_the_change() -> None:
    drift = told(driven(seed=3, fault=1.08, latest={"cold": 0.5})).fuel_drift
    change, explained, unexplained = map(known, (drift.change, drift.explained, drift.unexplained))
    assert 1 + change == pytest.approx((1 + explained) * (1 + unexplained))
    assert 1 + change == pytest.approx(known(drift.recent_l_per_100km) / known(drift.before_l_per_100km))


def test_thirty_trips_before_the_latest_are_needed() -> None:
    report = told(driven(count=39))
    assert report.fuel_drift.change is None
    assert report.unknown["fuel_drift.change"] is Unknown.TOO_SHORT
    assert told(driven(count=40)).fuel_drift.change is not None


def test_short_trips_count_until_they_make_two_hundred_kilometres() -> None:
    """At 10 km a trip the latest 20 are looked at, so 50 are needed in all."""
    assert told(driven(count=49, km=10.0)).fuel_drift.change is None
    assert told(driven(count=50, km=10.0)).fuel_drift.change is not None


def test_litres_from_speed_cannot_show_a_fault() -> None:
    by_speed = driven().with_columns(pl.lit(None, pl.Float64).alias("maf_air_g"), physics_mj=80.0, physics_s=1800.0)
    report = told(by_speed)
    assert report.fuel_l is not None
    assert report.unknown["fuel_drift.change"] is Unknown.NO_SIGNAL


def test_one_odd_trip_is_no_alarm() -> None:
    statistics = driven()
    last = pl.int_range(pl.len()) == pl.len() - 1
    odd = statistics.with_columns(maf_air_g=pl.when(last).then(2 * pl.col("maf_air_g")).otherwise("maf_air_g"))
    assert told(odd).fuel_drift.alarm is None


def test_the_cusum_is_the_recursion_of_page() -> None:
    chance = np.random.default_rng(0)
    for z in chance.normal(0.3, 1.0, (50, 25)):
        total = 0.0
        for step in z:
            total = max(0.0, total + min(max(step, -P.clip), P.clip) - P.slack)
        assert cusum(z, P) == pytest.approx(total)
    assert cusum(np.zeros(0), P) == 0


def test_in_control_the_alarm_is_as_rare_as_published() -> None:
    """Montgomery: average run length 465 at slack 1/2 and interval 5, so 1 in 50 series of ten ends beyond, at most."""
    chance = np.random.default_rng(4)
    assert np.mean([cusum(z, P) > P.alarm for z in chance.normal(0, 1, (2000, 10))]) < 0.02


def test_a_ridge_finds_the_coefficients_and_refuses_negative_ones() -> None:
    chance = np.random.default_rng(2)
    table = chance.normal(0, 1, (400, 3))
    found = ridge(table, table @ np.array([0.10, 0.05, -0.08]) + chance.normal(0, 0.01, 400), P.ridge)
    assert found == pytest.approx([0.10, 0.05, 0.0], abs=0.015)
    assert ridge(np.zeros((5, 0)), np.zeros(5), P.ridge).shape == (0,)
