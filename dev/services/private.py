"""Instances of the unpacked tree: each has its own data, ports and password; they run side by side."""

import secrets
import shutil
import signal
from pathlib import Path

from dev.services import mosquitto, postgres
from dev.services.enclosure import owned
from dev.services.ports import free_port, is_free
from dev.services.process import Process, end, kill
from dev.services.running import Running
from dev.services.state import State, load
from dev.services.tree import locked, services_folder, unpacked
from schemas.errors import ConfigurationError

PREFERRED_FOR = "demo"
"""The instance that people connect to by hand gets the well-known ports when they are free."""


class Private(Running):
    """One instance in `home`. Its folder is inside the tree, for its programs see nothing else."""

    way = "private"
    broker_files: Path
    broker_pid_file: Path
    postgres_tools: Path
    broker_tls_ports: tuple[int, int]

    def __init__(self, root: Path, instance: str) -> None:
        self.instance = instance
        self.root = root
        self.folder = root / "srv" / instance
        self._state = load(self._state_file) or _new_state(instance)
        self.database_url = postgres.address(self._state.database_port, self._state.password)
        self.broker_url = mosquitto.address(self._state.broker_port)
        self.broker_files = self.folder / "broker" / "config"
        self.broker_pid_file = self.broker_files / "mosquitto.pid"
        self.postgres_tools = root.parent / "bin"
        self.broker_tls_ports = self._state.tls_port, self._state.certificate_port

    @property
    def _state_file(self) -> Path:
        return self.folder / "state.json"

    @property
    def database(self) -> Process | None:
        """The server now running, also when another command began it."""
        return _alive((load(self._state_file) or self._state).database)

    @property
    def broker(self) -> Process | None:
        return _alive((load(self._state_file) or self._state).broker)

    def is_running(self) -> bool:
        return bool(self.database and self.broker)

    def begin(self, durable: bool) -> None:
        """Bring up whatever of the two is not running."""
        if not self.database and not self.broker:
            self._prepare(durable)
        self.start_database()
        self.start_broker()

    def _prepare(self, durable: bool) -> None:
        """Folders and ports. A port that somebody took meanwhile is replaced by a free one."""
        owned(self.folder, 0o711)
        self._state.durable = durable
        if not is_free(self._state.database_port):
            self._state.database_port = free_port(())
            self.database_url = postgres.address(self._state.database_port, self._state.password)
        if not is_free(self._state.broker_port):
            self._state.broker_port = free_port(())
            self.broker_url = mosquitto.address(self._state.broker_port)
        postgres.write_tools(self.root, self.postgres_tools)
        mosquitto.configure(self.root, f"/srv/{self.instance}/broker", self._state.broker_port)
        self._create_database()
        self._state.save(self._state_file)

    def _create_database(self) -> None:
        """Made under another name and renamed, so that an interrupted initdb is never taken for a database."""
        data = self.folder / "postgres"
        if (data / "PG_VERSION").exists() and self._state_file.exists():
            return
        shutil.rmtree(data, ignore_errors=True)
        shutil.rmtree(self.folder / "postgres.new", ignore_errors=True)
        postgres.create(self.root, f"/srv/{self.instance}/postgres.new", self._state.password)
        (self.folder / "postgres.new").rename(data)

    def start_database(self) -> None:
        if self.database:
            return
        log = self.folder / "postgres.log"
        server = postgres.run(self.root, f"/srv/{self.instance}", self._state.database_port, log, self._state.durable)
        self._remember(database=server)
        postgres.await_answer(self.database_url, server, log)

    def start_broker(self) -> None:
        if self.broker:
            return
        log = self.folder / "broker.log"
        mosquitto.open_tls(self.root, f"/srv/{self.instance}/broker", *self.broker_tls_ports)
        server = mosquitto.run(self.root, f"/srv/{self.instance}/broker", log)
        self._remember(broker=server)
        mosquitto.await_answer(self._state.broker_port, server, log)

    def _remember(self, database: Process | None = None, broker: Process | None = None) -> None:
        self._state.database = database or self.database
        self._state.broker = broker or self.broker
        self._state.save(self._state_file)

    def stop_database(self) -> None:
        self.resume_database()
        if server := self.database:
            end(server, signal.SIGINT)

    def stop_broker(self) -> None:
        if server := self.broker:
            end(server, signal.SIGTERM)

    def kill_database(self) -> None:
        if server := self.database:
            kill(server)

    def kill_broker(self) -> None:
        if server := self.broker:
            kill(server)

    def pause_database(self) -> None:
        _send_all(self.database, signal.SIGSTOP)

    def resume_database(self) -> None:
        _send_all(self.database, signal.SIGCONT)

    def reload_broker(self) -> None:
        _send_all(self.broker, signal.SIGHUP)

    def stop(self) -> None:
        self.stop_broker()
        self.stop_database()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)


def start_private(instance: str, home: Path, durable: bool) -> Private:
    with locked(home):
        running = Private(unpacked(home), instance)
        running.begin(durable)
    return running


def find_private(instance: str, home: Path) -> Private | None:
    """An instance that has been started before, running or not."""
    root = services_folder(home) / "tree"
    return Private(root, instance) if (root / "srv" / instance / "state.json").exists() else None


def instances(home: Path) -> list[str]:
    """Names of all instances that have data."""
    return sorted(state.parent.name for state in (services_folder(home) / "tree" / "srv").glob("*/state.json"))


def _new_state(instance: str) -> State:
    preferred = instance == PREFERRED_FOR
    database = free_port((5432,) if preferred else ())
    broker, tls, certificates = (free_port((port,) if preferred else ()) for port in (1883, 8883, 8884))
    return State(secrets.token_urlsafe(24), database, broker, tls_port=tls, certificate_port=certificates)


def _alive(process: Process | None) -> Process | None:
    return process if process and process.alive else None


def _send_all(process: Process | None, number: signal.Signals) -> None:
    for member in process.family() if process else ():
        member.send(number)


def require_name(instance: str) -> None:
    if not instance.replace("-", "").replace("_", "").isalnum():
        raise ConfigurationError(f"instance {instance!r}: use letters, digits, - and _")
