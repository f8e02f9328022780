"""Distance driven, from the per-group mileage: the ladder, the learned speed scale, totals."""

from dataclasses import dataclass, replace

import numpy as np

from health.figures import Reasons, exact, relative
from health.history import DAY, History, known_sum
from health.moments import instant_us
from health.policy import MileagePolicy, Policy
from health.quality import Booleans, Floats
from health.samples import Clock
from health.speed_floor import is_floored
from health.trips import SECOND
from schemas.quantity import Q, Unknown
from schemas.report import DistanceBySource
from schemas.vehicle import VehicleFacts


@dataclass(frozen=True)
class Mileage:
    """What is known of the distance of one vehicle."""

    trip_km: Floats  # per group, NaN where unknown
    trip_source: list[str]
    scale: Q
    total: Q
    by_source: DistanceBySource
    odometer_now_km: float  # latest reading, else last service plus what was driven since; NaN without either
    unseen_before_km: Floats  # driven unseen before each group, by odometer
    reasons: Reasons

    def latest(self, groups: int) -> "Mileage":
        """The same with the distances of the last so many groups only; totals stay those of the car."""
        part = slice(len(self.trip_km) - groups, None)
        return replace(self, trip_km=self.trip_km[part], trip_source=self.trip_source[part],
                       unseen_before_km=self.unseen_before_km[part])


def estimate_mileage(history: History, facts: VehicleFacts, policy: Policy) -> Mileage:
    """Distance of every group and of the whole history. Section 1 of the model notes."""
    p = policy.mileage
    floored = is_floored(history, _honest(history, p), p) if facts.speed_floored is None else facts.speed_floored
    measured = history.read("speed_km") + (history.read("floor_km") if floored else 0.0)
    scale = speed_scale(history, measured, facts, p)
    factor = scale.value if scale else 1.0
    trip_km, source = _ladder(history, measured * factor, p)
    unseen = _unseen_before_km(history, trip_km, p)
    by_source = DistanceBySource(
        odometer=relative(_chain(history, "odometer", p), p.sigma_wheels, "odometer", "km"),
        speed=relative(known_sum(measured) * factor, sigma_speed(scale, p), "speed", "km"),
        gps=relative(history.total("gps_km"), p.sigma_gps, "gps", "km"),
        since_clear=relative(_chain(history, "since_clear", p), p.sigma_since_clear, "since_clear", "km"))
    total = _total(by_source, trip_km, source, sigma_speed(scale, p), p)
    reasons = {f"distance_by_source.{name}": Unknown.NO_SIGNAL for name in DistanceBySource.model_fields}
    reasons |= {"learned.speed_scale": Unknown.NO_SIGNAL if by_source.odometer is None and by_source.gps is None
                else Unknown.TOO_SHORT, "distance_km": _why_unknown(history)}
    return Mileage(trip_km, source, scale, total, by_source, _odometer_now(history, trip_km, facts, p),
                   unseen, reasons)


def speed_scale(history: History, measured_km: Floats, facts: VehicleFacts, p: MileagePolicy) -> Q:
    """True distance per measured distance [1]: given, else by odometer, else by GPS path of good trips."""
    if facts.speed_scale is not None:
        return exact(facts.speed_scale, "given", "1")
    whole = history.read("unobserved_s") == 0
    by_odometer = _windowed(history.read("odometer_km"), measured_km, whole & _honest(history, p), p)
    if np.isfinite(by_odometer):
        return relative(by_odometer, _sigma_scaled("odometer", p), "odometer", "1")
    good = whole & (history.read("gps_fix_s") <= p.good_gps_fix_s)
    return relative(_windowed(history.read("gps_km"), measured_km, good, p), _sigma_scaled("gps", p), "gps", "1")


