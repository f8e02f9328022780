"""Synthetic recordings for the tests of health: nouns to tell stories with."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

MORNING = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
"""Half past eight in Shanghai, a Monday."""


def recording(time_s: Sequence[float] | np.ndarray, vehicle: str = "car", start: datetime = MORNING,
              **signals: Sequence[float | None] | np.ndarray) -> pl.DataFrame:
    """Readings of one vehicle: seconds after `start`, and one list per signal."""
    times = [start + timedelta(seconds=float(s)) for s in time_s]
    columns = {name: pl.Series(values, dtype=pl.Float64, strict=False) for name, values in signals.items()}
    return pl.DataFrame({"vehicle": [vehicle] * len(times),
                         "time": pl.Series(times, dtype=pl.Datetime("us", "UTC")), **columns})


def town_speed_kmh(seconds: int, seed: int = 0) -> np.ndarray:
    """Stop and go with some fast stretches, whole seconds, starting and ending at rest [km/h]."""
    chance = np.random.default_rng(seed)
    target = np.repeat(chance.choice([0, 20, 45, 60, 90], seconds // 40 + 1), 40)[:seconds]
    speed = np.zeros(seconds)
    for second in range(1, seconds):
        speed[second] = speed[second - 1] + np.clip(target[second] - speed[second - 1], -6, 5)
    speed[-20:] = np.linspace(speed[-20], 0, 20)
    return speed


def commute(days: int = 3, vehicle: str = "car", seconds: int = 900, seed: int = 0,
            start: datetime = MORNING) -> pl.DataFrame:
    """Two trips a day with the engine signals of a petrol car; idling before and after."""
    trips = [start + timedelta(days=day, hours=hours) for day in range(days) for hours in (0, 9.5)]
    return pl.concat([petrol_drive(seconds, vehicle, trip, seed + number) for number, trip in enumerate(trips)])


def petrol_drive(seconds: int, vehicle: str = "car", start: datetime = MORNING, seed: int = 0) -> pl.DataFrame:
    """One drive: key on, idle, town, idle, key off; signals hang together roughly as in a 1.6 litre car."""
    speed = np.concatenate([np.zeros(40), town_speed_kmh(seconds, seed), np.zeros(30)])
    rpm = np.where(speed > 2, 1100 + 18 * speed, 800.0)
    rpm[:10], rpm[-5:] = 0, 0
    acceleration = np.gradient(speed) / 3.6
    manifold = np.where(rpm > 0, np.clip(32 + 28 * acceleration + 0.25 * speed, 18, 98), 101.0)
    air = 1.36 * rpm / 120 * manifold * 1000 / (287.05 * (273.15 + 30))
    clock = np.arange(len(speed), dtype=float)
    return recording(
        clock, vehicle, start, speed_kmh=speed, engine_rpm=rpm, map_kpa=manifold, maf_g_s=air,
        intake_air_c=np.full(len(speed), 30.0), coolant_c=np.minimum(90.0, 20 + clock / 6),
        throttle_pct=np.clip(14 + 10 * acceleration, 14, 80), battery_v=np.where(rpm > 0, 14.1, 12.5))
