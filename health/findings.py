"""Findings: what the report means for the people at the desk, short, polite, with evidence."""

from collections.abc import Callable, Iterator

from health import findings_of_codes as codes
from health import findings_of_data as data
from health import findings_of_engine as engine
from health import findings_of_fleet as fleet
from health import findings_of_fuel as fuel
from health import findings_of_parts as parts
from health import findings_of_tyres as tyres
from health import findings_of_use as use
from health.case import Case
from health.catalogue import name_of
from schemas.findings import Finding, FindingCode, Severity
from schemas.report import Due

TOLD_ELSEWHERE = ("tread", "pads", "codes")
"""Limits with a finding of their own."""


def findings_of(case: Case) -> list[Finding]:
    """Everything worth a sentence, most urgent first."""
    found = [finding for find in FINDERS for finding in find(case)]
    urgency = list(Severity)[::-1]
    return sorted(found, key=lambda finding: (urgency.index(finding.severity), finding.code))


def service_due(case: Case) -> Iterator[Finding]:
    """What is due or soon will be: by distance one sentence each, by the calendar one for all."""
    today, p = case.view.today, case.view.policy.findings
    near = [due for due in case.due if due.limit not in TOLD_ELSEWHERE and (due.date - today).days <= p.service_days]
    for overdue in (True, False):
        chosen = [due for due in near if (due.date <= today) is overdue]
        by_calendar = [due for due in chosen if due.limit == "months"]
        together = by_calendar if len(by_calendar) > 1 else []
        if together:
            yield _service(together, *_several(together, overdue=overdue), overdue=overdue)
        for due in chosen:
            if due not in together:
                yield _service([due], *_one(due, overdue=overdue), overdue=overdue)


def _service(dues: list[Due], zh: str, en: str, *, overdue: bool) -> Finding:
    rows = [{"item": due.item, "date": str(due.date), "low": str(due.low), "high": str(due.high), "limit": due.limit}
            | ({} if due.axle is None else {"axle": due.axle}) for due in dues]
    return Finding(code=FindingCode.SERVICE_DUE, severity=Severity.SOON if overdue else Severity.ADVISE, zh=zh, en=en,
                   evidence=[dict(row) for row in rows])


def _one(due: Due, *, overdue: bool) -> tuple[str, str]:
    zh, en = name_of(due.item, due.axle)
    when = ("已到期", "due") if overdue else (f"约{_day_zh(due)}到期", f"due around {_day_en(due)}")
    return f"{zh}{when[0]}。{due.reason_zh}", f"{en[0].upper()}{en[1:]}: {when[1]}. {due.reason_en}"


def _several(dues: list[Due], *, overdue: bool) -> tuple[str, str]:
    """One sentence for all that only the calendar asks for."""
    names = [name_of(due.item, due.axle) for due in dues]
    if overdue:
        return (f"按时间已到期:{'、'.join(zh for zh, _ in names)}。请先核对上次是什么时候做的。",
                f"Due by the calendar: {_listed([en for _, en in names])}. Please check when they were last done.")
    zh = "、".join(f"{name[0]}({_day_zh(due)})" for name, due in zip(names, dues, strict=True))
    en = _listed([f"{name[1]} ({_day_en(due)})" for name, due in zip(names, dues, strict=True)])
    return f"按时间快到期:{zh}。", f"Soon due by the calendar: {en}."


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]])


def _day_zh(due: Due) -> str:
    return f"{due.date.month}月{due.date.day}日"


def _day_en(due: Due) -> str:
    return f"{due.date.day} {due.date:%B}"


FINDERS: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    codes.stored, codes.pending, codes.cleared, codes.unreadable, service_due, tyres.tread_low, tyres.tread_forecast,
    tyres.tyre_age, tyres.pressure_low, parts.pads_low, parts.pads_forecast, parts.oil_hot, parts.battery,
    parts.charging, engine.thermostat, engine.fuel_trim, use.motorway, use.congestion, fuel.unexplained, fuel.explained,
    fuel.diesel, fleet.fuel, fleet.tyre_wear, data.odometer, data.gaps, data.measure)
"""Every rule that may have something to say."""
