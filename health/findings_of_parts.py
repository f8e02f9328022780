"""Findings about brake pads, engine oil and the 12 V battery."""

from collections.abc import Iterator

from health.case import Case
from health.catalogue import AXLE_NAMES
from health.reasons import between
from schemas.findings import Finding, FindingCode, Severity
from schemas.quantity import Q


def pads_low(case: Case) -> Iterator[Finding]:
    """Pads that have reached their limit."""
    for pads in case.view.parts.pads.values():
        if pads.mm is None or pads.mm.value > case.view.policy.brakes.advise_mm:
            continue
        zh, en = AXLE_NAMES[pads.axle]
        yield Finding(
            code=FindingCode.BRAKE_PADS_LOW, severity=Severity.SOON,
            zh=f"{zh}刹车片约{pads.mm.value:.1f}毫米,请先量一下再和客户商量更换。",
            en=f"The {en} brake pads are about {pads.mm.value:.1f} mm; please measure them, then talk about new ones.",
            evidence=[{"axle": pads.axle, "mm_per_1000km": pads.mm_per_1000km, **_row("pad_mm", pads.mm)}])


def pads_forecast(case: Case) -> Iterator[Finding]:
    """Pads that reach their limit within half a year."""
    for due in case.due:
        if due.limit == "pads" and 0 < (due.date - case.view.today).days <= case.view.policy.findings.tread_days:
            span = between(due.low, due.high)
            yield Finding(
                code=FindingCode.BRAKE_PADS_FORECAST, severity=Severity.ADVISE,
                zh=f"{due.reason_zh}预计{due.date.month}月{due.date.day}日前后({span[0]})。建议先实测。",
                en=f"{due.reason_en} Expected around {due.date.day} {due.date:%B} ({span[1]}). "
                   "Please measure them first.",
                evidence=[{"item": due.item, "date": str(due.date), "low": str(due.low), "high": str(due.high)}])


def oil_hot(case: Case) -> Iterator[Finding]:
    """Oil that was hotter than it stands."""
    peak_c, limit_c = case.view.parts.oil.peak_c, case.view.policy.oil.too_hot_c
    if peak_c > limit_c:
        yield Finding(
            code=FindingCode.OIL_HOT, severity=Severity.SOON,
            zh=f"机油温度最高到过{peak_c:.0f}度(超过{limit_c:.0f}度会变质),建议检查机油。",
            en=f"The oil reached {peak_c:.0f} degrees; above {limit_c:.0f} it ages quickly. Please check it.",
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
    if weak and low:
        yield Finding(code=FindingCode.BATTERY_REPLACE, severity=Severity.SOON,
                      zh="电瓶静置电压和起动电压都偏低,请做免费检测,很可能需要更换。",
                      en="The 12 V battery rests and cranks low; please test it free of charge, it probably needs "
                         "replacing.", evidence=evidence)
        return
    what = ("起动电压", "cranking voltage") if weak else ("静置电压", "resting voltage")
    yield Finding(code=FindingCode.BATTERY_CHECK, severity=Severity.ADVISE, zh=f"电瓶{what[0]}偏低,建议免费检测。",
                  en=f"The {what[1]} of the 12 V battery is low; a free test is advised.", evidence=evidence)


def charging(case: Case) -> Iterator[Finding]:
    """A generator that never charges properly."""
    volts = case.battery.report.charging_v
    if case.battery.charging_low and volts is not None:
        yield Finding(code=FindingCode.CHARGING_LOW, severity=Severity.SOON,
                      zh=f"行驶中充电电压只有约{volts.value:.1f}伏,建议检查发电机。",
                      en=f"Charging voltage is only about {volts.value:.1f} V while driving; please check the "
                         "generator.",
                      evidence=[_row("charging_v", volts)])


def _row(name: str, quantity: Q) -> dict[str, object]:
    if quantity is None:
        return {}
    return {name: quantity.value, f"{name}_low": quantity.low, f"{name}_high": quantity.high, "source": quantity.source}
