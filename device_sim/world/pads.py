"""Brake pads: Archard's wear with a coefficient that rises smoothly with the heat of the disc.

The disc is cooled by the wind of driving, weight shifts to the front while braking, and pads rub a little all the time.
"""

from dataclasses import dataclass

import numpy as np

from device_sim.world.arrays import Floats, decayed
from device_sim.world.cars import HiddenParts
from device_sim.world.speed import Motion
from device_sim.world.weather import Weather

_MM_PER_MJ = 0.0021
"""Thickness lost per energy into the axle, cool: 42 mm3/MJ over four pads of 5000 mm2; published are 15 to 80."""
_DRAG_MM_PER_KM = 1.2e-5
"""Pads that do not brake still touch the disc."""
_AXLE_J_PER_K = 2 * 7.5 * 490.0
_STILL_AIR_S = 750.0
_WIND_S_AT_30 = 160.0
"""Time constants of cooling: standing, and by the wind at 30 m/s alone."""


@dataclass(frozen=True)
class PadWear:
    """Millimetres lost since the first second."""

    front_mm: Floats
    rear_mm: Floats


def pad_wear(brake_mj: Floats, motion: Motion, air: Weather, hidden: HiddenParts) -> PadWear:
    """Thickness lost on both axles, summed up over the seconds, for the energy the brakes took so far."""
    joule = 1e6 * np.diff(brake_mj, prepend=0.0)
    front = _front_share(motion)
    rubbed_km = np.diff(motion.metres, prepend=0.0) / 1000
    lost = [np.cumsum(hidden.pad_scale * (_MM_PER_MJ * share * joule / 1e6 * _hotter(share * joule, motion, air)
                                          + _DRAG_MM_PER_KM * rubbed_km)) for share in (front, 1 - front)]
    return PadWear(*lost)


def _front_share(motion: Motion) -> Floats:
    """Two thirds in gentle braking; the harder the stop, the more the front axle does."""
    slowing = np.maximum(-np.gradient(motion.speed_m_s), 0.0)
    return np.clip(0.64 + 0.03 * slowing, 0.64, 0.82)


def _hotter(joule: Floats, motion: Motion, air: Weather) -> Floats:
    """Wear relative to a disc of 100 C: a little more with every kelvin, much more as the binder burns."""
    cooling = 1 / _STILL_AIR_S + (motion.speed_m_s / 30) ** 0.8 / _WIND_S_AT_30
    rise_k = np.empty_like(joule)
    for first, last in zip(motion.first, motion.last, strict=True):  # a parked car's brakes are cold
        way = slice(first, last + 1)
        rise_k[way] = decayed(joule[way] / _AXLE_J_PER_K, cooling[way])
    disc_c = air.ambient_c + rise_k
    return np.maximum(1 + 0.002 * (disc_c - 100), 0.6) + np.exp((disc_c - 340) / 45)
