"""Due dates: when each catalogue item falls due, by distance, calendar or wear, whichever first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from health.catalogue import rules_of
from health.codes import Codes
from health.codes_due import due_by_code
from health.distance import Mileage
from health.due_start import Start, start_of
from health.due_together import beside_each_other
from health.figures import Reasons
from health.forecast import Paths, chance_for, lognormal_strata, possible_futures
from health.history import History
from health.moments import add_months, instant_us
from health.oil_life import OilState
from health.pads import AxlePads
from health.policy import Policy
from health.quality import Floats, Integers
from health.reasons import DueReason
from health.tread import AxleTread, advise_mm
from health.usage import Usage
from schemas.quantity import Unknown
from schemas.report import Due
from schemas.vehicle import Axle, MaintenanceRule, VehicleFacts


@dataclass(frozen=True)
class Parts:
    """What wears, and what the car says of itself."""

    tread: Mapping[Axle, AxleTread]
    pads: Mapping[str, AxlePads]
    oil: OilState
    codes: Codes


@dataclass(frozen=True)
class Outlook:
    """What due dates of one vehicle are drawn from."""

    history: History
    use: History  # of the present owner: what his driving is explained by
    facts: VehicleFacts
    mileage: Mileage
    usage: Usage
    parts: Parts
    paths: Paths | None  # None: not driven for so long that only the calendar counts
    policy: Policy

    @property
    def today(self) -> date:
        return self.usage.last_day


def outlook(history: History, use: History, facts: VehicleFacts, mileage: Mileage, usage: Usage, parts: Parts,
            policy: Policy) -> Outlook:
    """Draw the possible futures all items of the vehicle share."""
    silent = usage.days > 0 and usage.silent(policy.forecast)
    chance = chance_for(history.vehicle, "usage", usage.last_day)
    paths = None if silent else possible_futures(usage, chance, policy.forecast)
    return Outlook(history, use, facts, mileage, usage, parts, paths, policy)


def due_dates(view: Outlook) -> tuple[list[Due], Reasons]:
    """Every catalogue item with a known starting point, soonest first; the others with their reason."""
    found = [need for rule in rules_of(view.facts) for need in _needs(rule, view)]
    due = beside_each_other([item for _, item in found if isinstance(item, Due)], view.today)
    reasons = {f"due.{name}": item for name, item in found if isinstance(item, Unknown)}
    return sorted(due, key=lambda item: (item.date, item.item, item.axle or "")), reasons


def _needs(rule: MaintenanceRule, view: Outlook) -> Iterator[tuple[str, Due | Unknown | None]]:
    """What a rule asks for, by name: tyres are a need of each axle."""
    if rule.tread_mm is None:
        yield rule.item, _due(rule, view)
        return
    for axle, tread in view.parts.tread.items():
        yield f"{rule.item}.{axle}", _tread_due(rule, tread, view)
    if rule.codes:
        yield rule.item, _due(MaintenanceRule(item=rule.item, codes=rule.codes), view)


def _due(rule: MaintenanceRule, view: Outlook) -> Due | Unknown | None:
    """Whichever comes first: a trouble code, or wear, distance and time."""
    if not rule.codes:
        return _due_by_use(rule, view)
    codes = view.parts.codes
    by_code = due_by_code(rule, codes, view.facts.services, view.today, view.policy.codes)
    if any(limit is not None for limit in (rule.km, rule.months, rule.revolutions, rule.pad_mm)):
        by_use = _due_by_use(rule, view)
        return by_use if by_code is None or (isinstance(by_use, Due) and by_use.date < by_code.date) else by_code
    return Unknown.NO_SIGNAL if codes.told is None else by_code


def _due_by_use(rule: MaintenanceRule, view: Outlook) -> Due | Unknown | None:
    """Wear, or distance and time where the rule has such limits too."""
    if rule.pad_mm is None:
        return _due_by_interval(rule, view)
    worn = _pads_due(rule, rule.pad_mm, view)
    by_interval = None
    if any(limit is not None for limit in (rule.km, rule.months, rule.revolutions)):
        by_interval = _due_by_interval(rule, view)
    dated = [due for due in (worn, by_interval) if isinstance(due, Due)]
    return min(dated, key=lambda due: due.date, default=worn)


def _due_by_interval(rule: MaintenanceRule, view: Outlook) -> Due | Unknown | None:
    start = start_of(rule, view.facts, view.today, view.mileage.odometer_now_km, view.policy.findings.overdue_share)
    if start is None:
        return Unknown.NO_FACT
    if rule.once and start.by == "done":
        return None
    return _interval_due(rule, start, view)


def _interval_due(rule: MaintenanceRule, start: Start, view: Outlook) -> Due | Unknown | None:
    """The maker's limits, and the life of the oil by revolutions where that is used up before them."""
    oil_days = _days_by_oil(rule, view)
    due = _due_by_limits(rule, start, view)
    if oil_days is None:
        return due
    if isinstance(due, Due):
        return _with_oil(due, oil_days, view)
    words = DueReason(view.use, view.usage, view.policy).by_revolutions(view.parts.oil.used_share, surely=False)
    return _dated(rule.item, oil_days, None, "revolutions", words, view) if _within_horizon(oil_days, view) else due


