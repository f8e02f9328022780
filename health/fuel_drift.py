"""Consumption against the car's own past: what the way of driving explains, and an alarm for what it does not.

Section 4 of the model notes. The logarithm of the consumption of a trip is regressed on how the trip was driven (ridge
regression, Hoerl and Kennard 1970) over the car's earlier trips; the residuals of the latest ones run into a CUSUM
(Page, Biometrika 41, 1954). Litres by physics from speed cannot show a fault and are left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from health.distance import Mileage
from health.figures import Reasons, absolute, relative
from health.fuel import Fuel
from health.history import DAY, History
from health.policy import DriftPolicy
from health.quality import Booleans, Floats, Integers
from schemas.quantity import Unknown
from schemas.report_use import FuelCause, FuelDrift

CAUSES: Mapping[str, tuple[str, ...]] = {
    "traffic": ("slowness", "idling"), "acceleration": ("pull",), "speed": ("square",), "weather": ("coldness",),
    "cold_engine": ("cold_share",)}
"""Features by the cause they stand for. More of each costs fuel: a coefficient of the other sign is chance."""


LEAST_SPREAD = 1e-9
"""A feature that never changed explains nothing."""


@dataclass(frozen=True)
class _Trips:
    """Trips whose consumption was measured, oldest first."""

    km: Floats
    litres: Floats
    features: Mapping[str, Floats]
    recent: slice
    before: slice

    def log_consumption(self) -> Floats:
        return np.log(self.litres / self.km)


def estimate_fuel_drift(history: History, mileage: Mileage, fuel: Fuel, p: DriftPolicy) -> tuple[FuelDrift, Reasons]:
    """Consumption of the latest trips beside the time before, of which 30 trips are needed."""
    trips = _measured(history, mileage, fuel, p)
    if trips is None:
        measured = any(source not in ("", "physics") for source in fuel.trip_source)
        return FuelDrift(), {"fuel_drift": Unknown.TOO_SHORT if measured else Unknown.NO_SIGNAL}
    by_feature, residual, scale = _fitted(trips, p)
    parts = {cause: sum((by_feature[name] for name in names if name in by_feature), 0.0)
             for cause, names in CAUSES.items()}
    explained = sum(parts.values())
    recent, before = (_consumption(trips, part) for part in (trips.recent, trips.before))
    change = float(np.log(recent / before))
    count = len(residual[trips.recent])
    sigma = scale * float(np.sqrt(1 / count + 1 / len(residual[trips.before])))
    source, error = "+".join(sorted(set(fuel.trip_source) - {"", "physics"})), max(fuel.trip_sigma, default=0.0)
    return FuelDrift(
        recent_l_per_100km=relative(recent, error, source, "L/100km"),
        before_l_per_100km=relative(before, error, source, "L/100km"),
        change=absolute(np.expm1(change), sigma, source, "1"),
        explained=absolute(np.expm1(explained), sigma, "ridge", "1"),
        unexplained=absolute(np.expm1(change - explained), sigma, "ridge", "1"),
        alarm=_alarm(residual[trips.recent] / scale, change - explained, p),
        causes=list(_named(parts, sigma, p))), {"fuel_drift": Unknown.TOO_SHORT}


def _measured(history: History, mileage: Mileage, fuel: Fuel, p: DriftPolicy) -> _Trips | None:
    """Usable trips cut into the latest and those before; None where either is too short."""
    by_signal = np.array([source not in ("", "physics") for source in fuel.trip_source], dtype=np.bool_)
    usable: Booleans = by_signal & (mileage.trip_km >= p.least_trip_km) & (fuel.trip_l > 0)
    km, start_us = mileage.trip_km[usable], history.start_us[usable]
    first = _first_recent(km, p)
    since = int(np.searchsorted(start_us, start_us[first] - p.baseline_d * DAY)) if first else 0
    if first - since < p.baseline_trips:
        return None
    chosen = np.flatnonzero(usable)[since:]
    split = first - since
    return _Trips(km[since:], fuel.trip_l[chosen], _features(history, chosen, km[since:]), slice(split, None),
                  slice(0, split))


def _first_recent(km: Floats, p: DriftPolicy) -> int:
    """Index of the first of the latest trips: at least so many and so far; 0 where there are not enough."""
    enough = np.flatnonzero(np.cumsum(km[::-1]) >= p.recent_km)
    count = max(p.recent_trips, int(enough[0]) + 1) if len(enough) else len(km)
    return max(0, len(km) - count)


def _features(history: History, chosen: Integers, km: Floats) -> dict[str, Floats]:
    """How each trip was driven; what was not read is taken as usual, what was never read is left out."""
    def read(name: str) -> Floats:
        return history.read(name)[chosen]

    seconds, metres = read("observed_s"), km * 1000
    values = {
        "slowness": seconds / metres,                      # 1/v [s/m]
        "idling": read("idle_s") / seconds,                # [1]
        "pull": read("pull_m2_s2") / metres,               # relative positive acceleration [m/s2]
        "square": read("cubed_m3_s2") / metres,            # mean v^2 over distance [m2/s2]: drag
        "coldness": -read("outside_c"),                    # [-degC]
        "cold_share": read("cold_s") / read("coolant_s"),  # [1]
    }
    known = {name: column for name, column in values.items() if np.isfinite(column).any()}
    return {name: np.where(np.isfinite(column), column, np.nanmedian(column[np.isfinite(column)]))
            for name, column in known.items()}


def _fitted(trips: _Trips, p: DriftPolicy) -> tuple[dict[str, float], Floats, float]:
    """What each feature explains of the change (logarithms), residuals of all trips, and their robust scale."""
    target = trips.log_consumption()
    varied = {name: _standardised(column, trips.before) for name, column in trips.features.items()
              if column[trips.before].std() > LEAST_SPREAD}
    names, table = list(varied), np.array([*varied.values()]).reshape(len(varied), len(target)).T
    usual = float(target[trips.before].mean())
    weight = ridge(table[trips.before], target[trips.before] - usual, p.ridge)
    expected = table @ weight
    residual = target - usual - expected
    residual = residual - float(np.median(residual[trips.before]))
    freedom = np.sqrt(len(residual[trips.before]) / (len(residual[trips.before]) - len(names)))
    scale = max(1.4826 * float(np.median(np.abs(residual[trips.before]))) * freedom, 1e-3)
    recent, before = (np.average(table[part], axis=0, weights=trips.km[part]) for part in (trips.recent, trips.before))
    return dict(zip(names, ((recent - before) * weight).tolist(), strict=True)), residual, scale


def _standardised(column: Floats, before: slice) -> Floats:
    result: Floats = (column - column[before].mean()) / column[before].std()
    return result


def ridge(table: Floats, target: Floats, weight: float) -> Floats:
    """Coefficients of a ridge regression of standardised columns, none of them negative.

    beta = (X'X + weight I)^-1 X'y; columns that come out negative are left out and the rest is fitted again.
    """
    result = np.zeros(table.shape[1])
    kept = np.arange(table.shape[1])
    while len(kept):
        part = table[:, kept]
        found = np.linalg.solve(part.T @ part + weight * np.eye(len(kept)), part.T @ target)
        if np.all(found >= 0):
            result[kept] = found
            break
        kept = kept[found >= 0]
    return result


def _consumption(trips: _Trips, part: slice) -> float:
    return float(trips.litres[part].sum() / trips.km[part].sum() * 100)


def cusum(z: Floats, p: DriftPolicy) -> float:
    """One-sided CUSUM at the last of some standardised values, odd ones clipped: S = max(0, S + z - slack).

    Its last value is the greatest sum over any run of values that ends there, or 0.
    """
    steps = np.clip(z, -p.clip, p.clip) - p.slack
    return float(max(0.0, np.cumsum(steps[::-1]).max(initial=0.0)))


def _alarm(z: Floats, unexplained: float, p: DriftPolicy) -> str | None:
    """Direction of a lasting change that the way of driving does not explain, if it is large enough to matter."""
    if abs(np.expm1(unexplained)) < p.least_change:
        return None
    side = 1 if unexplained > 0 else -1
    return ("up" if side > 0 else "down") if cusum(side * z, p) > p.alarm else None


def _named(parts: Mapping[str, float], sigma: float, p: DriftPolicy) -> Iterator[FuelCause]:
    """Causes worth naming, the strongest first."""
    for cause, part in sorted(parts.items(), key=lambda item: -abs(item[1])):
        change = float(np.expm1(part))
        if abs(change) >= p.named_change:
            yield FuelCause(cause=cause, change=absolute(change, sigma, "ridge", "1"))
