"""Who may use a route. Every route either admits somebody by name or stands in the short list of public ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import psycopg
from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer

from api.house import House, house_of
from api.language import Language, language_of
from api.tokens import NotIdentified
from archive.database.sealing import Vault
from archive.people import audit, sessions
from archive.people.actors import MANAGING, SERVING, Actor, act_for
from schemas.errors import NotAllowed
from schemas.workshop import Role

PUBLIC = frozenset({"/healthz", "/readyz", "/metrics", "/v1/openapi.json", "/v1/auth/code", "/v1/auth/token"})
"""Routes that ask nobody who he is; a test fails for any other route without `Admits`."""

_bearer = OAuth2PasswordBearer("/v1/auth/token", auto_error=False,
                               description="access token of 15 minutes from /v1/auth/token")


@dataclass(frozen=True)
class Visit:
    """One caller at one route; the door opens with the transaction."""

    house: House
    actor: Actor
    session: UUID
    language: Language
    owners: bool
    roles: frozenset[Role]
    action: str

    @property
    def vault(self) -> Vault:
        return self.house.vault

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection]:
        """A transaction that sees only what the caller may see.

        Raises NotIdentified for a session that ended meanwhile and NotAllowed for a role this route does not admit.
        """
        with self.house.transaction() as connection:
            act_for(connection, self.actor)
            self._admit(sessions.standing(connection, self.actor, self.session))
            yield connection

    def note(self, connection: psycopg.Connection, object_kind: str, object_id: int | None = None) -> None:
        """Put on record what this visit reads or changes."""
        audit.record(connection, self.actor, self.action, object_kind, object_id)

    def _admit(self, standing: sessions.Standing) -> None:
        if not standing.alive:
            raise NotIdentified
        admitted = bool(standing.roles & self.roles) if self.actor.is_staff else self.owners
        if not admitted:
            raise NotAllowed


@dataclass(frozen=True)
class Admits:
    """The policy of a route: whether owners come in, and staff of which roles."""

    owners: bool
    roles: frozenset[Role]

    def __call__(self, request: Request, token: Annotated[str | None, Depends(_bearer)]) -> Visit:
        """Read the token; raises NotIdentified."""
        house = house_of(request)
        if token is None:
            raise NotIdentified
        claims = house.signer.read(token)
        visit = Visit(house, claims.actor, claims.session, language_of(request), self.owners, self.roles,
                      request.scope["route"].name)
        request.state.visit = visit
        return visit


Anybody = Annotated[Visit, Depends(Admits(owners=True, roles=frozenset(Role)))]
"""Whoever is logged in; what he sees is a matter of row security."""

OwnerOrServing = Annotated[Visit, Depends(Admits(owners=True, roles=SERVING))]
"""The owner himself, or those who serve him at his store."""

Serving = Annotated[Visit, Depends(Admits(owners=False, roles=SERVING))]
"""Service advisors and service managers."""

Managing = Annotated[Visit, Depends(Admits(owners=False, roles=MANAGING))]
"""Service managers."""

Administering = Annotated[Visit, Depends(Admits(owners=False, roles=frozenset({Role.ADMINISTRATOR})))]
"""Administrators: they run devices and see no customer."""

OwnerOnly = Annotated[Visit, Depends(Admits(owners=True, roles=frozenset()))]
"""What nobody but the customer himself decides."""
