"""Oneself: who is logged in, and what he agrees to."""

import psycopg
from fastapi import APIRouter, status

from api.access import Anybody, OwnerOnly, Visit
from api.shapes.people import ConsentGrant, ConsentView, Me, PostView
from archive.people import consent, customers, staff
from archive.people.phones import masked
from schemas.workshop import Purpose

router = APIRouter(prefix="/me", tags=["me"])


@router.get("", summary="Who is logged in")
def read_me(visit: Anybody) -> Me:
    """The customer with his consents, or the member of staff with his roles."""
    with visit.transaction() as connection:
        return _colleague(connection, visit) if visit.actor.is_staff else _customer(connection, visit)


@router.put("/consents/{purpose}", summary="Consent to a purpose", status_code=status.HTTP_204_NO_CONTENT)
def grant_consent(purpose: Purpose, grant: ConsentGrant, visit: OwnerOnly) -> None:
    """From now on, until withdrawn; granting twice keeps the first."""
    with visit.transaction() as connection:
        consent.grant(connection, visit.actor.number, purpose, text_version=grant.text_version, channel="app")
        visit.note(connection, f"consent {purpose}")


@router.delete("/consents/{purpose}", summary="Withdraw a consent", status_code=status.HTTP_204_NO_CONTENT)
def withdraw_consent(purpose: Purpose, visit: OwnerOnly) -> None:
    """From now on; positions stop being stored within a minute and stop being shown at once."""
    with visit.transaction() as connection:
        consent.withdraw(connection, visit.actor.number, purpose)
        visit.note(connection, f"consent {purpose}")


def _customer(connection: psycopg.Connection, visit: Visit) -> Me:
    found = customers.customer(connection, visit.vault, visit.actor.number)
    visit.note(connection, "customer", found.customer_id)
    agreed = [ConsentView.model_validate(one) for one in consent.in_force(connection, found.customer_id)]
    return Me(kind="customer", id=found.customer_id, name=found.name, language=found.language, consents=agreed,
              phone=masked(found.phone) if found.phone else None)


def _colleague(connection: psycopg.Connection, visit: Visit) -> Me:
    found = staff.colleague(connection, visit.actor.number)
    posts = [PostView.model_validate(post) for post in staff.posts(connection, found.staff_id)]
    return Me(kind="staff", id=found.staff_id, name=found.name, language=found.language, posts=posts)
