"""Commands to devices: a row each, published by the ingest process of the device's shard, answered by a reply."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from archive.database.queries import beside
from schemas.errors import Conflict

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


@dataclass(frozen=True)
class Sent:
    """A command as whoever gave it sees it."""

    command_id: UUID
    type: str
    args: dict[str, Any]
    state: str
    created_at: datetime
    expires_at: datetime
    sent_at: datetime | None
    replied_at: datetime | None
    reply: object


def send(connection: psycopg.Connection, device_key: int, kind: str, args: dict[str, Any], expires_at: datetime, *,
         command_id: UUID | None = None, staff_id: int | None = None) -> UUID:
    """Ask a device to do something until `expires_at`; returns the id its reply will carry.

    With an id of the asker's own the same again is one command; raises Conflict when it belongs to another one.
    """
    command_id = command_id or uuid4()
    connection.execute(_QUERIES["send"], {"command": command_id, "device": device_key, "type": kind, "staff": staff_id,
                                          "args": Jsonb(args), "expires_at": expires_at})
    there = history(connection, device_key, command_id=command_id, limit=1)
    if [(one.type, one.args) for one in there] != [(kind, args)]:
        raise Conflict(f"command {command_id} is another one")
    return command_id


def history(connection: psycopg.Connection, device_key: int, *, command_id: UUID | None = None,
            before: datetime | None = None, limit: int = 50) -> list[Sent]:
    """The commands of a device, newest first, with what became of them."""
    given = {"device": device_key, "command": command_id, "before": before, "limit": limit}
    with connection.cursor(row_factory=class_row(Sent)) as cursor:
        return cursor.execute(_QUERIES["history"], given).fetchall()


def take_waiting(connection: psycopg.Connection, shards: Sequence[str], broker: str) -> list[WaitingCommand]:
    """Mark the commands of those shards that belong to this broker as sent and return them; expired ones stay unsent.
    """
    with connection.cursor(row_factory=class_row(WaitingCommand)) as cursor:
        return cursor.execute(_QUERIES["take_waiting"], {"shards": list(shards), "broker": broker}).fetchall()


def record_answers(connection: psycopg.Connection, answers: Sequence[Answer]) -> None:
    """Store replies, the first to each command; one to an unknown command or from another device changes nothing."""
    rows = [{"device": a.device_key, "command": number, "ok": a.ok, "reply": Jsonb(a.body)}
            for a in answers if (number := _number(a.command_id))]
    with connection.cursor() as cursor:
        cursor.executemany(_QUERIES["record_answer"], rows)


def _number(text: str) -> UUID | None:
    """The id comes from a device and may be anything."""
    try:
        return UUID(text)
    except ValueError:
        return None
