"""When a batch closes, and what is dropped."""

import threading
import time

from ingest import inbox
from ingest.inbox import Inbox
from ingest.messages import Message


def message(mid: int = 1, qos: int = 1, size: int = 10) -> Message:
    return Message("topic", b"x" * size, mid, qos, False, "s00", 1, 0.0)


def test_half_a_receive_window_closes_a_batch_at_once() -> None:
    box = Inbox(half_window=3)
    for mid in range(5):
        box.put(message(mid))
    began = time.monotonic()
    assert [one.mid for one in box.next_batch(1)] == [0, 1, 2]
    assert time.monotonic() - began < inbox.BATCH_AGE_S
    assert [one.mid for one in box.next_batch(1)] == [3, 4]


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


def test_only_qos_0_is_ever_dropped() -> None:
    box = Inbox(half_window=10)
    inbox_limit = inbox.QOS0_LIMIT
    for mid in range(inbox_limit):
        assert box.put(message(mid, qos=0, size=0))
    assert not box.put(message(1, qos=0))
    assert box.put(message(2, qos=1))
    assert len(box) == inbox_limit + 1
