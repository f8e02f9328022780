"""Beside each broker: carries the devices of the database into its password file and makes it read them.

The broker is told only when something changed: on Mosquitto before 2.1 a reload costs messages for whoever is away.
"""

import os
import signal
import time
from pathlib import Path
from threading import Event

import psycopg
import structlog

from archive.database.connecting import connect
from archive.fleet.broker_password import matches, password_hash
from archive.fleet.devices import broker_users
from schemas.errors import StoreUnavailable
from schemas.topics import FOREIGN_SHARD, SHARDS, checking_client, ingest_client

log = structlog.get_logger()
INTERVAL_S = 2.0
"""A new device may send, and a revoked one is out, within this time and one SIGHUP (design.md 2 allows 5 s)."""


class BrokerSync:
    """Keeps one broker's password file equal to the database."""

    def __init__(self, database_url: str, folder: Path, pid_file: Path, ingest_password: str,
                 check_password: str | None = None) -> None:
        self._database_url = database_url
        self._passwd = folder / "passwd"
        self._pid_file = pid_file
        self._written = self._passwd.read_text(encoding="utf-8")
        known = dict(line.split(":", 1) for line in self._written.splitlines() if ":" in line)
        self._ingest_lines = [_line(ingest_client(shard), ingest_password, known) for shard in (*SHARDS, FOREIGN_SHARD)]
        if check_password:
            self._ingest_lines.append(_line(checking_client(), check_password, known))

    def run(self, stop: Event) -> None:
        """Carry changes over until told to stop; a database that is away leaves the broker as it is."""
        while not stop.is_set():
            try:
                with connect(self._database_url, name="broker-sync", autocommit=True) as connection:
                    self._follow(connection, stop)
            except (psycopg.OperationalError, StoreUnavailable):
                log.warning("database_away")
                stop.wait(INTERVAL_S)

    def _follow(self, connection: psycopg.Connection, stop: Event) -> None:
        while not stop.is_set():
            self.carry_over(connection)
            stop.wait(INTERVAL_S)

    def carry_over(self, connection: psycopg.Connection) -> bool:
        """One round; True when something changed and the broker was told."""
        lines = self._ingest_lines + [f"{user.device_id}:{user.password_hash}" for user in broker_users(connection)]
        text = "\n".join(lines) + "\n"
        if text == self._written:
            return False
        _replace(self._passwd, text)
        os.kill(int(self._pid_file.read_text().strip()), signal.SIGHUP)
        self._written = text
        log.info("broker_updated", users=len(lines), at=round(time.time()))
        return True


def _line(user: str, password: str, known: dict[str, str]) -> str:
    """A user's line; one that fits already stays, because a fresh salt would look like a change and cost a reload."""
    stored = known.get(user, "")
    return f"{user}:{stored if matches(password, stored) else password_hash(password)}"


def _replace(path: Path, text: str) -> None:
    """Write beside and rename, so that the broker never reads half a file; owner and mode stay as they were."""
    before = path.stat()
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(text, encoding="utf-8")
    os.chown(fresh, before.st_uid, before.st_gid)
    fresh.chmod(before.st_mode & 0o777)
    fresh.replace(path)
