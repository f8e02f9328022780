"""Findings about fuel: changes the driving explains, and changes it does not."""

from collections.abc import Iterator

from health.case import Case
from health.findings_of_tyres import pressure_low
from health.findings_of_use import more_congested
from schemas.findings import Finding, FindingCode, Severity
from schemas.quantity import Unknown

CAUSES = {
    "traffic": (("走走停停多了", "more stop-and-go traffic"), ("走走停停少了", "less stop-and-go traffic")),
    "acceleration": (("加速急了", "harder acceleration"), ("加速缓了", "gentler acceleration")),
    "speed": (("车速高了", "higher speed"), ("车速低了", "lower speed")),
    "weather": (("天冷了", "colder weather"), ("天暖了", "warmer weather")),
    "cold_engine": (("冷车行驶多了", "more driving with a cold engine"),
                    ("冷车行驶少了", "less driving with a cold engine")),
}
"""Causes of a change of consumption in words, where they cost fuel and where they save it."""


def unexplained(case: Case) -> Iterator[Finding]:
    """A lasting change of consumption that the way of driving does not explain."""
    drift = case.use.drift
    now, then, rest = drift.recent_l_per_100km, drift.before_l_per_100km, drift.unexplained
    if drift.alarm is None or now is None or then is None or rest is None:
        return
    up, expected = drift.alarm == "up", now.value / (1 + rest.value)
    low, high = sorted(abs(now.value - now.value / (1 + share)) for share in (rest.low, rest.high))
    off = abs(now.value - expected)
    todo = _suspects(case) if up else ("先观察。", "Nothing needs doing yet.")
    yield Finding(
        code=FindingCode.FUEL_USE_UP if up else FindingCode.FUEL_USE_DOWN,
        severity=Severity.ADVISE if up else Severity.INFO,
        zh=f"最近每百公里约{now.value:.1f}升(以前{then.value:.1f}升);按路况、天气和开法应约{expected:.1f}升,"
           f"{'多' if up else '少'}了约{off:.1f}升({low:.1f}至{high:.1f}升)。{todo[0]}",
        en=f"Lately it needs about {now.value:.1f} L/100 km ({then.value:.1f} before); roads, weather and driving "
           f"account for {expected:.1f}, so about {off:.1f} L ({low:.1f} to {high:.1f}) {'more' if up else 'less'} "
           f"than expected. {todo[1]}",
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
        return (f"同时发现{'、'.join(zh for zh, _ in shown)},建议下次到店先查这个。",
                f"The car also shows {' and '.join(en for _, en in shown)}; please check that first at the next visit.")
    return ("建议下次到店检查胎压、空滤和刹车拖滞。",
            "Please check tyre pressure, air filter and dragging brakes at the next visit.")


def explained(case: Case) -> Iterator[Finding]:
    """A change the way of driving explains: the car is well, and the customer may know why."""
    drift, p = case.use.drift, case.view.policy.drift
    if drift.alarm or not drift.causes or drift.change is None or abs(drift.change.value) < p.least_change:
        return
    top, now, then = drift.causes[0], drift.recent_l_per_100km, drift.before_l_per_100km
    if top.change is None or now is None or then is None or top.change.value * drift.change.value <= 0:
        return
    if top.cause == "traffic" and more_congested(case):  # said already, with its shares
        return
    zh, en = CAUSES[top.cause][top.change.value < 0]
    litres = abs(top.change.value) * then.value
    yield Finding(
        code=FindingCode.FUEL_USE_EXPLAINED, severity=Severity.INFO,
        zh=f"最近油耗从每百公里{then.value:.1f}升变为{now.value:.1f}升,主要是因为{zh}(约{litres:.1f}升)。"
           "油耗方面车辆数据正常,请如实告诉客户。",
        en=f"Fuel went from {then.value:.1f} to {now.value:.1f} L/100 km lately, mostly because of {en} (about "
           f"{litres:.1f} L). As to fuel the car's data are normal; please tell the customer so.",
        evidence=[drift.model_dump(mode="json")])


def diesel(case: Case) -> Iterator[Finding]:
    """Litres of a diesel that does not tell its fuel rate are a guess from speed."""
    fuel = case.use.fuel
    if Unknown.DIESEL_WITHOUT_FUEL_RATE in fuel.reasons.values() and fuel.by_source.fuel_rate is None:
        yield Finding(
            code=FindingCode.FUEL_DIESEL_UNMEASURED, severity=Severity.INFO,
            zh="这是柴油车,设备读不到喷油量,油耗只能按车速估算。",
            en="This is a diesel without a fuel-rate signal: its fuel is only estimated from speed.",
            evidence=[{"fuel_type": fuel.kind}])
