"""The private services for real: they start, are found, survive crashes, and leave nothing behind."""

import os
import queue
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import psycopg
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from archive.fleet.broker_password import password_hash
from dev.services import mosquitto
from dev.services.given import Given, broker_version, require_good_broker
from dev.services.ports import free_port
from dev.services.private import Private, find_private, start_private
from dev.services.process import Process, find
from dev.services.running import Running
from dev.services.tree import locked, sound, unpacked
from schemas.errors import BrokerUnavailable, ConfigurationError
from schemas.settings import Settings

HOME = Settings.from_env().home
USERS = {"car-1": "oil-and-water", "car-2": "wind-and-rain", "ingest-s00": "harvest-moon", "ingest-foreign": "far-away"}


@pytest.fixture(scope="module")
def services() -> Iterator[Private]:
    """An instance of our own, whatever addresses the environment gives to other tests."""
    running = start_private(f"test-services-{os.getpid()}", HOME, durable=False)
    lines = [f"{name}:{password_hash(password)}\n" for name, password in USERS.items()]
    (running.broker_files / "passwd").write_text("".join(lines))
    running.reload_broker()
    yield running
    running.remove()


class Party:
    """An MQTT client and what it heard."""

    def __init__(self, services: Running, user: str, password: str) -> None:
        self.heard: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self.answers: queue.Queue[str] = queue.Queue()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="whatever", protocol=mqtt.MQTTv5)
        self.client.username_pw_set(user, password)
        self.client.on_connect = lambda _c, _d, _f, reason, _p: self.answers.put(str(reason))
        self.client.on_subscribe = lambda _c, _d, _mid, _reasons, _p: self.answers.put("subscribed")
        self.client.on_publish = lambda _c, _d, _mid, reason, _p: self.answers.put(str(reason))
        self.client.on_message = lambda _c, _d, message: self.heard.put((message.topic, bytes(message.payload)))
        self.client.connect("127.0.0.1", int(services.broker_url.rpartition(":")[2]))
        self.client.loop_start()
        self.welcome = self.answers.get(timeout=5)

    def subscribe(self, topic: str) -> None:
        self.client.subscribe(topic, qos=1)
        assert self.answers.get(timeout=5) == "subscribed"

    def publish(self, topic: str, payload: bytes = b"x") -> str:
        self.client.publish(topic, payload, qos=1)
        return self.answers.get(timeout=5)

    def leave(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def meet(services: Private) -> Iterator["Meet"]:
    meeting = Meet(services)
    yield meeting
    for party in meeting.parties:
        party.leave()


class Meet:
    """Brings clients to the broker and sees them off after the test."""

    def __init__(self, services: Private) -> None:
        self.services = services
        self.parties: list[Party] = []

    def __call__(self, user: str, password: str = "") -> Party:
        self.parties.append(Party(self.services, user, password or USERS[user]))
        return self.parties[-1]


def test_the_database_is_timescale_and_wants_a_password(services: Private) -> None:
    with psycopg.connect(services.database_url, autocommit=True) as database:
        database.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
        assert database.execute("SHOW timescaledb.telemetry_level").fetchone() == ("off",)
        assert database.execute("SHOW fsync").fetchone() == ("off",)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(services.database_url.replace("postgres:", "postgres:not-"))


def test_a_second_start_finds_the_first(services: Private) -> None:
    again = start_private(services.instance, HOME, durable=False)
    assert (again.database, again.broker) == (services.database, services.broker)
    assert again.database_url == services.database_url


def test_settings_can_be_changed_for_an_experiment(services: Private) -> None:
    with psycopg.connect(services.database_url, autocommit=True) as database:
        database.execute("ALTER SYSTEM SET max_wal_size = '128MB'")
        database.execute("SELECT pg_reload_conf()")
    with psycopg.connect(services.database_url, autocommit=True) as database:
        assert database.execute("SHOW max_wal_size").fetchone() == ("128MB",)
        database.execute("ALTER SYSTEM RESET ALL")


def test_committed_rows_survive_a_killed_database(services: Private) -> None:
    with psycopg.connect(services.database_url) as database:
        database.execute("CREATE TABLE trip AS SELECT 17 AS km")
    services.kill_database()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(services.database_url)
    services.start_database()
    with psycopg.connect(services.database_url) as database:
        assert database.execute("SELECT km FROM trip").fetchone() == (17,)


def test_a_paused_database_hangs_and_goes_on(services: Private) -> None:
    services.pause_database()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(services.database_url, connect_timeout=2)
    services.resume_database()
    psycopg.connect(services.database_url, connect_timeout=5).close()


def test_the_tools_fit_the_server(services: Private) -> None:
    dumped = subprocess.run([services.postgres_tools / "pg_dump", "--schema-only", services.database_url],
                            capture_output=True, text=True, check=True)
    assert "PostgreSQL database dump complete" in dumped.stdout


def test_nobody_enters_without_the_right_password(meet: Meet) -> None:
    assert meet("car-1", "guess").welcome == "Not authorized"
    assert meet("stranger", "guess").welcome == "Not authorized"
    assert meet("car-1").welcome == "Success"


def test_a_car_speaks_only_for_itself(meet: Meet) -> None:
    car, ingest = meet("car-1"), meet("ingest-s00")
    ingest.subscribe("pitcall/v1/s00/+/up/#")
    assert car.publish("pitcall/v1/s00/car-2/up/telemetry") == "Not authorized"
    assert car.publish("pitcall/v1/s00/car-1/down/command") == "Not authorized"
    assert car.publish("pitcall/v1/s00/car-1/up/telemetry", b"mine") in ("Success", "No matching subscribers")
    assert ingest.heard.get(timeout=5) == ("pitcall/v1/s00/car-1/up/telemetry", b"mine")
    assert ingest.heard.empty()


def test_a_car_hears_only_what_is_for_it(meet: Meet) -> None:
    car, ingest = meet("car-1"), meet("ingest-s00")
    car.subscribe("pitcall/v1/+/+/down/#")
    ingest.publish("pitcall/v1/s00/car-2/down/receipt", b"not yours")
    assert ingest.publish("pitcall/v1/s01/car-1/down/receipt") == "Not authorized"
    ingest.publish("pitcall/v1/s00/car-1/down/receipt", b"yours")
    assert car.heard.get(timeout=5) == ("pitcall/v1/s00/car-1/down/receipt", b"yours")
    assert car.heard.empty()


def test_foreign_devices_reach_ingest_under_their_own_name(meet: Meet) -> None:
    car, ingest = meet("car-2"), meet("ingest-foreign")
    ingest.subscribe("wican/#")
    ingest.subscribe("ovms/#")
    assert car.publish("wican/car-1/can/rx") == "Not authorized"
    car.publish("wican/car-2/can/rx", b"{}")
    car.publish("ovms/someone/car-2/metric/v/p/odometer", b"57913.1")
    assert [ingest.heard.get(timeout=5)[0] for _ in range(2)] == [
        "wican/car-2/can/rx", "ovms/someone/car-2/metric/v/p/odometer"]


def test_a_stopped_broker_keeps_what_waits(services: Private, meet: Meet) -> None:
    retained = "pitcall/v1/s00/car-1/up/status"
    car = meet("car-1")
    car.client.publish(retained, b"online", qos=1, retain=True)
    car.answers.get(timeout=5)
    car.leave()
    services.stop_broker()
    assert services.broker is None
    services.start_broker()
    ingest = meet("ingest-s00")
    ingest.subscribe("pitcall/v1/s00/+/up/#")
    assert ingest.heard.get(timeout=5) == (retained, b"online")


def test_the_pid_file_names_the_broker(services: Private) -> None:
    assert services.broker
    assert int(services.broker_pid_file.read_text()) == services.broker.pid


def test_given_services_are_looked_at_and_left_alone(services: Private) -> None:
    url = services.broker_url.replace("//", f"//ingest-s00:{USERS['ingest-s00']}@")
    assert "mosquitto version 2." in (broker_version(url) or "")
    require_good_broker(url)
    with pytest.raises(ConfigurationError, match="not ours"):
        Given(services.database_url, url).kill_database()


def test_a_broker_that_is_not_there_is_named() -> None:
    with pytest.raises(BrokerUnavailable, match="no broker at"):
        broker_version(f"mqtt://127.0.0.1:{free_port(())}")


@pytest.mark.parametrize("version", ["2.0.11", "mosquitto version 2.0.12", "1.6.12"])
def test_brokers_that_lose_messages_are_refused(version: str) -> None:
    with pytest.raises(ConfigurationError, match=r"2\.0\.13 or newer"):
        mosquitto.require_recent(version)


@pytest.mark.parametrize("version", ["2.0.13", "mosquitto version 2.0.21", "2.1.2"])
def test_newer_brokers_are_welcome(version: str) -> None:
    mosquitto.require_recent(version)


def test_our_password_hash_is_the_one_mosquitto_writes() -> None:
    kind, iterations, salt, digest = password_hash("oil-and-water").split("$")[1:]
    assert (kind, iterations, len(salt), len(digest)) == ("7", "101", 16, 88)


def test_stopping_leaves_no_process_and_a_stale_state_is_recovered() -> None:
    running = start_private(f"test-stop-{os.getpid()}", HOME, durable=False)
    assert running.database and running.broker
    family = [*running.database.family(), *running.broker.family()]
    assert len(family) > 5
    try:
        running.stop()
        assert not [member for member in family if member.alive]
        _pretend_reboot(running)
        again = find_private(running.instance, HOME)
        assert again and not again.is_running()
        again.begin(durable=False)
        assert again.is_running()
    finally:
        running.remove()
    assert not running.folder.exists()


def _pretend_reboot(running: Private) -> None:
    """Afterwards, our own number stands where the server's did, as after a reboot."""
    state = running.folder / "state.json"
    assert running._state.database
    state.write_text(state.read_text().replace(f'"pid": {running._state.database.pid}', f'"pid": {os.getpid()}'))
    (running.folder / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n/nowhere\n")


def test_a_number_used_again_is_another_process() -> None:
    this = find(os.getpid())
    assert this and this.alive
    assert not Process(this.pid, this.started + 1).alive


def test_a_broken_tree_is_noticed(tmp_path: Path) -> None:
    with locked(HOME):
        root = unpacked(HOME)
    assert sound(root)
    assert not sound(tmp_path)
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/pitcall-recipe").write_text((root / "etc/pitcall-recipe").read_text())
    assert not sound(tmp_path)


def test_starting_again_is_quick(services: Private) -> None:
    with locked(HOME):  # somebody else may be starting just now
        begun = time.monotonic()
        Private(unpacked(HOME), services.instance).begin(durable=False)
        assert time.monotonic() - begun < 1.0
