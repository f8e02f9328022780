"""Oil life: the least of what revolutions, age and distance leave. Section 7 of the model notes.

life [%] = 100 (1 - max(N/N_max, days/D_max, km/km_max)), N the revolutions weighted by oil temperature (`health.oil`).
Under-estimates what soot does to the oil of a diesel, and knows nothing of oil topped up.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from health.distance import Mileage
from health.figures import Reasons, absolute, relative
from health.history import History, known_sum, ratio
from health.moments import instant_us
from health.oil import SOURCES
from health.policy import OilPolicy, Policy
from health.quality import Floats
from schemas.quantity import Q, Unknown
from schemas.report import OilReport
from schemas.vehicle import Oil, VehicleFacts


@dataclass(frozen=True)
class OilState:
    """The oil in the engine: its figures, and how far it still goes by revolutions."""

    report: OilReport
    full_km: float     # a filling lasts by revolutions at the car's own rate; NaN where unknown
    used_share: float  # of the revolutions it lasts; NaN where unknown
    sigma: float       # relative, of that distance [1]
    peak_c: float
    reasons: Reasons

    @property
    def left_km(self) -> float:
        """Distance the oil still goes by revolutions; NaN where unknown."""
        return (1 - self.used_share) * self.full_km

    def possible_left_km(self, factor: Floats) -> Floats:
        """The same where the filling lasts `factor` times as long as expected."""
        left: Floats = (factor - self.used_share) * self.full_km
        return left


def estimate_oil(history: History, facts: VehicleFacts, mileage: Mileage, today: date, policy: Policy) -> OilState:
    """Revolutions per distance and what is left of the oil."""
    p = policy.oil
    weighted, source = weighted_revolutions(history, facts)
    plain_per_km = _per_km(history.read("revolutions"), mileage)
    per_km = _per_km(weighted, mileage)
    sigma = p.sigma.get(source, 0.2)
    lasting = float(np.hypot(sigma, p.sigma_life))
    used = _used_share(history, facts, mileage, weighted, per_km, p)
    report = OilReport(
        revolutions_per_km=relative(plain_per_km, p.sigma_revolutions, "engine_rpm", "1/km"),
        weighted_revolutions_per_km=relative(per_km, sigma, source, "1/km"),
        life_pct=_life(used, facts, mileage, history, today, lasting, p))
    known = "oil.life_pct", Unknown.NO_FACT if facts.oil is None or facts.oil.changed_at is None else Unknown.NO_DATA
    full_km = p.revolutions_max / per_km if per_km > 0 else float("nan")
    peaks = history.read("oil_peak_c")[_since(history, facts)]
    return OilState(report, full_km, used, lasting, float(np.fmax.reduce(peaks, initial=np.nan)),
                    {"oil": Unknown.NO_SIGNAL, known[0]: known[1]})


def weighted_revolutions(history: History, facts: VehicleFacts) -> tuple[Floats, str]:
    """Weighted revolutions of each group by the chosen source, else the best one that was read, and its name."""
    wanted = (facts.oil_temp_source,) if facts.oil_temp_source else SOURCES
    result, used = np.full(len(history), np.nan), []
    for source in wanted:
        values = history.read(f"{source}_revolutions")
        take = np.isnan(result) & ~np.isnan(values)
        result = np.where(take, values, result)
        used += [source] if take.any() else []
    return result, "+".join(used)


def _per_km(revolutions: Floats, mileage: Mileage) -> float:
    """Revolutions per distance over the groups whose revolutions are known, idling included."""
    known = ~np.isnan(revolutions)
    return ratio(known_sum(revolutions), float(np.nansum(mileage.trip_km[known])))


def _since(history: History, facts: VehicleFacts) -> slice:
    """Groups since the oil was changed."""
    changed = facts.oil.changed_at if facts.oil else None
    return slice(0 if changed is None else int(np.searchsorted(history.start_us, instant_us(changed))), None)


def _used_share(history: History, facts: VehicleFacts, mileage: Mileage, weighted: Floats, per_km: float,
                p: OilPolicy) -> float:
    """Share of the revolutions used since the change; driving nobody counted turns like the rest."""
    if facts.oil is None or facts.oil.changed_at is None or not per_km > 0:
        return float("nan")
    chosen = _since(history, facts)
    uncounted_km = float(np.nansum(np.where(np.isnan(weighted[chosen]), mileage.trip_km[chosen], 0.0)))
    driven = driven_since_km(facts.oil, history, mileage)
    seen_km = float(np.nansum(mileage.trip_km[chosen]))
    missing_km = uncounted_km + max(0.0, driven - seen_km if np.isfinite(driven) else 0.0)
    return float((np.nansum(weighted[chosen]) + missing_km * per_km) / p.revolutions_max)


def driven_since_km(oil: Oil, history: History, mileage: Mileage) -> float:
    """Distance since the oil change: by odometer where both ends are known, else what was seen."""
    if oil.changed_km is not None and np.isfinite(mileage.odometer_now_km):
        return float(mileage.odometer_now_km - oil.changed_km)
    if oil.changed_at is None:
        return float("nan")
    return float(np.nansum(mileage.trip_km[history.start_us >= instant_us(oil.changed_at)]))


def _life(used: float, facts: VehicleFacts, mileage: Mileage, history: History, today: date, sigma: float,
          p: OilPolicy) -> Q:
    """100 (1 - max(N/N_max, days/D_max, km/km_max)) [%], never below 0; named after what limits it."""
    oil = facts.oil
    if oil is None or oil.changed_at is None:
        return None
    shares = {"revolutions": (used, sigma), "days": ((today - oil.changed_at).days / p.days_max, 0.0),
              "km": (driven_since_km(oil, history, mileage) / (oil.km_max or p.km_max), 0.02)}
    source, (share, error) = max(shares.items(), key=lambda item: -1.0 if np.isnan(item[1][0]) else item[1][0])
    return absolute(100 * max(0.0, 1 - share), 100 * share * error, source, "%", least=0.0, most=100.0)
