"""The 12 V battery: at rest, cranking, charged."""

import numpy as np

from device_sim.world.arrays import Floats, coloured
from device_sim.world.cars import CarModel, Hidden
from device_sim.world.pieces import KEY_ON_S
from device_sim.world.schedule import Clock
from device_sim.world.weather import Weather


def battery_v(clock: Clock, air: Weather, model: CarModel, hidden: Hidden, rng: np.random.Generator) -> Floats:
    """Voltage at each second."""
    size = clock.epoch_s.size
    surface_charge = 0.35 * np.exp(-clock.since_key_s / 40) * (clock.since_key_s > KEY_ON_S)
    off = hidden.rest_v - 0.02 * np.minimum(clock.since_key_s, KEY_ON_S) + surface_charge
    charging = hidden.charge_v - 0.012 * (air.ambient_c - 20) + 0.06 * coloured(rng, size, 25)
    volts = np.where(clock.running, charging, off) + 0.008 * rng.standard_normal(size)
    if model.energy == "electric":
        return volts
    cranks = (clock.since_key_s >= KEY_ON_S) & (clock.since_key_s < KEY_ON_S + 1)
    # One poll sees the crank somewhere between its dip and its end; cold oil and cold acid deepen it.
    dip = 10.4 + 0.02 * (air.ambient_c - 20) + rng.uniform(0.0, 1.2, size)
    return np.where(cranks, dip, volts)
