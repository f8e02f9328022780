"""What the road asks of the wheels, and which gear answers."""

import numpy as np

from device_sim.world.arrays import Floats
from device_sim.world.cars import CarModel, Hidden
from device_sim.world.route import Route
from device_sim.world.speed import Motion
from device_sim.world.weather import Weather

GRAVITY = 9.80665
_ROTATING = 1.05
"""Wheels, shafts and engine turn along: about 5 % on top of the mass."""


def tractive_force_n(motion: Motion, route: Route, air: Weather, model: CarModel, hidden: Hidden) -> Floats:
    """Force between tyres and road; negative while braking or rolling downhill."""
    v = motion.speed_m_s
    wind = v + air.headwind_m_s
    aero = 0.5 * air.air_kg_m3 * model.cda_m2 * wind * np.abs(wind)
    # Rolling resistance grows with speed and falls with temperature: ISO 28580 corrects 0.8 % per kelvin.
    rolling = model.crr * hidden.rolling_scale * (1 + (v / 65) ** 2) * (1 + 0.008 * (25 - air.ambient_c))
    inertia = _ROTATING * model.mass_kg * np.gradient(v)
    return np.where(v > 0.1, inertia + aero + model.mass_kg * GRAVITY * (rolling + route.grade), 0.0)


def engine_rpm(motion: Motion, wheel_kw: Floats, model: CarModel, rng: np.random.Generator) -> Floats:
    """Engine speed while it runs: gear by speed and demand, a slipping converter when starting off."""
    kmh = 3.6 * motion.speed_m_s
    ratios = np.array(model.rpm_per_kmh)
    demand = np.clip(wheel_kw / model.rated_kw, 0.0, 1.0)
    shift_up = 1750 + 3000 * demand if model.energy == "petrol" else 1550 + 1900 * demand
    gear = np.sum(kmh[:, None] * ratios[None, :-1] > shift_up[:, None], axis=1)
    locked: Floats = kmh * ratios[gear]
    slipping = np.where((gear == 0) & (kmh > 1), model.idle_rpm + 0.3 * locked + 1500 * demand, 0.0)
    idle = model.idle_rpm + 5 * rng.standard_normal(kmh.size)
    return np.maximum(idle, np.maximum(locked, slipping))
