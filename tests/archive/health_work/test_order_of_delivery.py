"""The promise of design.md 4 through the real database: the same messages give the same report, however they arrive."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import polars as pl
import pytest

from archive.database.sealing import Vault
from archive.fleet import arrival
from archive.fleet.arrival import Batch
from tests.archive.garage import AS_OF, Garage
from tests.unit.health.drives import petrol_drive

DRIVES = [AS_OF - timedelta(days=days, hours=2) for days in (33, 32, 31, 30, 16, 2, 1)]
LATEST = timedelta(days=30)
FACTS = {"fuel": "petrol", "registered_at": "2026-01-05", "tyres": {"fitted_at": "2026-01-05", "new_mm": 8.0},
         "gauge": [{"time": "2026-10-25T00:00:00Z", "odometer_km": 20_030, "axle": "front", "tread_mm": 6.9}],
         "tyre_changes": [{"at": "2026-11-10T02:00:00Z", "kind": "new", "axle": "rear", "moved": True}]}
DERIVED = ("SELECT started_at, ended_at, kept, figures::text, statistics::text FROM trip ORDER BY 1",
           "SELECT day, distance_km, fuel_l, trips FROM day ORDER BY 1",
           "SELECT monday, first_at, last_at, figures::text FROM week ORDER BY 1",
           "SELECT as_of, body::text FROM report")
"""Without due items: what was proposed meanwhile is history."""


@dataclass(frozen=True)
class Message:
    """Rows of one message, and when they were measured."""

    measured: datetime
    batch: Batch


@pytest.mark.parametrize("seed", range(3))
def test_the_report_is_the_same_however_messages_arrive(garage: Garage, master_key: str, seed: int) -> None:
    """Shuffled, repeated and up to 30 days late, the worker busy in between; and once in order, to the bit."""
    chance, vault = random.Random(seed), Vault(master_key)
    _, device = garage.fitted_car("d1", FACTS)
    messages = list(told(device, chance))
    deliver(garage, vault, messages)
    garage.work()
    expected = derived(garage)
    assert len(expected[0]) == len(DRIVES)
    assert garage.database.value("SELECT jsonb_array_length(body -> 'due') FROM report")

    forget(garage)
    for day, arriving in delayed(messages, chance).items():
        deliver(garage, vault, arriving)
        if chance.random() < 0.3:
            garage.work(day)
    garage.work()
    assert derived(garage) == expected


def told(device: int, chance: random.Random) -> Iterator[Message]:
    """What a car says of its drives: fast and slow signals apart, positions apart, and now and then it contradicts
    itself."""
    for number, start in enumerate(DRIVES):
        whole = driven(start, number).with_columns(device_key=pl.lit(device, pl.Int32))
        at = sorted({0, whole.height, *(chance.randrange(1, whole.height) for _ in range(2))})
        for piece in (whole[first:until] for first, until in pairwise(at)):
            for columns in (["speed_kmh", "engine_rpm", "maf_g_s"], ["coolant_c", "battery_v", "odometer_km"]):
                yield Message(start, Batch(readings=piece.select("device_key", "time", *columns)))
            yield Message(start, Batch(positions=piece.select("device_key", "time", "latitude", "longitude")))
            doubted = piece[::40].select("device_key", "time", pl.col("speed_kmh") + 1)
            yield Message(start, Batch(readings=doubted))


def driven(start: datetime, number: int) -> pl.DataFrame:
    """A drive north of three minutes, in the types ingest stores."""
    drive = petrol_drive(120, start=start, seed=number)
    km = pl.col("speed_kmh").cum_sum() / 3600
    return drive.with_columns(odometer_km=20_000 + 50 * number + km, latitude=36.6 + km / 111.195,
                              longitude=pl.lit(117.0)).with_columns(pl.col("speed_kmh", "engine_rpm", "maf_g_s",
                                                                           "coolant_c", "battery_v").cast(pl.Float32))


def delayed(messages: list[Message], chance: random.Random) -> dict[datetime, list[Message]]:
    """Messages by the day they arrive: most at once, some days later and some 30 days, every fifth once more."""
    sent = chance.sample(messages + chance.sample(messages, len(messages) // 5), len(messages) * 6 // 5)
    by_day: dict[datetime, list[Message]] = {}
    for message in sent:
        late = chance.choice([timedelta(0), timedelta(0), timedelta(days=chance.randrange(30)), LATEST])
        by_day.setdefault(message.measured + timedelta(hours=2) + late, []).append(message)
    return {day: by_day[day] for day in sorted(by_day)}


def deliver(garage: Garage, vault: Vault, messages: list[Message]) -> None:
    """What ingest does with them, each in a transaction of its own."""
    with garage.database.connect("ingest") as connection:
        arrival.prepare(connection)
        for message in messages:
            arrival.store(connection, vault, message.batch)


def derived(garage: Garage) -> list[list[tuple[object, ...]]]:
    return [garage.rows(statement) for statement in DERIVED]


def forget(garage: Garage) -> None:
    """As if nothing had ever come from the car."""
    garage.change("TRUNCATE reading, position, touched, vehicle_touched, trip, day, week, report, due_item CASCADE")
