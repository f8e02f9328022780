"""The ingest process: batches from the broker into the database, acknowledged only after commit."""

import time
from collections.abc import Callable, Iterable, Sequence
from threading import Event

import psycopg
import structlog
from prometheus_client import CollectorRegistry
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_when_event_set, wait_random_exponential

from archive.database.connecting import connect
from archive.database.sealing import Vault
from archive.fleet import arrival, commands
from archive.fleet.arrival import Stored
from archive.fleet.dead_letters import DeadLetter
from ingest.balance import Balance
from ingest.flood import FloodGate
from ingest.inbox import Inbox
from ingest.listening import RECEIVE_MAXIMUM, BrokerAddress, Listener
from ingest.messages import Message
from ingest.receipts import receipts
from ingest.redelivered import Redeliveries
from ingest.registry import Registry
from ingest.sorting import SortedOut, sort_out
from schemas.errors import PitcallError, StoreUnavailable
from schemas.topics import down, parse
from schemas.wire import Command, RejectReason

log = structlog.get_logger()

AWAY = (psycopg.OperationalError, psycopg.InterfaceError, StoreUnavailable)
"""The database is down, restarting, hung or full: try again, nothing is lost."""

REFUSED = (psycopg.DataError, psycopg.IntegrityError)
"""The database read a value and would not have it: find the message and bury it alone."""

STATEMENT_TIMEOUT_S = 10
COMMAND_INTERVAL_S = 1.0


class TakenOver(PitcallError):
    """Another ingest process took over this shard; this one stops."""


class Ingest:
    """Serves some shards until it is told to stop."""

    def __init__(self, database_url: str, broker: BrokerAddress, vault: Vault, shards: Sequence[str],
                 metrics: CollectorRegistry) -> None:
        self._database_url = database_url
        self._broker = broker
        self._vault = vault
        self._stop = Event()
        self._inbox = Inbox(RECEIVE_MAXIMUM // 2)
        self._registry = Registry()
        self._redeliveries = Redeliveries()
        self._flood_gate = FloodGate()
        self._connection: psycopg.Connection | None = None
        self._commands_at = 0.0
        self._listeners = {shard: Listener(shard, self._deliver) for shard in shards}
        self.balance = Balance(metrics)
        self.last_commit = 0.0

    @property
    def ready(self) -> bool:
        """Messages flow, and the database is there."""
        database = self._connection is not None and not self._connection.closed
        return database and all(listener.subscribed for listener in self._listeners.values())

    def stop(self) -> None:
        """Ask `run` to drain, commit, acknowledge and return; safe in a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Work until `stop`. Raises TakenOver when another process serves one of the shards now."""
        try:
            self._persist(self._connected)
            for listener in self._listeners.values():
                listener.start(self._broker)
            while not self._stop.is_set():
                self._turn()
            for listener in self._listeners.values():
                listener.refuse_more()
            while batch := self._inbox.next_batch(patience_s=0):
                self._take_in(batch)
        except AWAY:
            if not self._stop.is_set():
                raise
            log.warning("stopped_while_database_away", left_to_the_broker=self.balance.in_flight)
        finally:
            self._close()

    def _turn(self) -> None:
        batch = self._inbox.next_batch(patience_s=0.2)
        if batch:
            self._take_in(batch)
        if any(listener.taken_over for listener in self._listeners.values()):
            raise TakenOver
        self._send_commands()

    def _deliver(self, message: Message) -> None:
        self.balance.take(message.shard)
        if not self._inbox.put(message):
            self.balance.drop()

    def _take_in(self, batch: Sequence[Message]) -> None:
        self._persist(lambda: self._store(batch))

    def _persist(self, work: Callable[[], object]) -> None:
        """Do something with the database, again and again while it is away."""
        Retrying(retry=retry_if_exception_type(AWAY), wait=wait_random_exponential(0.05, max=2),
                 stop=stop_when_event_set(self._stop), before_sleep=self._database_away, reraise=True)(work)

    def _database_away(self, state: RetryCallState) -> None:
        self.balance.database_retries.inc()
        self._drop_connection()
        log.warning("database_away", attempt=state.attempt_number, waiting=len(self._inbox))

    def _store(self, batch: Sequence[Message]) -> None:
        """Store a batch; one that the database refuses is halved until the culprit stands alone."""
        out = self._sort_out(batch)
        try:
            self._commit(out)
        except REFUSED as refused:
            if len(batch) > 1:
                middle = len(batch) // 2
                self._store(batch[:middle])
                self._store(batch[middle:])
            else:
                self._commit(_buried(out, str(refused).splitlines()[0]))

    def _sort_out(self, batch: Sequence[Message]) -> SortedOut:
        names = {topic.device_id for message in batch if (topic := parse(message.topic))}
        self._registry.refresh(self._connected(), names, time.monotonic())
        return sort_out(batch, self._registry, self._redeliveries.repeated(batch))

    def _commit(self, out: SortedOut) -> None:
        batch = self._flood_gate.sift(out.batch())
        with self.balance.commit_seconds.time():
            stored = arrival.store(self._connected(), self._vault, batch)
        self._flood_gate.note(batch.letters)
        self._settle(out, stored)

    def _settle(self, out: SortedOut, stored: Stored) -> None:
        """After commit, in this order: acknowledge, receipts, count."""
        self.last_commit = time.monotonic()
        self._redeliveries.remember(out.messages[number] for number in out.clockless)
        for shard, listener in self._listeners.items():
            listener.acknowledge(message for message in out.messages if message.shard == shard)
        for shard, topic, payload in receipts(out.receipts.values()):
            self._listeners[shard].publish(topic, payload, qos=0)
        self.balance.settle(out, stored)

    def _send_commands(self) -> None:
        if time.monotonic() - self._commands_at < COMMAND_INTERVAL_S or self._connection is None:
            return
        self._commands_at = time.monotonic()
        try:
            waiting = commands.take_waiting(self._connected(), list(self._listeners))
        except AWAY:
            self._drop_connection()  # the next batch reconnects with back-off
            return
        for one in waiting:
            body = Command(id=str(one.command_id), type=one.type, args=one.args,
                           expires=int(one.expires_at.timestamp() * 1000))
            self._listeners[one.shard].publish(down(one.shard, one.device_id, "command"),
                                               body.model_dump_json().encode(), qos=1)

    def _connected(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = connect(self._database_url, name="ingest", autocommit=True,
                                       statement_timeout_s=STATEMENT_TIMEOUT_S)
            arrival.prepare(self._connection)
        return self._connection

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _close(self) -> None:
        for listener in self._listeners.values():
            listener.stop()
        self._drop_connection()


def _buried(out: SortedOut, detail: str) -> SortedOut:
    """The same message as a dead letter, nothing else of it."""
    (message,) = out.messages
    sender = out.senders.get(0)
    letter = DeadLetter(message.arrived, message.topic, message.payload, RejectReason.DATABASE, detail,
                        sender.device_key if sender else None)
    return SortedOut(out.messages, letters={0: letter}, receipts=out.receipts, senders=out.senders,
                     readings=out.readings.clear(), positions=out.positions.clear())


def shard_list(text: str) -> list[str]:
    """Shards of a comma list, blanks ignored."""
    return [part for part in _stripped(text.split(",")) if part]


def _stripped(parts: Iterable[str]) -> Iterable[str]:
    return (part.strip() for part in parts)
