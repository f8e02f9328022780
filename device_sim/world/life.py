"""What changes in a driver's year: seasons, another job, weeks away."""

from dataclasses import dataclass

import numpy as np

from device_sim.world.drivers import DRIVERS, Driver, Habit

_LIVELIEST_DAY = 200
"""Of the year; in the middle of July."""


@dataclass(frozen=True)
class Life:
    """Days count from the beginning of the story."""

    season: float = 0.0                        # swing of activity over the year
    new_habits: str = ""                       # driver whose habits are taken over ...
    new_habits_from: int = 0                   # ... from this day on
    away: tuple[tuple[int, int], ...] = ()     # first day and number of days the car stands

    def habits(self, driver: Driver, day: int) -> tuple[Habit, ...]:
        """What is done on a day."""
        return DRIVERS[self.new_habits].habits if self.new_habits and day >= self.new_habits_from else driver.habits

    def every_habit(self, driver: Driver) -> tuple[Habit, ...]:
        """What is done on any day."""
        return driver.habits + (DRIVERS[self.new_habits].habits if self.new_habits else ())

    def activity(self, day: int, day_of_year: int) -> float:
        """Factor on the chance of going out."""
        if any(first <= day < first + days for first, days in self.away):
            return 0.0
        return 1 + self.season * float(np.cos(2 * np.pi * (day_of_year - _LIVELIEST_DAY) / 365.25))


STEADY = Life()
"""Every week is like the last."""
