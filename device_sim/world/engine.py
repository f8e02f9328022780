"""Fuel by a Willans line: indicated work pays for the wheels, the gearbox, the accessories and the engine's friction.

Friction depends on engine speed and temperature (Chen-Flynn's shape), throttling on load; a cold engine runs rich.
"""

from dataclasses import dataclass

import numpy as np

from device_sim.world.arrays import Flags, Floats
from device_sim.world.cars import CarModel, Hidden
from device_sim.world.schedule import Clock

HEATING_VALUE_KJ_G = {"petrol": 42.9, "diesel": 42.6}
"""Lower heating values [kJ/g] of EN 228 and EN 590 fuel."""
AIR_PER_FUEL = {"petrol": 14.6, "diesel": 14.5}
_GEARBOX_MESH = 0.955
_GEARBOX_SPIN_KW = 0.28
"""Loss of oil churning per 1000 rpm."""
_COAST_CUT_RPM = 1150
"""Below, the engine feeds itself again so that it does not stall."""


@dataclass(frozen=True)
class Burn:
    """What the engine does at each second."""

    shaft_kw: Floats
    fuel_g_s: Floats
    mixture: Floats            # lambda aimed at; 1 = stoichiometric
    load_share: Floats         # of the torque it could give
    coasting: Flags            # fuel cut
    brakes_kw: Floats          # what the friction brakes take


def burn(wheel_kw: Floats, rpm: Floats, coolant_c: Floats, clock: Clock, model: CarModel, hidden: Hidden) -> Burn:
    """Fuel of each second for the power at the wheels."""
    accessory_kw = hidden.accessories_w / 1000 * (1 + 0.8 * np.exp(-clock.running_s / 240))
    friction_kw = _mean_pressure_kw(_friction_kpa(rpm, coolant_c, hidden), rpm, model)
    overrun = (wheel_kw < 0) & (rpm > _COAST_CUT_RPM)
    driving_kw = np.where(wheel_kw > 0, wheel_kw / _GEARBOX_MESH + _GEARBOX_SPIN_KW * rpm / 1000, 0.0)
    shaft_kw = accessory_kw + np.where(overrun, np.maximum(wheel_kw, -1.3 * friction_kw), driving_kw)
    load = np.clip(shaft_kw / _most_kw(rpm, model), 0.0, 1.1)
    indicated_kw = shaft_kw + friction_kw + _mean_pressure_kw(_throttling_kpa(load, model), rpm, model)
    coasting = overrun & (shaft_kw < 0)
    mixture = _mixture(load, coolant_c, clock, model)
    efficiency = hidden.indicated_efficiency * _phasing(load, model)
    lean_g_s = indicated_kw / (efficiency * HEATING_VALUE_KJ_G[model.energy])
    fed_g_s = np.maximum(lean_g_s, _least_g_s(rpm, model)) / np.minimum(mixture, 1.0)
    fuel = np.where(clock.running & ~coasting, fed_g_s, 0.0)
    braking = np.maximum(-wheel_kw - np.where(overrun, friction_kw, 0.0), 0.0)
    return Burn(shaft_kw, fuel, mixture, load, coasting & clock.running, braking)


def _friction_kpa(rpm: Floats, coolant_c: Floats, hidden: Hidden) -> Floats:
    """Friction mean effective pressure; oil at 10 C rubs about twice as hard as at 90 C."""
    krpm = rpm / 1000
    thick_oil = np.exp(np.clip(90 - coolant_c, 0, 110) / 115)
    return hidden.friction_scale * thick_oil * (64 + 11 * krpm + 3.4 * krpm**2)


def _phasing(load: Floats, model: CarModel) -> Floats:
    """A nearly empty cylinder burns slowly and late: up to a third of the work is lost at idle, less in a diesel."""
    lost = 0.36 if model.energy == "petrol" else 0.18
    return 1 - lost * np.exp(-np.maximum(load, 0) / 0.10)


def _least_g_s(rpm: Floats, model: CarModel) -> Floats:
    """Below some 26 kPa in the manifold a petrol charge does not burn: less fuel there is none, only none at all."""
    least_air_g_l = 0.25
    if model.energy == "diesel":
        return np.zeros_like(rpm)
    return least_air_g_l * model.displacement_l * rpm / 120 / AIR_PER_FUEL[model.energy]


def _throttling_kpa(load: Floats, model: CarModel) -> Floats:
    """Pumping against the throttle; a diesel has none to speak of."""
    return (48.0 if model.energy == "petrol" else 14.0) * (1 - np.clip(load, 0, 1))


def _mean_pressure_kw(pressure_kpa: Floats, rpm: Floats, model: CarModel) -> Floats:
    return pressure_kpa * model.displacement_l / 1000 * rpm / 120


def _most_kw(rpm: Floats, model: CarModel) -> Floats:
    """Power at full load: torque is flat up to 60 % of rated speed, power flat above."""
    rated_rpm = 5600 if model.energy == "petrol" else 3800
    return model.rated_kw * np.minimum(rpm / (0.85 * rated_rpm), 1.0) + 0.5


def _mixture(load: Floats, coolant_c: Floats, clock: Clock, model: CarModel) -> Floats:
    """Rich after a cold start and at full load; a diesel is always lean (air follows from the turbo)."""
    if model.energy == "diesel":
        return np.ones_like(load)
    cold = np.clip((60 - coolant_c) / 60, 0, 1) * np.exp(-clock.running_s / 45)
    full = np.clip((load - 0.85) / 0.15, 0, 1)
    return 1.0 - 0.16 * cold - 0.10 * full
