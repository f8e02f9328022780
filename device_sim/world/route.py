"""Where the car goes: a winding path whose length is the distance driven and whose ends are real places."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_sim.world.arrays import Floats, coloured, smooth
from device_sim.world.pieces import TURN_M
from device_sim.world.plan import Place, Way
from device_sim.world.roads import TRAFFIC, Road
from device_sim.world.speed import Motion

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius (IUGG), the one health measures paths with."""
METRES_PER_DEGREE = EARTH_RADIUS_M * np.pi / 180
LatLon = tuple[float, float]
JINAN: LatLon = (36.65, 117.0)
"""Latitude and longitude [deg, WGS-84] around which homes lie."""
_GRID_M = 20.0
_MOST_BEND = 2.4
_STEERING = np.array([1.0, 2.0, 2.0, 2.0, 1.0])
"""Hands need a few seconds to turn the wheel: keeps yaw from jumping."""


@dataclass(frozen=True)
class Route:
    """Position and attitude of every driving second."""

    latitude: Floats
    longitude: Floats
    heading_rad: Floats        # clockwise from north, unwrapped
    lateral_m_s2: Floats
    altitude_m: Floats
    grade: Floats


def lay(motion: Motion, ways: list[Way], home: LatLon, rng: np.random.Generator) -> Route:
    """Bends and turns every way so that it ends at its destination."""
    latitude, longitude, heading = _to_places(motion, ways, home, _winding(motion, rng))
    altitude = _altitude(latitude, longitude)
    return Route(latitude, longitude, heading, _lateral(motion, heading), altitude, _grade(motion, altitude))


def _winding(motion: Motion, rng: np.random.Generator) -> Floats:
    """Heading relative to the way's general direction [rad]: curves of each kind of road, and turns at crossings."""
    grid = np.arange(0.0, motion.metres[-1] + 2 * _GRID_M, _GRID_M)
    road = motion.road[np.minimum(np.searchsorted(motion.metres, grid), motion.road.size - 1)]
    curves = sum(TRAFFIC[kind].curve_rad * coloured(rng, grid.size, TRAFFIC[kind].curve_m / _GRID_M)
                 * _blend(road == kind) for kind in Road)
    return smooth(np.interp(motion.metres, grid, curves) + _turns(motion, rng), _STEERING)


def _blend(on_road: NDArray[np.bool_]) -> Floats:
    """Roads run into each other over 300 m, so that headings do not jump."""
    return np.convolve(np.pad(on_road.astype(float), 7, mode="edge"), np.full(15, 1 / 15), mode="valid")


def _turns(motion: Motion, rng: np.random.Generator) -> Floats:
    """Right-angled turns: away from the general direction, then back to it."""
    if motion.turn_at_m.size == 0:
        return np.zeros_like(motion.metres)
    side = np.repeat(rng.choice([-1.0, 1.0], motion.turn_at_m.size), 2)[: motion.turn_at_m.size]
    angle = np.where(np.arange(side.size) % 2 == 0, side, -side) * (np.pi / 2)
    begins = np.maximum.accumulate(np.stack([motion.turn_at_m, motion.turn_at_m + TURN_M], 1).ravel())
    heading = np.cumsum(np.stack([np.zeros_like(angle), angle], 1).ravel())
    turned: Floats = np.interp(motion.metres, begins, heading, left=0.0)
    return turned


def _to_places(motion: Motion, ways: list[Way], home: LatLon, winding: Floats) -> tuple[Floats, Floats, Floats]:
    """Latitude, longitude and heading of each second; a car parks where its way really ended."""
    step = np.diff(motion.metres, prepend=0.0)
    latitude, longitude, heading = np.empty((3, step.size))
    here = home
    for way, first, last in zip(ways, motion.first, motion.last, strict=True):
        part = slice(first, last + 1)
        heading[part], steps = _aim(step[part], winding[part], _towards(here, _located(way.to, home)))
        latitude[part], longitude[part] = _follow(here, steps)
        here = (float(latitude[last]), float(longitude[last]))
    return latitude, longitude, heading


def _located(place: Place, home: LatLon) -> LatLon:
    east, north = place
    return home[0] + north / METRES_PER_DEGREE, home[1] + east / (METRES_PER_DEGREE * math.cos(math.radians(home[0])))


def _towards(here: LatLon, there: LatLon) -> complex:
    """Complex plane with north as real axis: multiplying by exp(i h) turns clockwise by h, as a compass does."""
    east = (there[1] - here[1]) * math.cos(math.radians((here[0] + there[0]) / 2))
    return METRES_PER_DEGREE * complex(there[0] - here[0], east)


def _follow(here: LatLon, steps: NDArray[np.complex128]) -> tuple[Floats, Floats]:
    """Each step at its own latitude, so that lengths hold far from home too."""
    latitude = here[0] + np.cumsum(steps.real) / METRES_PER_DEGREE
    per_degree = METRES_PER_DEGREE * np.cos(np.radians(latitude))
    return latitude, here[1] + np.cumsum(steps.imag / per_degree)


def _aim(step: Floats, winding: Floats, target: complex) -> tuple[Floats, NDArray[np.complex128]]:
    """Scales the winding until the way is as long as it was driven, then turns it towards the target."""
    bend = _bend_for(step, winding, abs(target))
    raw = step * np.exp(1j * bend * winding)
    turn = np.angle(target) - np.angle(raw.sum())
    return bend * winding + turn, raw * np.exp(1j * turn)


def _bend_for(step: Floats, winding: Floats, straight_m: float) -> float:
    """More winding brings the ends closer together; found by halving."""
    sparse = max(1, step.size // 400)
    edges = np.arange(0, step.size, sparse)
    lengths, angles = np.add.reduceat(step, edges), winding[np.minimum(edges + sparse // 2, step.size - 1)]
    low, high = 0.0, _MOST_BEND
    for _ in range(14):
        middle = (low + high) / 2
        longer = abs(np.sum(lengths * np.exp(1j * middle * angles))) > straight_m
        low, high = (middle, high) if longer else (low, middle)
    return (low + high) / 2


def _lateral(motion: Motion, heading: Floats) -> Floats:
    """Sideways acceleration v * yaw rate [m/s2]; ways do not turn into each other."""
    yaw = np.gradient(heading)
    yaw[motion.first] = yaw[motion.last] = 0.0
    return motion.speed_m_s * yaw


_HILLS = ((7400.0, 0.3, 17.0), (3100.0, 1.7, 6.0), (1300.0, 2.6, 1.8), (23000.0, 0.9, 45.0))
"""Wave length [m], direction [rad], height [m] of the land's waves: grades of 1 %, seldom 3 %."""


def _altitude(latitude: Floats, longitude: Floats) -> Floats:
    north = (latitude - JINAN[0]) * METRES_PER_DEGREE
    east = (longitude - JINAN[1]) * METRES_PER_DEGREE * math.cos(math.radians(JINAN[0]))
    waves = [height * np.sin(2 * np.pi * (east * np.sin(side) + north * np.cos(side)) / length)
             for length, side, height in _HILLS]
    altitude: Floats = 110.0 + np.sum(waves, axis=0)
    return altitude


def _grade(motion: Motion, altitude: Floats) -> Floats:
    """Slope of the road; 0 at a standstill, where it does not matter."""
    keeps = np.array([TRAFFIC[kind].undulation for kind in Road])[motion.road]
    rolling = motion.speed_m_s > 0.5
    climb = np.gradient(altitude)
    return np.where(rolling, keeps * climb / np.maximum(motion.speed_m_s, 0.5), 0.0).clip(-0.08, 0.08)
