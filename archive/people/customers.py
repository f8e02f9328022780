"""Customers: names and phones are sealed under a key of their own, found again by search tokens."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row

from archive.database.connecting import act_for_customer
from archive.database.queries import beside
from archive.database.sealing import Vault
from archive.people import phones
from archive.people.greeting import Kind, Sex, surname
from archive.people.sealed import opened
from schemas.errors import NotFound

_QUERIES = beside(__file__)
NAME, PHONE = "customer.name", "customer.phone"
"""Places the values are sealed for."""


@dataclass(frozen=True)
class Customer:
    """A customer in clear; name and phone are None when none was given or the person was erased."""

    customer_id: int
    kind: Kind
    name: str | None
    phone: str | None
    sex: Sex | None
    language: str
    vip: bool
    sendable: bool


def add(connection: psycopg.Connection, vault: Vault, *, name: str, phone: str | None = None, sex: Sex | None = None,
        kind: Kind = "person", language: str = "zh-CN", vip: bool = False, sendable: bool = True,
        stores: Iterable[int] = ()) -> int:
    """Add a customer who visits `stores` and return the number; raises InvalidInput for a phone that is none."""
    phone = phones.normalised(phone) if phone else None
    key = vault.new_data_key(connection)
    row = connection.execute(_QUERIES["add"], {
        "kind": kind, "key": key.key_id, "name": key.seal(name, NAME), "sex": sex, "language": language, "vip": vip,
        "phone": key.seal(phone, PHONE) if phone else None, "sendable": sendable}).fetchone()
    customer_id = int(row[0]) if row else 0
    for store_id in stores:
        connection.execute(_QUERIES["add_store"], [customer_id, store_id])
    for field, value in _searched(name, phone):
        connection.execute(_QUERIES["add_token"], [customer_id, field, vault.token(field, value)])
    return customer_id


def customer(connection: psycopg.Connection, vault: Vault, customer_id: int) -> Customer:
    """One customer the transaction may see; raises NotFound."""
    with connection.cursor(row_factory=class_row(_Sealed)) as cursor:
        found = cursor.execute(_QUERIES["customer"], [customer_id]).fetchone()
    if found is None:
        raise NotFound
    return found.clear(vault)


def find(connection: psycopg.Connection, vault: Vault, field: str, value: str) -> list[Customer]:
    """Customers the transaction may see by `phone`, `phone_last4`, `name` or `surname`; tokens may collide, rarely."""
    with connection.cursor(row_factory=class_row(_Sealed)) as cursor:
        rows = cursor.execute(_QUERIES["find"], [field, vault.token(field, value)]).fetchall()
    return [row.clear(vault) for row in rows]


def owner_of_phone(connection: psycopg.Connection, vault: Vault, phone: str) -> Customer | None:
    """Who logs in with this normalised phone: the first customer it was written down for.

    Nobody is logged in yet, so the transaction acts for each candidate in turn; the phone itself is compared, because
    tokens may collide.
    """
    candidates = connection.execute(_QUERIES["candidates"], [vault.token("phone", phone)]).fetchall()
    return next((found for (customer_id,) in candidates
                 if (found := _as_himself(connection, vault, customer_id)) and found.phone == phone), None)


def _as_himself(connection: psycopg.Connection, vault: Vault, customer_id: int) -> Customer | None:
    act_for_customer(connection, customer_id)
    return customer(connection, vault, customer_id)


def _searched(name: str, phone: str | None) -> Iterator[tuple[str, str]]:
    yield "name", name
    yield "surname", surname(name)
    if phone:
        yield "phone", phone
        yield "phone_last4", phone[-4:]


@dataclass(frozen=True)
class _Sealed:
    customer_id: int
    kind: Kind
    data_key_id: int
    wrapped: bytes | None
    name_sealed: bytes | None
    phone_sealed: bytes | None
    sex: Sex | None
    language: str
    vip: bool
    sendable: bool

    def clear(self, vault: Vault) -> Customer:
        return Customer(self.customer_id, self.kind,
                        opened(vault, self.data_key_id, self.wrapped, self.name_sealed, NAME),
                        opened(vault, self.data_key_id, self.wrapped, self.phone_sealed, PHONE),
                        self.sex, self.language, self.vip, self.sendable)
