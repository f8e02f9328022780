"""The fleet in the archive: 2,000 devices in cars of one haulier, who lets their positions be kept."""

from datetime import UTC, datetime, timedelta

import psycopg
from psycopg.conninfo import make_conninfo

from archive.database import logins, migrating
from archive.database.sealing import Vault
from archive.fleet import devices, vehicles
from archive.fleet.devices import Device
from archive.people import consent, customers
from archive.workshop import stores
from dev.bench.ingest.load import SHARD, device_names
from schemas.vehicle import VehicleFacts
from schemas.workshop import Purpose

DATABASE = "bench"
SINCE = timedelta(days=60)


def fresh_database(server_url: str, password: str, vault: Vault) -> tuple[str, list[Device]]:
    """The superuser's address of a new database, and the devices in it."""
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS bench (FORCE)")
        server.execute("CREATE DATABASE bench")
    url = make_conninfo(server_url, dbname=DATABASE)
    with psycopg.connect(url, autocommit=True) as connection:
        migrating.migrate(connection)
        logins.allow(connection, "ingest", password)
    with psycopg.connect(url) as connection:
        return url, _enter(connection, vault)


def _enter(connection: psycopg.Connection, vault: Vault) -> list[Device]:
    since = datetime.now(UTC) - SINCE
    store_id = stores.add(connection, "BENCH", "基准测试店", "Benchmark store", "Asia/Shanghai")
    haulier = customers.add(connection, vault, name="Haulier", kind="organisation", stores=[store_id])
    consent.grant(connection, haulier, Purpose.LOCATION, text_version="bench-1", channel="store", at=since)
    fleet = [devices.provision(connection, name, SHARD, "-") for name in device_names()]
    for device in fleet:
        vehicle_id = vehicles.add(connection, vault, vehicles.NewVehicle(
            store_id, f"BENCH{device.device_key:012d}", device.device_id, "Bench", "Truck", VehicleFacts()))
        vehicles.own(connection, haulier, vehicle_id, since)
        vehicles.fit(connection, device.device_key, vehicle_id, since)
    return fleet