def _due_by_limits(rule: MaintenanceRule, start: Start, view: Outlook) -> Due | Unknown:
    """Distance, turns of the engine or calendar, whichever first in each possible future."""
    calendar = None if rule.months is None else add_months(start.at, rule.months)
    by_turns_km = _left_km_of_turns(rule, start, view)
    by_km = None if rule.km is None else _left_km(rule.km, start, view)
    left_km = _sooner(by_km, by_turns_km)
    days = _days_by_distance(left_km, view)
    if days is None and calendar is None:
        return Unknown.NO_FACT if left_km is None else Unknown.BEYOND_HORIZON
    reason = DueReason(view.use, view.usage, view.policy)
    if calendar is not None and (days is None or (calendar - view.today).days <= np.median(days)):
        return _dated(rule.item, days, calendar, "months", reason.by_calendar(rule, start, by_km), view)
    if rule.revolutions is not None and left_km == by_turns_km:
        return _dated(rule.item, days, calendar, "revolutions", reason.by_turns(rule.revolutions, left_km or 0.0), view)
    return _dated(rule.item, days, calendar, "km", reason.by_distance(left_km or 0.0, start), view)


def _with_oil(due: Due, oil_days: Integers, view: Outlook) -> Due:
    """A service due by the maker's limits, and no later than the oil is used up in nearly all possible futures.

    How long oil lasts is known less well than those limits, so it moves the date only as far as is sure. The interval
    reaches from where the oil may be used up to where the limits may end.
    """
    low, sure = (view.today + timedelta(days=int(np.quantile(oil_days, share, method="higher")))
                 for share in (0.1, view.policy.oil.sure_share))
    due = due.model_copy(update={"low": min(due.low, low)})
    if sure >= due.date:
        return due
    reason = DueReason(view.use, view.usage, view.policy)
    zh, en = reason.by_revolutions(view.parts.oil.used_share, surely=sure <= view.today)
    return due.model_copy(update={"date": sure, "limit": "revolutions", "reason_zh": zh, "reason_en": en})


def _left_km_of_turns(rule: MaintenanceRule, start: Start, view: Outlook) -> float | None:
    """Distance left until the engine has turned so often, at the car's own turns per distance."""
    per_km = view.parts.oil.report.revolutions_per_km
    if rule.revolutions is None or per_km is None:
        return None
    return _left_km(rule.revolutions / per_km.value, start, view)


def _sooner(one_km: float | None, other_km: float | None) -> float | None:
    known = [km for km in (one_km, other_km) if km is not None]
    return min(known, default=None)


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


