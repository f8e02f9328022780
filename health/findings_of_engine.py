"""Findings about slow faults of the engine: thermostat and fuel trims."""

from collections.abc import Iterator
from math import isnan

from health.case import Case
from schemas.findings import Finding, FindingCode, Severity

LOADS = {"idle": ("怠速", "idling"), "part_load": ("正常行驶", "normal driving"), "high_load": ("大负荷", "high load")}


def thermostat(case: Case) -> Iterator[Finding]:
    """A warm engine that runs colder than it used to: the thermostat no longer closes."""
    p, state = case.view.policy.cooling, case.cooling
    colder_k = state.colder_by_k(p)
    own = not isnan(state.steady.before)
    if not colder_k >= (p.drift_k if own else p.malfunction_k):
        return
    faulty, now = colder_k >= p.malfunction_k, state.steady.recent
    against = ((f"(以前{state.steady.before:.0f}度)", f" ({state.steady.before:.0f} before)") if own else
               (f"(一般{p.regulating_c:.0f}度以上)", f" (usually {p.regulating_c:.0f} or more)"))
    yield Finding(
        code=FindingCode.THERMOSTAT, severity=Severity.SOON if faulty else Severity.ADVISE,
        zh=f"热车水温只有约{now:.0f}度{against[0]},节温器可能关不严,会多费油、暖风不热,建议检查。",
        en=f"The warm engine reaches only about {now:.0f} degrees{against[1]}: the thermostat may not close. It costs "
           "fuel and heating; please check it.",
        evidence=[{"trips": state.steady.recent_trips, "trips_before": state.steady.before_trips,
                   "colder_by_k": colder_k, **state.report.model_dump(mode="json")}])


def fuel_trim(case: Case) -> Iterator[Finding]:
    """Much fuel added or taken away by the engine computer: where it happens tells where to look."""
    p = case.view.policy.trims
    lean, rich = case.trims.lean(p), case.trims.rich(p)
    if not lean and not rich:
        return
    where_zh, where_en = ([LOADS[load][side] for load in lean or rich] for side in (0, 1))
    what = ("偏稀", "adds much fuel") if lean else ("偏浓", "takes much fuel away")
    look = _where_to_look(lean)
    yield Finding(
        code=FindingCode.FUEL_TRIM, severity=Severity.ADVISE,
        zh=f"{'、'.join(where_zh)}时混合气{what[0]},电脑在持续修正,建议检查{look[0]}。",
        en=f"The engine computer steadily {what[1]} at {' and '.join(where_en)}; please check {look[1]}.",
        evidence=[case.trims.report.model_dump(mode="json")])


def _where_to_look(lean: list[str]) -> tuple[str, str]:
    """Workshop practice: an air leak weighs most where little air passes, too little fuel where much is needed."""
    if not lean:
        return "喷油嘴、燃油蒸发阀和空气流量计", "injectors, vapour valve and air meter"
    if lean == ["idle"]:
        return "进气管路是否漏气", "the intake for air leaks"
    if "idle" not in lean:
        return "燃油压力和空气流量计", "fuel pressure and air meter"
    return "空气流量计和进气密封", "air meter and intake seals"
