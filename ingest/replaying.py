"""Dead letters once more: decoded along the same path as a fresh message, stored idempotently, kept when they fail."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import psycopg
from pydantic_core import from_json, to_json

from archive.database.sealing import Vault
from archive.fleet import arrival, dead_letters
from archive.fleet.dead_letters import DeadLetter, Opened, Wanted
from ingest.formats import pitcall
from ingest.messages import Message, Rejection
from ingest.registry import Registry
from ingest.sorting import SortedOut, sort_out
from schemas.topics import parse, parse_up
from schemas.wire import RejectReason

BATCH = 500
REFUSED = (psycopg.DataError, psycopg.IntegrityError)


@dataclass(frozen=True)
class Shift:
    """How wrong a device's clock was during one boot; added to the times it sent."""

    boot: int
    ms: int


@dataclass(frozen=True)
class Tally:
    """What became of the letters. Skipped ones belong to another boot than the shift."""

    replayed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, more: "Tally") -> "Tally":
        return Tally(self.replayed + more.replayed, self.failed + more.failed, self.skipped + more.skipped)


class Replay:
    """Replays letters over one connection, a batch per transaction; `note` hears within each how many it was about and
    what became of them."""

    def __init__(self, connection: psycopg.Connection, vault: Vault, shift: Shift | None = None,
                 note: Callable[[int, Tally], None] = lambda *_: None) -> None:
        self._connection = connection
        self._vault = vault
        self._shift = shift
        self._note = note
        self._registry = Registry()
        self.tally = Tally()

    def run(self, wanted: Wanted) -> Tally:
        """Replay what still waits of the wanted letters, oldest first."""
        waiting = dead_letters.listed(self._connection, replace(wanted, waiting=True))
        return self.run_letters([letter.letter_id for letter in waiting])

    def run_letters(self, ids: Sequence[int]) -> Tally:
        """Replay what still waits of these letters, in this order."""
        arrival.prepare(self._connection)
        for start in range(0, len(ids), BATCH):
            self._attempt(ids[start:start + BATCH])
        return self.tally

    def _attempt(self, ids: Sequence[int]) -> None:
        """One transaction; what the database refuses is halved until the culprit stands alone."""
        try:
            with self._connection.transaction():
                part, left = self._replayed(ids)
                self._note(len(ids) - len(left), part)
        except REFUSED as refused:
            self._divide(ids, str(refused).splitlines()[0])
            return
        self.tally += part
        if left:
            self._attempt(left)

    def _replayed(self, ids: Sequence[int]) -> tuple[Tally, list[int]]:
        """What became of the letters, and which are left for another transaction because their bodies are too large."""
        letters = dead_letters.take(self._connection, self._vault, ids)
        moved = [(letter, message) for letter in letters if (message := _message(letter, self._shift))]
        out = self._store([message for _, message in moved])
        read = [letter for letter, _ in moved[:len(out.messages)]]
        self._mark(read, out.letters)
        tally = Tally(len(read) - len(out.letters), len(out.letters), len(letters) - len(moved))
        return tally, [letter.letter_id for letter, _ in moved[len(read):]]

    def _divide(self, ids: Sequence[int], detail: str) -> None:
        middle = len(ids) // 2
        if middle:
            self._attempt(ids[:middle])
            self._attempt(ids[middle:])
            return
        with self._connection.transaction():
            letters = dead_letters.take(self._connection, self._vault, ids)
            for letter in letters:
                self._mark([letter], {0: DeadLetter(letter.received_at, letter.topic, b"", RejectReason.DATABASE,
                                                    detail)})
            self._note(len(ids), Tally(failed=len(letters)))
        self.tally += Tally(failed=len(letters))

    def _store(self, messages: Sequence[Message]) -> SortedOut:
        """Take the messages in, or the first of them; those refused again are not stored."""
        names = {topic.device_id for message in messages if (topic := parse(message.topic))}
        self._registry.refresh(self._connection, names, time.monotonic())
        out = sort_out(messages, self._registry)
        arrival.store(self._connection, self._vault, replace(out.batch(), letters=()))
        return out

    def _mark(self, letters: Sequence[Opened], again: dict[int, DeadLetter]) -> None:
        for number, flaw in again.items():
            # The payload stays as it came, so whoever works out the next shift must know that these are not its times.
            told = replace(flaw, detail=f"shifted by {self._shift.ms} ms: {flaw.detail}") if self._shift else flaw
            dead_letters.mark_failed(self._connection, letters[number].letter_id, told)
        dead_letters.mark_replayed(self._connection, [letter.letter_id for number, letter in enumerate(letters)
                                                      if number not in again])


def _message(letter: Opened, shift: Shift | None) -> Message | None:
    """The letter as it was delivered, at the time it was; None when a shift is not meant for it."""
    payload = letter.payload if shift is None else _shifted(letter, shift)
    if payload is None:
        return None
    return Message(letter.topic, payload, 0, 1, False, "", 0, letter.received_at.timestamp())


def _shifted(letter: Opened, shift: Shift) -> bytes | None:
    """Telemetry or an event of the boot in question, with its time moved; None for anything else."""
    body = pitcall.inflate(letter.payload) if parse_up(letter.topic) else None
    if body is None or isinstance(body, Rejection):
        return None
    try:
        content: Any = from_json(body)
    except ValueError:
        return None
    if not isinstance(content, dict) or content.get("boot") != shift.boot or not isinstance(content.get("t"), int):
        return None
    return to_json(content | {"t": content["t"] + shift.ms})
