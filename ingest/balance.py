"""The balance of ingest: received = stored + merged + dead letters + refused + ignored + dropped + in flight.

Counted in messages, exported to Prometheus. A message is *merged* when every row it brought was there already.
"""

from collections import Counter

import polars as pl
from prometheus_client import CollectorRegistry, Gauge, Histogram
from prometheus_client import Counter as PrometheusCounter

from archive.fleet.arrival import Stored
from archive.fleet.hypertables import KEY, Written
from ingest.columns import MESSAGE
from ingest.sorting import SortedOut

OUTCOMES = ("stored", "merged", "dead_letter", "refused", "ignored", "dropped")


class Balance:
    """Counts every message once, under what became of it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.received = 0
        self.outcomes: Counter[str] = Counter()
        self.samples = 0
        self._received = PrometheusCounter("ingest_messages_received", "deliveries taken from the broker",
                                           ["shard"], registry=registry)
        self._outcomes = PrometheusCounter("ingest_messages", "what became of them", ["outcome"], registry=registry)
        self._reasons = PrometheusCounter("ingest_dead_letter", "refused messages", ["reason"], registry=registry)
        self._samples = PrometheusCounter("ingest_samples_stored", "new rows in reading", registry=registry)
        self._positions = PrometheusCounter("ingest_positions_refused", "positions without consent",
                                            registry=registry)
        self._unknown_keys = PrometheusCounter("ingest_unknown_keys", "values of foreign devices without a column",
                                               registry=registry)
        self._contradictions = PrometheusCounter("ingest_contradictions", "rows measured twice with other values",
                                                 registry=registry)
        self._unacked = Gauge("ingest_unacked", "received and not yet committed", registry=registry)
        self.commit_seconds = Histogram("ingest_commit_seconds", "time of one batch's transaction", registry=registry)
        self.database_retries = PrometheusCounter("ingest_database_retries", "attempts that failed because the "
                                                  "database was away", registry=registry)
        for outcome in OUTCOMES:
            self._outcomes.labels(outcome)

    @property
    def in_flight(self) -> int:
        """Received, and not yet decided."""
        return self.received - self.outcomes.total()

    def take(self, shard: str) -> None:
        """Count a delivery."""
        self.received += 1
        self._received.labels(shard).inc()
        self._unacked.set(self.in_flight)

    def drop(self) -> None:
        """Count a QoS 0 delivery for which there was no room."""
        self._count({"dropped": 1})

    def settle(self, out: SortedOut, stored: Stored) -> None:
        """Count a committed batch."""
        outcomes = Counter({"dead_letter": len(out.letters), "ignored": len(out.ignored), "refused": len(out.refused)})
        outcomes["merged"] = len(_merged(out, stored))
        outcomes["stored"] = len(out.messages) - outcomes.total()
        self._count(outcomes)
        fresh = _new(out.readings, stored.readings).height if stored.readings.by_merging else out.readings.height
        self.samples += fresh
        self._samples.inc(fresh)
        self._positions.inc(out.refused_positions)
        self._unknown_keys.inc(out.unknown_keys)
        self._contradictions.inc(stored.readings.contradictions + stored.positions.contradictions)
        for letter in out.letters.values():
            self._reasons.labels(letter.reason.value).inc()

    def _count(self, outcomes: dict[str, int] | Counter[str]) -> None:
        self.outcomes.update(outcomes)
        for outcome, number in outcomes.items():
            self._outcomes.labels(outcome).inc(number)
        self._unacked.set(self.in_flight)


def _merged(out: SortedOut, stored: Stored) -> set[int]:
    """Messages that brought rows, none of them new."""
    pairs = ((out.readings, stored.readings), (out.positions, stored.positions))
    if not any(written.by_merging for _, written in pairs):
        return set()
    brought = {number for rows, _ in pairs for number in rows[MESSAGE].unique()}
    return brought - {number for rows, written in pairs for number in _new(rows, written)[MESSAGE].unique()}


def _new(rows: pl.DataFrame, written: Written) -> pl.DataFrame:
    """Rows that were not there before; of several with one key the first to arrive."""
    first = rows.unique(KEY, keep="first", maintain_order=True)
    return first.join(written.existing, on=list(KEY), how="anti")
