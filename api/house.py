"""What every route shares: the pool, the vault, the signer, the sender of codes, the counters."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, cast
from zoneinfo import ZoneInfo

import psycopg
from fastapi import Depends, Request
from psycopg_pool import ConnectionPool

from api.metrics import Counters
from api.senders import CodeSender
from api.tokens import Signer
from archive.database.connecting import our_errors
from archive.database.sealing import Vault


@dataclass(frozen=True)
class House:
    """Built once by `create_app`, kept in the application's state."""

    pool: ConnectionPool
    vault: Vault
    signer: Signer
    sender: CodeSender
    timezone: ZoneInfo
    shards: Sequence[str]
    counters: Counters = field(default_factory=Counters)

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection]:
        """One transaction that acts for nobody yet, so row security shows nothing; raises our errors only."""
        with our_errors(), self.pool.connection() as connection:
            yield connection


def house_of(request: Request) -> House:
    """The house of the application that serves this request."""
    return cast(House, request.app.state.house)


InHouse = Annotated[House, Depends(house_of)]
