"""Rules about how messages are sent: service level, retaining, saying hello and goodbye, how often."""

from collections import Counter

from device_sim.check.reading import Observation
from device_sim.check.verdict import Finding, Verdict
from schemas.wire import MESSAGES_PER_S, Command, Reply, Status, Telemetry

OFTEN_PER_S = 1.0
"""Messages a second from which framing costs more than what is in them [K]."""
ANSWER_WITHIN_S = 60.0
"""A device that hears a command answers it within this [s] [K]."""


def service_level(seen: Observation) -> Finding:
    """QoS 1 for everything that goes up: QoS 0 is lost with the connection, QoS 2 costs two more packets."""
    levels = Counter(one.heard.qos for one in seen.sent())
    said = ", ".join(f"{number} at QoS {level}" for level, number in sorted(levels.items()))
    if levels[0]:
        return Finding("qos", Verdict.FAIL, f"{said}: QoS 0 is lost with the connection, publish at 1")
    if levels[2]:
        return Finding("qos", Verdict.WARN, f"{said}: QoS 2 costs two more packets and gains nothing")
    return Finding("qos", Verdict.PASS if levels else Verdict.UNSEEN, said or "nothing heard")


def retaining(seen: Observation) -> Finding:
    """Only the status is retained: a retained measurement would be delivered again for ever, and is never counted."""
    kept = Counter(one.kind for one in seen.taken if one.kind != "status" and (one.heard.retain or one.heard.replayed))
    fleeting = [heard for heard, _ in seen.of(Status) if not heard.retain and not heard.replayed]
    if kept:
        said = ", ".join(f"{number} {kind or 'unknown'}" for kind, number in kept.items())
        return Finding("retain", Verdict.FAIL, f"retained: {said}; never counted as samples, publish without retain")
    if fleeting:
        return Finding("retain", Verdict.FAIL, "status is not retained: whoever asks later does not know; set retain,"
                                               " for the last will too")
    return Finding("retain", Verdict.PASS if seen.taken else Verdict.UNSEEN, "only the status")


def status(seen: Observation) -> Finding:
    """It says online, with the boot its telemetry carries."""
    said = [body for _, body in seen.of(Status)]
    boots = {body.boot for heard, body in seen.of(Telemetry) if not heard.replayed}
    if not said:
        return Finding("status", Verdict.FAIL if seen.taken else Verdict.UNSEEN,
                       "no status, retained or new: publish online after each connection")
    if boots and all(body.state == "offline" for body in said):
        return Finding("status", Verdict.FAIL, "says offline and sends: publish online after each connection")
    if boots and said[-1].boot not in boots:
        return Finding("status", Verdict.WARN, f"status of boot {said[-1].boot}, telemetry of {sorted(boots)[0]}")
    return Finding("status", Verdict.PASS, f"{said[-1].state}, firmware {said[-1].fw or 'unnamed'}")


def last_will(seen: Observation) -> Finding:
    """The broker says offline for it when it is cut off."""
    if any(body.state == "offline" for _, body in seen.of(Status)):
        return Finding("last will", Verdict.PASS, "offline was said")
    return Finding("last will", Verdict.UNSEEN, "pull the plug while this listens: offline must come within 1.5 x its"
                                                " keep-alive")


def rate(seen: Observation) -> Finding:
    """Messages a second, averaged; beyond the allowance they become dead letters."""
    per_s = len(seen.sent()) / max(seen.seconds, 1)
    said = f"{per_s:.2f} messages/s (allowance {MESSAGES_PER_S:g})"
    if per_s > MESSAGES_PER_S:
        return Finding("rate", Verdict.FAIL, f"{said}: beyond it, what does not fit its burst is refused")
    if per_s > OFTEN_PER_S:
        return Finding("rate", Verdict.WARN, f"{said}: gather more samples into a message")
    return Finding("rate", Verdict.PASS if seen.sent() else Verdict.UNSEEN, said)


def commands(seen: Observation) -> Finding:
    """Every command heard in time is answered under its id."""
    answered = {body.id for _, body in seen.of(Reply)}
    end_s = max((one.heard.at_s for one in seen.taken), default=0.0)
    asked = [body.id for heard, body in seen.of(Command)
             if not heard.replayed and (body.id in answered or heard.at_s + ANSWER_WITHIN_S < end_s)]
    silent = [name for name in asked if name not in answered]
    if silent:
        return Finding("commands", Verdict.FAIL, f"{len(silent)} of {len(asked)} without a reply, first {silent[0]}:"
                                                 " answer each, what you cannot do with an error")
    return Finding("commands", Verdict.PASS, f"{len(asked)} answered") if asked else \
        Finding("commands", Verdict.UNSEEN, "none was sent")
