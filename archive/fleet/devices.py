"""Devices: who may send, what the broker must let in, and the steps of a device's life."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from archive.database.connecting import our_errors
from archive.database.queries import beside
from schemas.devices import DeviceFormat, GrantReason
from schemas.errors import Conflict, InvalidInput, NotFound, Refused
from schemas.topics import DEVICE_ID, FOREIGN_SHARD, SHARDS, ingest_client

_QUERIES = beside(__file__)


@dataclass(frozen=True)
class Device:
    """A device that may send."""

    device_key: int
    device_id: str
    shard: str


@dataclass(frozen=True)
class Grant:
    """Why a device may send, and until when; without an end it holds until revoked."""

    reason: GrantReason = GrantReason.CUSTOMER
    until: datetime | None = None


@dataclass(frozen=True)
class Standing:
    """A device as whoever administers it knows it, revoked or not."""

    device_key: int
    device_id: str
    shard: str
    format: DeviceFormat
    store_id: int | None
    vehicle_id: int | None
    revoked: bool


@dataclass(frozen=True)
class BrokerUser:
    """A line of the broker's password file."""

    device_id: str
    password_hash: str


def provision(connection: psycopg.Connection, device_id: str, shard: str, password_hash: str,
              kind: DeviceFormat = DeviceFormat.PITCALL, store_id: int | None = None,
              grant: Grant | None = None) -> Device:
    """Add a device; raises InvalidInput for a name or shard that cannot be, Conflict for a name already taken."""
    if not DEVICE_ID.fullmatch(device_id):
        raise InvalidInput("device_id: 1 to 64 of A-Z a-z 0-9 _ -")
    if device_id.lower().startswith(ingest_client("")):
        raise InvalidInput("device_id: these names belong to ingest at the broker")
    if shard not in (*SHARDS, FOREIGN_SHARD):
        raise InvalidInput(f"shard: one of {SHARDS[0]}..{SHARDS[-1]} or {FOREIGN_SHARD}")
    grant = grant or Grant()
    row = {"device_id": device_id, "shard": shard, "password_hash": password_hash, "format": kind.value,
           "store": store_id, "granted_for": grant.reason.value, "granted_until": grant.until}
    with our_errors(), connection.cursor(row_factory=class_row(Device)) as cursor:
        added = cursor.execute(_QUERIES["provision"], row).fetchone()
    assert added is not None  # noqa: S101 - INSERT ... RETURNING gives a row or raises
    return added


def per_shard(connection: psycopg.Connection) -> Counter[str]:
    """How many devices each shard has."""
    return Counter({str(shard): int(number) for shard, number in connection.execute(_QUERIES["per_shard"])})


def known(connection: psycopg.Connection, device_ids: Sequence[str] | None = None) -> list[Device]:
    """Devices that may send: all of them, or those of `device_ids`."""
    with connection.cursor(row_factory=class_row(Device)) as cursor:
        return cursor.execute(_QUERIES["known"], {"ids": None if device_ids is None else list(device_ids)}).fetchall()


def lately_shut_out(connection: psycopg.Connection) -> list[str]:
    """Names of devices that were revoked, or whose grant ended, within the last two minutes."""
    return [str(row[0]) for row in connection.execute(_QUERIES["lately_shut_out"])]


def standing(connection: psycopg.Connection, device_id: str) -> Standing:
    """One device by name; raises NotFound when there is none or it is not yours to administer."""
    found = find(connection, device_id)
    if found is None:
        raise NotFound(f"no device {device_id}")
    return found


def in_service(connection: psycopg.Connection, device_id: str) -> Standing:
    """One device by name; raises NotFound, and Conflict when it was revoked."""
    device = standing(connection, device_id)
    if device.revoked:
        raise Conflict(f"device {device_id} was revoked")
    return device


def find(connection: psycopg.Connection, device_id: str) -> Standing | None:
    """One device by name, if it is there to be seen."""
    row = connection.execute(_QUERIES["standing"], [device_id]).fetchone()
    return Standing(row[0], row[1], row[2], DeviceFormat(row[3]), row[4], row[5], row[6]) if row else None


def revoke(connection: psycopg.Connection, device_id: str) -> Standing:
    """Shut a device out for good, from the next message on; again changes nothing. Raises NotFound."""
    connection.execute(_QUERIES["revoke"], [device_id])
    return standing(connection, device_id)


def rotate(connection: psycopg.Connection, device_id: str, password_hash: str) -> Standing:
    """Replace the password; raises NotFound, and Conflict for a device that was revoked."""
    device = in_service(connection, device_id)
    connection.execute(_QUERIES["rotate"], {"device": device.device_key, "password_hash": password_hash})
    return device


def give_to_store(connection: psycopg.Connection, device_id: str, store_id: int) -> Standing:
    """Let another store administer a device that sits in no car; raises NotFound, and Conflict when it was revoked.

    Raises Refused for one that sits in a car: its store is the car's.
    """
    device = in_service(connection, device_id)
    if device.vehicle_id is not None:
        raise Refused("store", f"{device_id} sits in a car and belongs to the car's store")
    connection.execute(_QUERIES["give_to_store"], {"device": device.device_key, "store": store_id})
    return device


def grant(connection: psycopg.Connection, device_id: str, granted: Grant) -> Standing:
    """Say anew, from now on, why and until when a device may send.

    Raises NotFound, Conflict for a device that was revoked, and InvalidInput for an end that is past.
    """
    device = in_service(connection, device_id)
    try:
        with our_errors():
            connection.execute(_QUERIES["grant"], {"device": device.device_key, "reason": granted.reason.value,
                                                   "until": granted.until})
    except Conflict:
        raise InvalidInput("until: lies in the past") from None
    return device


def broker_users(connection: psycopg.Connection, broker: str) -> list[BrokerUser]:
    """Everyone a broker lets in, in a stable order: the devices of its shards that may send."""
    with connection.cursor(row_factory=class_row(BrokerUser)) as cursor:
        return cursor.execute(_QUERIES["broker_users"], [broker]).fetchall()
