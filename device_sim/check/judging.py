"""All rules in their order; what is in a foreign format can only be judged from outside."""

from collections.abc import Callable, Sequence

from device_sim.check import content, delivery, keeping
from device_sim.check.reading import Flaw, Observation
from device_sim.check.verdict import Finding, Verdict
from schemas.topics import FOREIGN_KIND

Rule = Callable[[Observation], Finding]

OURS: tuple[Rule, ...] = (
    content.decoding, keeping.sequence, keeping.boots, content.instants, content.clock, content.names, content.ranges,
    content.volume, delivery.rate, delivery.service_level, delivery.retaining, delivery.status, delivery.last_will,
    keeping.receipts, keeping.resending, delivery.commands)
NOT_FOREIGN = ("sequence", "boots", "clock", "signals", "ranges", "receipts", "resend")


def judged(seen: Observation) -> list[Finding]:
    """What every rule says. A device that sent nothing fails by that alone."""
    if not seen.sent():
        return [Finding("heard", Verdict.FAIL, f"nothing new within {seen.seconds:.0f} s: is it on, does its name stand"
                                               " in its topics, may this user read them?")]
    if all(one.kind == FOREIGN_KIND or isinstance(one.body, Flaw) for one in seen.sent()):
        return foreign(seen)
    return [rule(seen) for rule in OURS]


def foreign(seen: Observation) -> list[Finding]:
    """Formats without numbers, receipts and mostly without time: only how and how much they send."""
    trees = sorted({one.heard.topic.partition("/")[0] for one in seen.taken})
    return [Finding("format", Verdict.PASS, f"{', '.join(trees)}: read by ingest (docs/formats.md); what it cannot read"
                                            " is listed by `python -m ingest dead-letters list`"),
            delivery.rate(seen), _foreign_volume(seen), _foreign_level(seen),
            *(Finding(rule, Verdict.UNSEEN, "this format has none, or it is not read here") for rule in NOT_FOREIGN)]


def _foreign_volume(seen: Observation) -> Finding:
    per_s = sum(one.heard.framed_bytes for one in seen.sent()) / max(seen.seconds, 1)
    month_mb = per_s * content.MONTH_S / 1e6
    over = Verdict.FAIL if month_mb > content.PLAN_MB else Verdict.WARN
    return Finding("volume", over if month_mb > content.NEARLY * content.PLAN_MB else Verdict.PASS,
                   f"{per_s:.0f} bytes/s: {month_mb:.1f} MB a month of 60 h (plan {content.PLAN_MB:g})")


def _foreign_level(seen: Observation) -> Finding:
    lossy = sum(one.heard.qos == 0 for one in seen.sent())
    return Finding("qos", Verdict.WARN, f"{lossy} of {len(seen.sent())} at QoS 0: lost with the connection") if lossy \
        else Finding("qos", Verdict.PASS if seen.sent() else Verdict.UNSEEN, "nothing at QoS 0")


def good(findings: Sequence[Finding]) -> bool:
    """Whether nothing failed."""
    return all(finding.verdict is not Verdict.FAIL for finding in findings)
