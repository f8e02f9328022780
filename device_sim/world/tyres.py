"""Tyre wear after Archard: volume lost goes with the work of friction in the contact, faster on hot rubber.

Slip comes from Fiala's brush model, so the law is not quadratic in force; toe-in rubs even when nothing else does.
"""

from dataclasses import dataclass

import numpy as np

from device_sim.world.arrays import Floats, relax
from device_sim.world.cars import CarModel, Hidden
from device_sim.world.roads import TRAFFIC, Road
from device_sim.world.route import Route
from device_sim.world.speed import Motion
from device_sim.world.weather import Weather
from device_sim.world.wheels import GRAVITY

_GRIP = 1.0
_SLIP_STIFFNESS = 22.0
"""Force per load and slip; passenger car tyres 15 to 30."""
_CORNER_STIFFNESS = 13.0
"""Force per load and radian of slip angle."""
_FRONT_BRAKES = 0.68
_CROWN_G = 0.012
"""Sideways share of gravity on a cambered road, held by the tyres all the time."""
_REFERENCE_WORK = 2.6e-4
"""Friction work per metre and newton of load at which wear is _REFERENCE_MM_M."""
_REFERENCE_MM_M = 0.69e-7
"""Makes the mean of both axles of all models with all drivers 0.12 mm/1000 km (ADAC: about 120 g/1000 km per car)."""
_HOT_PER_K = 0.006
_LAG_S = 500.0


@dataclass(frozen=True)
class Wear:
    """Millimetres lost since the first second."""

    front_mm: Floats
    rear_mm: Floats


def wear(force_n: Floats, motion: Motion, route: Route, air: Weather, model: CarModel, hidden: Hidden) -> Wear:
    """Tread lost on both axles, summed up over the seconds."""
    rough = np.array([TRAFFIC[kind].roughness for kind in Road])[motion.road]
    pressure = 1 + 1.1 * hidden.pressure_deficit
    per_metre = hidden.wear_scale * _REFERENCE_MM_M * rough * pressure * _softness(motion, air)
    sideways = np.abs(route.lateral_m_s2) / GRAVITY + _CROWN_G
    steps = np.diff(motion.metres, prepend=0.0)
    lost = [np.cumsum(steps * per_metre * (_work(force_n, sideways, model, front, toe) / _REFERENCE_WORK)
                      ** hidden.wear_exponent)
            for front, toe in ((True, hidden.toe_front_rad), (False, hidden.toe_rear_rad))]
    return Wear(*lost)


def _softness(motion: Motion, air: Weather) -> Floats:
    """Rubber wears faster when warm: flexing heats it with speed, the air takes most of that away."""
    flexed = air.ambient_c + 24 * np.sqrt(motion.speed_m_s / 30)
    return np.exp(_HOT_PER_K * (relax(flexed, float(air.ambient_c[0]), _LAG_S) - 35.0))


def _work(force_n: Floats, sideways_g: Floats, model: CarModel, front: bool, toe_rad: float) -> Floats:
    """Friction work per metre and newton of axle load."""
    share = model.front_weight if front else 1 - model.front_weight
    load_n = model.mass_kg * GRAVITY * share
    lengthwise = np.abs(_axle_force(force_n, model, front)) / load_n
    toe = _CORNER_STIFFNESS * toe_rad
    return (lengthwise * _brush_slip(lengthwise, _SLIP_STIFFNESS)
            + sideways_g * _brush_slip(sideways_g, _CORNER_STIFFNESS) + toe * toe_rad)


def _axle_force(force_n: Floats, model: CarModel, front: bool) -> Floats:
    pulls = 1.0 if (model.driven == "front") == front else 0.0
    brakes = _FRONT_BRAKES if front else 1 - _FRONT_BRAKES
    force: Floats = np.where(force_n > 0, pulls, brakes) * force_n
    return force


def _brush_slip(force_per_load: Floats, stiffness: float) -> Floats:
    """Slip that carries a force: linear while small, running away as the whole contact slides."""
    used = np.minimum(force_per_load / _GRIP, 0.98)
    slip: Floats = 3 * _GRIP / stiffness * (1 - np.cbrt(1 - used))
    return slip
