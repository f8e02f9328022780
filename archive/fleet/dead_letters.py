"""Dead letters: what could not be taken in, kept sealed with its reason, so that it can be looked at and replayed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from archive.database.queries import beside
from archive.database.sealing import Vault
from schemas.errors import NotFound
from schemas.wire import RejectReason

_QUERIES = beside(__file__)
DETAIL_LIMIT = 500
TOPIC_LIMIT = 1000


@dataclass(frozen=True)
class DeadLetter:
    """A payload that was refused, as it came."""

    received_at: datetime
    topic: str
    payload: bytes
    reason: RejectReason
    detail: str
    device_key: int | None = None
    device_id: str | None = None


@dataclass(frozen=True)
class Flood:
    """Letters of one hour, reason and device that were counted instead of kept. No device: nobody we know."""

    hour: datetime
    reason: str
    device_key: int | None
    letters: int
    bytes: int
    device_id: str | None = None


@dataclass(frozen=True)
class Wanted:
    """Which letters: all of them unless said otherwise. `waiting`: only those not yet replayed."""

    reason: str | None = None
    device: str | None = None
    since: datetime | None = None
    waiting: bool = False


@dataclass(frozen=True)
class Listed:
    """A letter from the outside; its payload stays sealed."""

    letter_id: int
    received_at: datetime
    topic: str
    reason: str
    detail: str
    size: int
    sha256: str
    attempts: int
    replayed_at: datetime | None
    device_id: str | None


@dataclass(frozen=True, repr=False)
class Opened:
    """A letter taken up to be replayed."""

    letter_id: int
    received_at: datetime
    topic: str
    payload: bytes


def add(connection: psycopg.Connection, vault: Vault, letters: Sequence[DeadLetter]) -> None:
    """Keep refused payloads within the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.executemany(_QUERIES["add"], [_row(vault, letter) for letter in letters])


def count_floods(connection: psycopg.Connection, floods: Sequence[Flood]) -> None:
    """Add to the counts of what was not kept, within the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.executemany(_QUERIES["count_flood"], [vars(flood) for flood in floods])


def floods(connection: psycopg.Connection, since: datetime | None = None) -> list[Flood]:
    """What was counted instead of kept, by hour, with the names of devices."""
    with connection.cursor(row_factory=class_row(Flood)) as cursor:
        return cursor.execute(_QUERIES["floods"], {"since": since}).fetchall()


def listed(connection: psycopg.Connection, wanted: Wanted, limit: int | None = None) -> list[Listed]:
    """Letters in the order they came, without what is in them."""
    with connection.cursor(row_factory=class_row(Listed)) as cursor:
        return cursor.execute(_QUERIES["listed"], vars(wanted) | {"limit": limit}).fetchall()


def page(connection: psycopg.Connection, wanted: Wanted, *, before: int | None, limit: int) -> list[Listed]:
    """Letters whose topic names a device the transaction may see, newest first, without what is in them."""
    with connection.cursor(row_factory=class_row(Listed)) as cursor:
        return cursor.execute(_QUERIES["page"], vars(wanted) | {"before": before, "limit": limit}).fetchall()


def payload(connection: psycopg.Connection, vault: Vault, letter_id: int) -> bytes:
    """What is in a letter; raises NotFound, and SealBroken when the master key is not the one it was sealed with."""
    row = connection.execute(_QUERIES["payload"], [letter_id]).fetchone()
    if row is None:
        raise NotFound(f"no letter {letter_id}")
    return vault.open_letter(bytes(row[1]), bytes(row[0]))


def take(connection: psycopg.Connection, vault: Vault, letter_ids: Sequence[int]) -> list[Opened]:
    """Open those of these letters that still wait, and hold them until the caller's transaction ends.

    Raises SealBroken when the master key is not the one they were sealed with.
    """
    rows = connection.execute(_QUERIES["take"], [list(letter_ids)]).fetchall()
    return [Opened(letter_id, received_at, topic, vault.open_letter(bytes(sealed), bytes(digest)))
            for letter_id, received_at, topic, digest, sealed in rows]


def mark_replayed(connection: psycopg.Connection, letter_ids: Sequence[int]) -> None:
    """Note that these were taken in after all."""
    connection.execute(_QUERIES["mark_replayed"], [list(letter_ids)])


def mark_failed(connection: psycopg.Connection, letter_id: int, again: DeadLetter) -> None:
    """Keep a letter that failed once more, with the reason of today."""
    connection.execute(_QUERIES["mark_failed"],
                       {"letter_id": letter_id, "reason": again.reason.value, "device": again.device_key,
                        "detail": _storable(again.detail, DETAIL_LIMIT)})


def _row(vault: Vault, letter: DeadLetter) -> dict[str, object]:
    digest = hashlib.sha256(letter.payload).digest()
    return {"received_at": letter.received_at, "topic": _storable(letter.topic, TOPIC_LIMIT),
            "device": letter.device_key, "device_id": letter.device_id, "reason": letter.reason.value,
            "detail": _storable(letter.detail, DETAIL_LIMIT),
            "size": len(letter.payload), "sha256": digest, "payload": vault.seal_letter(letter.payload, digest)}


def _storable(text: str, limit: int) -> str:
    """PostgreSQL's text knows no NUL, and a lone surrogate cannot be encoded."""
    return text.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()[:limit]
