"""Whether the database can be worked with: the check every process's /readyz begins with."""

from archive.admin.port import Check
from archive.database import migrating
from archive.database.connecting import connect, our_errors
from schemas.errors import StoreUnavailable

PATIENCE_S = 2
"""A database that takes longer than this to tell its migrations is not ready [s]; probers give up after 3 or 5."""


def database_ready(url: str) -> Check:
    """A check with a connection of its own: what the process is doing with its others must not decide the answer."""
    return lambda: _answers(url)


def _answers(url: str) -> bool:
    try:
        with our_errors(), connect(url, name="ready", autocommit=True, statement_timeout_s=PATIENCE_S,
                                   connect_timeout_s=PATIENCE_S) as connection:
            return migrating.is_up_to_date(connection)
    except StoreUnavailable:
        return False
