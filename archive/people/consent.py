"""Consent: per purpose, with the version of the text that was shown and the channel it was given on."""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from archive.database.queries import beside
from schemas.workshop import Purpose

_QUERIES = beside(__file__)


@dataclass(frozen=True)
class Consent:
    """One consent in force."""

    purpose: Purpose
    since: datetime
    text_version: str
    channel: str


def grant(connection: psycopg.Connection, customer_id: int, purpose: Purpose, *, text_version: str, channel: str,
          at: datetime | None = None) -> None:
    """Consent from `at` (now when not given) until withdrawn; one already in force stays as it is."""
    connection.execute(_QUERIES["grant"], {"customer": customer_id, "purpose": purpose, "at": at,
                                           "text_version": text_version, "channel": channel})


def withdraw(connection: psycopg.Connection, customer_id: int, purpose: Purpose, *,
             at: datetime | None = None) -> bool:
    """End the consent in force; False when there was none."""
    given = {"customer": customer_id, "purpose": purpose, "at": at}
    return connection.execute(_QUERIES["withdraw"], given).rowcount > 0


def in_force(connection: psycopg.Connection, customer_id: int) -> list[Consent]:
    """What the customer agrees to now."""
    with connection.cursor(row_factory=class_row(_Row)) as cursor:
        rows = cursor.execute(_QUERIES["in_force"], {"customer": customer_id}).fetchall()
    return [Consent(Purpose(row.purpose), row.since, row.text_version, row.channel) for row in rows]


@dataclass(frozen=True)
class _Row:
    purpose: str
    since: datetime
    text_version: str
    channel: str
