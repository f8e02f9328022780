"""However much poison comes, only so much is kept; the rest is counted."""

from datetime import UTC, datetime, timedelta

import pytest

from archive.fleet.arrival import Batch
from archive.fleet.dead_letters import DeadLetter
from ingest import flood
from ingest.flood import FloodGate
from schemas.wire import RejectReason

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def letters(count: int, device_key: int = 1, reason: RejectReason = RejectReason.MALFORMED, *, size: int = 1,
            at: datetime = NOON) -> Batch:
    return Batch(letters=[DeadLetter(at, "topic", b"x" * size, reason, "", device_key)] * count)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> FloodGate:
    """A gate of small limits, to which three letters of device 1 were committed."""
    monkeypatch.setattr(flood, "LETTERS_PER_HOUR", 5)
    monkeypatch.setattr(flood, "LETTER_BYTES_PER_HOUR", 100)
    monkeypatch.setattr(flood, "ALL_LETTER_BYTES_PER_HOUR", 150)
    gate = FloodGate()
    gate.note(gate.sift(letters(3)).letters)
    return gate


def test_beyond_the_limit_letters_are_counted(gate: FloodGate) -> None:
    batch = gate.sift(letters(10))
    assert len(batch.letters) == 2
    assert [(one.letters, one.bytes, one.device_key) for one in batch.floods] == [(8, 8, 1)]


def test_a_batch_that_was_not_committed_uses_up_nothing(gate: FloodGate) -> None:
    gate.sift(letters(10))
    assert len(gate.sift(letters(10)).letters) == 2


def test_other_devices_and_reasons_have_their_own_limit(gate: FloodGate) -> None:
    assert len(gate.sift(letters(9, device_key=2)).letters) == 5
    assert len(gate.sift(letters(9, reason=RejectReason.CLOCK)).letters) == 5


def test_bytes_are_limited_per_device_and_in_all(gate: FloodGate) -> None:
    batch = gate.sift(letters(3, device_key=2, size=49))
    assert len(batch.letters) == 2
    gate.note(batch.letters)
    assert len(gate.sift(letters(3, device_key=3, size=49)).letters) == 1


def test_a_new_hour_starts_again(gate: FloodGate) -> None:
    assert len(gate.sift(letters(9, at=NOON + timedelta(hours=1))).letters) == 5
