"""A good device passes every rule that can be judged; one bad device per rule fails by that rule."""

import json
import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

from archive.fleet.devices import Device
from dev.faults.poison import corpus, tolerated
from device_sim.check.judging import good, judged
from device_sim.check.reading import Flaw, Heard, Observation, observe, read, signals, times_ms
from device_sim.check.verdict import Finding, Verdict
from ingest.columns import Taken, assemble
from ingest.formats import pitcall
from ingest.messages import Rejection
from schemas import topics
from schemas.wire import UP, Telemetry

NOW_S = 1_763_800_000.0
BOOT = 7123
Story = list[Heard]


def up(at_s: float, kind: str, body: object, **flags: Any) -> Heard:
    payload = body if isinstance(body, bytes) else zlib.compress(json.dumps(body).encode())
    return Heard(NOW_S + at_s, topics.up("s00", "dev-1", kind), payload, flags.pop("qos", 1), **flags)


def batch(at_s: float, seq: int, samples: int = 60, **changes: Any) -> Heard:
    """A minute of samples, sent half a second after the last of them."""
    flags = {name: changes.pop(name) for name in ("qos", "retain", "replayed") if name in changes}
    first_ms = round((NOW_S + at_s - samples + 0.5) * 1000)
    signals = changes.pop("s", {"speed": [50 + n % 3 for n in range(samples)], "batt": [14.1] * samples})
    body = {"v": 1, "boot": BOOT, "seq": seq, "t": first_ms, "dt": [1000 * n for n in range(samples)], "s": signals}
    return up(at_s, "telemetry", body | changes, **flags)


def again(heard: Heard, at_s: float) -> Heard:
    return heard._replace(at_s=NOW_S + at_s)


def status(at_s: float, state: str = "online", **flags: Any) -> Heard:
    return up(at_s, "status", {"v": 1, "state": state, "fw": "1.0", "boot": BOOT},
              **({"retain": True} | flags))


def down(at_s: float, kind: str, body: object) -> Heard:
    return Heard(NOW_S + at_s, topics.down("s00", "dev-1", kind), json.dumps(body).encode(), 0)


def receipt(at_s: float, first: int, last: int) -> Heard:
    return down(at_s, "receipt", {"boot": BOOT, "seq": [[first, last]]})


def good_story() -> Story:
    """It connects, sends three minutes, keeps what has no receipt, obeys, and is cut off."""
    return [status(0), batch(10, 1), receipt(10.2, 1, 1), batch(70, 2), batch(130, 3), receipt(130.2, 3, 3),
            again(batch(70, 2), 131), receipt(131.2, 2, 2),
            up(140, "event", {"v": 1, "boot": BOOT, "seq": 4, "t": round((NOW_S + 140) * 1000), "type": "shock"}),
            receipt(140.2, 4, 4),
            down(150, "command", {"id": "c1", "type": "read_codes", "expires": 2**50}),
            up(151, "reply", {"id": "c1", "ok": True, "result": {}}), status(160, "offline")]


def findings(story: Sequence[Heard], seconds: float = 200.0) -> dict[str, Finding]:
    return {finding.rule: finding for finding in judged(observe(story, seconds))}


def test_a_good_device_passes_every_rule() -> None:
    assert {rule: one.verdict for rule, one in findings(good_story()).items() if one.verdict != Verdict.PASS} == {}


def without(story: Story, unwanted: Callable[[Heard], bool]) -> Story:
    return [one for one in story if not unwanted(one)]


def every_minute(count: int, **changes: Any) -> Story:
    return [batch(60 * n, n, **changes) for n in range(1, count + 1)]


def at(story: Story, index: int, *instead: Heard) -> Story:
    return [*story[:index], *instead, *story[index + 1:]]


