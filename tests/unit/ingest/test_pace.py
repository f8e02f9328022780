"""A device that sends without end is held; one that comes back from a long silence is not."""

import pytest

from ingest import pace
from ingest.pace import Pace
from schemas.topics import up
from schemas.wire import MESSAGE_BURST, MESSAGES_PER_S

TOPIC = up("s00", "fast-1", "telemetry")


def passed(pace: Pace, count: int, now: float, topic: str = TOPIC) -> int:
    return sum(pace.allows(topic, now) for _ in range(count))


def test_a_backlog_of_thirty_days_passes_at_once() -> None:
    messages = 30 * 86_400 // 300
    assert passed(Pace(), messages, 0.0) == messages


def test_beyond_the_burst_only_the_steady_rate_passes() -> None:
    buckets = Pace()
    assert passed(buckets, MESSAGE_BURST + 10, 0.0) == MESSAGE_BURST
    assert passed(buckets, 1_000, 2.0) == 2 * MESSAGES_PER_S


def test_all_topics_of_a_device_share_its_bucket_and_others_have_their_own() -> None:
    buckets = Pace()
    passed(buckets, MESSAGE_BURST, 0.0)
    assert not buckets.allows(up("s00", "fast-1", "event"), 0.0)
    assert buckets.allows(up("s00", "slow-1", "event"), 0.0)


def test_full_buckets_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "SWEEP_AT", 10)
    buckets = Pace()
    for number in range(1_000):
        buckets.allows(up("s00", f"d{number}", "telemetry"), float(number))
    assert len(buckets._used_until) <= 11
