"""Readings to measure with: simulated driving at 1 Hz with the signals a dongle usually has."""

from datetime import UTC, datetime

import polars as pl

from device_sim import CarSpec, simulate

END = datetime(2026, 11, 1, tzinfo=UTC)
MOVING_YEAR = 1_500_000
"""Samples with the car moving in a year: 417 hours."""
FLEET_CARS, FLEET_DAYS = 50, 20
"""Cars and days of the fleet: 1,000 vehicle-days."""


def vehicle_year() -> pl.DataFrame:
    """One car until it has moved for `MOVING_YEAR` samples, standing with the engine on included."""
    days = 450
    driven = simulate(CarSpec("year", "sedan_maf", "commuter"), days, END, 1).frame
    readings = driven.with_columns(vehicle=pl.lit("year"))
    moved = (readings["speed_kmh"] > 0).cum_sum()
    if moved[-1] < MOVING_YEAR:
        raise ValueError(f"{days} days hold only {moved[-1]} moving samples")
    return readings.filter(moved <= MOVING_YEAR)


def vehicle_days() -> pl.DataFrame:
    """A thousand vehicle-days."""
    drivers = ("commuter", "city", "motorway")
    cars = [simulate(CarSpec(f"car{number}", "sedan_maf", drivers[number % 3]), FLEET_DAYS, END, number).frame
            .with_columns(vehicle=pl.lit(f"car{number:02}"))
            for number in range(FLEET_CARS)]
    return pl.concat(cars)


def history_and_new(days: int, trips: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The readings of one car: some days of driving, and the trips after them."""
    history = simulate(CarSpec("daily", "sedan_maf", "commuter"), days + trips, END, 3)
    cut = int(history.trip_first[-trips])
    return history.frame[:cut], history.frame[cut:]
