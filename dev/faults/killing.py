"""Ingest dies: at random, between two steps of a batch, by another's hand, or because it is asked to.

Receipts follow the acknowledgement, a second later while there is much to do. Who dies in between takes them along, and
the devices must ask again: sooner here than in the field (`Scale.resend_s`).
"""

import time

from dev.faults.ingest_process import DUPLICATES, IngestProcess
from dev.faults.stage import Stage

KILLED = -9
SECOND_SHARD = "s01"
SERVED = f'broker_shard_served{{broker="main",shard="{SECOND_SHARD}"}}'
"""The rule ShardUnserved of docs/alerts.yml looks at it."""

ALARM_S = 30
LAG_LIMIT_S = 2.0


def at_random(stage: Stage) -> None:
    """F1: killed again and again while messages flow; what had not been committed is delivered again."""
    fleet = stage.fleet(resend_after_s=stage.scale.resend_s)
    stage.make_session()
    fleet.speak()
    for _ in range(stage.scale.kills):
        ingest = stage.ingest()
        fleet.wait(stage.dice.uniform(0.2, 3))
        ingest.kill()
    stage.ingest()
    stage.recovered(stage.until_caught_up(fleet), limit_s=10)
    stage.finish()


def after_commit(stage: Stage) -> None:
    """F2: what was committed and not acknowledged comes again and merges into nothing."""
    second = _dies_at(stage, f"after_commit:{stage.dice.randint(2, 8)}")
    stage.check("what was committed is delivered again", second.look()[DUPLICATES] >= 1)


def before_commit(stage: Stage) -> None:
    """F3: of a batch that was copied and not committed nothing is to be seen."""
    second = _dies_at(stage, "before_commit:1", nothing_stored=True)
    stage.check("nothing was stored before", second.look()[DUPLICATES] == 0)


def _dies_at(stage: Stage, failpoint: str, *, nothing_stored: bool = False) -> IngestProcess:
    fleet = stage.fleet(resend_after_s=stage.scale.resend_s)
    stage.make_session()
    fleet.speak()
    first = stage.ingest(failpoint=failpoint)
    stage.check("killed at its failpoint", first.wait(20) == KILLED)
    if nothing_stored:
        stage.check("no part of the batch is visible", stage.tally().stored == 0)
    second = stage.ingest()
    stage.recovered(stage.until_caught_up(fleet), limit_s=10)
    stage.finish()
    return second


def taken_over(stage: Stage) -> None:
    """F20: a second ingest for the same shard takes it over; the first goes and says why, and does not come back."""
    fleet = stage.fleet(resend_after_s=stage.scale.resend_s)
    first = stage.ingest()
    fleet.speak(1)
    fleet.speak()
    second = stage.ingest()
    stage.check("the loser exits non-zero", first.wait(10) > 0)
    stage.check("the loser says why", "serves all our shards now" in first.log)
    stage.recovered(stage.until_receipts_flow(fleet), limit_s=5)
    fleet.wait(3)
    stage.check("the winner keeps the shard", second.ready() and second.log.count("broker_connected") == 1)
    stage.finish()


def one_shard_down(stage: Stage) -> None:
    """F21: one of two ingest processes is dead and stays so; the other shard does not notice, and it is told."""
    half = stage.scale.rate / 2
    theirs = stage.fleet(rate=half, resend_after_s=stage.scale.resend_s)
    ours = stage.fleet(rate=half, resend_after_s=stage.scale.resend_s, shard=SECOND_SHARD)
    stage.ingest()
    dead, sync = stage.ingest(SECOND_SHARD), stage.broker_sync()
    for fleet in (theirs, ours):
        fleet.speak()
    theirs.wait(2)
    dead.kill()
    killed_s = time.monotonic()
    told_s = stage.seconds_until(lambda: sync.look().get(SERVED) == 0, ALARM_S)
    stage.check("ShardUnserved sees it, and with 10 s of patience and a scrape is an alarm within 30 s", told_s <= 5)
    theirs.wait(stage.scale.down_s * 4)
    stage.check(f"the other shard stays within {LAG_LIMIT_S:g} s", theirs.worst_lag_s(killed_s) <= LAG_LIMIT_S)
    stage.ingest(SECOND_SHARD)
    stage.recovered(stage.until_caught_up(ours), limit_s=10)
    stage.finish()


def terminated(stage: Stage) -> None:
    """F25: asked to stop, ingest commits and acknowledges what it holds; nothing committed is delivered again."""
    fleet = stage.fleet()
    first = stage.ingest()
    fleet.speak()
    fleet.wait(2)
    ended = stage.seconds_until(lambda: first.terminate() == 0, 1)
    stage.check("exits 0 within 10 s", ended <= 10)
    second = stage.ingest()
    stage.recovered(stage.until_caught_up(fleet), limit_s=10)
    stage.finish()
    stage.check("nothing committed is delivered again", second.look()[DUPLICATES] == 0)
