"""Sessions: opaque refresh tokens, stored hashed, replaced at every use. One log-in and all it leads to is a family."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import class_row

from archive.database.queries import beside
from archive.people.actors import Actor, ActorKind
from schemas.workshop import Role

_QUERIES = beside(__file__)
LIFE: dict[ActorKind, timedelta] = {"customer": timedelta(days=60), "staff": timedelta(hours=14)}
"""How long a session sleeps before it ends: an owner's phone, a working day at the desk."""

GRACE = timedelta(seconds=20)
"""A used token works again for so long: its answer may have been lost on the way."""


@dataclass(frozen=True, repr=False)
class Session:
    """Somebody's session, with the token that continues it."""

    actor: Actor
    family: UUID
    refresh_token: str


@dataclass(frozen=True)
class Standing:
    """What somebody is worth right now, whatever his access token says."""

    alive: bool
    roles: frozenset[Role]


def begin(connection: psycopg.Connection, actor: Actor) -> Session:
    """Start a session after somebody proved who he is."""
    return _issue(connection, actor, uuid4())


def renew(connection: psycopg.Connection, refresh_token: str) -> Session | None:
    """The next session token, or None for one that is unknown, over or revoked.

    A token used again after the grace was stolen from somebody: the whole family ends. Commit in either case.
    """
    with connection.cursor(row_factory=class_row(_Token)) as cursor:
        token = cursor.execute(_QUERIES["present"], {"hash": _hash(refresh_token), "grace": GRACE}).fetchone()
    if token is None or not token.alive:
        return None
    if token.replayed:
        end(connection, token.family)
        return None
    connection.execute(_QUERIES["mark_used"], [_hash(refresh_token)])
    return _issue(connection, Actor(token.subject_kind, token.subject_id), token.family)


def end(connection: psycopg.Connection, family: UUID) -> None:
    """Log out: no token of the family works any more."""
    connection.execute(_QUERIES["revoke_family"], [family])


def end_all(connection: psycopg.Connection, actor: Actor) -> None:
    """Log somebody out everywhere."""
    connection.execute(_QUERIES["revoke_all"], [actor.kind, actor.number])


def standing(connection: psycopg.Connection, actor: Actor, family: UUID) -> Standing:
    """Whether the session still counts and which roles somebody holds; asked at the start of every transaction."""
    given = {"kind": actor.kind, "number": actor.number, "family": family}
    row = connection.execute(_QUERIES["standing"], given).fetchone()
    return Standing(bool(row and row[0]), frozenset(Role(name) for name in row[1]) if row else frozenset())


def forget_old(connection: psycopg.Connection) -> int:
    """Delete tokens that ended and return how many; the keeper's job."""
    return connection.execute(_QUERIES["forget_old"]).rowcount


@dataclass(frozen=True)
class _Token:
    family: UUID
    subject_kind: ActorKind
    subject_id: int
    alive: bool
    replayed: bool
    expires_at: datetime


def _issue(connection: psycopg.Connection, actor: Actor, family: UUID) -> Session:
    refresh_token = secrets.token_urlsafe(32)
    connection.execute(_QUERIES["issue"], {"hash": _hash(refresh_token), "family": family, "kind": actor.kind,
                                           "number": actor.number, "life": LIFE[actor.kind]})
    return Session(actor, family, refresh_token)


def _hash(refresh_token: str) -> bytes:
    # 256 random bits need no slow hash.
    return hashlib.sha256(refresh_token.encode()).digest()
