"""Dead letters: what could not be taken in, kept sealed with its reason, so that it can be looked at and replayed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg

from archive.database.queries import beside
from archive.database.sealing import Vault
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


def add(connection: psycopg.Connection, vault: Vault, letters: Sequence[DeadLetter]) -> None:
    """Keep refused payloads within the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.executemany(_QUERIES["add"], [_row(vault, letter) for letter in letters])


def _row(vault: Vault, letter: DeadLetter) -> dict[str, object]:
    digest = hashlib.sha256(letter.payload).digest()
    return {"received_at": letter.received_at, "topic": _storable(letter.topic, TOPIC_LIMIT),
            "device": letter.device_key, "reason": letter.reason.value,
            "detail": _storable(letter.detail, DETAIL_LIMIT),
            "size": len(letter.payload), "sha256": digest, "payload": vault.seal_letter(letter.payload, digest)}


def _storable(text: str, limit: int) -> str:
    """PostgreSQL's text knows no NUL, and a lone surrogate cannot be encoded."""
    return text.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()[:limit]
