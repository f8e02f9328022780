"""The inventory: every device with how it is, what came through, why it may send and where it sits."""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from archive.database.queries import beside
from schemas.errors import NotFound

_QUERIES = beside(__file__)


@dataclass(frozen=True)
class Entry:
    """A device as its administrator sees it.

    `received` and `lost` are messages with a number of their own, so null for foreign devices; exact for the newest
    boots (`archive.fleet.deliveries`). `clock_ahead_s` is the newest sample less its receipt, the greatest of the
    present boot: a right clock shows a little below 0, the way of the message.
    """

    device_key: int
    device_id: str
    format: str
    shard: str
    store_id: int | None
    provisioned_at: datetime
    revoked_at: datetime | None
    may_send: bool
    granted_for: str
    granted_from: datetime
    granted_until: datetime | None
    vehicle_id: int | None
    fitted_from: datetime | None
    fitted_until: datetime | None
    connection: str | None
    firmware: str | None
    last_seen: datetime | None
    clock_ahead_s: float | None
    received: int | None
    lost: int | None
    letters_of_a_day: int
    certificates: int


def entries(connection: psycopg.Connection, *, store_id: int | None = None, after: int = 0,
            limit: int | None = None) -> list[Entry]:
    """Devices the transaction may see, by number, beginning behind `after`."""
    return _select(connection, {"device_id": None, "store": store_id, "after": after, "limit": limit})


def entry(connection: psycopg.Connection, device_id: str) -> Entry:
    """One device; raises NotFound."""
    found = _select(connection, {"device_id": device_id, "store": None, "after": 0, "limit": 1})
    if not found:
        raise NotFound(f"no device {device_id}")
    return found[0]


def _select(connection: psycopg.Connection, given: dict[str, object]) -> list[Entry]:
    with connection.cursor(row_factory=class_row(Entry)) as cursor:
        return cursor.execute(_QUERIES["entries"], given).fetchall()
