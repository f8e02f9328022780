"""What a run of faults lives in: a TimescaleDB with a migrated database and a Mosquitto, both its own to break."""

import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Self

import psycopg
from psycopg.conninfo import make_conninfo

from archive.fleet import devices
from archive.fleet.broker_password import password_hash
from archive.fleet.devices import Device
from dev.demo.keys import Keys
from dev.demo.seeding import as_role, fresh_database
from dev.services import start
from dev.services.enclosure import give
from dev.services.private import Private
from schemas.errors import ConfigurationError
from schemas.topics import SHARDS, ingest_client

DATABASE = "faults"
SIGHUP_S = 0.1
"""The broker reads its files in its own loop."""


class House:
    """Services, database and keys of one run."""

    def __init__(self, services: Private) -> None:
        self.services = services
        self.keys = Keys.drawn()
        self.device_password = secrets.token_urlsafe(24)
        self._device_hash = password_hash(self.device_password)
        self._ingest_lines = [f"{ingest_client(shard)}:{password_hash(self.keys.broker)}" for shard in SHARDS]
        self.url = fresh_database(services.database_url, self.keys, DATABASE)
        self.logs = services.folder / "logs"
        self.logs.mkdir(exist_ok=True)
        self._conf = services.broker_files.parent / "mosquitto.conf"
        self._plain_conf = self._conf.read_text()

    @property
    def database_port(self) -> int:
        """Where the server really listens."""
        return int(self.services.database_url.rpartition(":")[2].partition("/")[0])

    @property
    def broker_port(self) -> int:
        """Where the broker really listens."""
        return int(self.services.broker_url.rpartition(":")[2])

    def connect(self) -> psycopg.Connection:
        """A connection of the superuser that commits each statement."""
        return psycopg.connect(self.url, autocommit=True)

    def ingest_settings(self, shards: str, database_port: int, broker_port: int) -> dict[str, str]:
        """Settings of an ingest process, perhaps by way of a proxy."""
        return {"DATABASE_URL": make_conninfo(as_role(self.url, "ingest", self.keys), port=database_port),
                "BROKER_URL": f"mqtt://:{self.keys.broker}@127.0.0.1:{broker_port}",
                "MASTER_KEY": self.keys.master, "SHARDS": shards}

    def provision(self, names: Sequence[str], shard: str) -> list[Device]:
        """Add devices that the broker lets in at once; they share one password."""
        with self.connect() as connection:
            added = [devices.provision(connection, name, shard, self._device_hash) for name in names]
        self.admit()
        return added

    def another(self, database: str) -> Self:
        """The same house with another database, migrated and empty."""
        beside = copy(self)
        beside.url = fresh_database(self.services.database_url, self.keys, database)
        return beside

    def admit(self) -> None:
        """Make the broker let in whoever is provisioned."""
        self._write_users()
        self.services.reload_broker()
        time.sleep(SIGHUP_S)

    def fresh_broker(self, settings: Mapping[str, str]) -> None:
        """A broker without sessions and messages, some of its settings changed."""
        self.services.stop_broker()
        self.forget_sessions()
        conf = self._plain_conf
        for name, value in settings.items():
            conf, found = re.subn(rf"(?m)^{name} .*$", f"{name} {value}", conf)
            if found != 1:
                raise ConfigurationError(f"mosquitto.conf names {name} {found} times")
        self._conf.write_text(conf)
        self._write_users()
        self.services.start_broker()

    def forget_sessions(self) -> None:
        """Delete what a stopped broker remembers."""
        for left in (self.services.broker_files.parent / "data").iterdir():
            left.unlink()

    def _write_users(self) -> None:
        with self.connect() as connection:
            lines = [f"{user.device_id}:{user.password_hash}" for user in devices.broker_users(connection, "main")]
        (self.services.broker_files / "passwd").write_text("\n".join([*self._ingest_lines, *lines]) + "\n")


@contextmanager
def a_house(instance: str, *, durable: bool) -> Iterator[House]:
    """Services that are removed afterwards, whatever happened to them.

    Raises ConfigurationError where they are not private: some faults need the data folders.
    """
    services = start(instance, durable=durable)
    if not isinstance(services, Private):
        raise ConfigurationError(f"the fault rig breaks private services only, these are {services.way}")
    try:
        yield House(services)
    finally:
        services.resume_database()
        services.remove()


@contextmanager
def data_on_tmpfs(services: Private, megabytes: int) -> Iterator[Path]:
    """Move the database into memory of limited size, and yield its folder; needs root."""
    data, before = services.folder / "postgres", services.folder / "postgres.before"
    services.stop_database()
    data.rename(before)
    data.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", str(data)], check=True)
    try:
        shutil.copytree(before, data, dirs_exist_ok=True)
        for path in (data, *data.rglob("*")):
            give(path)
        services.start_database()
        yield data
    finally:
        services.kill_database()
        subprocess.run(["umount", str(data)], check=True)
        data.rmdir()
        before.rename(data)
