"""Tread: wear index of each axle, the car's own wear coefficient from gauge readings, depth now.

Depth is linear in the wear index I = sum of severity x distance: h = h0 - k I. Section 5 of the model notes.
"""

from dataclasses import dataclass

import numpy as np

from health.distance import Mileage
from health.figures import Reasons, relative
from health.history import DAY, History, known_sum
from health.moments import instant_us
from health.policy import Policy, TyrePolicy
from health.quality import Booleans, Floats
from health.road_load import Cars, cars
from health.road_mix import shares
from health.wear_fit import WearFit, fit_wear
from schemas.report import AxleTyres, Q, Unknown
from schemas.vehicle import Axle, TreadReading, VehicleFacts

AXLES: tuple[Axle, ...] = ("front", "rear")


@dataclass(frozen=True)
class AxleTread:
    """One axle: wear index per group and what it means in millimetres."""

    axle: Axle
    index: Floats          # per group, in mm at k = 1
    index_per_km: float    # mean over the history
    fit: WearFit | None    # None where the depth has no starting point
    index_since: float     # index since that starting point
    k: Q
    report: AxleTyres


def estimate_tread(history: History, facts: VehicleFacts, mileage: Mileage,
                   policy: Policy) -> tuple[dict[str, AxleTread], Reasons]:
    """Wear and depth of both axles."""
    axles: dict[str, AxleTread] = {axle: _axle(axle, history, facts, mileage, policy) for axle in AXLES}
    reasons = {f"tyres.{axle}.tread_mm": Unknown.NO_FACT for axle in AXLES}
    return axles, reasons | {"tyres": Unknown.TOO_SHORT}


def _axle(axle: Axle, history: History, facts: VehicleFacts, mileage: Mileage, policy: Policy) -> AxleTread:
    p = policy.tyres
    index = wear_index(axle, history, facts, mileage, policy)
    driven_km = known_sum(np.where(np.isnan(index), np.nan, mileage.trip_km))
    per_km = known_sum(index) / driven_km if driven_km > 0 else float("nan")
    anchor = _Anchor.of(axle, facts, p)
    since = _index_since(anchor, None, history, index, per_km, mileage) if anchor else float("nan")
    fit = _fit(axle, anchor, facts, history, index, per_km, mileage, p) if anchor else fit_wear([], [], p.new_mm, p)
    known = fit if anchor and np.isfinite(since) else None
    return AxleTread(axle, index, per_km, known, since, fit.k_quantity(), AxleTyres(
        wear_mm=relative(fit.k * known_sum(index), fit.sigma_ln_k, fit.source, "mm"),
        mm_per_1000km=relative(fit.k * per_km * 1000, fit.sigma_ln_k, fit.source, "mm/1000km"),
        tread_mm=known.depth(since, "mm") if known else None))


def wear_index(axle: Axle, history: History, facts: VehicleFacts, mileage: Mileage, policy: Policy) -> Floats:
    """Wear of each group at k = 1 [mm]; NaN where no distance is known."""
    car, p = cars([history.vehicle], {history.vehicle: facts}, policy.car), policy.tyres
    severity = _severity(axle, history, car, p)
    winter = p.winter_factor if facts.tyres and facts.tyres.winter else 1.0
    result: Floats = severity * mileage.trip_km / 1000 * _load_factor(car, policy) * winter
    return result


def _severity(axle: Axle, history: History, car: Cars, p: TyrePolicy) -> Floats:
    """Mean over the distance of free rolling, longitudinal and lateral slip squares [1]; else the class mean."""
    km = history.read("speed_km")
    slip = history.read(f"slip_{axle}_km") / np.where(km > 0, km, np.nan)
    drives = float(car.drives_front[0])
    usual = p.class_free + (p.class_driven - p.class_free) * (drives if axle == "front" else 1 - drives)
    severity = p.free_severity + slip + _lateral(history, km, p)
    return np.where(np.isnan(severity), usual, np.clip(severity, p.clamp_low * usual, p.clamp_high * usual))


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


@dataclass(frozen=True)
class _Anchor:
    """Where the depth is known from: new tyres fitted, or the first gauge reading of tyres of unknown age."""

    at_us: int | None
    odometer_km: float | None
    depth_mm: float
    sigma_mm: float
    from_gauge: bool

    @classmethod
    def of(cls, axle: Axle, facts: VehicleFacts, p: TyrePolicy) -> "_Anchor | None":
        fitted = facts.tyres
        if fitted and (fitted.fitted_at is not None or fitted.fitted_km is not None):
            at = None if fitted.fitted_at is None else instant_us(fitted.fitted_at)
            return cls(at, fitted.fitted_km, fitted.new_mm or p.new_mm, p.sigma_new_mm, from_gauge=False)
        readings = _readings(axle, facts)
        if not readings:
            return None
        first = readings[0]
        return cls(instant_us(first.time), first.odometer_km, first.tread_mm, p.sigma_gauge_mm, from_gauge=True)


def _readings(axle: Axle, facts: VehicleFacts) -> list[TreadReading]:
    return sorted((r for r in facts.gauge if r.axle == axle), key=lambda r: (instant_us(r.time), r.tread_mm))


def _fit(axle: Axle, anchor: _Anchor, facts: VehicleFacts, history: History, index: Floats, per_km: float,
         mileage: Mileage, p: TyrePolicy) -> WearFit:
    """Posterior of the wear coefficient from the gauge readings since the anchor."""
    readings = _readings(axle, facts)[1 if anchor.from_gauge else 0:]
    if anchor.at_us is not None:
        readings = [r for r in readings if instant_us(r.time) >= anchor.at_us]
    worn = [_index_since(anchor, r, history, index, per_km, mileage) for r in readings]
    usable = [(w, r.tread_mm) for w, r in zip(worn, readings, strict=True) if np.isfinite(w)]
    return fit_wear([w for w, _ in usable], [mm for _, mm in usable], anchor.depth_mm, p, anchor.sigma_mm)


def _index_since(anchor: _Anchor, until: TreadReading | None, history: History, index: Floats, per_km: float,
                 mileage: Mileage) -> float:
    """Wear index from the anchor to a reading, or to now.

    Where odometers are known at both ends they fix the distance; what was not observed wears like the average.
    """
    inside = np.ones(len(history), dtype=np.bool_)
    if anchor.at_us is not None:
        inside &= history.start_us >= anchor.at_us
    if until is not None:
        inside &= history.start_us < instant_us(until.time)
    end_km = mileage.odometer_now_km if until is None else until.odometer_km
    seen, seen_km = _seen(index, mileage.trip_km, inside)
    if anchor.odometer_km is None or end_km is None or not np.isfinite(end_km):
        return seen
    unseen_km = max(0.0, end_km - anchor.odometer_km - seen_km)
    return seen + (unseen_km * per_km if unseen_km > 0 and np.isfinite(per_km) else 0.0)


def _seen(index: Floats, km: Floats, inside: Booleans) -> tuple[float, float]:
    return float(np.nansum(index[inside])), float(np.nansum(km[inside]))


def reading_age_d(axle: Axle, facts: VehicleFacts, as_of_us: int) -> float:
    """Days since the last gauge reading of the axle; infinite without one."""
    readings = _readings(axle, facts)
    return (as_of_us - instant_us(readings[-1].time)) / DAY if readings else float("inf")
