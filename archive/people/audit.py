"""The audit: who read personal data or positions, who changed what, and what was refused. Never the value itself."""

import psycopg

from archive.database.queries import beside
from archive.people.actors import Actor

_QUERIES = beside(__file__)
UNKNOWN = "unknown"
OPERATOR = "operator"
"""Whoever works at the command line: he holds the database's own password, so its logs say who he is."""


def record(connection: psycopg.Connection, actor: Actor | None, action: str, object_kind: str,
           object_id: int | None = None, *, store_id: int | None = None, allowed: bool = True) -> None:
    """Append one line in the caller's transaction, so that nothing is revealed or changed without it."""
    connection.execute(_QUERIES["append"], {
        "actor_kind": actor.kind if actor else UNKNOWN, "actor": actor.number if actor else None, "action": action,
        "object_kind": object_kind, "object": object_id, "store": store_id, "allowed": allowed})


def record_operator(connection: psycopg.Connection, action: str, object_kind: str,
                    object_id: int | None = None) -> None:
    """Append what was done at the command line, in the caller's transaction."""
    connection.execute(_QUERIES["append"], {"actor_kind": OPERATOR, "actor": None, "action": action, "allowed": True,
                                            "object_kind": object_kind, "object": object_id, "store": None})
