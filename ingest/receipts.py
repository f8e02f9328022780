"""Receipts: after commit each device hears exactly which of its messages are safe, and forgets only those."""

from collections.abc import Iterable, Iterator

from ingest.messages import Receiptable
from schemas.topics import down
from schemas.wire import Receipt


def receipts(committed: Iterable[Receiptable]) -> Iterator[tuple[str, str, bytes]]:
    """(shard, topic, payload) per device and boot, with the sequence numbers as closed ranges."""
    by_boot: dict[tuple[str, str, int], set[int]] = {}
    for one in committed:
        by_boot.setdefault((one.shard, one.device_id, one.boot), set()).add(one.seq)
    for (shard, device_id, boot), numbers in by_boot.items():
        body = Receipt(boot=boot, seq=ranges(numbers))
        yield shard, down(shard, device_id, "receipt"), body.model_dump_json().encode()


def ranges(numbers: Iterable[int]) -> list[list[int]]:
    """Closed ranges of a set of whole numbers: {1, 2, 3, 7} gives [[1, 3], [7, 7]]."""
    out: list[list[int]] = []
    for number in sorted(numbers):
        if out and number == out[-1][1] + 1:
            out[-1][1] = number
        else:
            out.append([number, number])
    return out
