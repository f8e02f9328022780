"""What broker-sync measures: who is let in, whether the broker is told, and which shards are served there."""

import time
from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge

IN_STEP_S = 10.0
"""Longest time since the last round while the broker counts as told [s]: five rounds."""


class SyncMeters:
    """Everything of one broker-sync."""

    def __init__(self, broker: str, registry: CollectorRegistry) -> None:
        def gauge(name: str, meaning: str, *labels: str) -> Gauge:
            return Gauge(name, meaning, ["broker", *labels], registry=registry)

        self._broker = broker
        self.users = gauge("broker_users", "devices the broker lets in").labels(broker)
        self.reloads = Counter("broker_reloads", "how often the broker was told of changes", ["broker"],
                               registry=registry).labels(broker)
        self._carried_at = gauge("broker_sync_timestamp_seconds", "when the broker was last known to be told all"
                                 ).labels(broker)
        self._served = gauge("broker_shard_served", "whether an ingest process serves this shard that has devices",
                             "shard")
        self._reconnects = Counter("db_reconnects", "connections to the database that replaced a lost one",
                                   registry=registry)
        self._connections = 0
        self._carried_s = float("-inf")

    def connected(self) -> None:
        """Count a connection to the database, unless it is the first."""
        self._connections += 1
        if self._connections > 1:
            self._reconnects.inc()

    def carried(self, served: Mapping[str, bool]) -> None:
        """Note a round that went well, and who serves the shards that have devices."""
        self._served.clear()
        for shard, somebody in served.items():
            self._served.labels(self._broker, shard).set(somebody)
        self._carried_at.set_to_current_time()
        self._carried_s = time.monotonic()

    def in_step(self) -> bool:
        """Whether rounds go well."""
        return time.monotonic() - self._carried_s < IN_STEP_S
