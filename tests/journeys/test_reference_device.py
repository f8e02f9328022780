"""The reference client as device makers run it, while ingest is killed and its connection is cut."""

import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from archive.fleet import commands, provisioning
from archive.fleet.provisioning import Credentials
from docs import reference_device
from tests.stage.broker import Broker
from tests.stage.database import Database
from tests.stage.processes import ingesting
from tests.stage.reference import CLIENT, reference
from tests.stage.waiting import wait_until

SHARD, SAMPLES, PERIOD_S = "s05", 1200, 0.005


class Wire:
    """A way to the broker that can be cut: what is in it then is lost, and neither side is told."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._door = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self.port: int = self._door.getsockname()[1]
        self.connections = 0
        threading.Thread(target=self._let_in, daemon=True).start()

    def cut(self) -> None:
        """End every connection at once."""
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def wait_for_connections(self, number: int) -> None:
        """Wait until so many were made since the beginning."""
        wait_until(lambda: self.connections >= number)

    def close(self) -> None:
        self._door.close()
        self.cut()

    def _let_in(self) -> None:
        with suppress(OSError):
            while True:
                near, far = self._door.accept()[0], socket.create_connection((self._broker.host, self._broker.port))
                self._ends += [near, far]
                self.connections += 1
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=_carry, args=ends, daemon=True).start()


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while block := source.recv(65536):
            sink.sendall(block)
        sink.shutdown(socket.SHUT_WR)


@pytest.fixture
def wire(broker: Broker) -> Iterator[Wire]:
    with closing(Wire(broker)) as opened:
        yield opened


def wait_until_true(database: Database, statement: str, parameter: object) -> None:
    """Wait until a yes-or-no query says yes."""
    wait_until(lambda: database.value(statement, parameter))


def wait_until_kept(ring: Path, messages: int) -> None:
    """Wait until the device holds more than what is on its way: the broker's acknowledgement frees nothing."""
    with closing(sqlite3.connect(ring)) as held:
        wait_until(lambda: held.execute("SELECT count(*) FROM ring").fetchone()[0] >= messages)


def echo(database: Database, credentials: Credentials) -> UUID:
    with database.connect("owner") as connection:
        expires = connection.execute("SELECT now() + interval '1 minute'").fetchone()
        assert expires is not None
        return commands.send(connection, credentials.device_key, "echo", {"word": "hello"}, expires[0])


def test_every_sample_is_stored_exactly_once(database: Database, broker: Broker, wire: Wire, master_key: str,
                                             tmp_path: Path) -> None:
    with database.connect("owner") as connection:
        credentials = provisioning.add_device(connection, "reference-1", [SHARD], "secret-of-reference-1")
    broker.let_in([(credentials.device_id, credentials.password)])
    settings = {"DATABASE_URL": database.as_role("ingest"), "BROKER_URL": broker.ingest_url, "MASTER_KEY": master_key,
                "SHARDS": SHARD}
    with reference(credentials, wire.port, tmp_path, samples=SAMPLES, period_s=PERIOD_S, resend_s=1.0) as device:
        with ingesting(**settings) as first:
            wait_until_true(database, "SELECT count(*) > %s FROM reading", 0)
            wait_until_true(database, "SELECT ok FROM command WHERE command_id = %s", echo(database, credentials))
            first.kill()
            wire.cut()
        wait_until_kept(tmp_path / "ring.sqlite", 3)
        wire.wait_for_connections(2)
        wire.cut()
        with ingesting(**settings):
            assert device.wait(timeout=30) == 0
            wait_until_true(database, "SELECT state = 'offline' FROM device_status JOIN device USING (device_key)"
                                 " WHERE device_id = %s", "reference-1")

    assert wire.connections >= 3
    with database.connect() as connection:
        rows: list[tuple[Any, ...]] = connection.execute(
            "SELECT odometer_km, speed_kmh, engine_rpm, battery_v FROM reading ORDER BY time").fetchall()
    told = [reference_device.read_car(n) for n in range(SAMPLES)]
    assert [row[0] for row in rows] == [pytest.approx(values["odo"]) for values in told]
    assert [row[1:3] for row in rows] == [(values["speed"], values["rpm"]) for values in told]
    assert [row[3] for row in rows] == [values["batt"] and pytest.approx(14.1) for values in told]
    assert database.value("SELECT count(*) FROM dead_letter") == 0
    assert database.value("SELECT reply FROM command") == {"echo": {"word": "hello"}}


def test_it_has_a_hundred_lines() -> None:
    assert len(CLIENT.read_text(encoding="utf-8").splitlines()) <= 100
