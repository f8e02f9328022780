"""What sensors say at each second, by column name: bias and noise, not yet rounded to a PID."""

import numpy as np

from device_sim.world.arrays import Floats, Ints, coloured
from device_sim.world.cars import CarModel, Hidden
from device_sim.world.history import InitialState
from device_sim.world.pieces import KEY_ON_S
from device_sim.world.route import METRES_PER_DEGREE, Route
from device_sim.world.schedule import Clock
from device_sim.world.speed import Motion
from device_sim.world.tyres import Wear

Columns = dict[str, Floats]

_GPS_WANDER_M = 2.2
_GPS_TAU_S = 45
_RADIUS_MM = 316.0
"""Of a rolling 205/55 R16: 6 mm of tread are 1.9 % of the distance per turn."""
_HALF_WORN_MM, _NEW_MM = 5.0, 8.0


def motion_columns(motion: Motion, worn: Wear, begin: InitialState, hidden: Hidden) -> Columns:
    """Wheels: speed and odometer count the same turns, and are off by the radius their maker assumed."""
    scale = _turns(worn, begin, hidden)
    driven_km = hidden.odometer_scale * np.cumsum(scale * np.diff(motion.metres, prepend=0.0)) / 1000
    return {"speed_kmh": 3.6 * scale * motion.speed_m_s, "odometer_km": begin.odometer_km + driven_km,
            "distance_since_clear_km": begin.odometer_km % 5000 + driven_km}


def _turns(worn: Wear, begin: InitialState, hidden: Hidden) -> Floats:
    """Shown over true speed: a worn tyre turns more often on its way, until there is no tread left to lose."""
    tread = (begin.tread_front_mm - worn.front_mm + begin.tread_rear_mm - worn.rear_mm) / 2
    scale: Floats = hidden.wheel_scale * _RADIUS_MM / (_RADIUS_MM + np.clip(tread, 0.0, _NEW_MM) - _HALF_WORN_MM)
    return scale


def position_columns(motion: Motion, route: Route, rng: np.random.Generator) -> Columns:
    """GPS: wandering a few metres, frozen at a standstill as receivers do."""
    north, east = (_wander(motion, rng) for _ in range(2))
    latitude = route.latitude + north / METRES_PER_DEGREE
    longitude = route.longitude + east / (METRES_PER_DEGREE * np.cos(np.radians(route.latitude)))
    return {"latitude": latitude, "longitude": longitude,
            "altitude_m": route.altitude_m + 4 * coloured(rng, north.size, 60),
            "heading_deg": np.degrees(route.heading_rad) % 360, "gps_speed_kmh": 3.6 * motion.speed_m_s}


def _wander(motion: Motion, rng: np.random.Generator) -> Floats:
    drift = _GPS_WANDER_M * coloured(rng, motion.metres.size, _GPS_TAU_S)
    return drift[_last_moving(motion)]


def _last_moving(motion: Motion) -> Ints:
    """Index of the latest second in motion, at each second."""
    index = np.where(motion.speed_m_s > 0.3, np.arange(motion.speed_m_s.size), 0)
    latest: Ints = np.maximum.accumulate(index)
    return latest


def imu_columns(motion: Motion, route: Route, rng: np.random.Generator) -> Columns:
    """The dongle's own accelerometer, levelled, averaged over the second."""
    size = motion.metres.size
    return {"accel_long_m_s2": np.gradient(motion.speed_m_s) + 0.05 * rng.standard_normal(size),
            "accel_lat_m_s2": route.lateral_m_s2 + 0.05 * rng.standard_normal(size)}


def constant_columns(model: CarModel, clock: Clock) -> Columns:
    code = np.full(clock.epoch_s.size, float(model.fuel_type_code))
    return {"fuel_type_code": code, "run_time_s": np.maximum(clock.since_key_s - KEY_ON_S, 0.0)}
