"""Devices: provisioning, who is known, and what the broker must let in."""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row

from archive.database.connecting import our_errors
from archive.database.queries import beside
from schemas.errors import InvalidInput
from schemas.topics import DEVICE_ID, FOREIGN_SHARD, SHARDS

_QUERIES = beside(__file__)


@dataclass(frozen=True)
class Device:
    """A device that may send."""

    device_key: int
    device_id: str
    shard: str


@dataclass(frozen=True)
class BrokerUser:
    """A line of the broker's password file."""

    device_id: str
    password_hash: str


def provision(connection: psycopg.Connection, device_id: str, shard: str, password_hash: str) -> Device:
    """Add a device; raises InvalidInput for a name or shard that cannot be, Conflict for a name already taken."""
    if not DEVICE_ID.fullmatch(device_id):
        raise InvalidInput(f"device name {device_id!r}: 1 to 64 of A-Z a-z 0-9 _ -")
    if shard not in (*SHARDS, FOREIGN_SHARD):
        raise InvalidInput(f"shard {shard!r}: one of {SHARDS[0]}..{SHARDS[-1]} or {FOREIGN_SHARD}")
    with our_errors(), connection.cursor(row_factory=class_row(Device)) as cursor:
        added = cursor.execute(_QUERIES["provision"], [device_id, shard, password_hash]).fetchone()
    assert added is not None  # noqa: S101 - INSERT ... RETURNING gives a row or raises
    return added


def next_shard(connection: psycopg.Connection, shards: Sequence[str]) -> str:
    """The shard of these with the fewest devices."""
    row = connection.execute(_QUERIES["next_shard"], [list(shards)]).fetchone()
    return str(row[0]) if row else shards[0]


def known(connection: psycopg.Connection, device_ids: Sequence[str] | None = None) -> list[Device]:
    """Devices that may send: all of them, or those of `device_ids`."""
    with connection.cursor(row_factory=class_row(Device)) as cursor:
        return cursor.execute(_QUERIES["known"], {"ids": None if device_ids is None else list(device_ids)}).fetchall()


def broker_users(connection: psycopg.Connection) -> list[BrokerUser]:
    """Everyone the broker lets in, in a stable order."""
    with connection.cursor(row_factory=class_row(BrokerUser)) as cursor:
        return cursor.execute(_QUERIES["broker_users"]).fetchall()
