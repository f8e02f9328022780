"""A flood of poison must not fill the disk: beyond the hourly limits dead letters are counted, not kept."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from archive.fleet.arrival import Batch
from archive.fleet.dead_letters import DeadLetter, Flood
from ingest.policy import ALL_LETTER_BYTES_PER_HOUR, LETTER_BYTES_PER_HOUR, LETTERS_PER_HOUR


class Spring(NamedTuple):
    """Where letters come from, within one hour."""

    hour: datetime
    reason: str
    device_key: int | None


class Kept:
    """How many letters and bytes were kept."""

    def __init__(self) -> None:
        self.letters: Counter[Spring] = Counter()
        self.bytes: Counter[Spring] = Counter()
        self.all_bytes: Counter[datetime] = Counter()

    def add(self, letter: DeadLetter) -> None:
        """Count one."""
        spring = _spring(letter)
        self.letters[spring] += 1
        self.bytes[spring] += len(letter.payload)
        self.all_bytes[spring.hour] += len(letter.payload)

    def forget_before(self, hour: datetime) -> None:
        """Drop the counts of past hours."""
        self.letters = Counter({spring: n for spring, n in self.letters.items() if spring.hour >= hour})
        self.bytes = Counter({spring: n for spring, n in self.bytes.items() if spring.hour >= hour})
        self.all_bytes = Counter({past: n for past, n in self.all_bytes.items() if past >= hour})


class FloodGate:
    """Decides which letters are kept. A batch that is not committed leaves no trace and can be tried again."""

    def __init__(self) -> None:
        self._before = Kept()

    def sift(self, batch: Batch) -> Batch:
        """The batch with the letters that may be kept, and the count of the others."""
        if not batch.letters:
            return batch
        now, kept, over = Kept(), [], Kept()
        for letter in batch.letters:
            if self._has_room(now, letter):
                now.add(letter)
                kept.append(letter)
            else:
                over.add(letter)
        floods = [Flood(*spring, number, over.bytes[spring]) for spring, number in over.letters.items()]
        return replace(batch, letters=kept, floods=floods)

    def note(self, committed: Iterable[DeadLetter]) -> None:
        """Count letters that are in the database now."""
        for letter in committed:
            hour = _spring(letter).hour
            if hour not in self._before.all_bytes:
                self._before.forget_before(hour)
            self._before.add(letter)

    def _has_room(self, now: Kept, letter: DeadLetter) -> bool:
        spring, size = _spring(letter), len(letter.payload)
        return (self._before.letters[spring] + now.letters[spring] < LETTERS_PER_HOUR
                and self._before.bytes[spring] + now.bytes[spring] + size <= LETTER_BYTES_PER_HOUR
                and self._before.all_bytes[spring.hour] + now.all_bytes[spring.hour] + size
                <= ALL_LETTER_BYTES_PER_HOUR)


def _spring(letter: DeadLetter) -> Spring:
    hour = letter.received_at.replace(minute=0, second=0, microsecond=0)
    return Spring(hour, letter.reason.value, letter.device_key)
