"""Due dates: when each catalogue item falls due, by distance, calendar or tread, whichever first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from health.catalogue import RESTARTS, rules_of
from health.distance import Mileage
from health.figures import Reasons
from health.forecast import Paths, chance_for, possible_futures
from health.history import History
from health.moments import add_months, instant_us
from health.policy import Policy
from health.quality import Floats, Integers
from health.reasons import DueReason
from health.tread import AxleTread
from health.usage import Usage
from schemas.report import Due, Unknown
from schemas.vehicle import MaintenanceRule, VehicleFacts


@dataclass(frozen=True)
class Start:
    """Where an interval counts from."""

    at: date
    odometer_km: float | None
    noted: bool  # false: counted from registration because nothing else is known


@dataclass(frozen=True)
class Outlook:
    """What due dates of one vehicle are drawn from."""

    history: History
    facts: VehicleFacts
    mileage: Mileage
    usage: Usage
    tread: Mapping[str, AxleTread]
    paths: Paths | None  # None: not driven for so long that only the calendar counts
    policy: Policy

    @property
    def today(self) -> date:
        return self.usage.last_day


def outlook(history: History, facts: VehicleFacts, mileage: Mileage, usage: Usage,
            tread: Mapping[str, AxleTread], policy: Policy) -> Outlook:
    """Draw the possible futures all items of the vehicle share."""
    silent = usage.days > 0 and usage.silent(policy.forecast)
    chance = chance_for(history.vehicle, "usage", usage.last_day)
    paths = None if silent else possible_futures(usage, chance, policy.forecast)
    return Outlook(history, facts, mileage, usage, tread, paths, policy)


def due_dates(view: Outlook) -> tuple[list[Due], Reasons]:
    """Every catalogue item with a known starting point, soonest first; the others with their reason."""
    found = [(rule, _due(rule, view)) for rule in rules_of(view.facts)]
    due = [item for _, item in found if isinstance(item, Due)]
    reasons = {f"due.{rule.item}": item for rule, item in found if isinstance(item, Unknown)}
    return sorted(due, key=lambda item: (item.date, item.item)), reasons


def _due(rule: MaintenanceRule, view: Outlook) -> Due | Unknown | None:
    if rule.tread_mm is not None:
        return _tread_due(rule, rule.tread_mm, view)
    start = start_of(rule, view)
    if start is None:
        return Unknown.NO_FACT
    if rule.once and start.noted:
        return None
    return _interval_due(rule, start, view)


def start_of(rule: MaintenanceRule, view: Outlook) -> Start | None:
    """Latest work that includes the item, else the first day on the road while the first interval still counts."""
    includes = RESTARTS.get(rule.item, (rule.item,))
    noted = [Start(s.at, s.odometer_km, noted=True) for s in view.facts.services
             if s.item in includes and s.at <= view.today]
    oil, tyres = view.facts.oil, view.facts.tyres
    if rule.item == "PM-MINOR" and oil and oil.changed_at:
        noted.append(Start(oil.changed_at, oil.changed_km, noted=True))
    if rule.item == "TYR-ROT" and tyres and tyres.fitted_at:
        noted.append(Start(tyres.fitted_at, tyres.fitted_km, noted=True))
    if noted:
        return max(noted, key=lambda start: (start.at, start.odometer_km or 0.0))
    return _registration(rule, view)


def _registration(rule: MaintenanceRule, view: Outlook) -> Start | None:
    """First day on the road; None where so much time or distance has passed that others must have served the car."""
    at, longest = view.facts.registered_at, view.policy.findings.overdue_share
    if at is None:
        return None
    late = rule.months is not None and view.today > add_months(at, rule.months * longest)
    far = rule.km is not None and view.mileage.odometer_now_km > rule.km * longest
    return None if late or far else Start(at, 0.0, noted=False)


def _interval_due(rule: MaintenanceRule, start: Start, view: Outlook) -> Due | Unknown | None:
    """Distance or calendar, whichever first in each possible future."""
    calendar = None if rule.months is None else add_months(start.at, rule.months)
    left_km = None if rule.km is None else _left_km(rule.km, start, view)
    days = _days_by_distance(left_km, view)
    if days is None and calendar is None:
        return Unknown.NO_FACT if left_km is None else Unknown.BEYOND_HORIZON
    by_calendar = calendar is not None and (days is None or (calendar - view.today).days <= np.median(days))
    reason = DueReason(view.history, view.usage, view.policy)
    words = reason.by_calendar(start.at, rule.months or 0) if by_calendar else reason.by_distance(left_km or 0.0)
    return _dated(rule.item, days, calendar, "months" if by_calendar else "km", words, view)


def _left_km(limit_km: float, start: Start, view: Outlook) -> float | None:
    """Distance left of an interval; None where nobody knows how much of it is driven."""
    now = view.mileage.odometer_now_km
    if start.odometer_km is not None and np.isfinite(now):
        return float(limit_km - (now - start.odometer_km))
    first = view.history.start_us[0] if len(view.history) else None
    since = instant_us(start.at)
    if first is None or since < first - 7 * 86_400_000_000:
        return None
    return float(limit_km - np.nansum(view.mileage.trip_km[view.history.start_us >= since]))


def _days_by_distance(left_km: float | None, view: Outlook) -> Integers | None:
    if left_km is None or view.paths is None:
        return None if left_km is None or left_km > 0 else np.zeros(1, dtype=np.int64)
    days = view.paths.days_until(np.full(len(view.paths), left_km))
    return days if np.median(days) <= view.policy.forecast.horizon_d else None


def _dated(item: str, days: Integers | None, calendar: date | None, limit: str, words: tuple[str, str],
           view: Outlook) -> Due:
    """Median and 80 % interval of the earlier of both limits; the horizon caps what is further away."""
    latest = (calendar - view.today).days if calendar else view.policy.forecast.horizon_d
    capped = np.minimum(np.full(1, latest) if days is None else days, latest)
    low, median, high = (view.today + timedelta(days=int(np.quantile(capped, q, method="higher")))
                         for q in (0.1, 0.5, 0.9))
    return Due(item=item, date=median, low=low, high=high, limit=limit, reason_zh=words[0], reason_en=words[1])


def _tread_due(rule: MaintenanceRule, limit_mm: float, view: Outlook) -> Due | Unknown:
    """The axle that reaches the limit first, and the age of the tyres."""
    winter = view.facts.tyres is not None and view.facts.tyres.winter
    limit_mm = max(limit_mm, view.policy.tyres.advise_winter_mm) if winter else limit_mm
    by_axle = {axle: _days_by_tread(tread, limit_mm, view) for axle, tread in view.tread.items()}
    known = {axle: days for axle, days in by_axle.items() if days is not None}
    fitted = view.facts.tyres.fitted_at if view.facts.tyres else None
    aged = None if fitted is None else add_months(fitted, 12 * view.policy.tyres.replace_years)
    horizon = view.policy.forecast.horizon_d
    near = {axle: days for axle, days in known.items() if np.median(days) <= horizon}
    reason = DueReason(view.history, view.usage, view.policy)
    if near:
        axle = min(near, key=lambda name: (float(np.median(near[name])), name))
        return _dated(rule.item, near[axle], aged, "tread", reason.by_tread(view.tread[axle], limit_mm), view)
    if aged is not None and (aged - view.today).days <= horizon:
        words = reason.by_calendar(fitted or aged, 12 * view.policy.tyres.replace_years)
        return _dated(rule.item, None, aged, "months", words, view)
    return Unknown.BEYOND_HORIZON if known else Unknown.NO_FACT


def _days_by_tread(tread: AxleTread, limit_mm: float, view: Outlook) -> Integers | None:
    """Days until the limit in each possible future, each with a possible wear coefficient of its own."""
    if tread.fit is None or not np.isfinite(tread.index_per_km):
        return None
    count = view.policy.forecast.paths
    chance = chance_for(view.history.vehicle, f"tread-{tread.axle}", view.today)
    k, start_mm = tread.fit.draw(chance, count)
    left_km: Floats = (start_mm - k * tread.index_since - limit_mm) / np.maximum(k * tread.index_per_km, 1e-12)
    if view.paths is None:
        return np.zeros(count, dtype=np.int64) if np.median(left_km) <= 0 else None
    return view.paths.days_until(left_km)
