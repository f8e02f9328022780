"""Writing down: sensor columns of the signals a car has, and the truth."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import numpy as np

from device_sim.world import sensors
from device_sim.world.arrays import Floats, Ints
from device_sim.world.cars import CarModel, Hidden, HiddenParts
from device_sim.world.history import CarHistory, CarSpec, Course, TrueTrip, Truth
from device_sim.world.pads import PadWear
from device_sim.world.powertrain import Powertrain
from device_sim.world.roads import Road
from device_sim.world.route import Route
from device_sim.world.schedule import Clock
from device_sim.world.speed import Motion
from device_sim.world.tyres import Wear
from device_sim.world.weather import Weather
from schemas.signals import BY_ALIAS

_STANDING_M_S = 1 / 3.6


@dataclass(frozen=True)
class World:
    """All that happened to one car, second by second."""

    spec: CarSpec
    model: CarModel
    hidden: Hidden
    parts: HiddenParts
    motion: Motion
    clock: Clock
    route: Route
    air: Weather
    power: Powertrain
    wear: Wear
    pads: PadWear
    oil_used: Floats


def record(world: World, rng: np.random.Generator) -> CarHistory:
    """The history of one car, with the columns its model answers."""
    motion = world.motion
    engine_on = np.flatnonzero(np.diff(world.clock.running.astype(np.int8), prepend=0) == 1)
    engine_off = np.flatnonzero(np.diff(world.clock.running.astype(np.int8), append=0) == -1)
    turned = sensors.motion_columns(motion, world.wear, world.spec.initial, world.hidden)
    return CarHistory(world.spec, (1000 * world.clock.epoch_s).astype(np.int64), _answered(world, turned, rng),
                      motion.first, motion.last, engine_on, engine_off, motion.speed_m_s,
                      _truth(world, engine_on, engine_off), _course(world, turned["odometer_km"]))


def _answered(world: World, turned: sensors.Columns, rng: np.random.Generator) -> sensors.Columns:
    every = (turned | sensors.position_columns(world.motion, world.route, rng)
             | sensors.imu_columns(world.motion, world.route, rng)
             | sensors.constant_columns(world.model, world.clock) | world.power.columns)
    return {column: every[column] for column in (BY_ALIAS[alias].column for alias in world.model.signals)}


def _truth(world: World, engine_on: Ints, engine_off: Ints) -> Truth:
    motion, power, begin = world.motion, world.power, world.spec.initial
    km = float(motion.metres[-1]) / 1000 if motion.metres.size else 0.0
    standing = world.clock.running & (motion.speed_m_s < _STANDING_M_S)
    front, rear = _final(world.wear.front_mm), _final(world.wear.rear_mm)
    return Truth(
        distance_km=km, odometer_km=begin.odometer_km + km,
        fuel_l=_final(power.fuel_l), energy_kwh=_final(power.energy_kwh),
        engine_revolutions=_final(power.revolutions), brake_mj=_final(power.brake_mj),
        wear_front_mm=front, wear_rear_mm=rear,
        tread_front_mm=begin.tread_front_mm - front, tread_rear_mm=begin.tread_rear_mm - rear,
        km_by_road=_by_road(motion, np.diff(motion.metres, prepend=0.0) / 1000),
        seconds_by_road=_by_road(motion, world.clock.running.astype(float)),
        standing_s=float(standing.sum()),
        trips=tuple(_trip(world, standing.astype(float), int(on), int(off))
                    for on, off in zip(engine_on, engine_off, strict=True)),
        refuels=power.refuels, hidden=asdict(world.hidden) | asdict(world.parts))


def _course(world: World, shown_km: Floats) -> Course:
    end, power = world.motion.last, world.power
    driven_km = shown_km - world.spec.initial.odometer_km
    return Course(world.clock.epoch_s[end], world.motion.metres[end] / 1000, driven_km[end], power.fuel_l[end],
                  world.wear.front_mm[end], world.wear.rear_mm[end], world.pads.front_mm[end],
                  world.pads.rear_mm[end], world.oil_used[end])


def _final(summed: Floats) -> float:
    return float(summed[-1]) if summed.size else 0.0


def _by_road(motion: Motion, amounts: Floats) -> dict[str, float]:
    return {road.name.lower(): float(amounts[motion.road == road].sum()) for road in Road}


def _trip(world: World, standing: Floats, on: int, off: int) -> TrueTrip:
    start, end = (datetime.fromtimestamp(float(world.clock.epoch_s[index]), UTC) for index in (on, off))
    return TrueTrip(start, end, float(world.motion.metres[off] - world.motion.metres[on]) / 1000,
                    float(world.power.fuel_l[off] - world.power.fuel_l[on]), float(standing[on : off + 1].sum()))