def _windowed(true_km: Floats, measured_km: Floats, usable: Booleans, p: MileagePolicy) -> float:
    """Median ratio over windows of at least `scale_window_km`; NaN where none is full."""
    usable = usable & (true_km > 0) & (measured_km > 0)
    true_km, measured_km = true_km[usable], measured_km[usable]
    if not len(true_km):
        return float("nan")
    before = np.cumsum(measured_km) - measured_km
    window = np.minimum(before // p.scale_window_km, max(1, measured_km.sum() // p.scale_window_km) - 1).astype(int)
    measured, true = np.bincount(window, measured_km), np.bincount(window, true_km)
    full = measured >= p.scale_window_km
    if full.sum() < p.scale_windows:
        return float("nan")
    return float(np.clip(np.median(true[full] / measured[full]), p.scale_low, p.scale_high))


def _honest(history: History, p: MileagePolicy) -> Booleans:
    """Groups whose odometer ran: not frozen, not reset, not jumping."""
    frozen = (history.read("odometer_km") == 0) & (history.read("speed_km") > 10 * p.odometer_resolution_km)
    honest: Booleans = (history.read("odometer_resets") == 0) & ~frozen
    return honest


def _ladder(history: History, speed_km: Floats, p: MileagePolicy) -> tuple[Floats, list[str]]:
    """Best distance of each group and its source.

    An odometer counts in steps of 0.1 km, so below `odometer_trip_km` the integral of speed is better, unless part
    of the trip was not observed. The satellite path comes last: it cuts corners and misses its first fix.
    """
    odometer = np.where(_honest(history, p), history.read("odometer_km"), np.nan)
    gaps = history.read("unobserved_s") > 0
    long = odometer >= p.odometer_trip_km
    bracketed = gaps & (odometer > speed_km + p.odometer_resolution_km)
    bridged = gaps & (history.read("gps_bridged_km") > 0)
    rungs = [("odometer", np.where(long | bracketed, odometer, np.nan)),
             ("speed+gps", np.where(bridged, speed_km + history.read("gps_bridged_km"), np.nan)),
             ("speed", speed_km), ("gps_speed", history.read("receiver_km")), ("gps", history.read("gps_km")),
             ("odometer", odometer), ("since_clear", history.read("since_clear_km"))]
    return _first_known(rungs, len(history))


def _first_known(rungs: list[tuple[str, Floats]], length: int) -> tuple[Floats, list[str]]:
    values, index = np.full(length, np.nan), np.full(length, len(rungs))
    for place, (_, rung) in enumerate(rungs):
        take = np.isnan(values) & ~np.isnan(rung)
        values, index = np.where(take, rung, values), np.where(take, place, index)
    names = [name for name, _ in rungs] + [""]
    return values, [names[i] for i in index]


def _chain(history: History, counter: str, p: MileagePolicy) -> float:
    """Distance by a counter over the whole history: steps inside groups and believable steps between them."""
    inside = history.read(f"{counter}_km")
    return known_sum(inside) + float(_steps_between(history, counter, p).sum())


def _steps_between(history: History, counter: str, p: MileagePolicy) -> Floats:
    first, last = history.read(f"{counter}_first_km"), history.read(f"{counter}_last_km")
    known = np.flatnonzero(~np.isnan(first))
    steps = first[known[1:]] - last[known[:-1]]
    hours = (history.start_us[known[1:]] - history.end_us[known[:-1]]) / SECOND / 3600
    believable = (steps >= 0) & (steps <= p.odometer_step_kmh * hours + 1.0)
    result: Floats = np.where(believable, steps, 0.0)
    return result


def _unseen_before_km(history: History, trip_km: Floats, p: MileagePolicy) -> Floats:
    """Odometer distance before each group that no group accounts for; resolution and short skips are left out."""
    known = np.flatnonzero(~np.isnan(history.read("odometer_first_km")))
    unseen = np.zeros(len(history))
    driven = np.cumsum(np.nan_to_num(trip_km)) - np.nan_to_num(trip_km)
    between = driven[known[1:]] - driven[known[:-1]] - np.nan_to_num(trip_km)[known[:-1]]
    step = _steps_between(history, "odometer", p) - between
    unseen[known[1:]] = np.where(step > 1.0, step, 0.0)
    return unseen


def _odometer_now(history: History, trip_km: Floats, facts: VehicleFacts, p: MileagePolicy) -> float:
    """Latest odometer reading plus what was driven after it; else counted from the last odometer in the workshop."""
    last = history.read("odometer_last_km")
    known = np.flatnonzero(~np.isnan(last))
    if len(known):
        return float(last[known[-1]] + np.nansum(trip_km[known[-1] + 1:]))
    noted = [(instant_us(s.at), s.odometer_km) for s in facts.services if s.odometer_km is not None]
    noted += [(instant_us(g.time), g.odometer_km) for g in facts.gauge if g.odometer_km is not None]
    if not noted:
        return float("nan")
    at_us, km = max(noted)
    later = history.start_us >= at_us
    return float(km + np.nansum(trip_km[later]) + _unwatched_km(at_us, history, trip_km, p))


def _unwatched_km(at_us: int, history: History, trip_km: Floats, p: MileagePolicy) -> float:
    """Driven between a note and the first trip ever, at the pace of the history; 0 where it is too short to tell."""
    if len(history) == 0:
        return 0.0
    days, unwatched = (history.end_us[-1] - history.start_us[0]) / DAY, (history.start_us[0] - at_us) / DAY
    return float(np.nansum(trip_km)) / days * unwatched if days >= p.pace_d and unwatched > 0 else 0.0


def _why_unknown(history: History) -> Unknown:
    """Speed was read but too rarely to integrate, or nothing that measures distance was read at all."""
    return Unknown.TOO_SHORT if np.any(history.read("clock") != Clock.ENGINE) else Unknown.NO_SIGNAL


def sigma_speed(scale: Q, p: MileagePolicy) -> float:
    """Relative 1-sigma error of a distance by speed, after what scaled it [1]."""
    return _sigma_scaled(scale.source, p) if scale else p.sigma_speed


def _sigma_scaled(by: str, p: MileagePolicy) -> float:
    """An odometer counts the same wheels as speed does: it takes away the rounding, not the tyres."""
    return float(np.hypot(p.sigma_speed_scaled, p.sigma_wheels)) if by == "odometer" else p.sigma_speed_scaled


def _total(by_source: DistanceBySource, trip_km: Floats, source: list[str], by_speed: float,
           p: MileagePolicy) -> Q:
    """Odometer over the whole span where it is long enough for its steps not to matter, else the sum of all groups."""
    seen = known_sum(trip_km)
    odometer = by_source.odometer
    if odometer and odometer.value >= max(p.odometer_trip_km, 0.9 * (seen if np.isfinite(seen) else 0.0)):
        return odometer
    names = sorted({name for name in source if name})
    return relative(seen, trip_sigma(names[0], by_speed, p) if len(names) == 1 else by_speed,
                    "+".join(names), "km")


def trip_sigma(source: str, by_speed: float, p: MileagePolicy) -> float:
    """Relative 1-sigma error of a distance by its source [1]."""
    return {"odometer": p.sigma_wheels, "gps": p.sigma_gps, "gps_speed": p.sigma_gps,
            "since_clear": p.sigma_since_clear}.get(source, by_speed)
