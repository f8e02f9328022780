"""When a batch closes, and what is dropped."""

import threading
import time

import pytest

from ingest import inbox
from ingest.inbox import Inbox
from ingest.messages import Message


def message(mid: int = 1, qos: int = 1, size: int = 10) -> Message:
    return Message("topic", b"x" * size, mid, qos, False, "s00", 1, 0.0)


def test_half_a_receive_window_closes_a_batch_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "BATCH_AGE_S", 60.0)
    box = Inbox(half_window=3)
    for mid in range(6):
        box.put(message(mid))
    began = time.monotonic()
    assert [one.mid for one in box.next_batch(1)] == [0, 1, 2]
    assert [one.mid for one in box.next_batch(1)] == [3, 4, 5]
    assert time.monotonic() - began < inbox.BATCH_AGE_S / 2


def test_many_bytes_close_a_batch() -> None:
    box = Inbox(half_window=1000)
    for mid in range(4):
        box.put(message(mid, size=inbox.BATCH_BYTES // 2))
    assert [one.mid for one in box.next_batch(1)] == [0, 1]


def test_one_message_beyond_the_size_is_a_batch_of_its_own() -> None:
    box = Inbox(half_window=1000)
    box.put(message(1, size=inbox.BATCH_BYTES * 2))
    box.put(message(2))
    assert [one.mid for one in box.next_batch(1)] == [1]
    assert [one.mid for one in box.next_batch(1)] == [2]


def test_a_lonely_message_waits_no_longer_than_its_age_allows() -> None:
    box = Inbox(half_window=1000)
    threading.Timer(0.05, box.put, [message(9)]).start()
    assert [one.mid for one in box.next_batch(5)] == [9]


def test_nothing_comes_of_nothing() -> None:
    assert Inbox(half_window=10).next_batch(0.01) == []


def test_only_qos_0_is_bounded_in_messages() -> None:
    box = Inbox(half_window=10)
    for mid in range(inbox.QOS0_LIMIT):
        assert box.has_room(message(mid, qos=0))
        box.put(message(mid, qos=0, size=0))
    assert not box.has_room(message(1, qos=0))
    assert box.has_room(message(2, qos=1))


def test_everything_is_bounded_in_bytes_until_a_batch_is_taken() -> None:
    box = Inbox(half_window=1000)
    great = message(size=inbox.INBOX_BYTES // 4)
    for _ in range(4):
        assert box.has_room(great)
        box.put(great)
    assert not box.has_room(message(qos=1))
    assert not box.has_room(message(qos=0))
    box.next_batch(1)
    assert box.has_room(great)
