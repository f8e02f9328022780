"""Everything on one machine: database, broker, ingest, and beside them who sends and who is compared."""

import pickle
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
from prometheus_client.parser import text_string_to_metric_families
from psycopg.conninfo import make_conninfo

from archive.database.sealing import Vault, new_master_key
from archive.fleet.broker_password import password_hash
from archive.fleet.devices import Device
from dev.bench.ingest.fleet import fresh_database
from dev.bench.ingest.load import SHARD, Load
from dev.bench.ingest.publishing import USER
from dev.demo.ports import free_or
from dev.demo.programs import Programs, programs
from dev.services import Running, start
from schemas.topics import ingest_client

PATIENCE_S = 120
OTHER_SHARD = "s01"
"""No ingest serves it: whoever is compared with ingest subscribes here, and is alone."""


@dataclass(frozen=True)
class Bench:
    """The running system, with the same password everywhere."""

    services: Running
    url: str
    password: str
    admin: httpx.Client
    fleet: list[Device]
    running: Programs
    ingest_pid: int

    @property
    def broker_port(self) -> str:
        """Where the broker listens on this machine."""
        return self.services.broker_url.rpartition(":")[2]

    def decided(self) -> int:
        """Messages of which ingest has committed what became of them, since it started."""
        families = text_string_to_metric_families(self.admin.get("/metrics").text)
        counts = {sample.name: sample.value for family in families for sample in family.samples}
        return round(counts["ingest_messages_received_total"] - counts["ingest_unacked"])

    def ingest_seconds(self, load: Load) -> float:
        """Seconds from the first publish to the last commit of ingest."""
        goal = self.decided() + len(load.published)
        with self.sending(load) as generator:
            self.wait_until(lambda: self.decided() >= goal)
            ended = time.time()
            return ended - _printed(generator)

    def seconds_of(self, subscriber: str, load: Load) -> float:
        """Seconds from the first publish to the last message of another subscriber, a module that prints when."""
        command = [sys.executable, "-m", subscriber, self.broker_port, self.password, str(len(load.published)),
                   self.url]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as rival:
            assert rival.stdout is not None  # noqa: S101 - PIPE
            rival.stdout.readline()  # it is subscribed
            with self.sending(load.on_shard(OTHER_SHARD)) as generator:
                ended = _printed(rival)
                return ended - _printed(generator)

    @contextmanager
    def sending(self, load: Load) -> Iterator[subprocess.Popen[str]]:
        """The generator at work; it prints when it began."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "load"
            path.write_bytes(pickle.dumps(load.published))
            command = [sys.executable, "-m", "dev.bench.ingest.publishing", str(path), self.broker_port, self.password]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as generator:
                yield generator

    def wait_until(self, reached: Callable[[], bool]) -> None:
        """Look every 50 ms, for each look costs ingest a millisecond.

        Raises TimeoutError when it takes too long, ProgramFailed when ingest has ended.
        """
        deadline = time.time() + PATIENCE_S
        while not reached():
            self.running.check()
            if time.time() > deadline:
                raise TimeoutError(f"not within {PATIENCE_S} s")
            time.sleep(0.05)

    def empty_tables(self) -> None:
        """Forget all rows and chunks, so that each measurement begins alike."""
        self._execute("TRUNCATE reading, position, touched")

    def require_stored(self, samples: int, table: str = "reading") -> None:
        """Raises ValueError unless the table holds exactly so many rows: a rate of lost rows would be none."""
        stored = self._execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - a name of ours
        if stored != samples:
            raise ValueError(f"{samples} samples sent, {stored} in {table}")

    def peak_rss_mb(self) -> float:
        """Largest resident memory of ingest since it started [MiB], as the kernel kept it."""
        status = Path(f"/proc/{self.ingest_pid}/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024

    def _execute(self, statement: str) -> int:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return int(cursor.fetchall()[0][0]) if cursor.description else 0


def _printed(process: subprocess.Popen[str]) -> float:
    return float(process.communicate(timeout=PATIENCE_S)[0].split()[-1])


@contextmanager
def bench() -> Iterator[Bench]:
    """Start everything on an empty database, and remove it all at the end."""
    with _services() as services, programs(Path(tempfile.mkdtemp(prefix="pitcall-bench-"))) as running:
        password, key = secrets.token_urlsafe(24), new_master_key()
        url, fleet = fresh_database(services.database_url, password, Vault(key))
        _let_in(services, password)
        port = free_or(9100)
        ingest_url = make_conninfo(url, user="pitcall_ingest", password=password)
        broker = services.broker_url.replace("mqtt://", f"mqtt://:{password}@")
        ingest = running.start("ingest", DATABASE_URL=ingest_url, BROKER_URL=broker, MASTER_KEY=key, SHARDS=SHARD,
                               ADMIN_PORT=str(port))
        running.wait_until_ready(f"http://127.0.0.1:{port}/readyz")
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as admin:  # one for all: asking must cost nothing
            yield Bench(services, url, password, admin, fleet, running, ingest.pid)


@contextmanager
def _services() -> Iterator[Running]:
    services = start("bench")
    try:
        yield services
    finally:
        services.remove()


def _let_in(services: Running, password: str) -> None:
    """The generator stands for the whole fleet, so on this broker alone one user may write for all devices."""
    assert services.broker_files is not None  # noqa: S101 - the private services always have them
    users = (ingest_client(SHARD), ingest_client(OTHER_SHARD), USER)
    passwd = services.broker_files / "passwd"
    passwd.write_text("".join(f"{user}:{password_hash(password)}\n" for user in users))
    with (services.broker_files / "acl").open("a") as acl:
        acl.write(f"\nuser {USER}\ntopic write pitcall/v1/+/+/up/#\n")
    services.reload_broker()
