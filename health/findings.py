"""Findings: what the report means for the people at the desk, short, polite, with evidence."""

from collections.abc import Callable, Iterator
from datetime import date

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
from health.days_in_words import around, day
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
    near = [due for due in case.due if not _told_elsewhere(due) and (due.date - today).days <= p.service_days]
    for overdue in (True, False):
        chosen = [due for due in near if (due.date <= today) is overdue]
        by_calendar = [due for due in chosen if due.limit == "months"]
        together = by_calendar if len(by_calendar) > 1 else []
        if together:
            yield _service(together, *_several(together, today, overdue=overdue), overdue=overdue)
        for due in chosen:
            if due not in together:
                yield _service([due], *_one(due, today, overdue=overdue), overdue=overdue)


def _told_elsewhere(due: Due) -> bool:
    """Wear, codes and the age of tyres have findings of their own."""
    return due.limit in TOLD_ELSEWHERE or due.axle is not None


def _service(dues: list[Due], zh: str, en: str, *, overdue: bool) -> Finding:
    rows = [{"item": due.item, "date": str(due.date), "low": str(due.low), "high": str(due.high), "limit": due.limit}
            for due in dues]
    return Finding(code=FindingCode.SERVICE_DUE, severity=Severity.SOON if overdue else Severity.ADVISE, zh=zh, en=en,
                   evidence=[dict(row) for row in rows])


def _one(due: Due, today: date, *, overdue: bool) -> tuple[str, str]:
    (zh, en), (when_zh, when_en) = name_of(due.item), _when(due, today, overdue=overdue)
    ask = (("建议尽快预约。", "Please book it soon.") if overdue else
           ("建议提前预约。", "Please book it in good time."))
    return f"{zh}{when_zh}。{due.reason_zh}{ask[0]}", f"{en[0].upper()}{en[1:]}: {when_en}. {due.reason_en} {ask[1]}"


def _when(due: Due, today: date, *, overdue: bool) -> tuple[str, str]:
    """A limit of the calendar has a day, also in the past; any other has been reached or will be around one."""
    zh, en = day(due.date, today) if overdue else around(due.date, due.low, due.high, today)
    if not overdue:
        return f"{zh}到期", f"due {en}"
    return (f"{zh}已到期", f"due since {en}") if due.limit == "months" and due.date < today else ("已到期", "due now")


def _several(dues: list[Due], today: date, *, overdue: bool) -> tuple[str, str]:
    """One sentence for all that only the calendar asks for; a day they share is said once."""
    one_day = len({due.date for due in dues}) == 1
    names = [(*name_of(due.item), *(("", "") if one_day else day(due.date, today))) for due in dues]
    listed_zh = "、".join(f"{zh}({when})" if when else zh for zh, _, when, _ in names)
    listed_en = _listed([f"{en} ({when})" if when else en for _, en, _, when in names])
    zh, en = day(dues[0].date, today)
    if overdue:
        since = (zh, f" since {en}") if one_day else ("", "")
        return (f"按时间{since[0]}已到期:{listed_zh}。请先核对上次是什么时候做的,再预约一次做完。",
                f"Due by the calendar{since[1]}: {listed_en}. Please check when they were last done, then book them in "
                "one visit.")
    on = ((f"按时间{zh}到期", f"Due by the calendar on {en}") if one_day else
          ("按时间快到期", "Soon due by the calendar"))
    return f"{on[0]}:{listed_zh}。建议预约一次做完。", f"{on[1]}: {listed_en}. Please book them in one visit."


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]])


FINDERS: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    codes.stored, codes.pending, codes.cleared, codes.unreadable, service_due, tyres.tread_low, tyres.tread_forecast,
    tyres.tyre_age, tyres.pressure_low, parts.pads_low, parts.pads_forecast, parts.oil_hot, parts.battery,
    parts.charging, engine.thermostat, engine.fuel_trim, use.motorway, use.congestion, fuel.unexplained, fuel.explained,
    fuel.diesel, fleet.fuel, fleet.tyre_wear, data.odometer, data.gaps, data.silence, data.measure)
"""Every rule that may have something to say."""
