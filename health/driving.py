"""Driving: events of the whole history and the score. Section 9 of the model notes."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from pydantic import JsonValue

from health.distance import Mileage
from health.events import KINDS
from health.figures import Z80, Reasons
from health.history import History
from health.moments import EPOCH
from health.policy import EventPolicy, Policy
from health.reasons import road_share
from health.road import CLASSES
from schemas.quantity import Q, Quantity, Unknown
from schemas.report_use import EventCounts

Event = dict[str, JsonValue]


@dataclass(frozen=True)
class Driving:
    """What is known of the driver's foot."""

    counts: EventCounts
    events: list[Event] | None
    score: Q
    reasons: Reasons


def estimate_driving(history: History, mileage: Mileage, policy: Policy) -> Driving:
    """Counts, list and score of all groups."""
    names = [f"{kind}{strong}" for kind in KINDS for strong in ("", "_strong")]
    totals = {name: history.total(f"{name}_n") for name in names}
    counts = EventCounts(**{name: int(n) for name, n in totals.items() if np.isfinite(n)})
    seen = np.isfinite(totals["brake"])
    km = float(np.nansum(mileage.trip_km[~np.isnan(history.read("brake_n"))]))
    why = Unknown.TOO_SHORT if seen else Unknown.NO_SIGNAL
    return Driving(counts, _listed(history, policy.events) if seen else None,
                   score(totals, km, history, policy.events), {
                       "events": Unknown.NO_SIGNAL, "events_list": Unknown.NO_SIGNAL, "driving_score": why})


def _listed(history: History, p: EventPolicy) -> list[Event]:
    """Every event, oldest first."""
    columns = ("event_us", "event_kind", "event_peak", "event_kmh")
    rows = history.rows.select(columns).explode(columns).drop_nulls("event_us").sort("event_us", "event_kind")
    return [_event(*row, p=p) for row in rows.iter_rows()]


def _event(begin_us: int, kind: int, peak: float, kmh: float, *, p: EventPolicy) -> Event:
    name = KINDS[kind]
    moment = (EPOCH + timedelta(microseconds=begin_us)).isoformat().replace("+00:00", "Z")
    return {"time": moment, "kind": name, "strong": peak > p.strong_m_s2[name], "peak_m_s2": peak, "speed_kmh": kmh}


def score(totals: dict[str, float], km: float, history: History, p: EventPolicy) -> Q:
    """Score = 100 exp(-sum b rate/usual) [1], rates shrunk towards what is usual on the car's own roads.

    Falls with every event and never rises with one. Kinds the car cannot see are left out. Nothing below 50 km.
    """
    if not km >= p.score_from_km:
        return None
    badness, variance = 0.0, 0.0
    share = {kind: road_share(history, kind, "m") for kind in CLASSES}
    weighed = p.shrinkage_100km + km / 100
    for name, weight in p.weight.items():
        usual = sum(share[kind] * p.usual_per_100km[name][kind] for kind in CLASSES)
        if np.isfinite(totals[name]) and usual > 0:
            shrunk = totals[name] + p.shrinkage_100km * usual
            badness += weight * shrunk / weighed / usual
            variance += shrunk * (weight / weighed / usual) ** 2
    low, high = (100 * np.exp(-max(badness + side * Z80 * np.sqrt(variance), 0.0)) for side in (1, -1))
    source = "speed" if np.isnan(totals["corner"]) else "accelerometer"
    return Quantity(value=float(100 * np.exp(-badness)), low=float(low), high=float(high), source=source, unit="1")
