"""Deliveries marked DUP of devices without a clock: known ones are not new, everything else is."""

import pytest

from ingest import redelivered
from ingest.messages import Message
from ingest.redelivered import Redeliveries


def message(mid: int = 7, *, dup: bool = False, payload: bytes = b"{}", qos: int = 1) -> Message:
    return Message("wican/w/can/rx", payload, mid, qos, False, "foreign", 1, 0.0, dup)


def test_a_committed_message_delivered_again_is_known() -> None:
    known = Redeliveries()
    known.remember([message()])
    assert known.repeated([message(dup=True)]) == {0}


def test_the_same_words_as_a_new_message_are_new() -> None:
    known = Redeliveries()
    known.remember([message()])
    assert known.repeated([message(), message(mid=8, dup=True)]) == set()


def test_what_was_never_committed_is_stored_when_it_comes_again() -> None:
    assert Redeliveries().repeated([message(dup=True)]) == set()


def test_both_deliveries_in_one_batch_count_once() -> None:
    assert Redeliveries().repeated([message(), message(dup=True)]) == {1}


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redelivered, "REMEMBERED", 2)
    known = Redeliveries()
    known.remember([message(mid) for mid in (1, 2, 3)])
    assert known.repeated([message(mid, dup=True) for mid in (1, 2, 3)]) == {1, 2}
