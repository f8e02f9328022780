"""Findings about slow faults of the engine: thermostat and fuel trims."""

from collections.abc import Iterator
from math import isnan

from health.case import Case
from schemas.findings import Finding, FindingCode, Severity

LOADS = {"idle": ("怠速", "at idle"), "part_load": ("正常行驶", "in normal driving"),
         "high_load": ("大负荷", "under high load")}


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
    when = ("这几天到店", "within days") if faulty else ("下次到店", "at the next visit")
    yield Finding(
        code=FindingCode.THERMOSTAT, severity=Severity.SOON if faulty else Severity.ADVISE,
        zh=f"热车水温只有约{now:.0f}度{against[0]},节温器可能关不严,会多费油、暖风不热,建议{when[0]}检查。",
        en=f"The warm engine reaches only about {now:.0f} degrees{against[1]}: the thermostat may not close, which "
           f"costs fuel and heating. Please check it {when[1]}.",
        evidence=[{"trips": state.steady.recent_trips, "trips_before": state.steady.before_trips,
                   "colder_by_k": colder_k, **state.report.model_dump(mode="json")}])


def fuel_trim(case: Case) -> Iterator[Finding]:
    """Much fuel added or taken away by the engine computer: where it happens tells where to look."""
    p = case.view.policy.trims
    lean, rich = case.trims.lean(p), case.trims.rich(p)
    if not lean and not rich:
        return
    where = [(*LOADS[load], abs(case.trims.by_load[load].recent)) for load in lean or rich]
    (thin_zh, verb_zh, verb_en), (look_zh, look_en) = (
        ("稀", "多喷", "adds") if lean else ("浓", "少喷", "takes away")), _where_to_look(lean)
    each_zh = "、".join(f"{zh}{verb_zh}{pct:.0f}%" for zh, _, pct in where)
    each_en = ", ".join(f"{pct:.0f} % {en}" for _, en, pct in where)
    yield Finding(
        code=FindingCode.FUEL_TRIM, severity=Severity.ADVISE,
        zh=f"混合气偏{thin_zh},电脑在持续修正({each_zh}),建议下次到店检查{look_zh}。",
        en=f"The engine computer steadily {verb_en} fuel ({each_en}); please check {look_en} at the next visit.",
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
