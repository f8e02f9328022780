"""Findings about fuel: changes the driving explains, and changes it does not."""

from collections.abc import Iterator

from health.case import Case
from health.findings_of_tyres import pressure_low
from health.findings_of_use import more_congested
from schemas.findings import Finding, FindingCode, Severity
from schemas.quantity import Unknown
from schemas.report_use import FuelDrift

CAUSES = {"traffic": ("走走停停", "stop-and-go traffic"), "acceleration": ("加速多", "harder acceleration"),
          "speed": ("车速高", "higher speed"), "weather": ("天气", "the weather"),
          "cold_engine": ("冷车短途", "short trips with a cold engine")}
"""Causes of a change of consumption in words."""


def unexplained(case: Case) -> Iterator[Finding]:
    """A lasting change of consumption that the way of driving does not explain."""
    drift = case.use.drift
    if drift.alarm is None or drift.unexplained is None:
        return
    up, percent = drift.alarm == "up", abs(drift.unexplained.value) * 100
    zh, en = _change(drift)
    yield Finding(
        code=FindingCode.FUEL_USE_UP if up else FindingCode.FUEL_USE_DOWN,
        severity=Severity.ADVISE if up else Severity.INFO,
        zh=f"{zh},其中约{percent:.0f}%不是路况、天气和开法造成的" + (f"。{_suspects(case)[0]}" if up else "。"),
        en=f"{en}, of which about {percent:.0f} % is not explained by roads, weather and driving."
           + (f" {_suspects(case)[1]}" if up else ""),
        evidence=[drift.model_dump(mode="json")])


def _suspects(case: Case) -> tuple[str, str]:
    """Where to look first: what else the car shows, else what workshops find most often."""
    shown = []
    if any(pressure_low(case)):
        shown.append(("胎压偏低", "low tyre pressure"))
    if case.trims.lean(case.view.policy.trims) or case.trims.rich(case.view.policy.trims):
        shown.append(("混合气修正偏大", "large fuel trims"))
    if case.cooling.colder_by_k(case.view.policy.cooling) >= case.view.policy.cooling.drift_k:
        shown.append(("水温偏低", "a cool running engine"))
    if shown:
        return (f"同时发现{'、'.join(zh for zh, _ in shown)},建议一起检查。",
                f"The car also shows {' and '.join(en for _, en in shown)}; please check that first.")
    return ("建议检查胎压、空滤和刹车拖滞。", "Please check tyre pressure, air filter and dragging brakes.")


def explained(case: Case) -> Iterator[Finding]:
    """A change the way of driving explains: the car is well, and the customer may know why."""
    drift, p = case.use.drift, case.view.policy.drift
    if drift.alarm or not drift.causes or drift.change is None or abs(drift.change.value) < p.least_change:
        return
    top = drift.causes[0]
    if top.change is None or top.change.value * drift.change.value <= 0:
        return
    if top.cause == "traffic" and more_congested(case):  # said already, with its shares
        return
    zh, en = _change(drift)
    yield Finding(
        code=FindingCode.FUEL_USE_EXPLAINED, severity=Severity.INFO,
        zh=f"{zh},主要是因为{CAUSES[top.cause][0]}(约{top.change.value * 100:+.0f}%)。车辆数据正常。",
        en=f"{en}, mostly because of {CAUSES[top.cause][1]} (about {top.change.value * 100:+.0f} %). The car is well.",
        evidence=[drift.model_dump(mode="json")])


def _change(drift: FuelDrift) -> tuple[str, str]:
    now, then = drift.recent_l_per_100km, drift.before_l_per_100km
    if now is None or then is None:
        return "", ""
    return (f"最近油耗从{then.value:.1f}变为{now.value:.1f}升/百公里",
            f"Fuel went from {then.value:.1f} to {now.value:.1f} L/100 km lately")


def diesel(case: Case) -> Iterator[Finding]:
    """Litres of a diesel that does not tell its fuel rate are a guess from speed."""
    fuel = case.use.fuel
    if Unknown.DIESEL_WITHOUT_FUEL_RATE in fuel.reasons.values() and fuel.by_source.fuel_rate is None:
        yield Finding(
            code=FindingCode.FUEL_DIESEL_UNMEASURED, severity=Severity.INFO,
            zh="这是柴油车,设备读不到喷油量,油耗只能按车速估算。",
            en="This is a diesel without a fuel-rate signal: its fuel is only estimated from speed.",
            evidence=[{"fuel_type": fuel.kind}])
