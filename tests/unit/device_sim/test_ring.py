"""A device forgets what has a receipt, and only that."""

from device_sim import Message
from device_sim.mqtt.ring import Ring


def message(seq: int, boot: int = 7) -> Message:
    return Message("topic", b"", 0, 0, boot, seq, 60, 0)


def filled(messages: int, capacity: int = 100) -> Ring:
    ring = Ring(capacity, resend_after_s=60.0)
    for seq in range(1, messages + 1):
        ring.hold(message(seq))
    return ring


def seqs(messages: list[Message]) -> list[int]:
    return [one.seq for one in messages]


def test_a_message_goes_out_once_while_its_receipt_may_still_come() -> None:
    ring = filled(3)
    assert seqs(ring.take(10, 0.0)) == [1, 2, 3]
    assert ring.take(10, 59.0) == []


def test_without_a_receipt_for_a_minute_it_goes_out_again() -> None:
    ring = filled(3)
    ring.take(10, 0.0)
    ring.forget(7, [[1, 1], [3, 3]])
    assert seqs(ring.take(10, 60.0)) == [2]
    assert ring.take(10, 61.0) == []
    assert seqs(ring.take(10, 120.0)) == [2]
    assert ring.resent == 2


def test_a_reconnect_sends_everything_without_receipt_again() -> None:
    ring = filled(4)
    ring.take(3, 0.0)
    ring.forget(7, [[1, 1]])
    ring.reconnected(still_travelling={(7, 3)})
    assert sorted(seqs(ring.take(10, 1.0))) == [2, 4]


def test_a_receipt_of_another_start_forgets_nothing() -> None:
    ring = filled(3)
    assert ring.forget(8, [[1, 3]]) == 0
    assert len(ring) == 3


def test_a_receipt_may_name_more_than_is_held() -> None:
    ring = filled(3)
    assert ring.forget(7, [[0, 2**62]]) == 3
    assert len(ring) == 0


def test_a_receipt_may_come_twice() -> None:
    ring = filled(3)
    assert ring.forget(7, [[1, 2]]) == 2
    assert ring.forget(7, [[1, 2]]) == 0


def test_a_full_ring_overwrites_its_oldest_and_says_so() -> None:
    ring = filled(5, capacity=3)
    assert seqs(ring.take(10, 0.0)) == [3, 4, 5]
    assert ring.overwritten == 2


def test_only_so_many_go_out_at_a_time() -> None:
    ring = filled(5)
    assert seqs(ring.take(2, 0.0)) == [1, 2]
    assert seqs(ring.take(10, 0.0)) == [3, 4, 5]
