"""Rules about what is in the messages: can it be read, are times and values plausible, what does it cost."""

from collections import Counter
from itertools import pairwise
from statistics import median

from device_sim.check.reading import Flaw, Observation, signals, times_ms
from device_sim.check.verdict import Finding, Verdict
from schemas.signals import BY_ALIAS
from schemas.wire import FARTHEST_AHEAD_MS, OLDEST_MS, UP, Telemetry

MONTH_S = 30 * 2 * 3600
"""Driving in a month [s]: two hours a day, as the plan of 30 MB is reckoned (docs/devices.md)."""
PLAN_MB, NEARLY = 30.0, 0.8
"""The plan [MB a month], and the share of it from which we warn [K]."""
MUCH_PER_SAMPLE = 139.0
"""What the plan allows one sample to cost at one a second [bytes]."""
AHEAD_S, BEHIND_S = 2.0, 120.0
"""A good clock's newest sample is neither from the future by more than this [s], nor this old at arrival [K]."""
DECADES_S = 20 * 365 * 86_400
"""No clock runs wrong by this much [s]: it was never set, or another unit is meant [K]."""
FARTHEST_ZONE_H = 14
"""The farthest a local time is from UTC [h] (Kiribati, tz database)."""
STRAY_SHARE = 0.01
"""Share of a signal's values that may lie outside its range before it is wrong rather than noisy [K]."""


def decoding(seen: Observation) -> Finding:
    """Nothing may end as a dead letter."""
    flaws = [one.body for one in seen.sent() if isinstance(one.body, Flaw)]
    why = Counter(f"{flaw.reason} ({flaw.detail})" for flaw in flaws)
    said = ", ".join(f"{number} x {reason}" for reason, number in why.most_common(5))
    read = sum(one.kind in UP for one in seen.sent()) - len(flaws)
    return Finding("decode", Verdict.FAIL, f"would be dead letters: {said}") if flaws else \
        Finding("decode", Verdict.PASS if read else Verdict.UNSEEN, f"{read} messages read")


def clock(seen: Observation) -> Finding:
    """Its times must be true at arrival: outside the window a whole message is refused."""
    ages_s = [(heard.at_s - max(times_ms(body)) / 1000, heard.at_s - min(times_ms(body)) / 1000)
              for heard, body in seen.of(Telemetry)]
    if not ages_s:
        return Finding("clock", Verdict.UNSEEN, "no telemetry")
    newest_s, oldest_s = min(newest for newest, _ in ages_s), max(oldest for _, oldest in ages_s)
    if newest_s < -FARTHEST_AHEAD_MS / 1000:
        return Finding("clock", Verdict.FAIL, f"{-newest_s:.0f} s ahead, refused beyond 5 minutes: {_why(-newest_s)}")
    if oldest_s > OLDEST_MS / 1000:
        return Finding("clock", Verdict.FAIL, f"{oldest_s / 86_400:.0f} days old at arrival, refused beyond 90:"
                                              f" {_why(oldest_s)}")
    if newest_s < -AHEAD_S:
        return Finding("clock", Verdict.WARN, f"{-newest_s:.1f} s ahead: {_why(-newest_s)}")
    if newest_s > BEHIND_S:
        return Finding("clock", Verdict.WARN, f"nothing younger than {newest_s:.0f} s: only a backlog, or behind:"
                                              f" {_why(newest_s)}")
    return Finding("clock", Verdict.PASS, f"newest sample {newest_s:.1f} s old at arrival, oldest {oldest_s:.0f} s")


def _why(wrong_s: float) -> str:
    """The likeliest mistake behind a clock that is wrong by so much."""
    if wrong_s > DECADES_S:
        return "is `t` in milliseconds since 1970, and the clock set before the first sample?"
    whole_hours = round(wrong_s / 3600)
    if 0 < whole_hours <= FARTHEST_ZONE_H and abs(wrong_s - 3600 * whole_hours) < BEHIND_S:
        return f"{whole_hours} h, local time instead of UTC?"
    return "set it (GNSS, NTP, network) before the first sample"


