"""Receipts name exactly what was committed, as closed ranges."""

import itertools
import json

from hypothesis import given
from hypothesis import strategies as st

from ingest.messages import Receiptable
from ingest.receipts import EVERY_S, Receipts, ranges, receipts
from schemas.wire import Receipt


@given(st.sets(st.integers(0, 200)))
def test_ranges_cover_exactly_the_given_numbers(numbers: set[int]) -> None:
    found = ranges(numbers)
    assert {n for first, last in found for n in range(first, last + 1)} == numbers
    assert all(before[1] + 1 < after[0] for before, after in itertools.pairwise(found))


def test_each_device_and_boot_hears_of_its_own_messages() -> None:
    committed = [Receiptable("s01", "a", 7, 3), Receiptable("s01", "a", 7, 4), Receiptable("s01", "a", 8, 1),
                 Receiptable("s02", "b", 7, 3)]
    sent = {(shard, topic): json.loads(body) for shard, told in receipts(committed[:2] + committed[3:]).items()
            for topic, body in told}
    assert sent == {("s01", "pitcall/v1/s01/a/down/receipt"): {"boot": 7, "seq": [[3, 4]]},
                    ("s02", "pitcall/v1/s02/b/down/receipt"): {"boot": 7, "seq": [[3, 3]]}}
    assert Receipt.model_validate_json(receipts(committed)["s02"][0][1]) == Receipt(boot=7, seq=[[3, 3]])
    assert {shard: len(told) for shard, told in receipts(committed).items()} == {"s01": 2, "s02": 1}


def test_while_there_is_much_to_do_receipts_wait_for_others_of_their_device() -> None:
    now = [100.0]
    due = Receipts(lambda: now[0])
    for seq in range(1, 4):
        due.add([Receiptable("s01", "a", 7, seq)])
        assert not due.take(busy=True)
    now[0] += EVERY_S
    assert [json.loads(body) for _, body in due.take(busy=True)["s01"]] == [{"boot": 7, "seq": [[1, 3]]}]
    due.add([Receiptable("s01", "a", 7, 4)])
    assert [json.loads(body) for _, body in due.take(busy=False)["s01"]] == [{"boot": 7, "seq": [[4, 4]]}]
    assert not due.take(busy=False)
