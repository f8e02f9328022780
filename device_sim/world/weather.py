"""Weather around Jinan: temperature by season, hour and day, and a wind per way."""

from dataclasses import dataclass

import numpy as np

from device_sim.world.arrays import Floats
from device_sim.world.route import Route
from device_sim.world.schedule import Clock
from device_sim.world.speed import Motion

_YEAR_S = 365.25 * 86_400
_COLDEST = 15 / 365.25
"""Middle of January, as a share of the year."""
_WARMEST = 15 / 24
"""Three in the afternoon, as a share of the day."""
_GAS_CONSTANT_AIR = 287.05


@dataclass(frozen=True)
class Weather:
    """Air around the car at each second."""

    ambient_c: Floats
    baro_kpa: Floats
    air_kg_m3: Floats
    headwind_m_s: Floats


def weather(clock: Clock, motion: Motion, route: Route, utc_offset_h: float, rng: np.random.Generator) -> Weather:
    """Air by the clock and along the route."""
    ambient = _ambient_c(clock.epoch_s, utc_offset_h, rng)
    # International standard atmosphere, then the gas law.
    baro = 101.325 * (1 - 2.25577e-5 * route.altitude_m) ** 5.2559
    density = baro * 1000 / (_GAS_CONSTANT_AIR * (ambient + 273.15))
    return Weather(ambient, baro, density, _headwind(motion, route.heading_rad, rng))


def _ambient_c(epoch_s: Floats, utc_offset_h: float, rng: np.random.Generator) -> Floats:
    """Year 0..28 C in the mean, 9 K between night and afternoon, days differ by 3 K (sigma)."""
    year = 14.0 - 14.0 * np.cos(2 * np.pi * (epoch_s / _YEAR_S - _COLDEST))
    local_day = (epoch_s + 3600 * utc_offset_h) / 86_400
    day = local_day - local_day[0]
    moods = rng.standard_normal(int(np.ceil(day[-1])) + 2)
    daily = 4.5 * np.cos(2 * np.pi * (local_day - _WARMEST)) + 3.0 * np.interp(day, np.arange(moods.size), moods)
    together: Floats = year + daily
    return together


def _headwind(motion: Motion, heading_rad: Floats, rng: np.random.Generator) -> Floats:
    blows = np.abs(2.0 * rng.standard_normal(motion.first.size))
    comes_from = rng.uniform(0, 2 * np.pi, motion.first.size)
    along: Floats = blows[motion.way] * np.cos(heading_rad - comes_from[motion.way])
    return along
