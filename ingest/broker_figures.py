"""What the broker tells about itself on `$SYS`: above all how many messages it dropped, which nothing else shows.

Names: mosquitto(8), section "Broker status". One shard's connection listens for the whole process; several processes at
one broker tell the same figures, so an expression takes `max by (broker)` of them.
"""

from collections.abc import Iterator
from threading import Lock

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

COUNTERS = {
    "$SYS/broker/publish/messages/dropped": ("broker_dropped", "messages it dropped because a queue was full"),
    "$SYS/broker/publish/messages/received": ("broker_publish_received", "messages published to the broker"),
}
GAUGES = {
    "$SYS/broker/clients/connected": ("broker_clients_connected", "clients connected now"),
    "$SYS/broker/heap/current": ("broker_memory_bytes", "memory in use"),
    "$SYS/broker/store/messages/count": ("broker_messages_held", "messages held: queued, in flight, retained"),
    "$SYS/broker/store/messages/bytes": ("broker_messages_held_bytes", "payload of the messages held"),
    "$SYS/broker/retained messages/count": ("broker_messages_retained", "messages retained"),
}
TOPICS = (*COUNTERS, *GAUGES)


class BrokerFigures(Collector):
    """The last word of the broker on each topic. A broker that restarts counts from nothing; our counters go on."""

    def __init__(self, broker: str, registry: CollectorRegistry) -> None:
        self._broker = broker
        self._told: dict[str, float] = {}
        self._before: dict[str, float] = dict.fromkeys(COUNTERS, 0.0)
        self._lock = Lock()
        registry.register(self)

    def hear(self, topic: str, payload: bytes) -> None:
        """Take a message of `$SYS`; what is no figure we know is passed over."""
        figure = _number(payload)
        if topic not in TOPICS or figure is None:
            return
        with self._lock:
            if topic in COUNTERS and figure < self._told.get(topic, 0.0):
                self._before[topic] += self._told[topic]  # it restarted
            self._told[topic] = figure

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        """The families of one scrape; what the broker has not told yet is not there."""
        with self._lock:
            told, before = dict(self._told), dict(self._before)
        for topic, (name, meaning) in COUNTERS.items():
            counter = CounterMetricFamily(name, meaning, labels=["broker"])
            if topic in told:
                counter.add_metric([self._broker], before[topic] + told[topic])
            yield counter
        for topic, (name, meaning) in GAUGES.items():
            gauge = GaugeMetricFamily(name, meaning, labels=["broker"])
            if topic in told:
                gauge.add_metric([self._broker], told[topic])
            yield gauge


def _number(payload: bytes) -> float | None:
    try:
        return float(payload)
    except ValueError:
        return None