BAD: dict[str, tuple[str, Verdict, Story]] = {
    "no JSON": ("decode", Verdict.FAIL, [*good_story(), up(161, "telemetry", b"{")]),
    "a number left out": ("sequence", Verdict.FAIL, [*every_minute(1), batch(120, 3)]),
    "a number used twice": ("sequence", Verdict.FAIL, [batch(10, 1), batch(70, 1)]),
    "started twice": ("boots", Verdict.WARN, [batch(10, 1), batch(70, 1, boot=99)]),
    "always the same boot": ("boots", Verdict.WARN, [batch(10, 1, boot=1)]),
    "two samples at once": ("times", Verdict.FAIL, [batch(10, 1, samples=2, dt=[5, 5])]),
    "a clock set back": ("times", Verdict.WARN, [batch(10, 1), batch(70, 2, t=round((NOW_S - 500) * 1000))]),
    "a clock in the future": ("clock", Verdict.FAIL, [batch(10, 1, t=round((NOW_S + 900) * 1000))]),
    "a clock a little ahead": ("clock", Verdict.WARN, [batch(10, 1, t=round((NOW_S - 20) * 1000))]),
    "a clock of 1970": ("clock", Verdict.FAIL, [batch(10, 1, t=5000)]),
    "a clock an hour behind": ("clock", Verdict.WARN, [batch(10, 1, t=round((NOW_S - 3600) * 1000))]),
    "a signal without a column": ("signals", Verdict.WARN, [batch(10, 1, s={"speed": [5] * 60, "warp": [1] * 60})]),
    "no speed at all": ("signals", Verdict.WARN, [batch(10, 1, s={"batt": [14.1] * 60})]),
    "millivolts": ("ranges", Verdict.FAIL, [batch(10, 1, s={"speed": [5] * 60, "batt": [14_100] * 60})]),
    "one stray value": ("ranges", Verdict.WARN, [batch(600, 1, samples=600, s={"speed": [5] * 599 + [300]})]),
    "one sample a message": ("volume", Verdict.FAIL, [
        batch(n, n, 1, s={alias: [12.345678] for alias in ("speed", "rpm", "batt", "lat", "lon", "map", "iat", "odo")})
        for n in range(1, 30)]),
    "ten messages a second": ("rate", Verdict.WARN, [batch(n / 10, n, 1) for n in range(1, 2000)]),
    "a hundred messages a second": ("rate", Verdict.FAIL, [batch(n / 100, n, 1) for n in range(1, 20_000)]),
    "QoS 0": ("qos", Verdict.FAIL, at(good_story(), 1, batch(10, 1, qos=0))),
    "QoS 2": ("qos", Verdict.WARN, at(good_story(), 1, batch(10, 1, qos=2))),
    "retained telemetry": ("retain", Verdict.FAIL, at(good_story(), 1, batch(10, 1, retain=True))),
    "telemetry retained before": ("retain", Verdict.FAIL, [batch(0, 1, replayed=True), *good_story()]),
    "a fleeting status": ("retain", Verdict.FAIL, at(good_story(), 0, status(0, retain=False))),
    "no status": ("status", Verdict.FAIL, [batch(10, 1)]),
    "offline and sending": ("status", Verdict.FAIL, [status(0, "offline", replayed=True), batch(10, 1)]),
    "a status of another start": ("status", Verdict.WARN, [status(0), batch(10, 1, boot=44)]),
    "receipts not honoured": ("receipts", Verdict.FAIL, [
        batch(10, 1), receipt(11, 1, 1), batch(70, 2), again(batch(10, 1), 72)]),
    "nothing sent again": ("resend", Verdict.FAIL, every_minute(4)),
    "sent again too soon": ("resend", Verdict.WARN, [batch(10, 1), again(batch(10, 1), 20), receipt(21, 1, 1)]),
    "no answer to a command": ("commands", Verdict.FAIL, [
        *without(good_story(), lambda one: one.topic.endswith("reply")), batch(230, 5)]),
}


@pytest.mark.parametrize(("rule", "verdict", "story"), BAD.values(), ids=BAD.keys())
def test_a_bad_device_is_told_why(rule: str, verdict: Verdict, story: Story) -> None:
    found = findings(story)
    assert found[rule].verdict is verdict, found[rule].detail
    assert good(list(found.values())) is not (verdict is Verdict.FAIL) or verdict is Verdict.WARN


@pytest.mark.parametrize(("ahead_s", "why"), [
    (8 * 3600, "8 h, local time instead of UTC?"), (-3600 - 60, "1 h, local time"), (900, "set it"),
    (-NOW_S + NOW_S / 1000, "in milliseconds"), (-100 * 86_400 - 5_000, "set it")])
