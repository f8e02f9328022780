"""The fleet: cars, drivers whose lives change, and what their dealership knows of them on the first day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from device_sim import CarSpec, InitialState
from device_sim.world.cars import MODELS
from device_sim.world.drivers import DRIVERS
from device_sim.world.life import Life
from schemas.vehicle import FuelKind, VehicleFacts

FUELS: dict[str, FuelKind] = {"petrol": "petrol", "diesel": "diesel", "electric": "ev"}


@dataclass(frozen=True)
class Car:
    """One car on the first day."""

    spec: CarSpec
    facts: VehicleFacts     # of the maker; what the workshop notes comes later
    pads_mm: dict[str, float]
    serviced_days_ago: int  # last minor service
    measured: bool          # tread and pads were measured on the first day ...
    measured_before: bool   # ... and at the last service
    located: bool           # the owner consented to positions
    seed: int


def fleet(cars: int, days: int, seed: int) -> Iterator[Car]:
    """Models and drivers in turn, everything else by chance."""
    for number in range(cars):
        yield _car(number, days, np.random.default_rng([seed, number]), seed)


def _car(number: int, days: int, chance: np.random.Generator, seed: int) -> Car:
    models, drivers = sorted(MODELS), sorted(DRIVERS)
    model = MODELS[models[number % len(models)]]
    driver = drivers[number % len(drivers)]  # 7 models and 4 drivers: every pair once in 28 cars
    begin = InitialState(odometer_km=float(chance.uniform(8_000, 90_000)),
                         tread_front_mm=float(chance.uniform(3.4, 7.8)), tread_rear_mm=float(chance.uniform(3.6, 8.0)))
    facts = VehicleFacts(mass_kg=model.mass_kg, displacement_l=model.displacement_l or None, fuel=FUELS[model.energy],
                         driven_axle=model.driven, rated_kw=model.rated_kw, tank_l=model.tank_l or None)
    spec = CarSpec(f"car-{number:03d}", model.name, driver, begin, life=_life(days, drivers, chance))
    pads = {axle: float(chance.uniform(3.6, 10.5)) for axle in ("front", "rear")}
    measured = bool(chance.random() < 0.7)
    return Car(spec, facts, pads, int(chance.integers(20, 330)), measured,
               measured and bool(chance.random() < 0.5), bool(chance.random() < 0.6), seed)


def _life(days: int, drivers: list[str], chance: np.random.Generator) -> Life:
    """Everybody has seasons and weeks away; one in four takes over another's habits within the year."""
    away = tuple((int(first), int(chance.integers(4, 15))) for first in chance.integers(0, days, round(days / 150)))
    changes = chance.random() < 0.25
    return Life(season=float(chance.uniform(0, 0.3)), new_habits=str(chance.choice(drivers)) if changes else "",
                new_habits_from=int(chance.integers(days // 5, max(days * 4 // 5, days // 5 + 1))), away=away)


def last_day(days: int) -> datetime:
    """The story ends at a fixed instant, so that seasons fall alike whenever it is told."""
    return datetime.fromisoformat("2026-07-01T00:00:00+08:00")
