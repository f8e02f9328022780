"""From the database to the report: a car whose device came back with a fortnight of trips."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event

import numpy as np
import polars as pl
import psycopg
from psycopg.conninfo import make_conninfo

from archive.database import logins, migrating
from archive.database.sealing import Vault, new_master_key
from archive.fleet import arrival, devices, vehicles
from archive.fleet.arrival import Batch
from archive.workshop import stores
from dev.bench.health.core import seconds
from dev.bench.health.load import END, history_and_new
from dev.bench.results import Figure
from dev.services import start
from health.shell.worker import Worker
from schemas.frames import STORED_READINGS
from schemas.vehicle import VehicleFacts

CARS = 20
HISTORY_D, NEW_TRIPS = 45, 30
"""Days the archive knows already [d], and trips that arrive at once [1]."""


def report() -> list[Figure]:
    """Time of the worker's job: claim, read, compute, write, commit."""
    before, new = history_and_new(HISTORY_D, NEW_TRIPS)
    with _database() as (url, password):
        cars = _cars(url)
        _deliver(url, cars, before)
        health = make_conninfo(url, user="pitcall_health", password=password)
        worker = Worker(health, lambda: END + timedelta(days=1), Event())
        worker.run(once=True, interval_s=0)
        taken = [_one(url, worker, car, new) for car in cars]
        if worker.failed:
            raise RuntimeError("a job failed; see the log")
    return [Figure("health.report_p50_ms", float(np.median(taken)) * 1000),
            Figure("health.report_p95_ms", float(np.quantile(taken, 0.95)) * 1000, at_most=300)]


def _one(url: str, worker: Worker, device_key: int, new: pl.DataFrame) -> float:
    """Seconds until the new trips of one car stand in its report."""
    _deliver(url, [device_key], new)
    return seconds(lambda: worker.run(once=True, interval_s=0))


def _deliver(url: str, cars: list[int], readings: pl.DataFrame) -> None:
    """What ingest does with a backlog."""
    kept = [name for name in readings.columns if name in STORED_READINGS]
    with psycopg.connect(url, autocommit=True) as connection:
        arrival.prepare(connection)
        for key in cars:
            rows = readings.select(pl.lit(key, STORED_READINGS["device_key"]).alias("device_key"), *kept)
            arrival.store(connection, Vault(new_master_key()), Batch(readings=rows.cast(
                {name: STORED_READINGS[name] for name in kept})))


@contextmanager
def _database() -> Iterator[tuple[str, str]]:
    """A migrated database on services of its own; its superuser address and the password of the health role."""
    services, password = start("bench-health"), secrets.token_urlsafe(24)
    try:
        with psycopg.connect(services.database_url, autocommit=True) as server:
            server.execute("DROP DATABASE IF EXISTS bench_health (FORCE)")
            server.execute("CREATE DATABASE bench_health")
        url = make_conninfo(services.database_url, dbname="bench_health")
        with psycopg.connect(url, autocommit=True) as connection:
            migrating.migrate(connection)
            logins.allow(connection, "health", password)
        yield url, password
    finally:
        services.remove()


def _cars(url: str) -> list[int]:
    """Device keys of cars with a device in each."""
    vault, since = Vault(new_master_key()), datetime(2026, 1, 1, tzinfo=UTC)
    with psycopg.connect(url) as connection:
        store_id = stores.add(connection, "BENCH", "基准测试店", "Benchmark store", "Asia/Shanghai")
        found = [devices.provision(connection, f"bench-{number}", "s00", "-").device_key for number in range(CARS)]
        for key in found:
            car = vehicles.NewVehicle(store_id, f"BENCH{key:012d}", f"B{key}", "Bench", "Saloon", VehicleFacts())
            vehicles.fit(connection, key, vehicles.add(connection, vault, car), since)
        return found
