"""Maintenance rules: the default catalogue's limits, and what a store sets for itself, a make or a model."""

from collections.abc import Collection
from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row

from archive.database.connecting import our_errors
from archive.database.queries import beside
from schemas.errors import NotFound
from schemas.workshop import Role

_QUERIES = beside(__file__)


@dataclass(frozen=True)
class Rule:
    """Limits of a catalogue item, whichever comes first; `off` means the store does not propose it.

    `revolutions` are turns of the engine, `codes` beginnings of trouble codes. Without `make` and `model` it holds for
    every car of the store.
    """

    item: str
    make: str | None = None
    model: str | None = None
    km: float | None = None
    months: float | None = None
    tread_mm: float | None = None
    pad_mm: float | None = None
    revolutions: float | None = None
    codes: tuple[str, ...] = ()
    once: bool = False
    off: bool = False


@dataclass(frozen=True)
class RuleInForce(Rule):
    """A rule with whose it is: null is the default catalogue."""

    store_id: int | None = None


def require_role(connection: psycopg.Connection, store_id: int, roles: Collection[Role]) -> None:
    """Raises NotFound unless the acting member of staff holds one of the roles at this store."""
    given = {"store": store_id, "roles": [role.value for role in roles]}
    if connection.execute(_QUERIES["holds_role"], given).fetchone() is None:
        raise NotFound


def of_store(connection: psycopg.Connection, store_id: int) -> list[RuleInForce]:
    """Default rules and the store's own, by item; the narrower one holds where several fit a car."""
    with connection.cursor(row_factory=class_row(RuleInForce)) as cursor:
        return cursor.execute(_QUERIES["of_store"], {"store": store_id}).fetchall()


def put(connection: psycopg.Connection, store_id: int, rule: Rule) -> None:
    """Set a store's own rule and have its cars looked at again; the same again changes nothing.

    Raises Conflict for an item outside the catalogue or a rule without any limit.
    """
    with our_errors():
        values = vars(rule) | {"store": store_id, "codes": list(rule.codes)}
        changed = connection.execute(_QUERIES["put"], values).rowcount
    if changed:
        _touch(connection, store_id)


def drop(connection: psycopg.Connection, store_id: int, item: str, make: str | None, model: str | None) -> bool:
    """Remove a store's own rule, so that the wider one holds again; False when there was none."""
    values = {"store": store_id, "item": item, "make": make, "model": model}
    gone = connection.execute(_QUERIES["drop"], values).rowcount > 0
    if gone:
        _touch(connection, store_id)
    return gone


def _touch(connection: psycopg.Connection, store_id: int) -> None:
    connection.execute(_QUERIES["touch_cars"], {"store": store_id})
