"""What the database knows of devices reaches the broker within five seconds: added, rotated, revoked, lapsed."""

import json
import os
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from archive.__main__ import app
from dev.services import Running, start
from schemas.topics import up
from tests.stage.broker import Broker
from tests.stage.database import Database, cloned, make_template
from tests.stage.device import PlainDevice, now_ms, telemetry
from tests.stage.processes import ingesting, running
from tests.stage.stranger import CLOSED, Stranger, answer
from tests.stage.waiting import wait_until

SHARD = "s00"
WITHIN_S = 5.0
LET_IN, REFUSED = "Success", "Not authorized"


@dataclass(frozen=True)
class Yard:
    """A broker with TLS, kept up to date by broker-sync, with ingest behind it."""

    services: Running
    broker: Broker
    database: Database
    settings: dict[str, str]
    folder: Path

    @property
    def port(self) -> int:
        return int(self.services.broker_url.rpartition(":")[2])

    @property
    def tls_ports(self) -> tuple[int, int]:
        assert self.services.broker_tls_ports
        return self.services.broker_tls_ports

    def archive(self, *command: str) -> Any:
        """`python -m archive …`, and the JSON line it prints."""
        done = CliRunner().invoke(app, command, env=self.settings)
        assert done.exit_code == 0, done.exception
        return json.loads(done.stdout) if done.stdout.startswith("{") else done.stdout

    def tls(self, certified: dict[str, str] | None = None) -> ssl.SSLContext:
        """What a device needs to speak TLS with this broker, perhaps with its certificate."""
        context = ssl.create_default_context(cadata=(self._broker_files / "ca.crt").read_text())
        if certified:
            path = self.folder / f"{certified['device_id']}.pem"
            path.write_text(certified["certificate"] + certified["key"])
            context.load_cert_chain(path)
        return context

    @property
    def _broker_files(self) -> Path:
        assert self.services.broker_files
        return self.services.broker_files


@pytest.fixture(scope="module")
def own_services() -> Iterator[Running]:
    """A broker of its own: this one is restarted, and its files are broker-sync's."""
    running_services = start(f"test-sync-{os.getpid()}", durable=False)
    yield running_services
    running_services.remove()


