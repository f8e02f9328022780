"""The shards of an ingest process: which it serves now, which it waits for, which another took over."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import psycopg
import structlog
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ingest.broker_figures import BrokerFigures
from ingest.claims import Claims
from ingest.listening import Listener
from ingest.messages import Message
from schemas.broker_address import BrokerAddress
from schemas.errors import ConfigurationError, PitcallError
from schemas.topics import FOREIGN_SHARD, SHARDS

log = structlog.get_logger()


@dataclass(frozen=True)
class Assignment:
    """What a process is to serve, and where.

    `standby`: only what nobody else serves. `leaving`: only until the broker holds nothing more for these shards; then
    their sessions there end.
    """

    broker: str
    address: BrokerAddress
    shards: Sequence[str]
    standby: bool = False
    leaving: bool = False


class TakenOver(PitcallError):
    """Another ingest process serves all our shards now; this one stops."""


class Shards(Collector):
    """One listener per shard. Unless we stand by, all are served from the start, whoever served them before."""

    def __init__(self, assigned: Assignment, deliver: Callable[[Message], bool], registry: CollectorRegistry) -> None:
        figures = BrokerFigures(assigned.broker, registry)
        self.broker = assigned.broker
        self._assigned = assigned
        self._listeners = {shard: Listener(shard, deliver, figures.hear) for shard in assigned.shards}
        self._waiting = list(assigned.shards)
        self._serving: list[str] = []
        self._claims = Claims(assigned.broker)
        self._begun = False
        registry.register(self)

    @property
    def serving(self) -> list[str]:
        """Shards we have a connection for, as far as we know."""
        return list(self._serving)

    @property
    def flowing(self) -> list[str]:
        """Shards whose connection is up just now."""
        return [shard for shard in self._serving if self._listeners[shard].subscribed]

    def flow(self) -> bool:
        """Whether we have begun, and deliveries of all shards we serve flow."""
        return self._begun and all(self._listeners[shard].subscribed for shard in self.serving)

    def alive(self) -> bool:
        """Whether every network thread runs: one that died would leave its shard unheard."""
        return all(self._listeners[shard].alive for shard in self.serving)

    def begin(self) -> None:
        """Serve all shards, or begin to stand by; raises BrokerUnavailable."""
        if not self._assigned.standby:
            self._serve(self._waiting)
        self._begun = True

    def look(self, connection: psycopg.Connection) -> None:
        """Once a second: keep our claims, end those of lost shards, and in standby serve what nobody serves."""
        self._claims.keep(connection, self._serving)
        for shard in self._listeners.keys() - {*self._serving, *self._waiting}:
            self._claims.end(connection, shard)
        if self._assigned.standby:
            self._serve(self._claims.take_vacant(connection, self._waiting))

    def forget_claims(self) -> None:
        """The connection to the database is a new one."""
        self._claims.forget()

    def give_up_lost(self) -> None:
        """Let go of shards that another process took over; raises TakenOver when none is left."""
        lost = [shard for shard in self._serving if self._listeners[shard].taken_over]
        for shard in lost:
            log.error("shard_taken_over", shard=shard, broker=self.broker)
            self._serving.remove(shard)
            self._listeners[shard].stop()
        if lost and not self._serving and not self._waiting:
            raise TakenOver
        if lost:
            self._choose_watcher()

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """Acknowledge committed messages, each over the connection it came by."""
        for shard, listener in self._listeners.items():
            listener.acknowledge(message for message in messages if message.shard == shard)

    def publish(self, shard: str, topic: str, payload: bytes, *, lives_s: int) -> None:
        """Send something down to a device, which gets it within `lives_s` or never."""
        self._listeners[shard].publish(topic, payload, lives_s=lives_s)

    def tell(self, told: Mapping[str, Sequence[tuple[str, bytes]]]) -> None:
        """Send each shard's (topic, payload) down, once at most."""
        for shard, messages in told.items():
            self._listeners[shard].tell(messages)

    def resume(self) -> None:
        """Ask for what had to stay at the broker, where that is possible by now."""
        for shard in self._serving:
            self._listeners[shard].resume()

    def refuse_more(self) -> None:
        """Leave what still comes to the broker."""
        for shard in self._serving:
            self._listeners[shard].refuse_more()

    def stop(self, *, for_good: bool = False) -> None:
        """Disconnect; `for_good` ends the sessions too, so that the broker keeps nothing for us any more."""
        for shard in self._serving:
            self._listeners[shard].stop(for_good=for_good)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """1 for each shard whose deliveries flow, 0 for one we are to serve and do not."""
        family = GaugeMetricFamily("ingest_shard_served", "whether deliveries of the shard flow here", labels=["shard"])
        for shard in self.serving:
            family.add_metric([shard], float(self._listeners[shard].subscribed))
        yield family

    def _serve(self, shards: Sequence[str]) -> None:
        for shard in list(shards):
            self._waiting.remove(shard)
            self._serving.append(shard)
            self._choose_watcher()
            self._listeners[shard].start(self._assigned.address)
            log.info("shard_served", shard=shard, broker=self.broker)

    def _choose_watcher(self) -> None:
        """One connection hears the broker's figures for all of them."""
        for shard in self._serving:
            self._listeners[shard].watch(shard == self._serving[0])


def shard_list(text: str) -> list[str]:
    """Shards of a comma list, blanks ignored; raises ConfigurationError for one that does not exist."""
    names = [part.strip() for part in text.split(",") if part.strip()]
    unknown = sorted({*names} - {*SHARDS, FOREIGN_SHARD})
    if unknown or not names:
        raise ConfigurationError(f"PITCALL_SHARDS: there is no shard {', '.join(unknown) or 'in it'}")
    return names
