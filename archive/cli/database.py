"""The database every command works on."""

import psycopg

from archive.database.connecting import connect
from archive.database.sealing import Vault
from schemas.settings import Settings


def database(settings: Settings) -> psycopg.Connection:
    """A connection to PITCALL_DATABASE_URL that commits each statement; raises ConfigurationError, StoreUnavailable."""
    return connect(settings.require_database(), name="archive", autocommit=True)


def vault(settings: Settings) -> Vault:
    """What opens sealed values; raises ConfigurationError without PITCALL_MASTER_KEY."""
    return Vault(settings.require_master_key())