@pytest.fixture(scope="module")
def yard(own_services: Running, master_key: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    services = own_services
    make_template(services.database_url)
    broker = Broker(services)
    with cloned(services.database_url) as database:
        settings = {"PITCALL_DATABASE_URL": database.url, "PITCALL_MASTER_KEY": master_key, "PITCALL_SHARDS": SHARD,
                    "PITCALL_BROKER_FILES": str(services.broker_files)}
        yard = Yard(services, broker, database, settings, tmp_path_factory.mktemp("yard"))
        yard.archive("certificates", "init")
        yard.archive("certificates", "broker", "127.0.0.1", "localhost")
        services.stop_broker()
        services.start_broker()
        own = {"DATABASE_URL": database.as_role("ingest"), "BROKER_URL": broker.ingest_url}
        with (running("ingest", "broker-sync", **own, BROKER_FILES=str(services.broker_files),
                      BROKER_PID_FILE=str(services.broker_pid_file)),
              ingesting(**own, MASTER_KEY=master_key, SHARDS=SHARD)):
            yield yard


def test_a_new_device_a_new_password_and_the_end_of_it(yard: Yard) -> None:
    first = yard.archive("device", "add", "worker")
    assert wait_until(lambda: answer(yard.port, "worker", first["password"]), LET_IN) < WITHIN_S

    with Stranger(yard.port, "worker", first["password"]) as connected:
        second = yard.archive("device", "rotate", "worker")
        assert connected.thrown_out(WITHIN_S)
    assert answer(yard.port, "worker", first["password"]) == REFUSED
    assert answer(yard.port, "worker", second["password"]) == LET_IN

    with Stranger(yard.port, "worker", second["password"]) as connected:
        yard.archive("device", "revoke", "worker")
        connected.publish(up(SHARD, "worker", "telemetry"), telemetry(1, now_ms() - 9_000, {"speed": [50]}))
        assert connected.thrown_out(WITHIN_S)
    assert answer(yard.port, "worker", second["password"]) == REFUSED
    assert yard.database.readings_of("worker") == 0, "not even what came before the broker knew"


def test_a_grant_that_ends_ends_the_connection(yard: Yard) -> None:
    told = yard.archive("device", "add", "borrowed", "--reason", "loan")
    wait_until(lambda: answer(yard.port, "borrowed", told["password"]), LET_IN)
    with Stranger(yard.port, "borrowed", told["password"]) as connected:
        with yard.database.connect() as connection:
            connection.execute("UPDATE device SET granted_until = now() + INTERVAL '0.5 s' "
                               "WHERE device_id = 'borrowed'")
        assert connected.thrown_out(WITHIN_S + 0.5)
    yard.archive("device", "grant", "borrowed", "--reason", "loan")
    assert wait_until(lambda: answer(yard.port, "borrowed", told["password"]), LET_IN) < WITHIN_S


def test_passwords_work_over_tls_too(yard: Yard) -> None:
    told = yard.archive("device", "add", "private")
    port = yard.tls_ports[0]
    assert wait_until(lambda: answer(port, "private", told["password"], tls=yard.tls()), LET_IN) < WITHIN_S
    assert answer(port, "private", "wrong", tls=yard.tls()) == REFUSED
    assert answer(port, "private", told["password"]) == CLOSED, "TLS only"


def test_a_certificate_is_the_device_until_it_is_revoked(yard: Yard) -> None:
    certified = yard.archive("device", "add", "certified", "--certificate")
    other = yard.archive("device", "add", "neighbour", "--certificate")
    port = yard.tls_ports[1]
    with PlainDevice(yard.broker, "certified", "no password needed", SHARD, tls=yard.tls(certified),
                     port=port) as device:
        device.send(telemetry(1, now_ms() - 9_000, {"speed": [50]}))
        device.wait_for_receipts({(1, 1)})
    with Stranger(port, "neighbour", client_id="neighbour", tls=yard.tls(certified)) as posing:
        assert posing.publish(up(SHARD, "neighbour", "telemetry"), b"{}") == REFUSED, "the certificate says who it is"

    with Stranger(port, None, client_id="certified", tls=yard.tls(certified)) as connected:
        topic = up(SHARD, "certified", "telemetry")
        assert connected.publish(topic, telemetry(2, now_ms() - 8_000, {"speed": [51]})) == LET_IN
        wait_until(lambda: yard.database.readings_of("certified"), 2)
        yard.archive("device", "revoke", "certified")
        late = telemetry(3, now_ms() - 7_000, {"speed": [52]})
        assert wait_until(lambda: connected.publish(topic, late), REFUSED) < WITHIN_S, "also while connected"
    assert answer(port, None, tls=yard.tls(certified)) == CLOSED
    assert answer(port, None, tls=yard.tls(other)) == LET_IN, "nobody else is"
    assert yard.database.readings_of("certified") == 2
    assert yard.database.readings_of("neighbour") == 0


def test_two_revoked_within_one_second_are_both_out(yard: Yard) -> None:
    twins = [yard.archive("device", "add", f"twin-{number}", "--certificate") for number in (1, 2)]
    for twin in twins:
        yard.archive("device", "revoke", twin["device_id"])
    assert wait_until(lambda: [answer(yard.tls_ports[1], None, tls=yard.tls(twin)) for twin in twins],
                      [CLOSED, CLOSED]) < WITHIN_S


def test_nobody_gets_in_without_a_certificate_of_ours(yard: Yard) -> None:
    told = yard.archive("device", "add", "bare")
    assert answer(yard.tls_ports[1], "bare", told["password"], tls=yard.tls()) == CLOSED