def _days_by_oil(rule: MaintenanceRule, view: Outlook) -> Integers | None:
    """Days until the oil is used up by revolutions, in each possible future with a possible life of its own."""
    oil = view.parts.oil
    watched = float(np.nansum(view.mileage.trip_km)) >= view.policy.findings.least_km
    if rule.item != "PM-MINOR" or view.paths is None or not watched or not np.isfinite(oil.left_km):
        return None
    chance = chance_for(view.history.vehicle, "oil", view.today)
    return view.paths.days_until(oil.possible_left_km(lognormal_strata(chance, len(view.paths), oil.sigma)))


def _dated(item: str, days: Integers | None, calendar: date | None, limit: str, words: tuple[str, str],
           view: Outlook, axle: Axle | None = None) -> Due:
    """Median and 80 % interval of the earlier of both limits; the horizon caps what is further away."""
    latest = (calendar - view.today).days if calendar else view.policy.forecast.horizon_d
    capped = np.minimum(np.full(1, latest) if days is None else days, latest)
    low, median, high = (view.today + timedelta(days=int(np.quantile(capped, q, method="higher")))
                         for q in (0.1, 0.5, 0.9))
    return Due(item=item, axle=axle, date=median, low=low, high=high, limit=limit, reason_zh=words[0],
               reason_en=words[1])


def _tread_due(rule: MaintenanceRule, tread: AxleTread, view: Outlook) -> Due | Unknown:
    """When the pair on an axle reaches the limit, or its age."""
    p, fitted = view.policy.tyres, tread.pair.fresh.day if tread.pair.fresh else None
    limit_mm = advise_mm(tread.pair, view.facts, p)
    days = _days_by_wear(tread, "tread", limit_mm, view)
    months = rule.months or 12 * p.replace_years
    aged = None if fitted is None else add_months(fitted, months)
    worn_d = float("inf") if days is None else float(np.median(days))
    reason = DueReason(view.use, view.usage, view.policy)
    if fitted and aged and (aged - view.today).days <= min(worn_d, view.policy.forecast.horizon_d):
        return _dated(rule.item, days, aged, "months", reason.by_age(tread.axle, fitted, months / 12), view, tread.axle)
    if days is not None and _within_horizon(days, view):
        return _dated(rule.item, days, aged, "tread", reason.by_tread(tread, limit_mm), view, tread.axle)
    return Unknown.NO_FACT if days is None else Unknown.BEYOND_HORIZON


def _pads_due(rule: MaintenanceRule, limit_mm: float, view: Outlook) -> Due | Unknown:
    """Pads of the axle the item is about."""
    pads = view.parts.pads["rear" if rule.item.endswith("-R") else "front"]
    days = _days_by_wear(pads, "pads", limit_mm, view)
    if days is None:
        return Unknown.NO_FACT
    if not _within_horizon(days, view):
        return Unknown.BEYOND_HORIZON
    reason = DueReason(view.use, view.usage, view.policy)
    return _dated(rule.item, days, None, "pads", reason.by_pads(pads, limit_mm), view)


def _within_horizon(days: Integers, view: Outlook) -> bool:
    return bool(np.median(days) <= view.policy.forecast.horizon_d)


def _days_by_wear(part: AxleTread | AxlePads, name: str, limit_mm: float, view: Outlook) -> Integers | None:
    """Days until the limit in each possible future, each with a possible wear coefficient of its own."""
    if part.fit is None or not np.isfinite(part.index_per_km):
        return None
    count = view.policy.forecast.paths
    chance = chance_for(view.history.vehicle, f"{name}-{part.axle}", view.today)
    k, start_mm = part.fit.draw(chance, count)
    left_km: Floats = (start_mm - k * part.index_since - limit_mm) / np.maximum(k * part.index_per_km, 1e-12)
    if view.paths is None:
        return np.zeros(count, dtype=np.int64) if np.median(left_km) <= 0 else None
    return view.paths.days_until(left_km)
