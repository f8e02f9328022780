"""Speed cut to whole km/h is noticed by itself where an odometer and both kinds of road can tell."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache

import numpy as np
import polars as pl
import pytest

from schemas.vehicle import VehicleFacts
from tests.unit.health.drives import MORNING, recording, town_speed_kmh
from tests.unit.health.reports import assessed

CUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {"floor": np.floor, "round": np.round, "exact": np.copy}


@cache
def month(cut: str, seed: int, *, scale: float = 1.0, motorway: bool = True) -> tuple[pl.DataFrame, float]:
    """Thirty days to work and back with an odometer of 0.1 km, and the true distance; every third trip a motorway."""
    chance, parts, odometer = np.random.default_rng(seed), [], 30_000.0
    for trip in range(60):
        true = town_speed_kmh(1500, seed * 100 + trip) * 0.9 + chance.normal(0, 0.6, 1500)
        if motorway and trip % 3 == 0:
            true[100:1400] = 105 + 8 * np.sin(np.arange(1300) / 90 + trip)
        true = np.where(true > 1, true, 0.0)
        km = odometer + np.concatenate([[0], np.cumsum((true[1:] + true[:-1]) / 2)]) / 3600
        shown = CUTS[cut](true / scale)
        parts.append(recording(np.arange(1500.0), "car", MORNING + timedelta(hours=12 * trip), speed_kmh=shown,
                               odometer_km=np.floor(km * 10) / 10))
        odometer = km[-1]
    return pl.concat(parts), odometer - 30_000


def by_speed(readings: pl.DataFrame, **facts: object) -> float:
    quantity = assessed(readings, {"car": VehicleFacts.model_validate(facts)})["car"].distance_by_source.speed
    assert quantity is not None
    return quantity.value


@pytest.mark.parametrize("scale", [1.0, 1.02])
@pytest.mark.parametrize("seed", range(2))
def test_a_cut_speed_is_noticed(seed: int, scale: float) -> None:
    readings, _ = month("floor", seed, scale=scale)
    assert by_speed(readings) == by_speed(readings, speed_floored=True)


@pytest.mark.parametrize("cut", ["round", "exact"])
@pytest.mark.parametrize("seed", range(2))
def test_an_honest_speed_is_left_alone(seed: int, cut: str) -> None:
    readings, _ = month(cut, seed, scale=1.02)
    assert by_speed(readings) == by_speed(readings, speed_floored=False)


def test_in_town_alone_the_scale_takes_it_up() -> None:
    """Undecided, and harmless: scale or cut, the distance comes out right."""
    readings, true_km = month("floor", 7, motorway=False)
    assert by_speed(readings) == pytest.approx(true_km, rel=0.002)


def test_the_vehicle_file_has_the_last_word() -> None:
    readings, _ = month("floor", 1)
    assert by_speed(readings, speed_floored=False) != by_speed(readings)
