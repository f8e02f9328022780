"""Claims: which shards this process serves, in the words of the database, so that one may stand by for another.

A claim decides who tries; the fence is the broker, which has one connection per client id.
"""

import time
from collections.abc import Callable, Collection, Iterable

import psycopg

from archive.fleet import brokers

PATIENCE_S = 3.0
"""How long a claim must be free before a process that stands by takes it [s]: longer than a serving process needs to
claim again after the database was away (ingest.database_link.LONGEST_WAIT_S)."""


class Claims:
    """The claims of one process at one broker. They end with the connection they were made over."""

    def __init__(self, broker: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._broker = broker
        self._clock = clock
        self._held: set[str] = set()
        self._free_since: dict[str, float] = {}

    def forget(self) -> None:
        """The connection is a new one."""
        self._held.clear()
        self._free_since.clear()

    def keep(self, connection: psycopg.Connection, serving: Iterable[str]) -> None:
        """Claim what is served already; what another still claims is tried again next time."""
        missing = sorted(set(serving) - self._held)
        if missing:
            self._held.update(brokers.claim(connection, self._broker, missing))

    def end(self, connection: psycopg.Connection, shard: str) -> None:
        """Give one claim up."""
        if shard in self._held:
            brokers.release(connection, self._broker, [shard])
            self._held.remove(shard)

    def take_vacant(self, connection: psycopg.Connection, wanted: Collection[str]) -> list[str]:
        """Claim those of some shards that nobody has claimed for PATIENCE_S, and return them."""
        now = self._clock()
        busy = brokers.claimed(connection, self._broker, list(wanted)) if wanted else []
        self._free_since = {shard: self._free_since.get(shard, now) for shard in wanted if shard not in busy}
        ripe = [shard for shard, since in self._free_since.items() if now - since >= PATIENCE_S]
        taken = brokers.claim(connection, self._broker, ripe) if ripe else []
        self._held.update(taken)
        return taken
