"""Writing: one batch after the other into the database; what it refuses is buried alone."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import psycopg

from archive.database.sealing import Vault
from archive.fleet import arrival
from archive.fleet.arrival import Ready, Stored
from archive.fleet.dead_letters import DeadLetter
from ingest.database_link import DatabaseLink
from ingest.failpoints import Failpoint
from ingest.flood import FloodGate
from ingest.messages import Message
from ingest.meters import Meters
from ingest.sorting import SortedOut
from schemas.wire import RejectReason

REFUSED = (psycopg.DataError, psycopg.IntegrityError)
"""The database read a value and would not have it: find the message and bury it alone."""


class Writer:
    """Stores batches in order; `settle` is called after each commit, `sort` reads messages again after a refusal."""

    def __init__(self, link: DatabaseLink, vault: Vault, sort: Callable[[Sequence[Message]], Iterable[SortedOut]],
                 settle: Callable[[SortedOut, Stored], None], meters: Meters,
                 failpoint: Failpoint | None = None) -> None:
        self._link = link
        self._vault = vault
        self._sort = sort
        self._settle = settle
        self._meters = meters
        self._flood_gate = FloodGate()
        self._failpoint = failpoint or Failpoint()

    def store(self, out: SortedOut, ready: Ready) -> None:
        """Store a batch; one that the database refuses is halved until the culprit stands alone."""
        try:
            self._commit(out, ready)
        except REFUSED as refused:
            if len(out.messages) == 1:
                buried = _buried(out, str(refused).splitlines()[0])
                self._commit(buried, Ready.of(buried.batch()))
            else:
                middle = len(out.messages) // 2
                for half in (out.messages[:middle], out.messages[middle:]):
                    for part in self._sort(half):
                        self.store(part, Ready.of(part.batch()))

    def _commit(self, out: SortedOut, ready: Ready) -> None:
        ready = replace(ready, batch=self._flood_gate.sift(ready.batch))
        with self._meters.commit_seconds.time():
            stored = self._link.persist(lambda connection: arrival.store_ready(
                connection, self._vault, ready, lambda: self._failpoint.passed("before_commit")))
        self._failpoint.passed("after_commit")
        self._flood_gate.note(ready.batch.letters)
        self._meters.letters_not_kept.inc(sum(flood.letters for flood in ready.batch.floods))
        self._settle(out, stored)
        self._failpoint.passed("after_ack")


def _buried(out: SortedOut, detail: str) -> SortedOut:
    """The same message as a dead letter, nothing else of it."""
    (message,) = out.messages
    sender = out.senders.get(0)
    letter = DeadLetter(message.arrived, message.topic, message.payload, RejectReason.DATABASE, detail,
                        sender.device_key if sender else None, sender.device_id if sender else None)
    return SortedOut(out.messages, letters={0: letter}, receipts=out.receipts, senders=out.senders,
                     readings=out.readings.clear(), positions=out.positions.clear())
