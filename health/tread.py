"""Tread: wear index of each axle, the car's own wear coefficient from gauge readings, depth now.

Depth is linear in the wear index I of the rubber: h = h0 - k I [mm], with k [mm/1000 km] learned from gauge readings.
Per axle and trip

    I = d/1000 km * fL fP fW (c0 + mean (Fx/Fz)^2 + mean (ay/g)^2)

with means over the distance d, load fL = m/m_default, pressure fP, winter rubber fW, free rolling c0; the sum in
brackets, the severity, is kept within multiples of its class. Schallamach: wear per distance goes with force times
slip. Holds for the mean over thousands of km; temperature and surface are left out, because sources disagree on their
sign. Section 5 of the model notes.
"""

from dataclasses import dataclass

import numpy as np

from health.catalogue import rule_of
from health.distance import Mileage
from health.figures import Reasons, relative
from health.history import DAY, History, known_sum, ratio
from health.policy import Policy, TyrePolicy
from health.quality import Floats
from health.road_load import Cars, cars
from health.road_mix import shares
from health.tyre_pairs import TyrePairs, readings_of
from health.tyre_sets import Pair, TyreSets
from health.tyre_work import AXLES
from health.wear_fit import WearFit
from health.worn_part import index_per_km
from schemas.quantity import Q, Unknown
from schemas.report import AxleTyres
from schemas.vehicle import TYR_NEW, Axle, VehicleFacts


@dataclass(frozen=True)
class AxleTread:
    """One axle: wear index per group and what it means in millimetres."""

    axle: Axle
    pair: Pair             # now on the axle
    index: Floats          # per group, in mm at k = 1, of that pair
    index_per_km: float    # of this axle, mean over the history
    hardness: float        # of the driving on this axle, beside the mean of its class [1]
    fit: WearFit | None    # None where the depth has no starting point
    index_since: float     # index since that starting point
    k: Q
    report: AxleTyres


def estimate_tread(history: History, facts: VehicleFacts, mileage: Mileage,
                   policy: Policy) -> tuple[dict[Axle, AxleTread], Reasons]:
    """Wear and depth of the pairs now on both axles."""
    by_axle = {axle: wear_index(axle, history, facts, mileage, policy) for axle in AXLES}
    pairs = TyrePairs(TyreSets.of(facts), by_axle, history, facts, mileage, policy.tyres)
    axles: dict[Axle, AxleTread] = {axle: _axle(axle, pairs, hardness(axle, history, facts, mileage, policy))
                                    for axle in AXLES}
    reasons = {f"tyres.{axle}.tread_mm": Unknown.NO_FACT for axle in AXLES}
    return axles, reasons | {"tyres": Unknown.TOO_SHORT}


def _axle(axle: Axle, pairs: TyrePairs, hard: float) -> AxleTread:
    pair = pairs.sets.now[axle]
    worn = pairs.worn(pair, axle)
    fit, known = worn.fit, worn.fit if worn.known else None
    per_km = index_per_km(pairs.by_axle[axle], pairs.mileage)
    return AxleTread(axle, pair, worn.index, per_km, hard, known, worn.index_since, fit.k_quantity(), AxleTyres(
        wear_mm=relative(fit.k * known_sum(worn.index), fit.sigma_ln_k, fit.source, "mm"),
        mm_per_1000km=relative(fit.k * per_km * 1000, fit.sigma_ln_k, fit.source, "mm/1000km"),
        tread_mm=known.depth(worn.index_since, "mm") if known else None))


def wear_index(axle: Axle, history: History, facts: VehicleFacts, mileage: Mileage, policy: Policy) -> Floats:
    """Wear of each group on an axle at k = 1 [mm], whatever set was on it; NaN where no distance is known."""
    car, p = cars([history.vehicle], {history.vehicle: facts}, policy.car), policy.tyres
    winter = np.where(TyreSets.of(facts).winter(axle, history.start_us), p.winter_factor, 1.0)
    factor = winter * _load_factor(car, policy) * pressure_factor(missing_pressure(axle, history, facts), p)
    result: Floats = _severity(axle, history, car, p) * mileage.trip_km / 1000 * factor
    return result


