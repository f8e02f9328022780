"""The ingest process: batches from the broker into the database, acknowledged only after commit.

Two batches are under way at a time: one is read while the one before it is written. They are written in order, and each
is acknowledged as soon as it is committed.
"""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import psycopg
import structlog
from prometheus_client import CollectorRegistry

from archive.admin.port import Health
from archive.admin.readiness import database_ready
from archive.database.sealing import Vault
from archive.fleet import arrival, commands
from archive.fleet.arrival import Ready, Stored
from archive.fleet.commands import WaitingCommand
from ingest.balance import Balance
from ingest.database_link import AWAY, DatabaseLink
from ingest.failpoints import Failpoint
from ingest.inbox import Inbox
from ingest.leaving import Quiet
from ingest.listening import RECEIVE_MAXIMUM
from ingest.messages import Message
from ingest.meters import Meters
from ingest.receipts import Receipts
from ingest.redelivered import Redeliveries
from ingest.registry import Registry
from ingest.replay_desk import ReplayDesk
from ingest.shards import Assignment, Shards
from ingest.sorting import SortedOut, sort_out
from ingest.writing import Writer
from schemas.topics import down, parse
from schemas.wire import Command

log = structlog.get_logger()

LOOK_INTERVAL_S = 1.0
HELD_UP_S, STALLED_S = 1.0, 10.0
"""Longest time without a commit while we call ourselves ready, with the receive window full, and with anything in
flight [s]; a batch takes a tenth of a second."""

DRAIN_S = 5.0
"""Longest time spent on messages already received after being told to stop; the rest is delivered again."""


class Ingest:
    """Serves some shards until it is told to stop."""

    def __init__(self, database_url: str, vault: Vault, assigned: Assignment, metrics: CollectorRegistry,
                 failpoint: Failpoint | None = None) -> None:
        self._stop = Event()
        self._inbox = Inbox(RECEIVE_MAXIMUM // 2)
        self._receipts = Receipts()
        self._registry = Registry()
        self._redeliveries = Redeliveries()
        self._looked_at = float("-inf")
        self._shards = Shards(assigned, self._deliver, metrics)
        self._database_ready = database_ready(database_url)
        self.balance = Balance(assigned.shards, metrics)
        self._meters = Meters(metrics)
        retry = self._meters.database_retries.inc
        self._asking = DatabaseLink(database_url, "ingest-ask", self._stop, retry, self._ask_again)
        self._writing = DatabaseLink(database_url, "ingest", self._stop, retry, self._write_again)
        self._writer = Writer(self._writing, vault, self._read, self._settle, self._meters, failpoint)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._pending: Future[None] | None = None
        self._replay_desk = ReplayDesk(database_url, vault, self._stop)
        self._quiet = Quiet() if assigned.leaving else None
        self.emptied = False

    def health(self) -> Health:
        """What the admin port answers: ready when messages flow, the database is there and takes what we write."""
        return Health({"database": self._database_ready, "writing": self._writing.works, "broker": self._shards.flow,
                       "window": self._has_room, "commits": self._commits}, self._shards.alive)

    def stop(self) -> None:
        """Ask `run` to drain, commit, acknowledge and return; safe in a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Work until `stop`. Raises TakenOver when other processes serve all our shards now."""
        try:
            self._writing.persist(lambda _: None)
            self._shards.begin()
            self._replay_desk.start()
            while not self._stop.is_set():
                self._turn()
            self._drain()
        except AWAY:
            if not self._stop.is_set():
                raise
            log.warning("stopped_while_database_away", left_to_the_broker=self.balance.now().in_flight)
        finally:
            self._close()

    def _has_room(self) -> bool:
        """A full window is no trouble while commits empty it."""
        room = RECEIVE_MAXIMUM * len(self._shards.serving)
        return self.balance.now().in_flight < room or self.balance.waited_s() < HELD_UP_S

    def _commits(self) -> bool:
        return self.balance.waited_s() < STALLED_S

    def _turn(self) -> None:
        batch = self._inbox.next_batch(patience_s=0.2)
        if batch:
            self._take_in(batch)
        elif self._pending and self._pending.done():
            self._finish_writing()
        self._shards.give_up_lost()
        self._shards.resume()
        if self._quiet and self._quiet.lasts(self._shards.flow(), self.balance.now()):
            self.emptied = True
            self.stop()
        if time.monotonic() - self._looked_at >= LOOK_INTERVAL_S:
            self._look()

    def _drain(self) -> None:
        self._shards.refuse_more()
        deadline = time.monotonic() + DRAIN_S
        while time.monotonic() < deadline and (batch := self._inbox.next_batch(patience_s=0)):
            self._take_in(batch)
        self._finish_writing()
        self._send_receipts(busy=False)

    def _take_in(self, batch: Sequence[Message]) -> None:
        names = {topic.device_id for message in batch if (topic := parse(message.topic))}
        self._asking.persist(lambda connection: self._registry.refresh(connection, names, time.monotonic()))
        for out in self._read(self._redeliveries.marked(batch)):
            ready = Ready.of(out.batch())
            self._finish_writing()
            self._pending = self._pool.submit(self._writer.store, out, ready)

    def _read(self, batch: Sequence[Message]) -> Iterator[SortedOut]:
        """The batch sorted out: in one piece, unless its bodies are much larger than they came."""
        while batch:
            out = sort_out(batch, self._registry)
            yield out
            batch = batch[len(out.messages):]

    def _finish_writing(self) -> None:
        """Wait for the batch before, and raise what its writing raised."""
        pending, self._pending = self._pending, None
        if pending:
            pending.result()

    def _deliver(self, message: Message) -> bool:
        if not self._inbox.has_room(message):
            if message.qos > 0:
                return False
            self.balance.take(message.shard)
            self.balance.drop()
            return True
        self.balance.take(message.shard)
        self._inbox.put(message)
        return True

    def _settle(self, out: SortedOut, stored: Stored) -> None:
        """After commit, in this order: acknowledge, receipts, count."""
        self._shards.acknowledge(out.messages)
        self._receipts.add(out.receipts.values())
        self._send_receipts(busy=len(self._inbox) > 0)
        self.balance.settle(out, stored)
        self._meters.settle(out, stored)

    def _send_receipts(self, *, busy: bool) -> None:
        self._shards.tell(self._receipts.take(busy=busy))

    def _ask_again(self, _connection: psycopg.Connection) -> None:
        self._shards.forget_claims()
        self._meters.connected("ask")

    def _write_again(self, connection: psycopg.Connection) -> None:
        arrival.prepare(connection)
        self._meters.connected("write")

    def _look(self) -> None:
        """Once a second: what others serve, and what our devices are to be told."""
        self._looked_at = time.monotonic()
        self._asking.persist(self._shards.look)
        self._replay_desk.check()
        for one in self._asking.persist(self._take_commands):
            expires_s = one.expires_at.timestamp()
            body = Command(id=str(one.command_id), type=one.type, args=one.args, expires=int(expires_s * 1000))
            self._shards.publish(one.shard, down(one.shard, one.device_id, "command"),
                                 body.model_dump_json().encode(), lives_s=max(1, int(expires_s - time.time())))

    def _take_commands(self, connection: psycopg.Connection) -> list[WaitingCommand]:
        """What can be sent at once: a command that waited here for the broker might be sent when it has expired."""
        return commands.take_waiting(connection, self._shards.flowing, self._shards.broker)

    def _close(self) -> None:
        self._stop.set()
        self._replay_desk.close()
        self._pool.shutdown()
        self._shards.stop(for_good=self.emptied)
        self._asking.close()
        self._writing.close()
