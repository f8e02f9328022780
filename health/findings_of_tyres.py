"""Findings about tyres: depth now, depth to come, age."""

from collections.abc import Iterator
from datetime import date

import numpy as np

from health.case import Case
from health.catalogue import AXLE_NAMES
from health.reasons import Words, between, rounded
from health.tread import AxleTread, missing_pressure
from health.tyre_work import AXLES
from schemas.findings import Finding, FindingCode, Severity
from schemas.vehicle import OTHER_AXLE, Axle


def tread_low(case: Case) -> Iterator[Finding]:
    """Tyres that have reached the depth at which replacement is advised, or the legal limit."""
    p = case.view.policy.tyres
    for tread in case.view.parts.tread.values():
        depth = tread.report.tread_mm
        if depth is None or depth.value >= tread.advise_mm(p):
            continue
        legal = depth.value < p.legal_mm
        words, more = _worn_out(tread, p.legal_mm) if legal else _low(tread, depth.value), _one_pair_may_do(case, tread)
        yield Finding(
            code=FindingCode.TYRE_TREAD_LOW, severity=Severity.URGENT if legal else Severity.SOON,
            zh=words[0] + more[0], en=f"{words[1]} {more[1]}".rstrip(), evidence=[_tread_row(tread)])


def _low(tread: AxleTread, mm: float) -> Words:
    zh, en = AXLE_NAMES[tread.axle]
    return (f"{zh}花纹约{mm:.1f}毫米,请先量一下再和客户商量更换。",
            f"The {en} tread is about {mm:.1f} mm; please measure it, then talk about new tyres.")


def _worn_out(tread: AxleTread, legal_mm: float) -> Words:
    """An estimate says no tenths of a millimetre where the law has its limit."""
    zh, en = AXLE_NAMES[tread.axle]
    return (f"{zh}花纹估计已不到法定的{legal_mm:g}毫米,请先量一下,属实请尽快更换。",
            f"The {en} tread is probably below the legal {legal_mm:g} mm; please measure it, and if so replace the "
            "tyres soon.")


def _one_pair_may_do(case: Case, worn: AxleTread) -> Words:
    """What is said where the other pair has a good while to go; the deeper pair belongs in the rear (TyreSafe)."""
    p = case.view.policy.tyres
    other = case.view.parts.tread[OTHER_AXLE[worn.axle]]
    depth = other.report.tread_mm
    if depth is None or depth.value - other.advise_mm(p) < p.good_while_mm:
        return "", ""
    zh, en = AXLE_NAMES[other.axle]
    return (f"{zh}还有约{depth.value:.1f}毫米,可以只换一对,新胎装后轮更稳。",
            f"The {en} pair still has about {depth.value:.1f} mm: one new pair may do, safest on the rear axle.")


def _tread_row(tread: AxleTread) -> dict[str, object]:
    report = tread.report
    row: dict[str, object] = {"axle": tread.axle, "source": tread.fit.source if tread.fit else "prior"}
    for name in ("tread_mm", "mm_per_1000km", "wear_mm"):
        quantity = getattr(report, name)
        row |= {} if quantity is None else {name: quantity.value, f"{name}_low": quantity.low,
                                            f"{name}_high": quantity.high}
    return row


def tread_forecast(case: Case) -> Iterator[Finding]:
    """Tyres that reach it within half a year, the axle that does so first before the other."""
    today = case.view.today
    for due in case.due:
        left = (due.date - today).days
        if due.limit != "tread" or due.axle is None or not 0 < left <= case.view.policy.findings.tread_days:
            continue
        tread = case.view.parts.tread[due.axle]
        advice, span = _advice(case, tread), between(due.low, due.high)
        yield Finding(
            code=FindingCode.TYRE_TREAD_FORECAST, severity=Severity.ADVISE,
            zh=f"{due.reason_zh}预计{due.date.month}月{due.date.day}日前后({span[0]})。{advice[0]}",
            en=f"{due.reason_en} Expected around {due.date.day} {due.date:%B} ({span[1]}). {advice[1]}",
            evidence=[_tread_row(tread), {"date": str(due.date), "low": str(due.low), "high": str(due.high)}])


def _advice(case: Case, tread: AxleTread) -> Words:
    """Swapping the axles helps only where the other pair has more left."""
    own, other = tread.report.tread_mm, case.view.parts.tread[OTHER_AXLE[tread.axle]].report.tread_mm
    if own and other and other.value - own.value >= case.view.policy.tyres.good_while_mm:
        return "建议:先量四轮花纹并换位,不急着换胎。", "Measure all four and rotate first; no hurry to replace."
    return "建议:先量四轮花纹,再和客户商量换胎。", "Measure all four, then talk about new tyres."


def tyre_age(case: Case) -> Iterator[Finding]:
    """Rubber ages whatever its tread: one sentence for tyres of one age."""
    fitted = {tread.axle: tread.pair.fresh.day for tread in case.view.parts.tread.values() if tread.pair.fresh}
    for day in sorted({day for day in fitted.values() if day is not None}):
        axles = [axle for axle in fitted if fitted[axle] == day]
        yield from _aged(case, day, axles[0] if len(axles) == 1 else None)


def _aged(case: Case, fitted: date, axle: Axle | None) -> Iterator[Finding]:
    p, years = case.view.policy.tyres, (case.view.today - fitted).days / 365.25
    if years < p.inspect_years:
        return
    old = years >= p.replace_years
    advice = ("建议更换", "replacement is advised") if old else ("建议检查橡胶", "please check the rubber")
    zh, en = (AXLE_NAMES[axle][0], f"{AXLE_NAMES[axle][1]} ") if axle else ("", "")
    yield Finding(code=FindingCode.TYRE_AGE, severity=Severity.SOON if old else Severity.ADVISE,
                  zh=f"{zh}轮胎已用{years:.0f}年,{advice[0]}。",
                  en=f"The {en}tyres are {years:.0f} years old; {advice[1]}.",
                  evidence=[{"fitted_at": str(fitted), "years": years} | ({"axle": axle} if axle else {})])


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
