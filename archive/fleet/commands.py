"""Commands to devices: a row each, published by the ingest process of the device's shard, answered by a reply."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from archive.database.queries import beside

_QUERIES = beside(__file__)


@dataclass(frozen=True)
class WaitingCommand:
    """A command that is to be published now."""

    command_id: UUID
    device_id: str
    shard: str
    type: str
    args: dict[str, Any]
    expires_at: datetime


@dataclass(frozen=True)
class Answer:
    """What a device replied to a command."""

    device_key: int
    command_id: str
    ok: bool
    body: object


def send(connection: psycopg.Connection, device_key: int, kind: str, args: dict[str, Any],
         expires_at: datetime) -> UUID:
    """Ask a device to do something until `expires_at`; returns the id its reply will carry."""
    row = connection.execute(_QUERIES["send"], {"device": device_key, "type": kind, "args": Jsonb(args),
                                                "expires_at": expires_at}).fetchone()
    assert row is not None  # noqa: S101 - INSERT ... RETURNING gives a row or raises
    return UUID(str(row[0]))


def take_waiting(connection: psycopg.Connection, shards: Sequence[str], broker: str) -> list[WaitingCommand]:
    """Mark the commands of those shards that belong to this broker as sent and return them; expired ones stay unsent.
    """
    with connection.cursor(row_factory=class_row(WaitingCommand)) as cursor:
        return cursor.execute(_QUERIES["take_waiting"], {"shards": list(shards), "broker": broker}).fetchall()


def record_answers(connection: psycopg.Connection, answers: Sequence[Answer]) -> None:
    """Store replies; one to an unknown command or from another device changes nothing."""
    rows = [{"device": a.device_key, "command": a.command_id, "ok": a.ok, "reply": Jsonb(a.body)} for a in answers]
    with connection.cursor() as cursor:
        cursor.executemany(_QUERIES["record_answer"], rows)
