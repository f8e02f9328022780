"""Findings about tyres: depth now, depth to come, age."""

from collections.abc import Iterator

import numpy as np

from health.case import Case
from health.reasons import AXLE_NAMES, rounded
from health.tread import AXLES, AxleTread, missing_pressure
from health.tyre_sets import TyreSets
from schemas.findings import Finding, FindingCode, Severity


def tread_low(case: Case) -> Iterator[Finding]:
    """Tyres that have reached the depth at which replacement is advised, or the legal limit."""
    p = case.view.policy.tyres
    advise = p.advise_winter_mm if TyreSets.of(case.view.facts).now.winter else p.advise_mm
    for tread in case.view.parts.tread.values():
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


def tread_forecast(case: Case) -> Iterator[Finding]:
    """Tyres that reach it within half a year."""
    today = case.view.today
    for due in case.due:
        left = (due.date - today).days
        if due.limit != "tread" or not 0 < left <= case.view.policy.findings.tread_days:
            continue
        rows = [_tread_row(tread) for tread in case.view.parts.tread.values()]
        yield Finding(
            code=FindingCode.TYRE_TREAD_FORECAST, severity=Severity.ADVISE,
            zh=f"{due.reason_zh}预计{due.date.month}月{due.date.day}日前后。建议:先量四轮花纹并换位,不急着换胎。",
            en=f"{due.reason_en} Expected around {due.date.day} {due.date:%B} ({due.low:%d %b} - {due.high:%d %b}). "
               "Measure all four and rotate first; no hurry to replace.",
            evidence=[*rows, {"date": str(due.date), "low": str(due.low), "high": str(due.high)}])


def tyre_age(case: Case) -> Iterator[Finding]:
    """Rubber ages whatever its tread."""
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


def pressure_low(case: Case) -> Iterator[Finding]:
    """An axle that has been soft for several trips in a row, cold and against the placard."""
    view, p = case.view, case.view.policy.tyres
    for axle in AXLES:
        missing = missing_pressure(axle, view.history, view.facts)
        lately = missing[~np.isnan(missing)][-p.pressure_trips:]
        if len(lately) < p.pressure_trips or lately.min() < 1 - p.pressure_low_share:
            continue
        (zh, en), percent = AXLE_NAMES[axle], rounded(float(np.median(lately)) * 100, 1)
        yield Finding(
            code=FindingCode.TYRE_PRESSURE_LOW, severity=Severity.SOON,
            zh=f"{zh}胎压比标牌低约{percent}%,磨得快、也费油,请检查是否慢漏气并补气。",
            en=f"The {en} tyres are about {percent} % below the placard pressure, which wears them and costs fuel; "
               "please look for a slow leak and inflate them.",
            evidence=[{"axle": axle, "missing_share": float(np.median(lately)), "trips": len(lately)}])
