"""Beside each broker: carries the devices of the database into its files and makes it read them.

Those are the passwords, the certificate authority with its list of revoked certificates, and at the end of the ACL the
devices that are shut out. The broker is told only when something changed: on Mosquitto before 2.1 a reload costs
messages for whoever is away.
"""

import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Event

import psycopg
import structlog
from prometheus_client import CollectorRegistry

from archive.admin.port import Health
from archive.admin.readiness import database_ready
from archive.database.connecting import connect
from archive.fleet import brokers, certificates
from archive.fleet.broker_password import matches, password_hash
from archive.fleet.devices import broker_users
from ingest.sync_meters import SyncMeters
from schemas.errors import StoreUnavailable

log = structlog.get_logger()
INTERVAL_S = 2.0
"""A new device may send, and a revoked one is out, within this time and one SIGHUP (design.md 2 allows 5 s)."""

SHUT_OUT = "# --- shut out: written by broker-sync, everything below is replaced"
"""Mosquitto does not end a connection made with a certificate that was revoked meanwhile, so the ACL must: a denial for
a user goes before what the patterns allow."""


class BrokerSync:
    """Keeps one broker's files equal to the database. `own_users` are ours, with their passwords."""

    def __init__(self, database_url: str, broker: str, folder: Path, pid_file: Path, own_users: Mapping[str, str],
                 metrics: CollectorRegistry) -> None:
        self._database_url = database_url
        self._broker = broker
        self._meters = SyncMeters(broker, metrics)
        self._folder = folder
        self._pid_file = pid_file
        self._untold = folder / "untold"  # is there while the broker does not know what its files say
        known = dict(line.split(":", 1) for line in self._read("passwd").splitlines() if ":" in line)
        self._own_lines = [_line(name, password, known) for name, password in own_users.items()]

    def run(self, stop: Event) -> None:
        """Carry changes over until told to stop; a database that is away leaves the broker as it is."""
        while not stop.is_set():
            try:
                with connect(self._database_url, name="broker-sync", autocommit=True) as connection:
                    self._follow(connection, stop)
            except (psycopg.OperationalError, StoreUnavailable):
                log.warning("database_away")
                stop.wait(INTERVAL_S)

    def health(self) -> Health:
        """What the admin port answers: ready when the broker knows what the database says."""
        return Health({"database": database_ready(self._database_url), "in_step": self._meters.in_step})

    def _follow(self, connection: psycopg.Connection, stop: Event) -> None:
        self._meters.connected()
        while not stop.is_set():
            self.carry_over(connection)
            self._meters.carried(brokers.served(connection, self._broker))
            stop.wait(INTERVAL_S)

    def carry_over(self, connection: psycopg.Connection) -> bool:
        """One round; True when something changed and the broker was told."""
        wanted = self._wanted(connection)
        changed = {name: text for name, text in wanted.items() if text != self._read(name)}
        if not changed and not self._untold.exists():
            return False
        self._untold.touch()
        for name, text in changed.items():
            _replace(self._folder / name, text, like=self._folder / "passwd")
        os.kill(int(self._pid_file.read_text().strip()), signal.SIGHUP)
        self._untold.unlink()
        self._meters.reloads.inc()
        log.info("broker_updated", files=sorted(changed), at=round(time.time()))
        return True

    def _wanted(self, connection: psycopg.Connection) -> dict[str, str]:
        """Every file by name, as it should be now."""
        users = [f"{user.device_id}:{user.password_hash}" for user in broker_users(connection, self._broker)]
        self._meters.users.set(len(users))
        files = {"passwd": "\n".join([*self._own_lines, *users]) + "\n",
                 "acl": _with_shut_out(self._read("acl"), certificates.shut_out(connection, self._broker))}
        checks = certificates.for_the_broker(connection)
        if checks is not None:
            files |= {"ca.crt": checks.authority, "crl.pem": checks.revoked}
        return files

    def _read(self, name: str) -> str:
        path = self._folder / name
        return path.read_text(encoding="utf-8") if path.exists() else ""


def _with_shut_out(acl: str, device_ids: list[str]) -> str:
    """The ACL as it was, ending in a denial for each of these devices."""
    kept = acl.partition(SHUT_OUT)[0].rstrip("\n") + "\n"
    denials = "".join(f"\nuser {device_id}\ntopic deny #\n" for device_id in device_ids)
    return f"{kept}\n{SHUT_OUT}\n{denials}" if denials else kept


def _line(user: str, password: str, known: dict[str, str]) -> str:
    """A user's line; one that fits already stays, because a fresh salt would look like a change and cost a reload."""
    stored = known.get(user, "")
    return f"{user}:{stored if matches(password, stored) else password_hash(password)}"


def _replace(path: Path, text: str, like: Path) -> None:
    """Write beside and rename, so that the broker never reads half a file; owner and mode are those of `like`."""
    before = like.stat()
    fresh = path.with_name(f"{path.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_text(text, encoding="utf-8")
    os.chown(fresh, before.st_uid, before.st_gid)
    fresh.chmod(before.st_mode & 0o777)
    fresh.replace(path)
