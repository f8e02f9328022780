"""Deliveries marked DUP of devices without a clock: known ones are not new, everything else is."""

import pytest

from ingest import redelivered
from ingest.messages import Message
from ingest.redelivered import Redeliveries


def message(mid: int = 7, *, dup: bool = False, topic: str = "wican/w/can/rx", qos: int = 1) -> Message:
    return Message(topic, b"{}", mid, qos, False, "foreign", 1, 0.0, dup)


def repeated(known: Redeliveries, *batch: Message) -> list[bool]:
    return [one.repeated for one in known.marked(batch)]


def test_a_message_delivered_again_is_known() -> None:
    known = Redeliveries()
    known.marked([message()])
    assert repeated(known, message(dup=True)) == [True]


def test_the_same_words_as_a_new_message_are_new() -> None:
    known = Redeliveries()
    known.marked([message()])
    assert repeated(known, message(), message(mid=8, dup=True)) == [False, False]


def test_what_was_never_taken_in_is_new_although_it_comes_again() -> None:
    assert repeated(Redeliveries(), message(dup=True)) == [False]


def test_both_deliveries_in_one_batch_count_once() -> None:
    assert repeated(Redeliveries(), message(), message(dup=True)) == [False, True]


def test_our_own_devices_need_no_memory() -> None:
    known = Redeliveries()
    own = message(topic="pitcall/v1/s00/d/up/telemetry")
    assert known.marked([own]) == [own]
    assert not known._known


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redelivered, "REMEMBERED", 2)
    known = Redeliveries()
    known.marked([message(mid) for mid in (1, 2, 3)])
    assert [repeated(known, message(mid, dup=True)) for mid in (2, 3)] == [[True], [True]]
    assert repeated(known, message(1, dup=True)) == [False]
