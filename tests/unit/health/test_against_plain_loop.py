"""Two independent ways to the same figures: the vectorised core and the plain loop it is raced against."""

from datetime import UTC, datetime

import polars as pl
import pytest

from dev.bench.health import plain_loop
from device_sim import CarSpec, simulate
from health.statistics import summarise

SAME_TO = {
    "speed_km": 1e-6, "gps_km": 1e-6, "highway_m": 0.02, "jam_s": 0.2, "congested_s": 0.1, "maf_air_g": 0.002,
    "speed_density_air_g": 0.002, "physics_mj": 0.002, "slip_front_km": 1e-6, "slip_rear_km": 1e-6, "brake_mj": 1e-6,
    "pad_front_mj": 0.01, "revolutions": 0.001, "coolant_lagged_revolutions": 0.02, "brake_n": 0.1, "accel_n": 0.1}
"""Relative. Seconds near the ends of a trip and ticks of 20 s are where the two may differ; the loop counts standing as
congested."""


@pytest.fixture(scope="module")
def both() -> tuple[pl.DataFrame, pl.DataFrame]:
    end = datetime(2026, 6, 1, tzinfo=UTC)
    readings = simulate(CarSpec("car", "sedan_maf", "motorway"), 12, end, 3).frame.with_columns(vehicle=pl.lit("car"))
    loop = pl.DataFrame(plain_loop.summarise(readings)["car"])
    ours = summarise(readings, {}).filter("moved")
    return loop, ours.with_columns(congested_s=pl.col("congested_s") + pl.col("standing_s"))


def test_both_see_the_same_trips(both: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    loop, ours = both
    assert len(loop) == len(ours) > 10


@pytest.mark.parametrize("figure", SAME_TO)
def test_both_agree_on_the_whole(both: tuple[pl.DataFrame, pl.DataFrame], figure: str) -> None:
    loop, ours = (frame[figure].mean() for frame in both)
    assert ours == pytest.approx(loop, rel=SAME_TO[figure], abs=1e-9)
