"""From a specification to a history: the order in which the world happens."""

import zlib
from datetime import datetime, timedelta

import numpy as np

from device_sim.world import oil, pads, pieces, plan, route, speed
from device_sim.world.arrays import Ints
from device_sim.world.cars import MODELS, draw_hidden, draw_hidden_parts
from device_sim.world.drivers import DRIVERS
from device_sim.world.history import CarHistory, CarSpec
from device_sim.world.powertrain import run_powertrain
from device_sim.world.record import World, record
from device_sim.world.schedule import begin_times, clock
from device_sim.world.tyres import wear
from device_sim.world.weather import weather
from device_sim.world.wheels import tractive_force_n


def simulate(spec: CarSpec, days: float, end: datetime, seed: int = 0) -> CarHistory:
    """Everything one car does in the `days` before `end`. The same arguments give the same bytes."""
    plan_rng = _streams(seed, spec.name)[0]
    driver = DRIVERS[spec.driver]
    ways = plan.plan_ways(driver, end - timedelta(days=days), end, spec.utc_offset_h, plan_rng, spec.life)
    return drive(spec, ways, end, seed)


def drive(spec: CarSpec, ways: list[plan.Way], end: datetime, seed: int = 0) -> CarHistory:
    """One car on given ways, as far as they are over by `end`."""
    model, driver = MODELS[spec.model], DRIVERS[spec.driver]
    _, road_rng, car_rng, sensor_rng, parts_rng = _streams(seed, spec.name)
    if not ways:
        return CarHistory.parked(spec)
    ways, motion, begins = _until(end, ways, speed.drive(pieces.cut(ways, driver, road_rng), road_rng))
    if not ways:
        return CarHistory.parked(spec)
    hidden = draw_hidden(model, car_rng)
    time = clock(motion, begins)
    path = route.lay(motion, ways, spec.home or _home(car_rng), road_rng)
    air = weather(time, motion, path, spec.utc_offset_h, road_rng)
    force = tractive_force_n(motion, path, air, model, hidden)
    power = run_powertrain(force, motion, air, time, model, hidden, spec.initial.fuel_share, sensor_rng)
    worn = wear(force, motion, path, air, model, hidden)
    parts = draw_hidden_parts(parts_rng)
    rubbed = pads.pad_wear(power.brake_mj, motion, air, parts)
    aged = oil.oil_used(power, motion, time, parts)
    return record(World(spec, model, hidden, parts, motion, time, path, air, power, worn, rubbed, aged), sensor_rng)


def _streams(seed: int, name: str) -> list[np.random.Generator]:
    """Independent streams per car and purpose, so that a better engine model does not change anybody's day."""
    root = np.random.SeedSequence([seed, zlib.crc32(name.encode())])
    return [np.random.default_rng(child) for child in root.spawn(5)]


def _until(end: datetime, ways: list[plan.Way], motion: speed.Motion,
           ) -> tuple[list[plan.Way], speed.Motion, Ints]:
    """Only ways that are over by `end`."""
    begins = begin_times(ways, motion)
    over = begins + (motion.last - motion.first) < end.timestamp()
    kept = int(np.sum(over))
    return ways[:kept], motion.only(kept), begins[:kept]


def _home(rng: np.random.Generator) -> tuple[float, float]:
    """Somewhere within the city of Jinan."""
    latitude, longitude = route.JINAN
    return latitude + 0.05 * float(rng.uniform(-1, 1)), longitude + 0.08 * float(rng.uniform(-1, 1))
