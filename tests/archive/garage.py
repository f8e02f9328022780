"""Cars, devices, owners and drives for tests: a small world in a database of the test's own."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import polars as pl
import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from archive.cold.reading import ColdReadings
from archive.fleet import vehicles
from health.shell.worker import Worker
from tests.stage.database import Database

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
AS_OF = datetime(2026, 11, 22, 4, tzinfo=UTC)
FAR_BACK = datetime(2026, 1, 1, tzinfo=UTC)

_IN_ORDER = ("ownership", "touched", "vehicle_touched", "device_event", "live", "reading", "position", "trip", "day",
             "week", "report", "booking_history", "due_item", "booking", "service_done", "measurement", "tyre_change",
             "odometer_correction", "fitting", "vehicle", "device", "customer", "staff_role", "staff", "data_key")


def drive(start: datetime, minutes: float, kmh: float, odometer_km: float = 20_000.0) -> pl.DataFrame:
    """A drive at constant speed, pulling away from standstill and stopping again, one row a second."""
    seconds = int(minutes * 60)
    speeds = [0.0, 0.0, *[kmh] * (seconds - 4), 0.0, 0.0]
    return pl.DataFrame({
        "time": [start + timedelta(seconds=s) for s in range(seconds)],
        "speed_kmh": speeds,
        "engine_rpm": [800.0 + 20.0 * speed for speed in speeds],
        "odometer_km": [odometer_km + kmh * s / 3600 for s in range(seconds)],
    })


def week(start: datetime = MONDAY) -> list[pl.DataFrame]:
    """Two drives on each of five days, each longer than the last."""
    hours = [start + timedelta(days=day, hours=hour) for day in range(5) for hour in (0, 10)]
    return [drive(at, 6 + n, 40 + 5 * n, 20_000 + 50 * n) for n, at in enumerate(hours)]


@dataclass(frozen=True)
class Garage:
    """Everything a test wants to have in the database; each call commits."""

    database: Database
    store_id: int

    @classmethod
    def open(cls, database: Database) -> "Garage":
        """A garage with one store that proposes 30 days ahead."""
        added = database.value("INSERT INTO store (code, name_zh, name_en) VALUES ('S1', '一店', 'first') "
                               "RETURNING store_id")
        assert isinstance(added, int)
        return cls(database, added)

    def car(self, facts: Mapping[str, Any] | None = None) -> int:
        """A new car without device or owner."""
        return self._id("WITH secret AS (INSERT INTO data_key DEFAULT VALUES RETURNING data_key_id) "
                        "INSERT INTO vehicle (store_id, data_key_id, facts) SELECT %s, data_key_id, %s FROM secret "
                        "RETURNING vehicle_id", self.store_id, Jsonb(dict(facts or {})))

    def device(self, name: str) -> int:
        """A provisioned device in no car."""
        return self._id("INSERT INTO device (device_id, shard, password_hash) VALUES (%s, 's00', 'x') "
                        "RETURNING device_key", name)

    def customer(self) -> int:
        """Somebody who can own a car."""
        return self._id("WITH secret AS (INSERT INTO data_key DEFAULT VALUES RETURNING data_key_id) "
                        "INSERT INTO customer (data_key_id) SELECT data_key_id FROM secret RETURNING customer_id")

    def advisor(self) -> int:
        """A service advisor of the store."""
        return self._id("WITH hired AS (INSERT INTO staff (login, password_hash, name) "
                        "VALUES (gen_random_uuid(), 'x', 'x') RETURNING staff_id) "
                        "INSERT INTO staff_role SELECT staff_id, %s, 'service_advisor' FROM hired RETURNING staff_id",
                        self.store_id)

    def fit(self, device_key: int, vehicle_id: int, since: datetime = FAR_BACK, until: datetime | None = None) -> None:
        """Put a device into a car."""
        with self.database.connect() as connection:
            vehicles.fit(connection, device_key, vehicle_id, since, until)

    def own(self, customer_id: int, vehicle_id: int, since: datetime = FAR_BACK) -> None:
        """Make somebody the owner."""
        with self.database.connect() as connection:
            vehicles.own(connection, customer_id, vehicle_id, since)

    def fitted_car(self, name: str, facts: Mapping[str, Any] | None = None) -> tuple[int, int]:
        """A car with a device in it: vehicle and device key."""
        vehicle_id, device_key = self.car(facts), self.device(name)
        self.fit(device_key, vehicle_id)
        return vehicle_id, device_key

    def deliver(self, device_key: int, *batches: pl.DataFrame) -> None:
        """What ingest does: each batch is stored and marked in one transaction."""
        with self.database.connect("ingest") as connection:
            for batch in batches:
                store_batch(connection, device_key, batch)

    def work(self, as_of: datetime = AS_OF, cold: ColdReadings | None = None) -> Worker:
        """One worker until nothing is left."""
        worker = Worker(self.database.as_role("health"), lambda: as_of, Event(), cold)
        worker.run(once=True, interval_s=0)
        return worker

    def rows(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Whatever a test wants to see."""
        return self.database.rows(statement, *parameters)

    def change(self, statement: str, *parameters: object) -> None:
        """Whatever else happens in the world."""
        self.database.change(statement, *parameters)

    def touch_whole_history(self, *cars: int) -> None:
        """Every trip of these cars is to be computed again."""
        for car in cars:
            self.change("INSERT INTO vehicle_touched VALUES (%s, '-infinity', 'infinity')", car)

    def clear(self) -> None:
        """Remove everything but catalogue and default rules."""
        with self.database.connect() as connection, connection.transaction():
            for table in _IN_ORDER:
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            connection.execute("DELETE FROM maintenance_rule WHERE store_id IS NOT NULL")
            connection.execute("DELETE FROM store")

    def derived(self, vehicle_id: int) -> dict[str, list[tuple[Any, ...]]]:
        """All that health keeps of a car, to the bit."""
        asked = {
            "trips": "SELECT started_at, ended_at, kept, figures::text, statistics::text FROM trip "
                     "WHERE vehicle_id = %s ORDER BY started_at",
            "days": "SELECT day, distance_km, fuel_l, trips FROM day WHERE vehicle_id = %s ORDER BY day",
            "report": "SELECT as_of, body::text FROM report WHERE vehicle_id = %s",
        }
        return {name: self.rows(statement, vehicle_id) for name, statement in asked.items()}

    def _id(self, statement: str, *parameters: object) -> int:
        added = self.database.value(statement, *parameters)
        assert isinstance(added, int)
        return added


def store_batch(connection: psycopg.Connection, device_key: int, batch: pl.DataFrame) -> None:
    """One batch of readings with its mark; readings already stored stay as they are."""
    columns = batch.to_dict(as_series=False)
    with connection.transaction():
        connection.execute(
            "INSERT INTO reading (device_key, time, speed_kmh, engine_rpm, odometer_km) SELECT %(device)s, * FROM "
            "unnest(%(time)s::timestamptz[], %(speed_kmh)s::real[], %(engine_rpm)s::real[], %(odometer_km)s::float8[])"
            " ON CONFLICT DO NOTHING", columns | {"device": device_key})
        connection.execute("INSERT INTO touched VALUES (%s, %s, %s)",
                           [device_key, batch["time"].min(), batch["time"].max()])


def eventually(holds: Callable[[], bool], within: Iterable[float] = (0.05,) * 200) -> bool:
    """Whether something becomes true in about ten seconds."""
    waiting = Event()
    return any(holds() or waiting.wait(pause) for pause in within)
