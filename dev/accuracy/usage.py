"""Simulated use of a car: some days at home, busy and quiet weeks, and a level that changes by kind.

The notes say how far four methods miss on the drivers behind goal 23, not who these are. Scatter and changes are set so
that the same methods miss as far on ours: section 10 by 14.0, 18.3, 16.0 and 21.9 % (the notes: 14, 19, 16 and 22), an
exponential mean of 45 days by 17.9 % on changes (17), the plain mean of 180 days by 26.2 % there (26), the last 30 days
by 21 to 25 % elsewhere (19 to 24).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from health.quality import Floats, Integers
from health.usage import Usage

KINDS = ("stationary", "shift", "trend", "season")
TODAY = date(2026, 6, 30)
HISTORY_D, FUTURE_D = 180, 1096
SIGMA_WEEKS, SIGMA_TRIPS = 0.30, 0.75
"""Lognormal 1-sigma of busy and quiet weeks, and of days out [1]."""


@dataclass(frozen=True)
class Case:
    """A past, a need, and the day the need is really reached."""

    name: str
    km: Floats  # of each past day
    need_km: float
    true_d: int

    @property
    def usage(self) -> Usage:
        """The past as health knows it."""
        return Usage(TODAY, self.km)


def cases(kind: str, count: int, seed: int) -> Iterator[Case]:
    """Drivers of one kind, whose needs of 1,500 to 6,000 km are all reached within the horizon."""
    chance = np.random.default_rng([seed, KINDS.index(kind)])
    made = 0
    while made < count:
        km, need = simulated(kind, chance), chance.uniform(1500, 6000)
        true = int(np.searchsorted(np.cumsum(km[HISTORY_D:]), need)) + 1
        if true <= FUTURE_D:
            yield Case(f"{kind}-{seed}-{made}", km[:HISTORY_D], need, true)
            made += 1


def simulated(kind: str, chance: np.random.Generator) -> Floats:
    """Daily kilometres of one driver, past and future; mean 35 km/d with lognormal sigma 0.3 between drivers."""
    days = np.arange(-HISTORY_D, FUTURE_D)
    at_home = chance.uniform(0.1, 0.5)
    weeks = np.repeat(np.exp(chance.normal(0, SIGMA_WEEKS, len(days) // 7 + 1)), 7)[: len(days)]
    out = (chance.random(len(days)) > at_home) / (1 - at_home)
    trips = np.exp(chance.normal(0, SIGMA_TRIPS, len(days)) - SIGMA_TRIPS**2 / 2) * out
    km: Floats = 35 * np.exp(chance.normal(0, 0.3)) * _level(kind, days, chance) * weeks * trips
    return km


def _level(kind: str, days: Integers, chance: np.random.Generator) -> Floats:
    """Relative level of each day: a change of job, a slow drift, or the seasons."""
    level = np.ones(len(days))
    if kind == "shift":
        level[days >= -chance.integers(30, 120)] = chance.choice([0.57, 0.67, 1.45, 1.68])
    if kind == "trend":
        level = np.clip(1 + chance.uniform(-0.22, 0.30) / 180 * days, 0.5, 1.8)
    if kind == "season":
        level = 1 + chance.uniform(0.15, 0.34) * np.sin(2 * np.pi * days / 365 + chance.uniform(0, 6.3))
    return level