def test_a_wrong_clock_is_told_its_likeliest_cause(ahead_s: float, why: str) -> None:
    told = findings([batch(10, 1, samples=1, t=round((NOW_S + 10 + ahead_s) * 1000))])["clock"]
    assert told.verdict is not Verdict.PASS
    assert why in told.detail


def test_every_rule_has_a_bad_device_but_the_last_will() -> None:
    assert {rule for rule, _, _ in BAD.values()} == findings(good_story()).keys() - {"last will"}


@pytest.mark.parametrize(("rule", "story"), [
    ("last will", [status(0), batch(10, 1)]), ("receipts", every_minute(1)),
    ("resend", [batch(10, 1), receipt(10, 1, 1)]),
    ("commands", every_minute(1)), ("clock", [status(0)]), ("volume", [status(0)])])
def test_what_did_not_happen_is_not_judged(rule: str, story: Story) -> None:
    assert findings(story)[rule].verdict is Verdict.UNSEEN


def test_a_reconnect_may_send_again_at_once() -> None:
    story = [status(0), batch(10, 1), status(20), again(batch(10, 1), 21), receipt(21.2, 1, 1)]
    assert findings(story)["resend"].verdict is Verdict.PASS


def test_a_silent_device_fails() -> None:
    for story in ([], [status(0, replayed=True)], [receipt(1, 1, 1)]):
        assert [finding.verdict for finding in judged(observe(story, 60))] == [Verdict.FAIL]


def test_a_foreign_device_is_judged_from_outside_and_told_so() -> None:
    story = [Heard(NOW_S + n, "wican/dev-1/can/rx", b'{"SPEED": 50}', 0, retain=True) for n in range(60)]
    found = findings(story, 60)
    assert (found["qos"].verdict, found["volume"].verdict) == (Verdict.WARN, Verdict.PASS)
    assert {found[rule].verdict for rule in ("sequence", "clock", "ranges", "receipts")} == {Verdict.UNSEEN}


def poison() -> Iterable[tuple[str, str, bytes]]:
    for name, one in corpus(Device(1, "tough-1", "s02")).items():
        kind = one.topic.rpartition("/")[2] if one.topic else "telemetry"
        if kind in UP:
            yield name, kind, one.payload
    yield from ((name, "telemetry", payload) for name, payload in tolerated().items())


@pytest.mark.parametrize(("kind", "payload"), [one[1:] for one in poison()], ids=[one[0] for one in poison()])
def test_it_refuses_what_ingest_refuses_and_for_the_same_reason(kind: str, payload: bytes) -> None:
    here = read(UP[kind], payload)
    assert (here.reason if isinstance(here, Flaw) else None) == _reason_of_ingest(kind, payload)


def _reason_of_ingest(kind: str, payload: bytes) -> str | None:
    body = pitcall.decode(UP[kind], payload)
    if isinstance(body, Rejection):
        return body.reason
    if not isinstance(body, Telemetry):
        return None
    samples = pitcall.telemetry(payload)
    assert not isinstance(samples, Rejection)
    refused = assemble([Taken(0, 1, samples)]).refused
    return refused[0].reason if refused else None


def test_differences_are_undone_as_ingest_does() -> None:
    body = {"v": 1, "boot": 1, "seq": 1, "t": 1000, "dt": [0, 100, 100], "d": {"dt": 10, "batt": 0.01},
            "s": {"batt": [1412, None, -1]}}
    seen = Observation(1, observe([up(0, "telemetry", body)], 1).taken)
    ((_, message),) = seen.of(Telemetry)
    samples = pitcall.telemetry(json.dumps(body).encode())
    assert not isinstance(samples, Rejection)
    rows = assemble([Taken(0, 1, samples)]).rows
    assert signals(message)["batt"] == [pytest.approx(14.12), None, pytest.approx(14.11)]
    assert rows["battery_v"].round(4).to_list() == [pytest.approx(14.12), None, pytest.approx(14.11)]
    assert times_ms(message) == rows["time"].dt.epoch("ms").to_list()
