"""Temperatures of coolant and intake air: a lumped engine warms, a thermostat opens, a parked car cools down."""

import numpy as np

from device_sim.world.arrays import Floats, coloured, relax
from device_sim.world.schedule import Clock
from device_sim.world.speed import Motion

_HEAT_CAPACITY_KJ_K = 48.0
"""Head, liners and the small coolant circuit."""
_LOSS_KW_K = 0.022
"""With the thermostat closed."""
_SHARE_TO_COOLANT = 0.33
_COOLING_PARKED_S = 9000.0


def coolant_c(burnt_kw: Floats, ambient_c: Floats, clock: Clock, motion: Motion, rng: np.random.Generator) -> Floats:
    """Coolant temperature, given the heat of the fuel burnt."""
    thermostat = 90.0 + 1.2 * coloured(rng, burnt_kw.size, 70)
    wanted = ambient_c + _SHARE_TO_COOLANT * burnt_kw / _LOSS_KW_K
    warming = np.empty_like(burnt_kw)
    at_key = float(ambient_c[0])
    for first, last, parked in zip(motion.first, motion.last, clock.parked_before_s, strict=True):
        air = float(ambient_c[first])
        at_key = air + (at_key - air) * float(np.exp(-parked / _COOLING_PARKED_S))
        part = slice(first, last + 1)
        warming[part] = relax(wanted[part], at_key, _HEAT_CAPACITY_KJ_K / _LOSS_KW_K)
        at_key = min(float(warming[last]), 92.0)
    return np.minimum(warming, thermostat)


def intake_air_c(ambient_c: Floats, coolant: Floats, motion: Motion, rng: np.random.Generator) -> Floats:
    """Intake air warms up behind a standing radiator and cools down while driving."""
    soaked = 0.38 * np.clip(coolant - ambient_c, 0, None) * np.exp(-motion.speed_m_s / 9)
    return ambient_c + 3 + _lag(soaked) + 0.4 * coloured(rng, soaked.size, 30)


def _lag(values: Floats) -> Floats:
    return relax(values, float(values[0]), 90.0)
