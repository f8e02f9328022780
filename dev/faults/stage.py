"""The stage of one fault: devices, ingest processes and proxies on it, and what is found when it is over."""

import random
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import LiteralString, Self

from archive.fleet.devices import Device
from dev.faults.courier import Courier
from dev.faults.fleet import Fleet, Manners
from dev.faults.house import House
from dev.faults.ingest_process import DUPLICATES, IngestProcess
from dev.faults.proxy import Proxy
from dev.faults.scale import Scale
from dev.faults.telling import Tally, tally

SHARD = "s00"
READY_S = 30


class Stage:
    """Everything a fault plays with; all of it is put away at the end of the block."""

    def __init__(self, house: House, name: str, scale: Scale, seed: int,
                 broker_settings: Mapping[str, str] | None = None) -> None:
        self.house, self.name, self.scale = house, name, scale
        self.dice = random.Random(f"{seed} {name}")
        self.failed: list[str] = []
        self.recovery_s: float | None = None
        self.fleets: list[Fleet] = []
        self.ingests: list[IngestProcess] = []
        self.couriers: list[Courier] = []
        self.notes: dict[str, float] = {}
        self.accounted = 0
        self._sent_beside = self._receipted_beside = 0
        self._seed = seed
        self._open = ExitStack()
        house.fresh_broker(broker_settings or {})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def fleet(self, *, devices: int | None = None, rate: float | None = None, shard: str = SHARD,
              resend_after_s: float = 120, repeats: int = 0, broker: Proxy | None = None, swift: bool = False) -> Fleet:
        """Connected devices, silent yet. They send again late, so that they do not do what the broker should."""
        first = sum(len(fleet.senders) for fleet in self.fleets)
        end = first + (devices or self.scale.devices)
        names = [f"{self.name}-{number:04d}".lower() for number in range(first, end)]
        manners = Manners(rate or self.scale.rate, resend_after_s, repeats, self._seed, swift)
        fleet = Fleet(self.house.provision(names, shard), self.house.device_password,
                      f"mqtt://127.0.0.1:{broker.port if broker else self.house.broker_port}", manners)
        self.fleets.append(self._open.enter_context(fleet))
        return fleet

    def ingest(self, shards: str = SHARD, *, failpoint: str = "", database: Proxy | None = None,
               broker: Proxy | None = None, house: House | None = None) -> IngestProcess:
        """An ingest process that is ready; one with a failpoint may be dead before anybody can ask."""
        settings = (house or self.house).ingest_settings(
            shards, database.port if database else self.house.database_port,
            broker.port if broker else self.house.broker_port)
        settings |= {"FAILPOINT": failpoint} if failpoint else {}
        process = IngestProcess(settings, self.house.logs / f"{self.name}-{len(self.ingests)}.log")
        self._open.callback(process.close)
        self.ingests.append(process)
        self.seconds_until(lambda: process.ready() or not process.running(), READY_S)
        return process

    def broker_sync(self) -> IngestProcess:
        """The process beside the broker, which also tells which shards are served."""
        files = {"BROKER_FILES": str(self.house.services.broker_files),
                 "BROKER_PID_FILE": str(self.house.services.broker_pid_file)}
        settings = self.house.ingest_settings(SHARD, self.house.database_port, self.house.broker_port) | files
        process = IngestProcess(settings, self.house.logs / f"{self.name}-sync.log", "broker-sync")
        self._open.callback(process.close)
        self.seconds_until(process.ready, READY_S)
        return process

    def make_session(self) -> None:
        """Let ingest connect once: from now on the broker keeps messages for it."""
        self.ingest().terminate()

    def courier(self, who: Device | None = None, *, client_id: str | None = None, version: int = 5) -> Courier:
        """A client that sends what it is given, as a device of its own unless told."""
        device = who or self.house.provision([f"{self.name}-courier-{len(self.couriers)}".lower()], SHARD)[0]
        courier = Courier(device, self.house.device_password, self.house.broker_port, client_id=client_id,
                          version=version)
        self.couriers.append(courier)
        return courier

    def proxy(self, port: int) -> Proxy:
        """A proxy before one of the services."""
        return self._open.enter_context(Proxy(port))

    def check(self, criterion: str, holds: bool) -> None:
        """Note a criterion of the fault that does not hold."""
        if not holds:
            self.failed.append(criterion)

    def recovered(self, seconds: float, limit_s: float) -> None:
        """Note how long recovery took; the worst counts."""
        self.recovery_s = max(seconds, self.recovery_s or 0.0)
        self.check(f"recovered within {limit_s:g} s", seconds <= limit_s)

    def seconds_until(self, happened: Callable[[], bool], patience_s: float) -> float:
        """How long until something happens; infinite when it does not within `patience_s`."""
        began = time.monotonic()
        while not happened():
            if time.monotonic() - began > patience_s:
                return float("inf")
            for fleet in self.fleets:
                fleet.wait(0)
            time.sleep(0.02)
        return time.monotonic() - began

    def until_receipts_flow(self, fleet: Fleet, patience_s: float = 30) -> float:
        """Seconds until something more is committed and receipted: the whole way works again."""
        before = fleet.receipted
        return self.seconds_until(lambda: fleet.receipted > before, patience_s)

    def until_caught_up(self, fleet: Fleet, patience_s: float = 60) -> float:
        """Seconds until a message is receipted as soon as in calm times: the broker has no older ones left, then."""
        began_s = time.monotonic()
        return self.seconds_until(lambda: fleet.is_current(began_s), patience_s)

    def finish(self, patience_s: float = 60) -> None:
        """All fleets fall silent, and everything they sent is receipted."""
        for fleet in self.fleets:
            fleet.hush()
        for fleet in self.fleets:
            self.check("every message receipted", fleet.receipted_within(patience_s))

    def delivered(self, sent: int, receipted: int) -> None:
        """Note messages that were sent by other means than a fleet of this stage, all of them receipted."""
        self._sent_beside += sent
        self._receipted_beside += receipted
        self.accounted += receipted

    @property
    def beside_acknowledged(self) -> int:
        """Messages the broker took from others than fleets."""
        return self._receipted_beside + sum(courier.acknowledged for courier in self.couriers)

    @property
    def said(self) -> int:
        """What the fleets' devices said besides their news: each tells its status when it connects."""
        return sum(len(fleet.senders) + fleet.receipted for fleet in self.fleets)

    @property
    def sent(self) -> int:
        """All messages of this fault."""
        return (self._sent_beside + sum(fleet.sent for fleet in self.fleets)
                + sum(courier.sent for courier in self.couriers))

    @property
    def acknowledged(self) -> int:
        """All the broker acknowledged."""
        return self.beside_acknowledged + sum(fleet.acknowledged for fleet in self.fleets)

    def tally(self) -> Tally:
        """What is stored, held against what was sent."""
        with self.house.connect() as connection:
            parts = [tally(connection, sender.who, sender.base_ms, sender.sent)
                     for fleet in self.fleets for sender in fleet.senders]
        return sum(parts, Tally())

    def value(self, query: LiteralString, *parameters: object) -> int:
        """The number a query gives."""
        with self.house.connect() as connection:
            row = connection.execute(query, parameters).fetchone()
        return int(row[0]) if row else 0

    def dead_letters(self) -> int:
        """Letters of this fault's devices, by their topics: those kept."""
        return self.value("SELECT count(*) FROM dead_letter WHERE topic LIKE %s", f"%/{self.name.lower()}-%")

    @property
    def duplicates(self) -> int:
        """Messages that reached ingest although all they bring was stored already."""
        return round(sum(process.metrics.get(DUPLICATES, 0) for process in self.ingests))

    @property
    def peak_mb(self) -> float:
        """The most resident memory any ingest process had [MiB]."""
        return max((process.peak_mb for process in self.ingests), default=0.0)
