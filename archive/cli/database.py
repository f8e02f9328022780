"""The database every command works on."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.errors import InsufficientPrivilege, UndefinedColumn, UndefinedTable

from archive.database.connecting import connect
from archive.database.sealing import Vault
from schemas.errors import ConfigurationError, NotAllowed, StoreUnavailable
from schemas.settings import Settings


@contextmanager
def database(settings: Settings, name: str = "archive") -> Iterator[psycopg.Connection]:
    """A connection to PITCALL_DATABASE_URL that commits each statement.

    Raises ConfigurationError, also for a database that was not migrated, StoreUnavailable, and NotAllowed for a role
    that may not do what the command does.
    """
    with _connected(settings.require_database(), name) as connection:
        try:
            yield connection
        except InsufficientPrivilege as refused:
            raise NotAllowed(f"{refused.diag.message_primary} for {connection.info.user}: set PITCALL_DATABASE_URL to "
                             "the address of pitcall_owner") from refused
        except (UndefinedTable, UndefinedColumn) as old:
            raise ConfigurationError(f"{old.diag.message_primary}: `python -m archive migrate` comes first") from old


def _connected(url: str, name: str) -> psycopg.Connection:
    """The operator may read what psycopg says: it names host, port, role and what is wrong, never the password."""
    try:
        return connect(url, name=name, autocommit=True)
    except StoreUnavailable as away:
        raise StoreUnavailable(str(away.__cause__).partition("\n")[0]) from away


def vault(settings: Settings) -> Vault:
    """What opens sealed values; raises ConfigurationError without PITCALL_MASTER_KEY."""
    return Vault(settings.require_master_key())
