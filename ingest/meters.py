"""What ingest measures of itself beside the balance: rows, delays, and how often the database was away."""

import time
from threading import Lock

import numpy as np
import polars as pl
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

from archive.fleet.arrival import Stored
from ingest.balance import new_rows
from ingest.columns import MESSAGE
from ingest.sorting import SortedOut

LAG_BUCKETS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200, 86_400, 604_800)
"""From the goal (2 s at rated load) to a device that was in a cellar for a week [s]."""
_BUCKET_NAMES = (*(str(float(bound)) for bound in LAG_BUCKETS_S), "+Inf")
ROW_BUCKETS = (1, 10, 100, 1_000, 10_000, 30_000, 60_000, 120_000)


class Lag(Collector):
    """Time from the newest sample of a message to its commit [s]. Fed a batch at a time."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._bounds = np.array([*LAG_BUCKETS_S, np.inf])
        self._below = np.zeros(len(self._bounds), dtype=np.int64)
        self._sum_s = 0.0
        self._lock = Lock()
        registry.register(self)

    def observe(self, rows: pl.DataFrame, now_s: float) -> None:
        """Count the messages of committed rows; a device's clock may be ahead of ours, a lag is never negative."""
        newest = rows.group_by(MESSAGE).agg(pl.col("time").max())["time"].dt.epoch("us").to_numpy() / 1e6
        lags_s = np.maximum(now_s - newest, 0.0)
        with self._lock:
            self._below += np.searchsorted(np.sort(lags_s), self._bounds, side="right")
            self._sum_s += float(lags_s.sum())

    def collect(self) -> list[HistogramMetricFamily]:
        """The family of one scrape."""
        with self._lock:
            buckets = list(zip(_BUCKET_NAMES, self._below.astype(float), strict=True))
            return [HistogramMetricFamily("ingest_lag_seconds", "newest sample of a message to its commit",
                                          buckets, self._sum_s)]


class Meters:
    """Everything of one ingest process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, meaning: str) -> Counter:
            return Counter(name, meaning, registry=registry)

        self._decoded = counter("ingest_samples_decoded", "rows of readings in committed messages")
        self._stored = counter("ingest_samples_stored", "rows of readings that were not there before")
        self._positions = counter("ingest_positions_refused", "positions without consent")
        self._unknown_keys = counter("ingest_unknown_keys", "values of foreign devices without a column")
        self._contradictions = counter("ingest_contradictions", "rows measured twice with other values")
        self.letters_not_kept = counter("ingest_dead_letters_not_kept", "dead letters of a flood, counted only")
        self.database_retries = counter("ingest_database_retries", "attempts while the database was away")
        self._reconnects = counter("db_reconnects", "connections to the database that replaced a lost one")
        self._connected: set[str] = set()
        self.commit_seconds = Histogram("ingest_commit_seconds", "time of one batch's transaction", registry=registry)
        self._batch_rows = Histogram("ingest_batch_rows", "rows of readings in one transaction", registry=registry,
                                     buckets=ROW_BUCKETS)
        self._committed_at = Gauge("ingest_last_commit_timestamp_seconds", "when the last batch was committed",
                                   registry=registry)
        self._lag = Lag(registry)

    def connected(self, link: str) -> None:
        """Count a connection, unless it is the first of its link."""
        if link in self._connected:
            self._reconnects.inc()
        self._connected.add(link)

    def settle(self, out: SortedOut, stored: Stored) -> None:
        """Count a committed batch."""
        now_s = time.time()
        self._decoded.inc(out.readings.height)
        self._stored.inc(new_rows(out.readings, stored.readings).height)
        self._batch_rows.observe(out.readings.height)
        self._positions.inc(out.refused_positions)
        self._unknown_keys.inc(out.unknown_keys)
        self._contradictions.inc(stored.readings.contradictions + stored.positions.contradictions)
        self._committed_at.set(now_s)
        self._lag.observe(out.readings, now_s)