def hardness(axle: Axle, history: History, facts: VehicleFacts, mileage: Mileage, policy: Policy) -> float:
    """Mean severity of the driving on an axle over the mean of its class [1]: weight, rubber and pressure apart."""
    car = cars([history.vehicle], {history.vehicle: facts}, policy.car)
    hard = _severity(axle, history, car, policy.tyres) * mileage.trip_km
    km = known_sum(np.where(np.isnan(hard), np.nan, mileage.trip_km))
    return ratio(known_sum(hard), km) / _usual_severity(axle, car, policy.tyres)


def missing_pressure(axle: Axle, history: History, facts: VehicleFacts) -> Floats:
    """Share of the placard pressure the softer tyre of the axle lacks in each group [1]; NaN where unknown."""
    placard = getattr(facts.tyres, f"{axle}_kpa", None)
    if not placard:
        return np.full(len(history), np.nan)
    result: Floats = 1 - history.read(f"pressure_{axle}_kpa") / placard
    return result


def pressure_factor(missing: Floats, p: TyrePolicy) -> Floats:
    """Faster wear of soft tyres [1]: 0.8 % per percent of pressure missing, at most 1.4; 1 where unknown."""
    percent = 100 * np.maximum(np.nan_to_num(missing), 0.0)
    result: Floats = np.minimum(1 + p.pressure_per_pct * percent, p.pressure_most)
    return result


def _severity(axle: Axle, history: History, car: Cars, p: TyrePolicy) -> Floats:
    """Mean over the distance of free rolling, longitudinal and lateral slip squares [1]; else the class mean."""
    km = history.read("speed_km")
    slip = history.read(f"slip_{axle}_km") / np.where(km > 0, km, np.nan)
    usual = _usual_severity(axle, car, p)
    severity = p.free_severity + slip + _lateral(history, km, p)
    return np.where(np.isnan(severity), usual, np.clip(severity, p.clamp_low * usual, p.clamp_high * usual))


def _usual_severity(axle: Axle, car: Cars, p: TyrePolicy) -> float:
    """Mean severity of the class on an axle [1], between the free and the driven one by its share of the traction."""
    drives = float(car.drives_front[0])
    return p.class_free + (p.class_driven - p.class_free) * (drives if axle == "front" else 1 - drives)


def _lateral(history: History, km: Floats, p: TyrePolicy) -> Floats:
    """Mean (ay/g)^2 of each group: measured over at least half of it, else by road type."""
    share = shares(history)
    usual = (p.lateral_highway * share["highway"] + p.lateral_urban * share["urban"]
             + p.lateral_congested * (share["congested"] + share["standing"]))
    over = history.read("lateral_of_km")
    measured = history.read("lateral_km") / np.where(over > 0, over, np.nan)
    return np.where(over > km / 2, measured, usual)


def _load_factor(car: Cars, policy: Policy) -> float:
    """Weight relative to the default car [1]: wear is linear in load (KTH 2017)."""
    return float(car.mass_kg[0]) / policy.car.mass_kg


def advise_mm(pair: Pair, facts: VehicleFacts, p: TyrePolicy) -> float:
    """Depth at which replacing a pair is advised, by the maintenance rule if there is one [mm]."""
    rule = rule_of(TYR_NEW, facts)
    by_rule = rule.tread_mm if rule and rule.tread_mm else p.advise_mm
    return max(by_rule, p.advise_winter_mm) if pair.winter else by_rule


def reading_age_d(axle: Axle, facts: VehicleFacts, as_of_us: int) -> float:
    """Days since the pair on an axle was measured or new; infinite where nobody noted either."""
    sets = TyreSets.of(facts)
    pair = sets.now[axle]
    known_us = [r.at_us for r in readings_of(pair, sets, facts)]
    known_us += [pair.fresh.at_us] if pair.fresh and pair.fresh.at_us is not None else []
    return (as_of_us - max(known_us, default=-np.inf)) / DAY
