"""Trouble codes as a limit of maintenance rules: what a code asks for falls due because of it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from health.codes import Codes
from health.codes_table import codes_in_words
from health.policy import CodePolicy
from schemas.findings import Severity
from schemas.report import Due, TroubleCode
from schemas.vehicle import MaintenanceRule, ServiceDone


def due_by_code(rule: MaintenanceRule, codes: Codes, services: Iterable[ServiceDone], today: date,
                p: CodePolicy) -> Due | None:
    """The due date of an item a code asks for; None while none does.

    Urgent ones and those to be seen soon fall due at once, the others after `advise_d` days. A code from before the
    last such work was dealt with then.
    """
    done = max((service.at for service in services if service.item == rule.item and service.at <= today), default=None)
    asking = [code for code in codes.active()
              if _asks(rule, code) and (done is None or _day(code.last_seen, codes) > done)]
    if not asking:
        return None
    at = max(today, min(_day(code.first_seen, codes) + timedelta(days=_wait_d(code, p)) for code in asking))
    zh, en = codes_in_words(asking)
    return Due(item=rule.item, date=at, low=at, high=at, limit="codes", reason_zh=f"有故障码{zh}。",
               reason_en=f"The car has trouble {en}.")


def _asks(rule: MaintenanceRule, code: TroubleCode) -> bool:
    """A pending code asks for nothing; a harmless one only where the rule names more than its letter."""
    named = max((len(begin) for begin in rule.codes if code.code.startswith(begin)), default=0)
    return code.status != "pending" and named > (1 if code.severity is Severity.INFO else 0)


def _day(moment: datetime, codes: Codes) -> date:
    return moment.astimezone(codes.zone).date()


def _wait_d(code: TroubleCode, p: CodePolicy) -> int:
    return p.advise_d if code.severity in (Severity.INFO, Severity.ADVISE) else 0
