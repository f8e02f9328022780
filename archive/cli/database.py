"""The database every command works on."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.errors import InsufficientPrivilege, UndefinedColumn, UndefinedTable

from archive.database.connecting import connect
from archive.database.sealing import Vault
from schemas.errors import ConfigurationError, NotAllowed
from schemas.settings import Settings


@contextmanager
def database(settings: Settings, name: str = "archive") -> Iterator[psycopg.Connection]:
    """A connection to PITCALL_DATABASE_URL that commits each statement.

    Raises ConfigurationError, also for a database that was not migrated, StoreUnavailable, and NotAllowed for a role
    that may not do what the command does.
    """
    with connect(settings.require_database(), name=name, autocommit=True) as connection:
        try:
            yield connection
        except InsufficientPrivilege as refused:
            raise NotAllowed(f"{refused.diag.message_primary} for {connection.info.user}: set PITCALL_DATABASE_URL to "
                             "the address of pitcall_owner") from refused
        except (UndefinedTable, UndefinedColumn) as old:
            raise ConfigurationError(f"{old.diag.message_primary}: `python -m archive migrate` comes first") from old


def vault(settings: Settings) -> Vault:
    """What opens sealed values; raises ConfigurationError without PITCALL_MASTER_KEY."""
    return Vault(settings.require_master_key())
