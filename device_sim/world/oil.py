"""How engine oil ages: it oxidises when hot, takes up blow-by with the fuel burnt, and fuel and water while cold."""

import numpy as np

from device_sim.world.arrays import Floats, relax
from device_sim.world.cars import HiddenParts
from device_sim.world.powertrain import Powertrain
from device_sim.world.schedule import Clock
from device_sim.world.speed import Motion

_LAG_S = 420.0
_ABOVE_COOLANT_K = 16.0
"""Of an engine at full load; an idling one's sump stays below its coolant."""
_HOURS_AT_100_C = 430.0
_ACTIVATION_K = 9000.0
"""Life by oxidation alone at 100 C, and activation energy over gas constant: doubled every 11 K there."""
_LITRES = 1350.0
"""Fuel whose blow-by uses the oil up in a warm engine."""
_COLD_FACTOR = 3.0
"""Blow-by counts up to so many times more while the oil is cold: fuel and water stay in it."""


def oil_used(power: Powertrain, motion: Motion, clock: Clock, hidden: HiddenParts) -> Floats:
    """Share of a filling's life used since the first second; none in an electric car.

    Anchors: about 12,000 km in mixed use, half of it in jams, 16,000 km on motorways (EP0231055 names 4,800 to
    16,000 km).
    """
    if "coolant_c" not in power.columns:
        return np.zeros_like(power.fuel_l)
    sump_c = _sump_c(power.columns["coolant_c"], power.columns["engine_load_pct"], motion)
    oxidised = np.exp(_ACTIVATION_K * (1 / 373.15 - 1 / (sump_c + 273.15))) / _HOURS_AT_100_C / 3600
    cold = np.clip((75 - sump_c) / 60, 0.0, 1.0)
    taken_up = np.diff(power.fuel_l, prepend=0.0) / _LITRES * (1 + (_COLD_FACTOR - 1) * cold)
    return np.cumsum(hidden.oil_scale * (np.where(clock.running, oxidised, 0.0) + taken_up))


def _sump_c(coolant_c: Floats, load_pct: Floats, motion: Motion) -> Floats:
    """The sump follows the coolant with a lag, from the coolant's temperature at each start."""
    towards = coolant_c - 6 + _ABOVE_COOLANT_K * load_pct / 100
    sump = np.empty_like(towards)
    for first, last in zip(motion.first, motion.last, strict=True):
        way = slice(first, last + 1)
        sump[way] = relax(towards[way], float(coolant_c[first]), _LAG_S)
    return sump
