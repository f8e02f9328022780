"""Provisioning a device in one step: name, shard, broker, password, topics, the car it sits in, why it may send."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg

from archive.database.sealing import Vault
from archive.fleet import brokers, certificates, devices, vehicles
from archive.fleet.broker_password import password_hash
from archive.fleet.devices import Grant, Standing
from schemas import topics
from schemas.devices import DeviceFormat
from schemas.errors import Conflict, NotFound, Refused
from schemas.topics import FOREIGN_SHARD

_RULES = {"device_id_regardless_of_case": ("device_id", "the name is taken"),
          "one_device_per_vehicle_at_a_time": ("vehicle", "it has another device")}
"""Rules of the database in the words of whoever filled in the form."""

PASSWORD_BYTES = 16
"""Random bytes of a device's password: nothing to guess, so the broker can check it cheaply. Written in hex: it goes
through spreadsheets, forms and shells, where a leading minus becomes a formula or an option."""


@dataclass(frozen=True)
class Credentials:
    """What a new device must be told; the password is nowhere else."""

    device_key: int
    device_id: str
    shard: str
    password: str
    format: DeviceFormat = DeviceFormat.PITCALL
    broker: str | None = None

    def for_the_device(self) -> dict[str, object]:
        """The JSON line of `python -m archive device add`."""
        return {"device_id": self.device_id, "user": self.device_id, "password": self.password, "shard": self.shard,
                "broker": self.broker, "format": self.format.value,
                "topics": topics.of_device(self.format, self.shard, self.device_id)}


@dataclass(frozen=True)
class Scope:
    """The stores somebody administers; the operator at the command line everything."""

    stores: frozenset[int] | None = None

    def store_for(self, connection: psycopg.Connection, store_id: int | None, vehicle_id: int | None) -> int | None:
        """The store a device goes to: its car's, else the one named, else the only one there is to choose.

        Raises NotFound for a car or store that is not theirs, Refused when none was named and there are several.
        """
        if vehicle_id is not None:
            store_id = vehicles.store_of(connection, vehicle_id)
        if self.stores is None:
            return store_id
        if store_id is None and len(self.stores) != 1:
            raise Refused("store", "say which")
        chosen = next(iter(self.stores)) if store_id is None else store_id
        if chosen not in self.stores:
            raise NotFound("no store of yours")
        return chosen


@dataclass(frozen=True)
class Wish:
    """A device somebody wants, `store_id` and `vehicle_id` within his scope."""

    device_id: str
    format: DeviceFormat = DeviceFormat.PITCALL
    store_id: int | None = None
    vehicle_id: int | None = None
    grant: Grant = field(default_factory=Grant)


def new_password() -> str:
    """A fresh random password."""
    return secrets.token_hex(PASSWORD_BYTES)


class Provisioner:
    """Provisions devices on the emptiest of some shards; counts them once, so a long list costs no more per line."""

    def __init__(self, connection: psycopg.Connection, shards: Sequence[str]) -> None:
        self._connection = connection
        self._load = devices.per_shard(connection)
        self._brokers = brokers.addresses(connection)
        self._shards = list(shards)

    def provide(self, wish: Wish) -> Credentials | Standing:
        """The credentials of a new device, or how it stands when it was there already, just as wished.

        Asking twice changes nothing, and the password is told once only. Raises InvalidInput for a name that cannot be,
        Refused when the name was given otherwise or revoked, or when the car has another device.
        """
        there = devices.find(self._connection, wish.device_id)
        if there is not None:
            return _as_wished(there, wish)
        try:
            return self.add(wish, new_password())
        except Conflict as refused:
            raise _in_words(refused) from refused

    def add(self, wish: Wish, password: str) -> Credentials:
        """Provision a device that is not there yet; raises InvalidInput, and Conflict naming the broken rule."""
        shard = self._shard_for(wish.format)
        device = devices.provision(self._connection, wish.device_id, shard, password_hash(password), wish.format,
                                   wish.store_id, wish.grant)
        if wish.vehicle_id is not None:
            vehicles.fit(self._connection, device.device_key, wish.vehicle_id,
                         vehicles.transaction_time(self._connection))
        self._load[shard] += 1
        return Credentials(device.device_key, device.device_id, shard, password, wish.format, self._brokers[shard])

    def _shard_for(self, kind: DeviceFormat) -> str:
        """Foreign devices share one shard; ours go where the fewest are."""
        if kind is not DeviceFormat.PITCALL:
            return FOREIGN_SHARD
        ours = [shard for shard in self._shards if shard != FOREIGN_SHARD] or self._shards
        return min(ours, key=lambda shard: self._load[shard])


def add_device(connection: psycopg.Connection, device_id: str, shards: Sequence[str], password: str,
               kind: DeviceFormat = DeviceFormat.PITCALL) -> Credentials:
    """Provision on the emptiest of `shards`; raises InvalidInput for a name that cannot be, Conflict when taken.

    Name and user are the same, so that the broker's patterns let a device write under its own name only.
    """
    return Provisioner(connection, shards).add(Wish(device_id, kind), password)


def rotate_password(connection: psycopg.Connection, device_id: str) -> Credentials:
    """A new password; the old one ends as soon as the broker hears of it. Raises NotFound, Conflict when revoked."""
    password = new_password()
    device = devices.rotate(connection, device_id, password_hash(password))
    return Credentials(device.device_key, device.device_id, device.shard, password, device.format,
                       brokers.addresses(connection)[device.shard])


def refit(connection: psycopg.Connection, device_id: str, vehicle_id: int | None) -> Standing:
    """Put a device into another car from now on, or into none; what it measured stays with the car it sat in.

    Raises NotFound, Refused when the car has another device, Conflict for a device that was revoked.
    """
    device = devices.in_service(connection, device_id)
    if device.vehicle_id == vehicle_id:
        return device
    now = vehicles.transaction_time(connection)
    vehicles.unfit(connection, device.device_key, now)
    if vehicle_id is not None:
        try:
            vehicles.fit(connection, device.device_key, vehicle_id, now)
        except Conflict as refused:
            raise _in_words(refused) from refused
    return devices.standing(connection, device_id)


def revoke(connection: psycopg.Connection, vault: Vault, device_id: str) -> Standing:
    """Shut a device out for good, its certificates with it, and take it out of its car. Raises NotFound."""
    device = devices.revoke(connection, device_id)
    certificates.revoke(connection, vault, device.device_key)
    vehicles.unfit(connection, device.device_key, vehicles.transaction_time(connection))
    return device


def _as_wished(there: Standing, wish: Wish) -> Standing:
    if there.revoked:
        raise Refused("device_id", "it was revoked; a name is not given twice")
    if there.format is not wish.format:
        raise Refused("format", f"it is there as {there.format.value}")
    if wish.vehicle_id is not None and there.vehicle_id != wish.vehicle_id:
        raise Refused("vehicle", "the device is there, but sits elsewhere")
    if wish.store_id is not None and there.store_id != wish.store_id:
        raise Refused("store", "the device is there, but belongs to another store or none")
    return there


def _in_words(conflict: Conflict) -> Conflict:
    """The broken rule as a field and a reason."""
    rule = conflict.__cause__.diag.constraint_name if isinstance(conflict.__cause__, psycopg.Error) else None
    return Refused(*_RULES[rule]) if rule in _RULES else conflict
