"""Real recordings and official drive cycles, replayed as devices through MQTT, against their publishers' figures."""

import os
import statistics
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest

from archive.database.sealing import Vault
from archive.fleet import provisioning, vehicles
from archive.workshop import stores
from device_sim import Message
from device_sim.mqtt.credentials import Credentials
from device_sim.mqtt.fleet import Shipment, publish_fleet
from device_sim.replay import replay_messages
from schemas.vehicle import VehicleFacts
from tests.stage.broker import Broker
from tests.stage.database import Database, cloned
from tests.stage.processes import ingesting, wait_for

DATA = Path(os.environ.get("PITCALL_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data")
SHARD = "s08"
END = (datetime.now(UTC) - timedelta(hours=3)).replace(microsecond=0)
OFFICIAL_KM = {"udds": 11.99, "hwfet": 16.51, "us06": 12.89, "sc03": 5.76, "nycc": 1.90, "im240": 3.152,
               "wltc_class3b": 23.266, "wltc_class3a": 23.194, "nedc": 10.931, "japan_10_15": 4.164,
               "ftp75_no_soak": 17.77}
"""Distances the publishing bodies print, from the table beside the files; where they print two decimals, so do we."""

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"the recordings are not beside this checkout ({DATA})")


@pytest.fixture(scope="module")
def reports(server_url: str, broker: Broker, master_key: str) -> Iterator[dict[str, Any]]:
    """Every recording sent by a device of its own; the health report of each."""
    told = _chicago() | _cycles() | {"diesel": _diesel()}
    with cloned(server_url) as database:
        numbers = _fleet(database, broker, master_key, told)
        wait_for("health", "work", "--once", "--as-of", END.isoformat(), DATABASE_URL=database.as_role("health"))
        with database.connect() as connection:
            bodies: dict[int, Any] = dict(connection.execute("SELECT vehicle_id, body FROM report").fetchall())
            trips: dict[int, Any] = dict(connection.execute("SELECT vehicle_id, json_agg(figures) FROM trip WHERE kept "
                                            "GROUP BY vehicle_id").fetchall())
        yield {name: bodies[number] | {"trips": trips.get(number, [])} for name, number in numbers.items()}


def test_chicago_cars_drove_what_the_publisher_says(reports: dict[str, Any]) -> None:
    table = pl.read_parquet(DATA / "trips" / "cmap_5veh_trips.parquet")
    published = dict(table.group_by("veh").agg(pl.col("distance_km").sum()).iter_rows())
    errors = [abs(reports[car]["distance_km"]["value"] / km - 1) for car, km in published.items()]
    assert len(errors) == 5
    assert statistics.median(errors) <= 0.0001
    assert max(errors) <= 0.002


@pytest.mark.parametrize("cycle", OFFICIAL_KM)
def test_drive_cycles_have_their_official_length(reports: dict[str, Any], cycle: str) -> None:
    half_a_digit = 0.005 / OFFICIAL_KM[cycle] if round(OFFICIAL_KM[cycle], 2) == OFFICIAL_KM[cycle] else 0
    assert reports[cycle]["distance_km"]["value"] == pytest.approx(OFFICIAL_KM[cycle], rel=max(0.001, half_a_digit))


def test_the_diesel_gets_no_litres_from_its_air_meter(reports: dict[str, Any]) -> None:
    diesel = reports["diesel"]
    assert diesel["fuel_type"] == "diesel"
    assert diesel["fuel_by_source"]["maf"] is None
    assert diesel["unknown"]["fuel_by_source.maf"] == "diesel_without_fuel_rate"
    assert len(diesel["trips"]) >= 12


def _fleet(database: Database, broker: Broker, master_key: str, told: dict[str, list[Message]]) -> dict[str, int]:
    with database.connect("owner") as owner, database.connect() as connection:
        store_id = stores.add(connection, "R", "录音", "Recordings", "America/Chicago")
        cars = {name: _car(owner, connection, Vault(master_key), name, store_id) for name in told}
    broker.let_in((who.device_id, who.password.get_secret_value()) for _, who in cars.values())
    shipments = [Shipment(who, told[name]) for name, (_, who) in cars.items()]
    with ingesting(DATABASE_URL=database.as_role("ingest"), BROKER_URL=broker.ingest_url, MASTER_KEY=master_key,
                   SHARDS=SHARD):
        publish_fleet(shipments, f"mqtt://{broker.host}:{broker.port}", resend_after_s=10)
    return {name: number for name, (number, _) in cars.items()}


def _car(owner: psycopg.Connection, connection: psycopg.Connection, vault: Vault, name: str,
         store_id: int) -> tuple[int, Credentials]:
    credentials = provisioning.add_device(owner, f"rec-{name}", [SHARD], f"secret-of-{name}")
    number = vehicles.add(connection, vault, vehicles.NewVehicle(store_id, f"VIN{name}", "", "", name, VehicleFacts()))
    vehicles.fit(connection, credentials.device_key, number, END - timedelta(days=89))
    return number, Credentials.model_validate(credentials.for_the_device())


def _chicago() -> dict[str, list[Message]]:
    table = pl.read_parquet(DATA / "trips" / "cmap_5veh_1hz.parquet")
    return {car: _replayed(table.filter(pl.col("veh") == car), {"speed": "speed_kmh"}, "timestamp", car, END)
            for car in table["veh"].unique()}


def _cycles() -> dict[str, list[Message]]:
    return {name: _replayed(pl.read_csv(DATA / "drive_cycles" / f"{name}.csv")
                            .with_columns(kmh=pl.col("speed_mps") * 3.6), {"speed": "kmh"}, "time_s", name, END)
            for name in OFFICIAL_KM}


def _diesel() -> list[Message]:
    """Twelve commutes of one car, three hours apart."""
    table = pl.read_parquet(DATA / "trips" / "kit_seat_leon_1hz.parquet")
    signals = {"speed": "speed_kmh", "rpm": "rpm", "map": "map_kpa", "maf": "maf_gps", "coolant": "coolant_c",
               "iat": "iat_c", "throttle": "throttle_pct"}
    trips = table["trip"].unique().sort()
    return [message for number, trip in enumerate(trips)
            for message in _replayed(table.filter(pl.col("trip") == trip), signals, "t_s", "diesel",
                                     END - timedelta(hours=3 * number), boot=number)]


def _replayed(table: pl.DataFrame, signals: dict[str, str], time: str, name: str, end: datetime,
              boot: int = 1) -> list[Message]:
    return list(replay_messages(table, signals, time, end, f"rec-{name}", SHARD, boot=boot,
                                samples_per_message=300))
