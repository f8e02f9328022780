"""Weeks of driving through the whole product: cars seeded, messages published, health run, reports read."""

import subprocess
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from archive.database.sealing import new_master_key
from dev.demo.cast import CAST
from dev.demo.keys import Keys
from dev.demo.seeding import Seeded, seed
from device_sim import FIELD_SINS, Dongle, Message, Truth, messages, simulate
from device_sim.mqtt.credentials import Credentials
from device_sim.mqtt.fleet import Shipment, publish_fleet
from tests.stage.broker import INGEST_PASSWORD, Broker
from tests.stage.database import ROLE_PASSWORD, Database
from tests.stage.processes import ingesting, wait_for

DAYS = 14
END = (datetime.now(UTC) - timedelta(hours=3)).replace(microsecond=0)
"""One instant for the whole run: every variant of the story must end at the same moment."""


@dataclass(frozen=True)
class Driven:
    """What one car sent (topics without shard) and what really happened."""

    told: list[Message]
    truth: Truth
    odometer_km: float  # counted by the car in these weeks


def drive_cast(number: int = 7) -> dict[str, Driven]:
    """Two weeks of every car of the cast."""
    driven = {}
    for player in CAST:
        history = simulate(player.spec(), DAYS, END, number)
        told = list(messages(history, Dongle(sins=FIELD_SINS, seed=number), player.device_id, "s00"))
        driven[player.device_id] = Driven(told, history.truth, float(history.course.odometer_km[-1]))
    return driven


@dataclass(frozen=True)
class Town:
    """A database with the cast in it, on a shard of its own."""

    database: Database
    broker: Broker
    keys: Keys
    shard: str
    cars: list[Seeded]

    def ingesting(self) -> AbstractContextManager[subprocess.Popen[bytes]]:
        """An ingest process that serves this town."""
        return ingesting(DATABASE_URL=self.database.as_role("ingest"), BROKER_URL=self.broker.ingest_url,
                         MASTER_KEY=self.keys.master, SHARDS=self.shard)

    def publish(self, told: dict[str, Sequence[Message]]) -> None:
        """Publish as every car's own device and wait for all receipts."""
        shipments = [Shipment(Credentials.model_validate(car.credentials.for_the_device()),
                              [self._moved(message) for message in told[car.player.device_id]]) for car in self.cars]
        publish_fleet(shipments, f"mqtt://{self.broker.host}:{self.broker.port}", timeout_s=60, resend_after_s=5)

    def derive(self) -> None:
        """Let health work off everything, as of END."""
        wait_for("health", "work", "--once", "--as-of", END.isoformat(),
                 DATABASE_URL=self.database.as_role("health"))

    def reports(self) -> dict[int, Any]:
        """The stored report of each vehicle."""
        with self.database.connect() as connection:
            rows = connection.execute("SELECT vehicle_id, body FROM report").fetchall()
        return dict(rows)

    def _moved(self, message: Message) -> Message:
        """The same message on this town's shard."""
        return message._replace(topic=message.topic.replace("/s00/", f"/{self.shard}/"))


def founded(database: Database, broker: Broker, shard: str) -> Town:
    """The cast moves in."""
    keys = Keys(master=new_master_key(), broker=INGEST_PASSWORD, advisor="a-password-of-tests",
                roles=dict.fromkeys(("ingest", "health", "api"), ROLE_PASSWORD))
    cars = seed(database.url, keys, CAST, END - timedelta(days=DAYS), [shard])
    broker.let_in((car.credentials.device_id, car.credentials.password) for car in cars)
    return Town(database, broker, keys, shard, cars)

