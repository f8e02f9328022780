"""Findings: what the report means for the people at the desk, short, polite, with evidence."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from health.catalogue import name_of
from health.due import Outlook
from health.fuel import Fuel
from health.history import DAY
from health.moments import instant_us
from health.quality import Booleans, Floats
from health.reasons import AXLE_NAMES, rounded
from health.road import CLASSES
from health.tread import AxleTread, reading_age_d
from schemas.findings import Finding, FindingCode, Severity
from schemas.report import Due, Unknown


@dataclass(frozen=True)
class Case:
    """All chapters of one vehicle."""

    view: Outlook
    fuel: Fuel
    due: list[Due]


def findings_of(case: Case) -> list[Finding]:
    """Everything worth a sentence, most urgent first."""
    found = [finding for find in FINDERS for finding in find(case)]
    urgency = list(Severity)[::-1]
    return sorted(found, key=lambda finding: (urgency.index(finding.severity), finding.code))


def _service_due(case: Case) -> Iterator[Finding]:
    today = case.view.today
    for due in case.due:
        left = (due.date - today).days
        if due.limit == "tread" or left > case.view.policy.findings.service_days:
            continue
        zh, en = name_of(due.item)
        when_zh, when_en = ("已到期", "is due") if left <= 0 else (
            f"约{due.date.month}月{due.date.day}日到期", f"is due around {due.date.day} {due.date:%B}")
        yield Finding(
            code=FindingCode.SERVICE_DUE, severity=Severity.SOON if left <= 0 else Severity.ADVISE,
            zh=f"{zh}{when_zh}。{due.reason_zh}", en=f"The {en} {when_en}. {due.reason_en}",
            evidence=[{"item": due.item, "date": str(due.date), "low": str(due.low), "high": str(due.high),
                       "limit": due.limit}])


def _tread(case: Case) -> Iterator[Finding]:
    p = case.view.policy.tyres
    facts = case.view.facts
    advise = p.advise_winter_mm if facts.tyres and facts.tyres.winter else p.advise_mm
    for tread in case.view.tread.values():
        depth = tread.report.tread_mm
        if depth is None or depth.value >= advise:
            continue
        zh, en = AXLE_NAMES[tread.axle]
        legal = depth.value < p.legal_mm
        yield Finding(
            code=FindingCode.TYRE_TREAD_LOW, severity=Severity.URGENT if legal else Severity.SOON,
            zh=f"{zh}花纹约{depth.value:.1f}毫米,请先量一下再和客户商量更换。",
            en=f"The {en} tread is about {depth.value:.1f} mm; please measure it, then talk about new tyres.",
            evidence=[_tread_row(tread)])


def _tread_row(tread: AxleTread) -> dict[str, object]:
    report = tread.report
    row: dict[str, object] = {"axle": tread.axle, "source": tread.fit.source if tread.fit else "prior"}
    for name in ("tread_mm", "mm_per_1000km", "wear_mm"):
        quantity = getattr(report, name)
        row |= {} if quantity is None else {name: quantity.value, f"{name}_low": quantity.low,
                                            f"{name}_high": quantity.high}
    return row


def _tread_forecast(case: Case) -> Iterator[Finding]:
    today = case.view.today
    for due in case.due:
        left = (due.date - today).days
        if due.limit != "tread" or not 0 < left <= case.view.policy.findings.tread_days:
            continue
        rows = [_tread_row(tread) for tread in case.view.tread.values()]
        yield Finding(
            code=FindingCode.TYRE_TREAD_FORECAST, severity=Severity.ADVISE,
            zh=f"{due.reason_zh}预计{due.date.month}月{due.date.day}日前后。建议:先量四轮花纹并换位,不急着换胎。",
            en=f"{due.reason_en} Expected around {due.date.day} {due.date:%B} ({due.low:%d %b} - {due.high:%d %b}). "
               "Measure all four and rotate first; no hurry to replace.",
            evidence=[*rows, {"date": str(due.date), "low": str(due.low), "high": str(due.high)}])


def _tyre_age(case: Case) -> Iterator[Finding]:
    p, tyres = case.view.policy.tyres, case.view.facts.tyres
    if tyres is None or tyres.fitted_at is None:
        return
    years = (case.view.today - tyres.fitted_at).days / 365.25
    if years >= p.inspect_years:
        old = years >= p.replace_years
        advice = ("建议更换", "replacement is advised") if old else ("建议检查橡胶", "please check the rubber")
        yield Finding(code=FindingCode.TYRE_AGE, severity=Severity.SOON if old else Severity.ADVISE,
                      zh=f"轮胎已用{years:.0f}年,{advice[0]}。",
                      en=f"The tyres are {years:.0f} years old; {advice[1]}.",
                      evidence=[{"fitted_at": str(tyres.fitted_at), "years": years}])


def _motorway(case: Case) -> Iterator[Finding]:
    p, history = case.view.policy.findings, case.view.history
    km = np.nan_to_num(case.view.mileage.trip_km)
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
    sums = {name: float(np.nansum(case.view.history.read(f"{name}_{unit}")[chosen])) for name in CLASSES}
    whole = sum(sums.values())
    return sums[kind] / whole if whole > 0 else 0.0


def _recent(case: Case) -> tuple[Booleans, Booleans]:
    """Groups of the last month, and those before."""
    since = instant_us(case.view.today) - case.view.policy.findings.recent_days * DAY
    recent: Booleans = case.view.history.start_us >= since
    return recent, ~recent


def _long_enough(case: Case, *chosen: Booleans) -> bool:
    km = case.view.mileage.trip_km
    return all(float(np.nansum(km[mask])) >= case.view.policy.findings.least_km for mask in chosen)


def _congestion(case: Case) -> Iterator[Finding]:
    p = case.view.policy.findings
    recent, before = _recent(case)
    now, then = _share(case, recent, "congested", "s"), _share(case, before, "congested", "s")
    if not _long_enough(case, recent, before) or now < p.congestion_share or now - then < p.congestion_rise:
        return
    fuel_now, fuel_then = _consumption(case, recent), _consumption(case, before)
    told = np.isfinite(fuel_now) and np.isfinite(fuel_then)
    zh = f",油耗从{fuel_then:.1f}升到{fuel_now:.1f}升/百公里" if told else ""
    en = f"; fuel went from {fuel_then:.1f} to {fuel_now:.1f} L/100 km" if told else ""
    yield Finding(
        code=FindingCode.USE_CONGESTION, severity=Severity.INFO,
        zh=f"近{p.recent_days}天堵车路段占{now * 100:.0f}%(以前{then * 100:.0f}%){zh}。主要是路况,请如实告诉客户。",
        en=f"{now * 100:.0f} % of the last {p.recent_days} days' driving time in congestion "
           f"({then * 100:.0f} % before){en}. It is the road, not the car.",
        evidence=[{"period": "recent", "congested_time": now, "l_per_100km": fuel_now if told else None},
                  {"period": "before", "congested_time": then, "l_per_100km": fuel_then if told else None}])


def _consumption(case: Case, chosen: Booleans) -> float:
    litres, km = case.fuel.trip_l[chosen], case.view.mileage.trip_km[chosen]
    both = ~np.isnan(litres) & ~np.isnan(km)
    driven = float(km[both].sum())
    return float(litres[both].sum()) / driven * 100 if driven >= case.view.policy.findings.least_km else float("nan")


def _fuel_use(case: Case) -> Iterator[Finding]:
    """A change of consumption that the roads do not explain; physics from speed cannot see one."""
    p = case.view.policy.findings
    recent, before = _recent(case)
    now, then = _consumption(case, recent), _consumption(case, before)
    measured = {name for name in case.fuel.trip_source if name} - {"physics"}
    explained = abs(_share(case, recent, "congested", "s") - _share(case, before, "congested", "s")) >= 0.05
    if not measured or explained or not np.isfinite(now / then) or abs(now / then - 1) < p.fuel_change:
        return
    up = now > then
    yield Finding(
        code=FindingCode.FUEL_USE_UP if up else FindingCode.FUEL_USE_DOWN,
        severity=Severity.ADVISE if up else Severity.INFO,
        zh=f"近{p.recent_days}天油耗{now:.1f}升/百公里(以前{then:.1f}),路况变化不大"
           + (",建议顺便检查。" if up else "。"),
        en=f"{now:.1f} L/100 km over {p.recent_days} days ({then:.1f} before) on similar roads"
           + ("; worth a look at the next visit." if up else "."),
        evidence=[{"period": "recent", "l_per_100km": now}, {"period": "before", "l_per_100km": then}])


def _diesel(case: Case) -> Iterator[Finding]:
    if Unknown.DIESEL_WITHOUT_FUEL_RATE in case.fuel.reasons.values() and case.fuel.by_source.fuel_rate is None:
        yield Finding(
            code=FindingCode.FUEL_DIESEL_UNMEASURED, severity=Severity.INFO,
            zh="这是柴油车,设备读不到喷油量,油耗只能按车速估算。",
            en="This is a diesel without a fuel-rate signal: its fuel is only estimated from speed.",
            evidence=[{"fuel_type": case.fuel.kind}])


def _odometer(case: Case) -> Iterator[Finding]:
    if case.view.mileage.odometer_resets:
        yield Finding(
            code=FindingCode.ODOMETER_RESET, severity=Severity.ADVISE,
            zh="里程表读数倒退过,请核对仪表里程。",
            en="The odometer reading has gone backwards; please check the dashboard.",
            evidence=[{"resets": case.view.mileage.odometer_resets}])
    km, odometer = case.view.history.read("speed_km"), case.view.history.read("odometer_km")
    frozen: Floats = km[(odometer == 0) & (km > 1.0)]
    if len(frozen):
        yield Finding(
            code=FindingCode.SENSOR_STUCK, severity=Severity.INFO,
            zh="里程信号不动,已改用车速计算里程。",
            en="The odometer signal stands still; distance is taken from speed.",
            evidence=[{"signal": "odometer_km", "km_meanwhile": float(frozen.sum()), "trips": len(frozen)}])


def _gaps(case: Case) -> Iterator[Finding]:
    seen, unseen = (float(np.nansum(case.view.history.read(name))) for name in ("observed_s", "unobserved_s"))
    if unseen > case.view.policy.findings.gap_share * (seen + unseen):
        percent = rounded(unseen / (seen + unseen) * 100, 1)
        yield Finding(
            code=FindingCode.DATA_GAP, severity=Severity.INFO,
            zh=f"行驶时间约{percent}%没有数据,里程和油耗会偏低。",
            en=f"{percent} % of the driving time was not observed; distance and fuel may read low.",
            evidence=[{"observed_s": seen, "unobserved_s": unseen}])


def _measure(case: Case) -> Iterator[Finding]:
    view = case.view
    if float(np.nansum(view.mileage.trip_km)) < view.policy.findings.least_km:
        return
    now = instant_us(view.today)
    if any(reading_age_d(t.axle, view.facts, now) > view.policy.tyres.measure_after_days for t in view.tread.values()):
        yield Finding(
            code=FindingCode.MEASURE_TREAD, severity=Severity.INFO,
            zh="近半年没有花纹实测,请在12项检查里补量。",
            en="No tread reading within half a year; please measure it during the 12-item check.",
            evidence=[{"readings": len(view.facts.gauge)}])
    if not view.facts.pads:
        yield Finding(
            code=FindingCode.MEASURE_PADS, severity=Severity.INFO, zh="刹车片厚度没有实测,请在12项检查里补量。",
            en="No pad thickness on file; please measure it during the 12-item check.", evidence=[{"readings": 0}])


FINDERS: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    _service_due, _tread, _tread_forecast, _tyre_age, _motorway, _congestion, _fuel_use, _diesel, _odometer, _gaps,
    _measure)
"""Every rule that may have something to say."""
