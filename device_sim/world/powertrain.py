"""Engine or motor with everything that hangs on it, over all seconds of a car."""

from dataclasses import dataclass

import numpy as np

from device_sim.world import battery, breath, electric, engine, heat, tank
from device_sim.world.arrays import Floats, running_sum
from device_sim.world.cars import CarModel, Hidden
from device_sim.world.schedule import Clock
from device_sim.world.sensors import Columns
from device_sim.world.speed import Motion
from device_sim.world.weather import Weather
from device_sim.world.wheels import engine_rpm

_GUESSED_EFFICIENCY = 0.30
_LEFT_TO_BRAKES = 0.11
"""Share of an electric car's slowing its brakes do: 15 % of what they do in a like car with an engine, as Euro 7 counts
it (JARI: regeneration cut the PM10 of brakes by 85 %)."""


@dataclass(frozen=True)
class Powertrain:
    """Sensor columns of the powertrain, and its true sums at each second."""

    columns: Columns
    fuel_l: Floats
    energy_kwh: Floats
    revolutions: Floats
    brake_mj: Floats
    refuels: tuple[tank.Refuel, ...]


def run_powertrain(force_n: Floats, motion: Motion, air: Weather, clock: Clock, model: CarModel, hidden: Hidden,
                   start_share: float, rng: np.random.Generator) -> Powertrain:
    """What the powertrain does for a force at the wheels."""
    wheel_kw = force_n * motion.speed_m_s / 1000
    volts = {"battery_v": battery.battery_v(clock, air, model, hidden, rng), "ambient_c": air.ambient_c}
    if model.energy == "electric":
        return _electric(wheel_kw, air, clock, hidden, start_share, volts)
    return _combustion(wheel_kw, motion, air, clock, model, hidden, start_share, volts, rng)


def _electric(wheel_kw: Floats, air: Weather, clock: Clock, hidden: Hidden, start_share: float,
              columns: Columns) -> Powertrain:
    kwh = running_sum(electric.drawn_kw(wheel_kw, clock.running, air.ambient_c, hidden)) / 3600
    none = np.zeros_like(kwh)
    braked = running_sum(np.maximum(-wheel_kw, 0) * _LEFT_TO_BRAKES) / 1000
    charge = {"traction_soc_pct": electric.charge_pct(kwh, 100 * start_share)}
    return Powertrain(columns | charge, none, kwh, none, braked, ())


def _combustion(wheel_kw: Floats, motion: Motion, air: Weather, clock: Clock, model: CarModel, hidden: Hidden,
                start_share: float, columns: Columns, rng: np.random.Generator) -> Powertrain:
    rpm = np.where(clock.running, engine_rpm(motion, wheel_kw, model, rng), 0.0)
    # Warming up needs the fuel and the fuel needs the warmth: a guess of the one is good enough for the other.
    guessed_kw = np.where(clock.running, np.maximum(wheel_kw, 0) / _GUESSED_EFFICIENCY + 1.2 + rpm / 220, 0.0)
    coolant = heat.coolant_c(guessed_kw, air.ambient_c, clock, motion, rng)
    fire = engine.burn(wheel_kw, rpm, coolant, clock, model, hidden)
    litres = running_sum(fire.fuel_g_s) / 1000 / hidden.fuel_kg_l
    filled = tank.fill_and_empty(litres, motion, clock.epoch_s, start_share, model, rng)
    intake = heat.intake_air_c(air.ambient_c, coolant, motion, rng)
    seen = breath.breathe(fire, rpm, intake, air, clock, model, hidden, rng)
    columns |= _engine_columns(rpm, coolant, intake, fire, seen, hidden)
    columns["baro_kpa"] = air.baro_kpa
    columns["fuel_level_pct"] = tank.sender_pct(filled, motion, model, hidden, rng)
    return Powertrain(columns, litres, np.zeros_like(litres), running_sum(rpm) / 60, running_sum(fire.brakes_kw) / 1000,
                      filled.refuels)


def _engine_columns(rpm: Floats, coolant: Floats, intake: Floats, fire: engine.Burn, seen: breath.Breath,
                    hidden: Hidden) -> Columns:
    return {
        "engine_rpm": rpm, "engine_load_pct": seen.load_pct, "absolute_load_pct": seen.absolute_load_pct,
        "throttle_pct": seen.throttle_pct, "coolant_c": coolant, "intake_air_c": intake, "oil_c": coolant + 4,
        "maf_g_s": seen.maf_g_s, "map_kpa": seen.map_kpa, "lambda_ratio": fire.mixture,
        "short_fuel_trim_pct": seen.short_trim_pct, "long_fuel_trim_pct": seen.long_trim_pct,
        "fuel_rate_g_s": fire.fuel_g_s * (1 + hidden.injector_bias),
        "fuel_rate_l_h": fire.fuel_g_s * 3.6 / hidden.fuel_kg_l * (1 + hidden.injector_bias),
    }
