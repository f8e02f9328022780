"""`make bench-ingest`: samples per second from publisher to commit, beside the COPY rate of the same rows."""

import pickle
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import psycopg
from psycopg.conninfo import make_conninfo
from rich.console import Console

from archive.database import logins, migrating
from archive.database.sealing import new_master_key
from archive.fleet import devices
from archive.fleet.broker_password import password_hash
from archive.fleet.devices import Device
from dev.bench.copy_limit import copy_seconds, rows_of
from dev.bench.load import SHARD, Load, device_names, fleet_load
from dev.bench.publishing import USER
from dev.bench.results import Figure, record
from dev.demo.ports import free_or
from dev.demo.programs import Programs, programs
from dev.services import Running, start
from schemas.topics import ingest_client

ROUNDS = 5
PATIENCE_S = 120


@dataclass
class Bench:
    """Everything on one machine: database, broker, ingest, generator."""

    services: Running
    url: str
    password: str
    admin: httpx.Client
    fleet: list[Device]
    running: Programs
    ingest_pid: int
    rss_mb: list[float] = field(default_factory=list)

    def stored(self) -> int:
        """Samples ingest has committed since it started."""
        self.rss_mb.append(psutil.Process(self.ingest_pid).memory_info().rss / 2**20)
        for line in self.admin.get("/metrics").text.splitlines():
            if line.startswith("ingest_samples_stored_total "):
                return round(float(line.split()[1]))
        raise LookupError("ingest exports no ingest_samples_stored_total")


def main() -> None:
    """Measure in alternating rounds and record the medians."""
    console = Console()
    with console.status("encoding the load"):
        loads = fleet_load(ROUNDS + 1)
    with _bench() as bench:
        ours, limits = [], []
        for number, load in enumerate(loads):
            rate, limit = _round(bench, load)
            console.print(f"round {number}: ingest {rate:,.0f} samples/s, COPY alone {limit:,.0f} samples/s")
            if number:  # the first one warms caches and creates chunks
                ours.append(rate)
                limits.append(limit)
        record("ingest, QoS 1, acknowledged after commit", [
            Figure("ingest.samples_per_s", statistics.median(ours)),
            Figure("ingest.copy_limit_samples_per_s", statistics.median(limits)),
            Figure("ingest.ratio_of_copy", statistics.median(ours) / statistics.median(limits), at_least=0.5),
            Figure("ingest.rss_mb_max", max(bench.rss_mb), at_most=250),
            Figure("ingest.wire_bytes_per_sample", loads[0].wire_bytes_per_sample, at_most=14.5),
        ])


def _round(bench: Bench, load: Load) -> tuple[float, float]:
    """(ingest, COPY) in samples per second, on the same rows and an equally empty table."""
    rows = rows_of(load, bench.fleet)
    with psycopg.connect(bench.url, autocommit=True) as connection:
        connection.execute("TRUNCATE reading, touched")
        limit = load.samples / copy_seconds(connection, rows)
        connection.execute("TRUNCATE reading, touched")
    del rows
    return load.samples / _ingest_seconds(bench, load), limit


def _ingest_seconds(bench: Bench, load: Load) -> float:
    """Seconds from the first publish to the last commit."""
    goal = bench.stored() + load.samples
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "load"
        path.write_bytes(pickle.dumps(load.published))
        port = bench.services.broker_url.rpartition(":")[2]
        generator = subprocess.Popen([sys.executable, "-m", "dev.bench.publishing", path, "127.0.0.1", port,
                                      bench.password], stdout=subprocess.PIPE, text=True)
        ended = _wait_for(bench, goal)
        began = float(generator.communicate(timeout=PATIENCE_S)[0])
    return ended - began


def _wait_for(bench: Bench, goal: int) -> float:
    deadline = time.time() + PATIENCE_S
    while bench.stored() < goal:
        bench.running.check()
        if time.time() > deadline:
            raise TimeoutError(f"{goal} samples expected, {bench.stored()} stored")
        time.sleep(0.03)
    return time.time()


@contextmanager
def _bench() -> Iterator[Bench]:
    services = start("bench")
    password, key = secrets.token_urlsafe(24), new_master_key()
    url, fleet = _database(services, password)
    _let_generator_in(services, password)
    port = free_or(9100)
    with programs(Path(tempfile.mkdtemp(prefix="pitcall-bench-"))) as running:
        try:
            ingest_url = make_conninfo(url, user="pitcall_ingest", password=password)
            broker = services.broker_url.replace("mqtt://", f"mqtt://:{password}@")
            ingest = running.start("ingest", DATABASE_URL=ingest_url, BROKER_URL=broker, MASTER_KEY=key, SHARDS=SHARD,
                                   ADMIN_PORT=str(port))
            running.wait_until_ready(f"http://127.0.0.1:{port}/readyz")
            with httpx.Client(base_url=f"http://127.0.0.1:{port}") as admin:  # one for all: asking must cost nothing
                yield Bench(services, url, password, admin, fleet, running, ingest.pid)
        finally:
            running.stop()
            services.remove()


def _database(services: Running, password: str) -> tuple[str, list[Device]]:
    with psycopg.connect(services.database_url, autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS bench (FORCE)")
        server.execute("CREATE DATABASE bench")
    url = make_conninfo(services.database_url, dbname="bench")
    with psycopg.connect(url, autocommit=True) as connection:
        migrating.migrate(connection)
        logins.allow(connection, "ingest", password)
        return url, [devices.provision(connection, name, SHARD, "-") for name in device_names()]


def _let_generator_in(services: Running, password: str) -> None:
    """The generator stands for the whole fleet, so on this broker alone one user may write for all devices."""
    assert services.broker_files is not None  # noqa: S101 - the private services always have them
    users = (ingest_client(SHARD), USER)
    passwd = services.broker_files / "passwd"
    passwd.write_text("".join(f"{user}:{password_hash(password)}\n" for user in users))
    with (services.broker_files / "acl").open("a") as acl:
        acl.write(f"\nuser {USER}\ntopic write pitcall/v1/+/+/up/#\n")
    services.reload_broker()
