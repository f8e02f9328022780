"""Rules about numbering, keeping and sending again: what makes a stream lossless from end to end."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise

from device_sim.check.reading import Observation
from device_sim.check.verdict import Finding, Verdict
from schemas.wire import RESEND_AFTER_S, Receipt

Key = tuple[int, int]
"""boot, seq"""
GRACE_S = 5.0
"""A message and the receipt of its forerunner may cross on the way [s] [K]."""
PATIENCE_S = 1.5 * RESEND_AFTER_S
"""Without a receipt for this long [s], a message should have come again."""


def sequence(seen: Observation) -> Finding:
    """One counter over all that goes up: a number left out is a message lost, a number used twice another one."""
    bodies: dict[Key, set[bytes]] = {}
    for heard, body in seen.numbered():
        bodies.setdefault((body.boot, body.seq), set()).add(heard.payload)
    reused = [seq for (_, seq), payloads in bodies.items() if len(payloads) > 1]
    missing = [number for boot in {boot for boot, _ in bodies} for number in _missing(boot, bodies)]
    if reused:
        return Finding("sequence", Verdict.FAIL, f"{len(reused)} numbers used for two messages, first {reused[0]}:"
                                                 " a receipt for one would drop the other")
    if missing:
        return Finding("sequence", Verdict.FAIL, f"{len(missing)} of {len(bodies) + len(missing)} numbers missing,"
                                                 f" first {min(missing)} (listen again if it was sending a backlog)")
    again = len(seen.numbered()) - len(bodies)
    return Finding("sequence", Verdict.PASS if bodies else Verdict.UNSEEN, f"{len(bodies)} numbers without a gap,"
                                                                           f" {again} sent again")


def _missing(boot: int, known: Mapping[Key, object]) -> list[int]:
    numbers = {seq for one, seq in known if one == boot}
    first, last = min(numbers), max(numbers)
    if last - first > 100 * len(numbers) + 1000:
        return [first + 1]  # not a counter at all
    return [number for number in range(first, last) if number not in numbers]


def boots(seen: Observation) -> Finding:
    """A new random number at each start, and not many starts."""
    told = list(dict.fromkeys(body.boot for _, body in seen.numbered()))
    if len(told) > 1:
        return Finding("boots", Verdict.WARN, f"started {len(told) - 1} times while we listened")
    if told and told[0] < 2:
        return Finding("boots", Verdict.WARN, f"boot {told[0]}: a constant, not a random number per start?")
    return Finding("boots", Verdict.PASS if told else Verdict.UNSEEN, f"boot {told[0]}" if told else "nothing numbered")


def receipts(seen: Observation) -> Finding:
    """What has a receipt is not sent again."""
    receipted_s = _receipted(seen)
    if not receipted_s:
        return Finding("receipts", Verdict.UNSEEN, "none came: does ingest serve its shard, is it provisioned?")
    ignored = Counter((body.boot, body.seq) for heard, body in seen.numbered()
                      if heard.at_s > receipted_s.get((body.boot, body.seq), heard.at_s) + GRACE_S)
    if ignored:
        return Finding("receipts", Verdict.FAIL, f"{len(ignored)} messages sent again after their receipt, one"
                                                 f" {max(ignored.values())} times: receipts are not honoured")
    return Finding("receipts", Verdict.PASS, f"{len(receipted_s)} receipts, none ignored")


def resending(seen: Observation) -> Finding:
    """What has no receipt comes again after a minute or a new connection, and not sooner."""
    sent_s, receipted_s = _sent(seen), _receipted(seen)
    end_s = max((heard.at_s for heard, _ in seen.numbered()), default=0.0)
    overdue = {key for key, times in sent_s.items() for at_s, after_s in zip(times, [*times[1:], end_s], strict=True)
               if min(receipted_s.get(key, end_s), after_s) - at_s > PATIENCE_S}
    hasty = [key for key, times in sent_s.items() for earlier, later in pairwise(times)
             if later - earlier < RESEND_AFTER_S - GRACE_S and not _connected(seen, earlier, later)
             and later <= receipted_s.get(key, later)]
    waited = [key for key, times in sent_s.items() if len(times) > 1]
    if overdue:
        return Finding("resend", Verdict.FAIL, f"{len(overdue)} messages without a receipt did not come again within"
                                               f" {PATIENCE_S:g} s: lost if the broker fails")
    if hasty:
        return Finding("resend", Verdict.WARN, f"{len(hasty)} messages again within {RESEND_AFTER_S:g} s: costs volume")
    return Finding("resend", Verdict.PASS, f"{len(waited)} sent again in time") if waited else \
        Finding("resend", Verdict.UNSEEN, "every receipt came in time; stop ingest for two minutes while this listens")


def _sent(seen: Observation) -> dict[Key, list[float]]:
    times: dict[Key, list[float]] = {}
    for heard, body in seen.numbered():
        times.setdefault((body.boot, body.seq), []).append(heard.at_s)
    return times


def _receipted(seen: Observation) -> dict[Key, float]:
    """When the first receipt of each message heard of came."""
    sent, first = _sent(seen), dict[Key, float]()
    for heard, receipt in seen.of(Receipt):
        for key in _named(receipt, sent):
            first.setdefault(key, heard.at_s)
    return first


def _named(receipt: Receipt, sent: Mapping[Key, object]) -> Iterator[Key]:
    return (key for key in sent if key[0] == receipt.boot and any(low <= key[1] <= high for low, high in receipt.seq))


def _connected(seen: Observation, after_s: float, before_s: float) -> bool:
    return any(after_s - GRACE_S <= at_s <= before_s for at_s in seen.connected_at())


