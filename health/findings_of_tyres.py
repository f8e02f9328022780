"""Findings about tyres: depth now, depth to come, age."""

from collections.abc import Iterator
from datetime import date

import numpy as np

from health.case import Case
from health.catalogue import AXLE_NAMES
from health.days_in_words import Words, around, day, month, sureness
from health.reasons import plus_minus, rounded
from health.tread import AxleTread, advise_mm, missing_pressure
from health.tyre_work import AXLES
from schemas.findings import Finding, FindingCode, Severity
from schemas.quantity import Quantity
from schemas.vehicle import OTHER_AXLE, Axle


def tread_low(case: Case) -> Iterator[Finding]:
    """Tyres that have reached the depth at which replacement is advised, or the legal limit."""
    p = case.view.policy.tyres
    for tread in case.view.parts.tread.values():
        depth, limit_mm = tread.report.tread_mm, _advise_mm(case, tread)
        if depth is None or depth.value >= limit_mm:
            continue
        legal = depth.value < p.legal_mm
        words = _worn_out(tread, p.legal_mm) if legal else _low(tread, depth, limit_mm)
        more = _one_pair_may_do(case, tread)
        yield Finding(
            code=FindingCode.TYRE_TREAD_LOW, severity=Severity.URGENT if legal else Severity.SOON,
            zh=words[0] + more[0], en=f"{words[1]} {more[1]}".rstrip(), evidence=[_tread_row(tread)])


def _advise_mm(case: Case, tread: AxleTread) -> float:
    return advise_mm(tread.pair, case.view.facts, case.view.policy.tyres)


def _low(tread: AxleTread, depth: Quantity, limit_mm: float) -> Words:
    (zh, en), now = AXLE_NAMES[tread.axle], plus_minus(depth)
    return (f"{zh}花纹{now[0]},已低于建议更换的{limit_mm:g}毫米,建议到店量一下,再商量更换。",
            f"The {en} tread is {now[1]}; replacement is advised at {limit_mm:g} mm. Please have it measured, then "
            "talk about new tyres.")


def _worn_out(tread: AxleTread, legal_mm: float) -> Words:
    """An estimate says no tenths of a millimetre where the law has its limit."""
    zh, en = AXLE_NAMES[tread.axle]
    return (f"{zh}花纹估计已不到法定的{legal_mm:g}毫米,请尽快到店量一下,属实请更换。",
            f"The {en} tread is probably below the legal {legal_mm:g} mm; please have it measured without delay, and "
            "if so replace the tyres.")


def _one_pair_may_do(case: Case, worn: AxleTread) -> Words:
    """What is said where the other pair has a good while to go; the deeper pair belongs in the rear (TyreSafe)."""
    p = case.view.policy.tyres
    other = case.view.parts.tread[OTHER_AXLE[worn.axle]]
    depth = other.report.tread_mm
    if depth is None or depth.value - _advise_mm(case, other) < p.good_while_mm:
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
        advice, when = _advice(case, tread), around(due.date, due.low, due.high, today)
        sure = sureness(due.low, due.high)
        yield Finding(
            code=FindingCode.TYRE_TREAD_FORECAST, severity=Severity.ADVISE,
            zh=f"{due.reason_zh}照这样预计{when[0]}到这个深度。{advice[0]}{sure[0]}",
            en=f"{due.reason_en} At this pace that is {when[1]}. {advice[1]} {sure[1]}",
            evidence=[_tread_row(tread), {"date": str(due.date), "low": str(due.low), "high": str(due.high)}])


def _advice(case: Case, tread: AxleTread) -> Words:
    """Swapping the axles helps only where the other pair has more left."""
    own, other = tread.report.tread_mm, case.view.parts.tread[OTHER_AXLE[tread.axle]].report.tread_mm
    if own and other and other.value - own.value >= case.view.policy.tyres.good_while_mm:
        return ("建议:先量四轮花纹并换位,不急着换胎。",
                "Please measure all four and rotate first; there is no hurry to replace them.")
    return "建议:先量四轮花纹,再和客户商量换胎。", "Please measure all four, then talk about new tyres."


def tyre_age(case: Case) -> Iterator[Finding]:
    """Rubber ages whatever its tread: one sentence for tyres of one age."""
    fitted = {tread.axle: tread.pair.fresh.day for tread in case.view.parts.tread.values() if tread.pair.fresh}
    for since in sorted({since for since in fitted.values() if since is not None}):
        axles = [axle for axle in fitted if fitted[axle] == since]
        yield from _aged(case, since, axles)


def _aged(case: Case, fitted: date, axles: list[Axle]) -> Iterator[Finding]:
    p, today = case.view.policy, case.view.today
    years = (today - fitted).days / 365.25
    over = min((due.date for due in case.due if due.axle in axles and due.limit == "months"), default=date.max)
    old = (over - today).days <= p.findings.service_days
    if years < p.tyres.inspect_years and not old:
        return
    zh, en = (AXLE_NAMES[axles[0]][0], f"{AXLE_NAMES[axles[0]][1]} ") if len(axles) == 1 else ("", "")
    begun, advice = month(fitted), _advice_by_age(over, today) if old else (
        "建议下次到店检查橡胶有没有开裂", "please check the rubber for cracks at the next visit")
    yield Finding(code=FindingCode.TYRE_AGE, severity=Severity.SOON if old else Severity.ADVISE,
                  zh=f"{zh}轮胎已用{int(years)}年多({begun[0]}装),{advice[0]}。",
                  en=f"The {en}tyres are over {int(years)} years old (fitted in {begun[1]}); {advice[1]}.",
                  evidence=[{"fitted_at": str(fitted), "years": years} | ({"axle": axles[0]} if zh else {})])


def _advice_by_age(over: date, today: date) -> Words:
    """What is said of tyres at the end of the time their rubber is good for, whatever their tread."""
    if over <= today:
        return "和花纹无关,建议更换", "whatever their tread, replacement is advised"
    zh, en = day(over, today)
    return f"和花纹无关,建议{zh}前更换", f"whatever their tread, replacement is advised by {en}"


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
