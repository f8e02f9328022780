"""Staff: who works where, in which roles."""

from collections.abc import Iterable
from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row

from archive.database.connecting import our_errors
from archive.database.queries import beside
from archive.people import sessions
from archive.people.actors import Actor
from schemas.errors import NotFound
from schemas.workshop import Role

_QUERIES = beside(__file__)


@dataclass(frozen=True, repr=False)
class Login:
    """What a log-in is checked against."""

    staff_id: int
    password_hash: str


@dataclass(frozen=True)
class Colleague:
    """A member of staff."""

    staff_id: int
    login: str
    name: str
    language: str


@dataclass(frozen=True)
class Post:
    """One role at one store."""

    store_id: int
    code: str
    name_zh: str
    name_en: str
    role: str


@dataclass(frozen=True)
class Member:
    """A member of staff as the operator sees the team; `roles` are store code and role."""

    staff_id: int
    login: str
    name: str
    language: str
    active: bool
    roles: list[str]


def add(connection: psycopg.Connection, *, login: str, password_hash: str, name: str, language: str = "zh-CN",
        roles: Iterable[tuple[int, Role]] = ()) -> int:
    """Add a member of staff with (store_id, role) pairs and return the number; Conflict when the login is taken.

    The hash comes from `archive.people.passwords.hash_of`.
    """
    given = {"login": login, "password_hash": password_hash, "name": name, "language": language}
    with our_errors():
        row = connection.execute(_QUERIES["add"], given).fetchone()
    staff_id = int(row[0]) if row else 0
    for store_id, role in roles:
        give_role(connection, staff_id, store_id, role)
    return staff_id


def give_role(connection: psycopg.Connection, staff_id: int, store_id: int, role: Role) -> None:
    """Let somebody work at a store in a role; giving it twice changes nothing."""
    connection.execute(_QUERIES["give_role"], [staff_id, store_id, role])


def end_role(connection: psycopg.Connection, staff_id: int, store_id: int, role: Role) -> None:
    """Take a role at a store away, from the next request on; one that is not held changes nothing."""
    connection.execute(_QUERIES["end_role"], [staff_id, store_id, role])


def set_password(connection: psycopg.Connection, staff_id: int, password_hash: str) -> None:
    """Replace the password; every session begun with the old one ends."""
    connection.execute(_QUERIES["set_password"], [password_hash, staff_id])
    sessions.end_all(connection, Actor("staff", staff_id))


def dismiss(connection: psycopg.Connection, staff_id: int) -> None:
    """Shut somebody out from the next request on; what he did stays on record."""
    connection.execute(_QUERIES["dismiss"], [staff_id])


def find_login(connection: psycopg.Connection, login: str) -> Login | None:
    """The active member of staff of this login, regardless of case."""
    with connection.cursor(row_factory=class_row(Login)) as cursor:
        return cursor.execute(_QUERIES["find_login"], [login]).fetchone()


def colleague(connection: psycopg.Connection, staff_id: int) -> Colleague:
    """One member of staff; raises NotFound."""
    with connection.cursor(row_factory=class_row(Colleague)) as cursor:
        found = cursor.execute(_QUERIES["colleague"], [staff_id]).fetchone()
    if found is None:
        raise NotFound
    return found


def team(connection: psycopg.Connection) -> list[Member]:
    """Everybody by login, those who were dismissed too."""
    with connection.cursor(row_factory=class_row(Member)) as cursor:
        return cursor.execute(_QUERIES["team"]).fetchall()


def posts(connection: psycopg.Connection, staff_id: int) -> list[Post]:
    """Where somebody works and as what."""
    with connection.cursor(row_factory=class_row(Post)) as cursor:
        return cursor.execute(_QUERIES["posts"], [staff_id]).fetchall()


def administered(connection: psycopg.Connection, staff_id: int) -> frozenset[int]:
    """The stores somebody administers."""
    found = connection.execute(_QUERIES["administered"], [staff_id, Role.ADMINISTRATOR])
    return frozenset(int(row[0]) for row in found)
