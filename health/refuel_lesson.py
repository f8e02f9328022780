"""What refuelling teaches: the effective displacement of a car that has a manifold pressure but no air meter."""

from collections.abc import Sequence

import numpy as np

from health.figures import relative
from health.fuels import FUELS
from health.history import History
from health.moments import instant_us
from health.policy import Policy
from health.quality import Booleans, Floats, Integers
from schemas.quantity import Q
from schemas.report_use import Refuel
from schemas.vehicle import VehicleFacts


def ve_vd_by_refuels(history: History, refuels: Sequence[Refuel], unseen_before_km: Floats, facts: VehicleFacts,
                     policy: Policy) -> Q:
    """VE*Vd [L] = litres burnt between refuellings by level / litres speed-density gives at VE*Vd = 1 L.

    Section 4 of the model notes: from the level after one refuelling to that before the next, at least 20 % of the tank
    apart, every trip between them watched. The error of each tank is that of two levels; many tanks average it out.
    Null without the size of the tank, or where the fuel it burns is unknown to the table.
    """
    fuel = FUELS.get(facts.fuel or "petrol")
    if facts.tank_l is None or fuel is None or len(refuels) < 2:
        return None
    tanks = _tank_of_group(history, refuels)
    burnt_l = _burnt_pct(refuels) / 100 * facts.tank_l
    unit_l = _stretched(history) / (fuel.air_fuel * fuel.kg_l * 1000)
    told = _whole(tanks, ~np.isnan(unit_l) & ~(unseen_before_km > 0), len(burnt_l))
    told &= burnt_l >= policy.refuels.least_share * facts.tank_l
    by_tank = np.bincount(tanks[tanks >= 0], np.nan_to_num(unit_l)[tanks >= 0], minlength=len(burnt_l))
    if not told.any() or not by_tank[told].sum() > 0:
        return None
    burnt = float(burnt_l[told].sum())
    sigma = facts.tank_l * policy.refuels.sigma_pct / 100 * np.sqrt(2 * told.sum()) / burnt
    return relative(burnt / float(by_tank[told].sum()), float(np.hypot(sigma, policy.fuel.sigma["speed_density"])),
                    "refuels", "L")


def _tank_of_group(history: History, refuels: Sequence[Refuel]) -> Integers:
    """Which tank each group burnt from: 0 after the first refuelling; -1 before it, and after the last."""
    times = np.array([instant_us(refuel.time) for refuel in refuels])
    tank = np.searchsorted(times, history.end_us, side="right") - 1
    result: Integers = np.where(tank < len(refuels) - 1, tank, -1)
    return result


def _burnt_pct(refuels: Sequence[Refuel]) -> Floats:
    """Fall of the level from after each refuelling to before the next [%]."""
    after = np.array([refuel.level_after_pct.value if refuel.level_after_pct else np.nan for refuel in refuels])
    before = np.array([refuel.level_before_pct.value if refuel.level_before_pct else np.nan for refuel in refuels])
    result: Floats = after[:-1] - before[1:]
    return result


def _stretched(history: History) -> Floats:
    """Air of each group by speed-density at VE*Vd = 1 L [g], stretched over the part not covered; NaN where none."""
    seconds, engine_s = history.read("speed_density_s"), history.read("engine_s")
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(engine_s > 0, history.read("speed_density_air_g") * np.maximum(engine_s / seconds, 1.0), 0.0)


def _whole(tanks: Integers, known: Booleans, count: int) -> Booleans:
    """Tanks of which every group is known."""
    inside = tanks >= 0
    gaps = np.bincount(tanks[inside & ~known], minlength=count)
    whole: Booleans = (np.bincount(tanks[inside], minlength=count) > 0) & (gaps == 0)
    return whole
