"""Findings about brake pads, engine oil and the 12 V battery."""

from collections.abc import Iterator

import numpy as np

from health.case import Case
from health.catalogue import PAD_NAMES, rule_of
from health.days_in_words import around, sureness
from health.pads import PAD_ITEMS
from health.reasons import pad_thickness
from schemas.findings import Finding, FindingCode, Severity
from schemas.quantity import Q


def pads_low(case: Case) -> Iterator[Finding]:
    """Pads that have reached their limit."""
    for pads in case.view.parts.pads.values():
        rule = rule_of(PAD_ITEMS[pads.axle], case.view.facts)
        advise_mm = (rule.pad_mm if rule else None) or case.view.policy.brakes.advise_mm
        if pads.mm is None or pads.mm.value > advise_mm:
            continue
        (zh, en), now = PAD_NAMES[pads.axle], pad_thickness(pads.mm)
        yield Finding(
            code=FindingCode.BRAKE_PADS_LOW, severity=Severity.SOON,
            zh=f"{zh}{now[0]},到{advise_mm:g}毫米建议更换,请尽快到店量一下,再商量更换。",
            en=f"The {en} are {now[1]}; replacement is advised at {advise_mm:g} mm. Please have them measured soon, "
               "then talk about new ones.",
            evidence=[{"axle": pads.axle, "mm_per_1000km": pads.mm_per_1000km, **_row("pad_mm", pads.mm)}])


def pads_forecast(case: Case) -> Iterator[Finding]:
    """Pads that reach their limit within half a year."""
    today = case.view.today
    for due in case.due:
        if due.limit == "pads" and 0 < (due.date - today).days <= case.view.policy.findings.tread_days:
            when, sure = around(due.date, due.low, due.high, today), sureness(due.low, due.high)
            yield Finding(
                code=FindingCode.BRAKE_PADS_FORECAST, severity=Severity.ADVISE,
                zh=f"{due.reason_zh}照这样预计{when[0]}到这个厚度。建议下次到店先实测。{sure[0]}",
                en=f"{due.reason_en} At this pace that is {when[1]}. Please measure them at the next visit. {sure[1]}",
                evidence=[{"item": due.item, "date": str(due.date), "low": str(due.low), "high": str(due.high)}])


def oil_hot(case: Case) -> Iterator[Finding]:
    """Oil that was hotter than it stands."""
    peak_c, limit_c = case.view.parts.oil.peak_c, case.view.policy.oil.too_hot_c
    if peak_c > limit_c:
        yield Finding(
            code=FindingCode.OIL_HOT, severity=Severity.SOON,
            zh=f"机油温度最高到过{peak_c:.0f}度(超过{limit_c:.0f}度会变质),建议这几天到店检查机油。",
            en=f"The oil reached {peak_c:.0f} degrees; above {limit_c:.0f} it ages quickly. Please have it checked "
               "within days.",
            evidence=[{"oil_peak_c": peak_c, "limit_c": limit_c}])


def battery(case: Case) -> Iterator[Finding]:
    """A battery that cranks weakly or rests low; replacement is named only where both agree."""
    state, p = case.battery, case.view.policy.battery
    weak = state.crank_margin_v is not None and state.crank_margin_v < 0
    low = state.charge_pct is not None and state.charge_pct < p.low_charge_pct
    if not weak and not low:
        return
    evidence: list[dict[str, object]] = [{
        "charge_pct": state.charge_pct, "crank_margin_v": state.crank_margin_v,
        "crank_slope_v_60d": state.crank_slope_v_60d,
        **_row("rest_v", state.report.rest_v), **_row("crank_v", state.report.crank_v)}]
    zh, en = zip(*_signs(case, weak=weak, low=low), strict=True)
    if weak and low:
        yield Finding(code=FindingCode.BATTERY_REPLACE, severity=Severity.SOON,
                      zh=f"电瓶{','.join(zh)},很可能需要更换,建议这几天到店免费检测。",
                      en=f"The 12 V battery {' and '.join(en)}: it probably needs replacing; please have it tested "
                         "free of charge within days.", evidence=evidence)
        return
    yield Finding(code=FindingCode.BATTERY_CHECK, severity=Severity.ADVISE,
                  zh=f"电瓶{zh[0]},建议下次到店免费检测。",
                  en=f"The 12 V battery {en[0]}; a free test at the next visit is advised.", evidence=evidence)


def _signs(case: Case, *, weak: bool, low: bool) -> Iterator[tuple[str, str]]:
    """What was seen of a battery, beside where doubt begins."""
    state, p = case.battery, case.view.policy.battery
    rest, crank = state.report.rest_v, state.report.crank_v
    if low and rest is not None:
        kind = (case.view.facts.battery.kind if case.view.facts.battery else None) or "flooded"
        seen, limit = _apart(rest.value, float(np.interp(p.low_charge_pct, p.charge_pct, p.rest_v[kind])))
        yield (f"静置电压约{seen}伏(低于{limit}伏就该检测)", f"rests at about {seen} V (a test is due below {limit})")
    if weak and crank is not None and state.crank_margin_v is not None:
        seen, limit = _apart(crank.value, crank.value - state.crank_margin_v)
        yield (f"起动时降到约{seen}伏(这个气温下正常{limit}伏以上)",
               f"drops to about {seen} V while cranking (healthy at that temperature: {limit} or more)")


def _apart(value: float, limit: float) -> tuple[str, str]:
    """Two voltages with as many digits as tell them apart [V]."""
    digits = 1 if f"{value:.1f}" != f"{limit:.1f}" else 2
    return f"{value:.{digits}f}", f"{limit:.{digits}f}"


def charging(case: Case) -> Iterator[Finding]:
    """A generator that never charges properly."""
    volts, limit_v = case.battery.report.charging_v, case.view.policy.battery.charging_low_v
    if case.battery.charging_low and volts is not None:
        yield Finding(code=FindingCode.CHARGING_LOW, severity=Severity.SOON,
                      zh=f"行驶中充电电压只有约{volts.value:.1f}伏(正常{limit_v:.1f}伏以上),建议这几天到店检查发电机和皮带。",
                      en=f"Charging voltage is only about {volts.value:.1f} V while driving (healthy: {limit_v:.1f} or "
                         "more); please have generator and belt checked within days.",
                      evidence=[_row("charging_v", volts)])


def _row(name: str, quantity: Q) -> dict[str, object]:
    if quantity is None:
        return {}
    return {name: quantity.value, f"{name}_low": quantity.low, f"{name}_high": quantity.high, "source": quantity.source}
