"""Who acts: a customer or a member of staff. Row security and the audit both ask."""

from dataclasses import dataclass
from typing import Literal

import psycopg

from archive.database.connecting import act_for_customer, act_for_staff
from schemas.workshop import Role

ActorKind = Literal["customer", "staff"]

SERVING = frozenset({Role.SERVICE_ADVISOR, Role.SERVICE_MANAGER})
"""Roles that serve customers and may see the files of their stores in full; row security says the same."""

MANAGING = frozenset({Role.SERVICE_MANAGER})
"""Roles that decide how their store works."""


@dataclass(frozen=True)
class Actor:
    """Somebody who is logged in."""

    kind: ActorKind
    number: int

    @property
    def is_staff(self) -> bool:
        return self.kind == "staff"


def act_for(connection: psycopg.Connection, actor: Actor) -> None:
    """Show this transaction only what the actor may see."""
    if actor.is_staff:
        act_for_staff(connection, actor.number)
    else:
        act_for_customer(connection, actor.number)
