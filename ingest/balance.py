"""The balance of ingest: received = stored + duplicates + dead letters + refused + ignored + dropped + in flight.

Counted in messages, each under what became of it. Every term is counted on its own, none as the rest of the others, so
a message that is lost track of inside ingest shows as a balance that is not zero. All of it is read and written under
one lock: whoever asks sees one moment, and the balance holds exactly, under load too.
"""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock

import polars as pl
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from archive.fleet.arrival import Stored
from archive.fleet.hypertables import KEY, Written
from ingest.columns import MESSAGE
from ingest.sorting import SortedOut
from schemas.wire import RejectReason

OUTCOMES = {
    "stored": "messages that brought something new",
    "duplicates": "messages whose rows were all there already",
    "refused": "messages of nothing but positions, of an owner who does not consent",
    "ignored": "retained replays and messages with nothing in them",
    "dropped": "QoS 0 messages there was no room for",
}
"""What can become of a message, besides ending as a dead letter: `ingest_{outcome}_total`."""


@dataclass(frozen=True)
class Settled:
    """What became of a batch, as message numbers; every message stands in exactly one of these."""

    stored: set[int]
    duplicates: set[int]
    refused: set[int]
    ignored: set[int]
    letters: set[int]

    @classmethod
    def of(cls, out: SortedOut, stored: Stored) -> "Settled":
        """Judge a batch after its commit."""
        brought, fresh = _numbers(out.readings, out.positions), _fresh(out, stored) | out.told
        empty = {one.message for one in out.telemetry} - brought - out.refused - out.letters.keys()
        return cls(fresh, brought - fresh, out.refused, out.ignored | empty, set(out.letters))


@dataclass
class Counts:
    """One moment. In flight: received, and neither committed nor dropped yet."""

    received: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    letters: Counter[str] = field(default_factory=Counter)
    in_flight: int = 0

    @property
    def difference(self) -> int:
        """Zero, or messages ingest has lost track of."""
        return self.received.total() - self.outcomes.total() - self.letters.total() - self.in_flight


class Balance(Collector):
    """Counts every message once; exported to Prometheus as one moment."""

    def __init__(self, shards: Iterable[str], registry: CollectorRegistry) -> None:
        # What has not happened yet is exported as 0: an expression with a missing term never says anything.
        self._counts = Counts(Counter(dict.fromkeys(shards, 0)), Counter(dict.fromkeys(OUTCOMES, 0)),
                              Counter(dict.fromkeys(RejectReason, 0)))
        self._lock = Lock()
        self._waiting_since = 0.0
        registry.register(self)

    def take(self, shard: str) -> None:
        """Count a delivery; called by the network threads."""
        with self._lock:
            if not self._counts.in_flight:
                self._waiting_since = time.monotonic()
            self._counts.received[shard] += 1
            self._counts.in_flight += 1

    def drop(self) -> None:
        """Count a QoS 0 delivery for which there was no room."""
        with self._lock:
            self._counts.outcomes["dropped"] += 1
            self._counts.in_flight -= 1

    def settle(self, out: SortedOut, stored: Stored) -> None:
        """Count a committed batch."""
        settled = Settled.of(out, stored)
        with self._lock:
            self._counts.outcomes.update(stored=len(settled.stored), duplicates=len(settled.duplicates),
                                         refused=len(settled.refused), ignored=len(settled.ignored))
            self._counts.letters.update(letter.reason for letter in out.letters.values())
            self._counts.in_flight -= len(out.messages)
            self._waiting_since = time.monotonic()

    def now(self) -> Counts:
        """All counts of this moment."""
        with self._lock:
            counts = self._counts
            return Counts(counts.received.copy(), counts.outcomes.copy(), counts.letters.copy(), counts.in_flight)

    def waited_s(self) -> float:
        """How long messages have been in flight without a commit [s]; 0 when there are none."""
        with self._lock:
            return time.monotonic() - self._waiting_since if self._counts.in_flight else 0.0

    def collect(self) -> list[CounterMetricFamily | GaugeMetricFamily]:
        """The families of one scrape."""
        now = self.now()
        return [
            _labelled("ingest_messages_received", "deliveries taken from the broker", "shard", now.received),
            *(CounterMetricFamily(f"ingest_{name}", meaning, now.outcomes[name]) for name, meaning in OUTCOMES.items()),
            _labelled("ingest_dead_letter", "messages that could not be taken in, by reason", "reason", now.letters),
            GaugeMetricFamily("ingest_unacked", "messages received and not yet decided", now.in_flight),
        ]


def _labelled(name: str, meaning: str, label: str, counts: Mapping[str, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, meaning, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family


def _fresh(out: SortedOut, stored: Stored) -> set[int]:
    """Messages with a row that was not there before."""
    return _numbers(new_rows(out.readings, stored.readings), new_rows(out.positions, stored.positions))


def new_rows(rows: pl.DataFrame, written: Written) -> pl.DataFrame:
    """Rows that were not there before; of several with one key the first to arrive."""
    if not written.by_merging:
        return rows
    first = rows.unique(KEY, keep="first", maintain_order=True)
    return first.join(written.existing, on=list(KEY), how="anti")


def _numbers(*frames: pl.DataFrame) -> set[int]:
    return {number for rows in frames for number in rows[MESSAGE].unique()}
