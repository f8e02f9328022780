"""Findings about trouble codes: what the car says of itself, how urgent it is and what to do."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from health.case import Case
from health.codes_table import Meaning, codes_in_words, meaning_of
from health.days_in_words import day
from health.moments import instant_us
from schemas.findings import Finding, FindingCode, Severity
from schemas.report import TroubleCode

TO_DO = {
    Severity.URGENT: ("请马上联系客户,安排救援或就近检查。",
                      "Please call the customer now and arrange for help or a check nearby."),
    Severity.SOON: ("建议这几天到店诊断。", "A diagnosis within days is advised."),
    Severity.ADVISE: ("建议下次到店一起诊断。", "A diagnosis at the next visit is advised."),
    Severity.INFO: ("一般不影响行驶,到店时顺便看一下。", "It hardly affects driving; have a look at the next visit."),
}
"""What the advisor should do, by the most urgent code."""


def stored(case: Case) -> Iterator[Finding]:
    """Codes the car has made sure of: one sentence for each degree of urgency."""
    sure = [code for code in case.codes.active() if code.status != "pending"]
    for severity in TO_DO:
        chosen = [code for code in sure if code.severity is severity]
        if chosen:
            (zh, en), (care_zh, care_en), (back_zh, back_en) = TO_DO[severity], _care(chosen), _back(chosen)
            named, since = codes_in_words(chosen), _since(case, chosen)
            yield _finding(FindingCode.TROUBLE_CODE, severity, chosen,
                           f"故障码{named[0]},{since[0]}。{back_zh}{zh}{care_zh}",
                           " ".join(filter(None, (f"Trouble {named[1]}, {since[1]}.", back_en, en, care_en))))


def pending(case: Case) -> Iterator[Finding]:
    """Codes the car has seen once and is not sure of yet."""
    chosen = [code for code in case.codes.active() if code.status == "pending"]
    if chosen:
        zh, en = codes_in_words(chosen)
        yield _finding(FindingCode.TROUBLE_CODE_PENDING, Severity.INFO, chosen,
                       f"有待确认的故障码{zh},车辆还在判断,先观察,到店时读一下。",
                       f"Pending trouble {en}: the car is not sure yet; please read the codes at the next visit.")


def cleared(case: Case) -> Iterator[Finding]:
    """Codes somebody cleared lately: the fault may still be there."""
    days = case.view.policy.codes.cleared_d
    since_us = instant_us(case.view.today - timedelta(days=days))
    chosen = [code for code in case.codes.told or [] if code.cleared_at and instant_us(code.cleared_at) >= since_us]
    if chosen:
        zh, en = codes_in_words(chosen)
        yield _finding(FindingCode.TROUBLE_CODE_CLEARED, Severity.INFO, chosen,
                       f"近{days}天故障码{zh}被清除过,请问一下修过什么,到店时再读一次。",
                       f"Within the last {days} days trouble {en} {'was' if len(chosen) == 1 else 'were'} cleared: "
                       "please ask what was repaired and read the codes again.")


def unreadable(case: Case) -> Iterator[Finding]:
    """Entries in a form nobody here can read."""
    count = case.codes.unreadable
    if count:
        yield Finding(code=FindingCode.TROUBLE_CODE_UNREADABLE, severity=Severity.INFO,
                      zh="设备报告了无法识别的故障码,请用诊断仪读取。",
                      en="The device told trouble codes that cannot be read here; please read them with a tester.",
                      evidence=[{"entries": count}])


def _finding(code: FindingCode, severity: Severity, chosen: Sequence[TroubleCode], zh: str, en: str) -> Finding:
    return Finding(code=code, severity=severity, zh=zh, en=en,
                   evidence=[one.model_dump(mode="json") for one in chosen])


def _since(case: Case, chosen: Sequence[TroubleCode]) -> tuple[str, str]:
    first = min(code.first_seen for code in chosen).astimezone(case.codes.zone).date()
    zh, en = day(first, case.view.today)
    return f"最早{zh}出现", f"first seen on {en}"


def _back(chosen: Sequence[TroubleCode]) -> tuple[str, str]:
    back = sorted(code.code for code in chosen if code.reappeared)
    if not back:
        return "", ""
    gone = "it was" if len(back) == 1 else "they were"
    return f"{'、'.join(back)}消失或清除后又出现过。", f"{' and '.join(back)} came back after {gone} gone or cleared."


def _care(chosen: Sequence[TroubleCode]) -> tuple[str, str]:
    """What the driver should do meanwhile; each advice once."""
    meanings: list[Meaning] = [meaning_of(code.code) for code in chosen]
    return ("".join(dict.fromkeys(meaning.care_zh for meaning in meanings)),
            " ".join(filter(None, dict.fromkeys(meaning.care_en for meaning in meanings))))
