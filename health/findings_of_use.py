"""Findings about roads: how the car is used, and what that does to its consumption."""

from collections.abc import Iterator

import numpy as np

from health.case import Case
from health.history import DAY
from health.moments import instant_us
from health.quality import Booleans
from health.reasons import rounded
from health.road import CLASSES
from schemas.findings import Finding, FindingCode, Severity


def motorway(case: Case) -> Iterator[Finding]:
    """Mostly motorways lately: distance adds up quickly."""
    p, history = case.view.policy.findings, case.use.history
    km = np.nan_to_num(case.use.mileage.trip_km)
    after = km[::-1].cumsum()[::-1] - km
    recent = after < p.recent_km
    share, driven = _share(case, recent, "highway", "m"), float(km[recent].sum())
    if driven >= p.least_km and share >= p.motorway_share:
        percent, rounded_km = rounded(share * 100, 1), rounded(driven, 10 if driven < p.recent_km else 100)
        yield Finding(
            code=FindingCode.USE_MOTORWAY, severity=Severity.INFO,
            zh=f"近{rounded_km:,}公里高速占{percent}%,里程走得快,对轮胎并不更伤。",
            en=f"{percent} % of the last {rounded_km:,} km on motorways: distance adds up quickly, "
               "though it is easy on the tyres.",
            evidence=[{"km": driven, "highway_share": share, "trips": int(recent.sum()),
                       "since": str(history.rows["start"][int(np.argmax(recent))])}])


def _share(case: Case, chosen: Booleans, kind: str, unit: str) -> float:
    sums = {name: float(np.nansum(case.use.history.read(f"{name}_{unit}")[chosen])) for name in CLASSES}
    whole = sum(sums.values())
    return sums[kind] / whole if whole > 0 else 0.0


def _recent(case: Case) -> tuple[Booleans, Booleans]:
    """Groups of the last month, and those before."""
    since = instant_us(case.view.today) - case.view.policy.findings.recent_days * DAY
    recent: Booleans = case.use.history.start_us >= since
    return recent, ~recent


def _long_enough(case: Case, *chosen: Booleans) -> bool:
    km = case.use.mileage.trip_km
    return all(float(np.nansum(km[mask])) >= case.view.policy.findings.least_km for mask in chosen)


def more_congested(case: Case) -> bool:
    """Whether congestion takes much of the driving time lately, and clearly more than before."""
    p, (recent, before) = case.view.policy.findings, _recent(case)
    now, then = (_share(case, chosen, "congested", "s") for chosen in (recent, before))
    return _long_enough(case, recent, before) and now >= p.congestion_share and now - then >= p.congestion_rise


def congestion(case: Case) -> Iterator[Finding]:
    """More congestion than before, with what it does to the consumption."""
    p = case.view.policy.findings
    recent, before = _recent(case)
    now, then = _share(case, recent, "congested", "s"), _share(case, before, "congested", "s")
    if not more_congested(case):
        return
    fuel_now, fuel_then = _consumption(case, recent), _consumption(case, before)
    told = np.isfinite(fuel_now) and np.isfinite(fuel_then)
    zh, en = _dearer(fuel_now, fuel_then) if told else ("", "")
    yield Finding(
        code=FindingCode.USE_CONGESTION, severity=Severity.INFO,
        zh=f"近{p.recent_days}天堵车占行驶时间的{now * 100:.0f}%(以前{then * 100:.0f}%){zh}。请如实告诉客户。",
        en=f"{now * 100:.0f} % of the driving time of the last {p.recent_days} days was spent in congestion "
           f"({then * 100:.0f} % before){en}. Please tell the customer so.",
        evidence=[{"period": "recent", "congested_time": now, "l_per_100km": fuel_now if told else None},
                  {"period": "before", "congested_time": then, "l_per_100km": fuel_then if told else None}])


def _dearer(now: float, then: float) -> tuple[str, str]:
    """What congestion did to the consumption [L/100 km]; nothing is said where there is no rise to see."""
    if f"{now:.1f}" == f"{then:.1f}" or now < then:
        return "", ""
    return (f",油耗从每百公里{then:.1f}升涨到{now:.1f}升,主要是路况",
            f"; fuel rose from {then:.1f} to {now:.1f} L/100 km, mainly because of it")


def _consumption(case: Case, chosen: Booleans) -> float:
    litres, km = case.use.fuel.trip_l[chosen], case.use.mileage.trip_km[chosen]
    both = ~np.isnan(litres) & ~np.isnan(km)
    driven = float(km[both].sum())
    return float(litres[both].sum()) / driven * 100 if driven >= case.view.policy.findings.least_km else float("nan")
