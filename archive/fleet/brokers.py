"""Brokers and their shards: which broker a device is told, and who serves a shard there."""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row

from archive.database.connecting import our_errors
from archive.database.queries import beside
from schemas.errors import Conflict, InvalidInput

_QUERIES = beside(__file__)


@dataclass(frozen=True)
class Place:
    """A shard and where it lives. `served`: an ingest process holds its claim there."""

    shard: str
    broker: str
    address: str | None
    devices: int
    served: bool


def set_broker(connection: psycopg.Connection, broker: str, address: str | None) -> None:
    """Add a broker, or change what its devices are told; raises InvalidInput for a name or address that cannot be."""
    try:
        connection.execute(_QUERIES["set_broker"], [broker, address])
    except psycopg.errors.CheckViolation:
        raise InvalidInput(f"broker {broker}: a name of a-z 0-9 -, an address such as mqtts://HOST:PORT") from None


def places(connection: psycopg.Connection) -> list[Place]:
    """Every shard in order."""
    with connection.cursor(row_factory=class_row(Place)) as cursor:
        return cursor.execute(_QUERIES["places"]).fetchall()


def addresses(connection: psycopg.Connection) -> dict[str, str | None]:
    """What the devices of each shard are told."""
    return dict(connection.execute(_QUERIES["addresses"]).fetchall())


def move(connection: psycopg.Connection, shard: str, broker: str, *, unserved: bool = False) -> int:
    """Give a shard to another broker, and return how many commands will be sent again there.

    From now on the new broker lets its devices in and the old one does not. What the old one still holds for ingest is
    fetched by `python -m ingest drain`. Raises InvalidInput for an unknown name, and Conflict while nobody serves the
    shard at the new broker, unless `unserved`: what a device sends to a broker where nobody listens is dropped.
    """
    if not unserved and shard not in claimed(connection, broker, [shard]):
        raise Conflict(f"nobody serves {shard} at {broker} yet: `broker set` and ingest there come first")
    try:
        with our_errors():
            moved = connection.execute(_QUERIES["move"], {"shard": shard, "broker": broker}).fetchone()
    except Conflict:
        raise InvalidInput(f"there is no broker {broker}") from None
    if moved is None:
        raise InvalidInput(f"there is no shard {shard}")
    return connection.execute(_QUERIES["send_again"], [shard]).rowcount


def served(connection: psycopg.Connection, broker: str) -> dict[str, bool]:
    """The shards of a broker that have devices, and whether an ingest process has claimed each."""
    return dict(connection.execute(_QUERIES["served"], [broker]).fetchall())


def claim(connection: psycopg.Connection, broker: str, shards: Sequence[str]) -> list[str]:
    """Claim shards at a broker for as long as this connection lives, and return those that were free."""
    return _names(connection, "claim", broker, shards)


def release(connection: psycopg.Connection, broker: str, shards: Sequence[str]) -> None:
    """End claims of this connection."""
    _names(connection, "release", broker, shards)


def claimed(connection: psycopg.Connection, broker: str, shards: Sequence[str]) -> list[str]:
    """Those of some shards that anybody has claimed at a broker."""
    return _names(connection, "claimed", broker, shards)


def _names(connection: psycopg.Connection, query: str, broker: str, shards: Sequence[str]) -> list[str]:
    rows = connection.execute(_QUERIES[query], {"broker": broker, "shards": list(shards)}).fetchall()
    return [str(row[0]) for row in rows]
