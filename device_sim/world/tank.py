"""The fuel tank: emptied by the engine, filled now and then, and seen through a poor sender."""

from dataclasses import dataclass

import numpy as np

from device_sim.world.arrays import Floats, coloured, relax
from device_sim.world.cars import CarModel, Hidden
from device_sim.world.speed import Motion


@dataclass(frozen=True)
class Refuel:
    """Filled up before a way began."""

    epoch_s: float
    litres: float


@dataclass(frozen=True)
class Tank:
    """Litres at each second, and the refuels."""

    litres: Floats
    refuels: tuple[Refuel, ...]


def fill_and_empty(burnt_l: Floats, motion: Motion, epoch_s: Floats, start_share: float, model: CarModel,
                   rng: np.random.Generator) -> Tank:
    """Level through all ways: a driver refuels before a way when the gauge is low enough to worry him."""
    used = burnt_l[motion.last] - burnt_l[motion.first]
    level = start_share * model.tank_l
    added = np.zeros(motion.first.size)
    for way, litres in enumerate(used):
        if level - litres < model.tank_l * rng.uniform(0.08, 0.24):
            added[way] = _bought(level, model, rng)
        level += added[way] - litres
    refuels = tuple(Refuel(float(epoch_s[motion.first[way]]), float(added[way])) for way in np.flatnonzero(added))
    left = start_share * model.tank_l + np.cumsum(added)[motion.way] - burnt_l
    return Tank(np.maximum(left, 0.0), refuels)


def _bought(level: float, model: CarModel, rng: np.random.Generator) -> float:
    """Mostly full, sometimes for a round sum of money."""
    room = 0.98 * model.tank_l - level
    return room if rng.random() < 0.75 else min(room, float(rng.choice([25.0, 30.0, 40.0])))


def sender_pct(tank: Tank, motion: Motion, model: CarModel, hidden: Hidden, rng: np.random.Generator) -> Floats:
    """What the gauge says: bent by the tank's shape, sloshing with acceleration, damped over a minute."""
    share = tank.litres / model.tank_l
    bent = share + hidden.sender_bend * np.sin(2 * np.pi * share)
    slosh = -0.02 * np.gradient(motion.speed_m_s) + 0.008 * coloured(rng, share.size, 5)
    shown = np.empty_like(share)
    for first, last in zip(motion.first, motion.last, strict=True):
        part = slice(first, last + 1)
        shown[part] = relax(bent[part] + slosh[part], float(bent[first]), 60.0)
    return np.clip(100 * shown, 0.0, 100.0)
