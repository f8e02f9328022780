"""Drivers: how they press the pedals, and where their days take them."""

from dataclasses import dataclass

from device_sim.world.roads import Road

Mix = tuple[tuple[Road, float], ...]
"""Stretches of a way in order: road and share of the distance."""

_C, _U, _M = Road.CONGESTED, Road.URBAN, Road.MOTORWAY
RUSH: Mix = ((_U, 0.28), (_C, 0.18), (_U, 0.38), (_C, 0.16))
TOWN: Mix = ((_U, 0.45), (_C, 0.12), (_U, 0.43))
JAM: Mix = ((_C, 0.45), (_U, 0.25), (_C, 0.30))
FAR: Mix = ((_U, 0.05), (_M, 0.88), (_U, 0.07))
LEISURE: Mix = ((_U, 0.25), (_M, 0.45), (_U, 0.30))


@dataclass(frozen=True)
class Habit:
    """Something done on certain days: out at an hour to places in turn, then home."""

    days: frozenset[int]       # Monday is 0
    chance: float
    hour: float                # of leaving home, local
    spread_h: float
    stops: int                 # places visited before going home
    km: tuple[float, float]    # along the road, to each place
    stay_h: float              # median time at a place
    mix: Mix
    same_place: bool = False   # a workplace stays where it is
    detour: float = 1.25       # way over straight line; 1.1 on motorways to 1.4 in old towns


@dataclass(frozen=True)
class Driver:
    """Pace against the traffic, pedals [m/s2], harsh moments, and a week."""

    name: str
    pace: float
    accel_m_s2: float
    brake_m_s2: float
    harsh_chance: float        # that a change of speed is a harsh one
    habits: tuple[Habit, ...]


_WORK = frozenset(range(5))
_FREE = frozenset({5, 6})
_ALL = _WORK | _FREE

DRIVERS: dict[str, Driver] = {
    driver.name: driver
    for driver in (
        Driver("commuter", 1.0, 1.15, 1.25, 0.006, (
            Habit(_WORK, 0.96, 7.5, 0.25, 1, (13, 19), 9.2, RUSH, same_place=True),
            Habit(_WORK, 0.22, 19.6, 0.4, 1, (3, 8), 0.9, TOWN),
            Habit(_FREE, 0.75, 10.2, 1.2, 2, (6, 30), 1.6, TOWN),
        )),
        Driver("motorway", 1.06, 1.25, 1.35, 0.02, (
            Habit(_WORK, 0.92, 7.1, 0.4, 2, (70, 150), 2.1, FAR, detour=1.12),
            Habit(_FREE, 0.5, 11.0, 1.5, 1, (5, 15), 1.4, TOWN),
        )),
        Driver("city", 0.98, 1.4, 1.6, 0.04, (
            Habit(_ALL, 0.86, 8.0, 0.6, 4, (4, 11), 0.55, JAM),
            Habit(_ALL, 0.62, 15.5, 0.8, 3, (3, 10), 0.5, JAM),
        )),
        Driver("weekend", 0.95, 0.95, 1.05, 0.003, (
            Habit(_WORK, 0.15, 15.0, 2.0, 1, (3, 9), 0.8, TOWN),
            Habit(_FREE, 0.9, 9.5, 1.0, 1, (35, 80), 3.5, LEISURE, detour=1.18),
        )),
    )
}
