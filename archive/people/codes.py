"""One-time codes that let owners in: six digits, five minutes, five tries, one alive per phone."""

import hmac
import secrets
from datetime import timedelta

import psycopg

from archive.database.queries import beside
from archive.database.sealing import Vault

_QUERIES = beside(__file__)
LIFE = timedelta(minutes=5)
TRIES = 5


def issue(connection: psycopg.Connection, vault: Vault, phone: str) -> str:
    """A fresh code for a normalised phone, whoever it belongs to; an older one stops working."""
    code = f"{secrets.randbelow(1_000_000):06d}"
    connection.execute(_QUERIES["forget_old"])
    connection.execute(_QUERIES["issue"], {"phone": vault.token("phone", phone), "life": LIFE,
                                           "hash": _hash(vault, phone, code)})
    return code


def redeem(connection: psycopg.Connection, vault: Vault, phone: str, code: str) -> bool:
    """Use a code up; a wrong one counts as a try, so commit in either case."""
    expected = _hash(vault, phone, code)
    given = {"phone": vault.token("phone", phone), "tries": TRIES, "hash": expected}
    row = connection.execute(_QUERIES["try"], given).fetchone()
    if row is None or not hmac.compare_digest(bytes(row[0]), expected):
        return False
    return connection.execute(_QUERIES["use_up"], given).rowcount == 1


def _hash(vault: Vault, phone: str, code: str) -> bytes:
    # Keyed by the master key: a million candidates are nothing, so a plain hash would hide nothing.
    return vault.token("login code", f"{phone}:{code}")
