"""Ways cut into pieces between two changes of speed, all pieces of all ways in one set of arrays."""

from dataclasses import dataclass

import numpy as np

from device_sim.world.arrays import Flags, Floats, Ints
from device_sim.world.drivers import Driver
from device_sim.world.plan import Way
from device_sim.world.roads import TRAFFIC, Road, Traffic

KEY_ON_S = 6.0
"""Seconds between ignition and crank: the dongle is awake and sees the battery at rest."""
KEY_OFF_S = 12.0
"""Seconds the dongle stays awake after the engine stopped."""
TURN_M = 15.0
"""Length of the arc of a right-angled turn."""
_FASTEST_KMH = 122.0
"""Motorway limit in China is 120."""


@dataclass(frozen=True)
class Pieces:
    """One row per piece; the last of each way ends in the parking place."""

    way: Ints
    road: Ints
    metres: Floats
    target_m_s: Floats
    end_m_s: Floats            # speed at the end: 0 at a stop, slow in a turn
    wait_s: Floats             # at that end speed
    turns: Flags
    accel_m_s2: Floats
    brake_m_s2: Floats
    idle_before_s: Floats      # one per way
    idle_after_s: Floats       # one per way


def cut(ways: list[Way], driver: Driver, rng: np.random.Generator) -> Pieces:
    """Pieces of all ways, with the moods of traffic and driver drawn for each."""
    way, road, metres = _stretches(ways, rng)
    last = np.append(np.diff(way) > 0, True)
    target = _per_road(road, _targets(road, rng), driver)
    stops, turns = _ends(road, last, rng)
    end = np.where(stops, 0.0, np.where(turns, rng.uniform(4.0, 6.0, way.size), _flowing_end(target)))
    target = np.maximum(target, np.maximum(end, np.roll(end, 1)))
    accel, brake = _pedals(driver, target, rng)
    return Pieces(way, road, metres, target, end, _waits(road, stops, turns, end, rng), turns, accel, brake,
                  KEY_ON_S + _idling(len(ways), 18.0, rng), KEY_OFF_S + _idling(len(ways), 12.0, rng))


def _idling(ways: int, mean_s: float, rng: np.random.Generator) -> Floats:
    """Engine on before moving off, and after arriving."""
    return np.round(rng.gamma(2.0, mean_s / 2, ways))


def _stretches(ways: list[Way], rng: np.random.Generator) -> tuple[Ints, Ints, Floats]:
    parts = [(number, road, _lengths(TRAFFIC[road], share * way.metres, rng))
             for number, way in enumerate(ways) for road, share in way.mix]
    way = np.concatenate([np.full(lengths.size, number) for number, _, lengths in parts])
    road = np.concatenate([np.full(lengths.size, int(road)) for _, road, lengths in parts])
    return way, road, np.concatenate([lengths for _, _, lengths in parts])


def _lengths(traffic: Traffic, metres: float, rng: np.random.Generator) -> Floats:
    """Lengths that sum up to the stretch."""
    many = int(1.5 * metres / traffic.piece_m) + 4
    drawn = traffic.piece_m * np.exp(traffic.piece_spread * rng.standard_normal(many))
    enough = int(np.searchsorted(np.cumsum(drawn), metres)) + 1
    kept = drawn[:enough]
    lengths: Floats = kept * (metres / kept.sum())
    return lengths


def _column(road: Ints, name: str) -> Floats:
    """One figure of the traffic table for each piece."""
    table = np.array([getattr(TRAFFIC[kind], name) for kind in Road], float)
    found: Floats = table[road]
    return found


def _targets(road: Ints, rng: np.random.Generator) -> Floats:
    drawn = _column(road, "target_kmh") + _column(road, "target_spread_kmh") * rng.standard_normal(road.size)
    return np.clip(drawn, _column(road, "least_kmh"), _FASTEST_KMH) / 3.6


def _per_road(road: Ints, target: Floats, driver: Driver) -> Floats:
    """Pace shows where the road is free; in a queue everybody drives alike."""
    return np.where(road == Road.CONGESTED, target, target * driver.pace)


def _ends(road: Ints, last: Flags, rng: np.random.Generator) -> tuple[Flags, Flags]:
    stops = last | (rng.random(road.size) < _column(road, "stop_chance"))
    turns = ~last & (rng.random(road.size) < _column(road, "turn_chance"))
    return stops, turns


def _flowing_end(target: Floats) -> Floats:
    return np.minimum(target, np.roll(target, -1))


def _waits(road: Ints, stops: Flags, turns: Flags, end: Floats, rng: np.random.Generator) -> Floats:
    """At a stop until the light changes, in a turn until the car is round the corner."""
    standing = np.minimum(2.0 + _column(road, "stop_s") * rng.standard_exponential(road.size), 160.0)
    turning = np.where(turns, TURN_M / np.maximum(end, 1.0), 0.0)
    return np.where(stops, standing, turning)


def _pedals(driver: Driver, target: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Acceleration and braking per piece; cars pull less at speed, and now and then somebody is in a hurry."""
    lively = np.exp(0.2 * rng.standard_normal((2, target.size)))
    fading = 1.0 - 0.55 * np.minimum(target / 36.0, 1.0)
    accel = np.minimum(driver.accel_m_s2 * lively[0] * 1.25, 2.6) * fading
    brake = np.minimum(driver.brake_m_s2 * lively[1], 2.7)
    hurried = rng.random((2, target.size)) < driver.harsh_chance
    accel = np.where(hurried[0], np.maximum(accel, rng.uniform(3.0, 4.0, target.size) * fading), accel)
    return accel, np.where(hurried[1], rng.uniform(3.4, 5.4, target.size), brake)
