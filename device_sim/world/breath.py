"""The air an engine breathes and how its sensors see it: MAF, MAP, loads, throttle, trims."""

from dataclasses import dataclass

import numpy as np

from device_sim.world.arrays import Floats, coloured
from device_sim.world.cars import CarModel, Hidden
from device_sim.world.engine import AIR_PER_FUEL, Burn
from device_sim.world.schedule import Clock
from device_sim.world.weather import Weather

_GAS_CONSTANT_AIR = 287.05
_SAE_AIR_G_L = 1.184
"""Density in SAE's definition of absolute load, at 25 C and 101.3 kPa."""
_CLOSED_THROTTLE_KPA = 21.0


@dataclass(frozen=True)
class Breath:
    """What the air sensors would say without noise of their own."""

    maf_g_s: Floats
    map_kpa: Floats
    load_pct: Floats
    absolute_load_pct: Floats
    throttle_pct: Floats
    short_trim_pct: Floats
    long_trim_pct: Floats


def breathe(fire: Burn, rpm: Floats, intake_c: Floats, air: Weather, clock: Clock, model: CarModel, hidden: Hidden,
            rng: np.random.Generator) -> Breath:
    """Air of each second. A petrol engine takes what its fuel needs, a diesel what its cylinders hold."""
    per_kpa = _filling_g_s_per_kpa(rpm, intake_c, model, hidden)
    pressure = _boosted(fire, rpm, air, model) if model.energy == "diesel" else _throttled(fire, per_kpa, air, model)
    pressure = np.where(rpm > 0, pressure, air.baro_kpa)
    true_air = per_kpa * pressure * (0.78 if model.energy == "diesel" else 1.0)  # a diesel refills 22 % with exhaust
    seen_air = true_air * (1 + hidden.air_meter_bias) * (1 + 0.008 * coloured(rng, rpm.size, 2))
    short, long = _trims(fire, clock, hidden, rng)
    return Breath(seen_air, pressure, _load(pressure, air, fire, model), _absolute(seen_air, rpm, model),
                  _throttle(pressure, rpm, air, fire, model), short, long)


def _filling_g_s_per_kpa(rpm: Floats, intake_c: Floats, model: CarModel, hidden: Hidden) -> Floats:
    """Air drawn in per kPa in the manifold; cylinders fill best at middle speed, and badly at idle."""
    efficiency = hidden.breathing * (1 - 0.06 * ((rpm - 3200) / 3200) ** 2 - 0.12 * np.exp(-((rpm / 1000) ** 2)))
    litres_s = efficiency * model.displacement_l * rpm / 120
    return litres_s * 1000 / (_GAS_CONSTANT_AIR * (intake_c + 273.15))


def _throttled(fire: Burn, per_kpa: Floats, air: Weather, model: CarModel) -> Floats:
    needed = fire.fuel_g_s * AIR_PER_FUEL["petrol"] * fire.mixture
    pressure = np.where(fire.coasting, _CLOSED_THROTTLE_KPA, needed / np.maximum(per_kpa, 1e-6))
    return np.clip(pressure, _CLOSED_THROTTLE_KPA - 1, air.baro_kpa - 2 + model.boost_kpa)


def _boosted(fire: Burn, rpm: Floats, air: Weather, model: CarModel) -> Floats:
    spun_up = np.clip((rpm - 1000) / 1200, 0, 1)
    return air.baro_kpa - 1 + model.boost_kpa * spun_up * np.clip(fire.load_share, 0, 1) ** 0.8


def _load(pressure: Floats, air: Weather, fire: Burn, model: CarModel) -> Floats:
    """Calculated load: air over the most the engine could breathe now; a diesel reports torque."""
    if model.energy == "diesel":
        return np.clip(12 + 85 * fire.load_share, 0, 100)
    # Without fuel a turbo engine's ECU, which thinks in torque, reports less than the air would say.
    torque = np.where(fire.coasting & (model.boost_kpa > 0), 0.6, 1.0)
    return np.clip(100 * torque * pressure / (air.baro_kpa + 0.9 * model.boost_kpa), 0, 100)


def _absolute(maf_g_s: Floats, rpm: Floats, model: CarModel) -> Floats:
    swept = _SAE_AIR_G_L * model.displacement_l * np.maximum(rpm, 1) / 120
    return np.where(rpm > 0, 100 * maf_g_s / swept, 0.0)


def _throttle(pressure: Floats, rpm: Floats, air: Weather, fire: Burn, model: CarModel) -> Floats:
    if model.energy == "diesel":
        return np.where(fire.coasting, 8.0, 8 + 75 * np.clip(fire.load_share, 0, 1))
    open_share = np.clip((pressure - _CLOSED_THROTTLE_KPA) / (air.baro_kpa - _CLOSED_THROTTLE_KPA), 0, 1)
    return 13.5 + 62 * open_share**1.6 * (0.4 + 0.6 * np.clip(rpm / 4000, 0, 1))


def _trims(fire: Burn, clock: Clock, hidden: Hidden, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """What the lambda probe adds to the metered fuel: it undoes the air meter's and the injectors' errors."""
    total = 100 / ((1 + hidden.air_meter_bias) * (1 + hidden.injector_bias)) - 100
    size = fire.fuel_g_s.size
    closed_loop = clock.running & ~fire.coasting & (clock.running_s > 40)
    short = np.where(closed_loop, 0.3 * total + 1.6 * coloured(rng, size, 4), 0.0)
    return short, np.full(size, 0.7 * total)
