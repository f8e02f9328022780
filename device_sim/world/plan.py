"""A driver's weeks: ways from place to place, before anybody knows how long each will take."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import numpy as np

from device_sim.world.drivers import Driver, Habit, Mix
from device_sim.world.life import STEADY, Life

_SHORTEST_WAY_M = 1500.0

Place = tuple[float, float]
"""Metres east and north of home."""
HOME: Place = (0.0, 0.0)


@dataclass(frozen=True)
class Way:
    """One trip to make: leave at `not_before`, or after staying a while where one is."""

    not_before_s: float
    stay_s: float
    metres: float
    mix: Mix
    to: Place


def plan_ways(driver: Driver, first: datetime, end: datetime, utc_offset_h: float,
              rng: np.random.Generator, life: Life = STEADY) -> list[Way]:
    """All ways of a driver between two instants, in the order they are driven."""
    places = {habit: _somewhere(habit, rng.uniform(0, 2 * np.pi), rng) for habit in life.every_habit(driver)}
    outings = [list(_outing(habit, day, places[habit], rng))
               for number, day in enumerate(_days(first, end, utc_offset_h)) for habit in life.habits(driver, number)
               if day.weekday() in habit.days
               and rng.random() < habit.chance * life.activity(number, day.timetuple().tm_yday)]
    return [way for outing in outings if outing[0].not_before_s >= first.timestamp() for way in outing]


def _days(first: datetime, end: datetime, utc_offset_h: float) -> Iterator[datetime]:
    zone = timezone(timedelta(hours=utc_offset_h))
    day = first.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    while day < end:
        yield day
        day += timedelta(days=1)


def _somewhere(habit: Habit, bearing: float, rng: np.random.Generator) -> Place:
    metres = 1000 * rng.uniform(*habit.km) / habit.detour
    return float(metres * np.sin(bearing)), float(metres * np.cos(bearing))


def _outing(habit: Habit, day: datetime, usual: Place, rng: np.random.Generator) -> Iterator[Way]:
    leave_s = day.astimezone(UTC).timestamp() + 3600 * (habit.hour + habit.spread_h * rng.standard_normal())
    side = rng.uniform(0, 2 * np.pi)
    here = HOME
    for there in [*(_stop(habit, usual, side, rng) for _ in range(habit.stops)), HOME]:
        stay_s = 3600 * habit.stay_h * float(np.exp(0.25 * rng.standard_normal())) if here != HOME else 0.0
        yield Way(float(leave_s), stay_s, _road_metres(here, there, habit.detour, rng), habit.mix, there)
        here = there


def _stop(habit: Habit, usual: Place, side: float, rng: np.random.Generator) -> Place:
    return usual if habit.same_place else _somewhere(habit, side + 0.6 * rng.standard_normal(), rng)


def _road_metres(here: Place, there: Place, detour: float, rng: np.random.Generator) -> float:
    straight = float(np.hypot(there[0] - here[0], there[1] - here[1]))
    return max(_SHORTEST_WAY_M, straight * detour * float(rng.uniform(0.97, 1.04)))