def instants(seen: Observation) -> Finding:
    """Time runs forward: samples of one instant become one row, and a jump back means that a clock was set."""
    told = {(body.boot, body.seq): times_ms(body) for _, body in seen.of(Telemetry)}
    same = sum(len(times) - len(set(times)) for times in told.values())
    same += sum(number - 1 for number in Counter(time for times in told.values() for time in set(times)).values())
    order = sorted(told)
    back = [seq for before, (boot, seq) in pairwise(order)
            if before[0] == boot and min(told[boot, seq]) < max(told[before])]
    if same:
        return Finding("times", Verdict.FAIL, f"{same} samples share an instant with another and merge into one:"
                                              " is `dt` in milliseconds, counted from `t`?")
    if back:
        return Finding("times", Verdict.WARN, f"time goes back at message {back[0]}: clock set, or a backlog")
    return Finding("times", Verdict.PASS if told else Verdict.UNSEEN, f"{sum(map(len, told.values()))} instants")


def volume(seen: Observation) -> Finding:
    """Two hours of driving a day must fit into the cheapest plan, everything it publishes counted."""
    instant = sorted({time for _, body in seen.of(Telemetry) for time in times_ms(body)})
    steps = [later - earlier for earlier, later in pairwise(instant)]
    if not steps:
        return Finding("volume", Verdict.UNSEEN, "fewer than two samples")
    per_sample = sum(one.heard.framed_bytes for one in seen.sent()) / len(instant)
    month_mb = per_sample * MONTH_S / (median(steps) / 1000) / 1e6
    said = f"{per_sample:.1f} bytes a sample, one every {median(steps) / 1000:g} s: {month_mb:.1f} MB a month"
    if month_mb <= NEARLY * PLAN_MB:
        return Finding("volume", Verdict.PASS, f"{said} (plan {PLAN_MB:g})")
    return Finding("volume", Verdict.FAIL if month_mb > PLAN_MB else Verdict.WARN,
                   f"{said} (plan {PLAN_MB:g}): more samples a message, differences, zlib")


def names(seen: Observation) -> Finding:
    """Signals we have no column for are kept, but nothing is computed from them; without speed there are no trips."""
    told = {alias for _, body in seen.of(Telemetry) for alias in body.s}
    unknown = sorted(told - BY_ALIAS.keys())
    if not told:
        return Finding("signals", Verdict.UNSEEN, "no telemetry")
    if unknown:
        return Finding("signals", Verdict.WARN, f"unknown, kept unread: {', '.join(unknown)}")
    if not told & {"speed", "gps_speed", "lat"}:
        return Finding("signals", Verdict.WARN, "neither speed nor position: no trips can be told")
    return Finding("signals", Verdict.PASS, ", ".join(sorted(told)))


def ranges(seen: Observation) -> Finding:
    """Values lie where the quantity can lie; a whole signal outside means a wrong unit or scaling."""
    inside, outside = Counter[str](), Counter[str]()
    for _, body in seen.of(Telemetry):
        for alias, values in signals(body).items():
            if signal := BY_ALIAS.get(alias):
                known = [value for value in values if value is not None]
                strays = sum(not signal.low <= value <= signal.high for value in known)
                outside[alias] += strays
                inside[alias] += len(known) - strays
    shares = {alias: stray / (stray + inside[alias]) for alias, stray in outside.items() if stray}
    said = ", ".join(f"{alias} {share:.0%} outside {BY_ALIAS[alias].low:g}..{BY_ALIAS[alias].high:g}"
                     f" {BY_ALIAS[alias].unit}" for alias, share in sorted(shares.items()))
    if shares:
        return Finding("ranges", Verdict.FAIL if max(shares.values()) > STRAY_SHARE else Verdict.WARN,
                       f"{said}: unit, scaling, or a placeholder where null belongs?")
    return Finding("ranges", Verdict.PASS if inside else Verdict.UNSEEN, f"{sum(inside.values())} values plausible")
