"""The two services of docker-compose.yml, each instance a compose project of its own."""

import os
import secrets
import shutil
import subprocess
from pathlib import Path

from dev.services import mosquitto, postgres
from dev.services.enclosure import OWNER, owned
from dev.services.ports import free_port
from dev.services.running import Running
from dev.services.state import State, load
from dev.services.tree import locked, services_folder
from schemas.errors import ConfigurationError

COMPOSE_FILE = Path(__file__).parents[2] / "docker-compose.yml"
DATABASE, BROKER = "timescaledb", "mosquitto"
DATABASE_IMAGE = "timescale/timescaledb:2.19.3-pg17"
ELSEWHERE = ("OWNER_PASSWORD", "INGEST_PASSWORD", "HEALTH_PASSWORD", "API_PASSWORD", "BACKUP_PASSWORD",
             "BROKER_PASSWORD", "MASTER_KEY")
"""Demanded by the compose file for services that we do not start here."""


def engine_answers() -> bool:
    """Whether there is a Docker engine with the compose command."""
    if not shutil.which("docker"):
        return False
    return _succeeds("info") and _succeeds("compose", "version")


def _succeeds(*arguments: str) -> bool:
    try:
        return subprocess.run(["docker", *arguments], capture_output=True, check=False, timeout=20).returncode == 0
    except subprocess.TimeoutExpired:
        return False


class Docker(Running):
    """One instance in containers; the broker's files are on the host, so that tests can write them."""

    way = "docker"
    broker_files: Path
    broker_pid_file: Path
    postgres_tools: Path
    broker_tls_ports: tuple[int, int]

    def __init__(self, instance: str, home: Path) -> None:
        self.instance = instance
        self.folder = services_folder(home) / "docker" / instance
        self.state = load(self.folder / "state.json") or State(
            secrets.token_urlsafe(24), free_port((5432,) if instance == "demo" else ()),
            free_port((1883,) if instance == "demo" else ()), tls_port=free_port(()), certificate_port=free_port(()))
        self.database_url = postgres.address(self.state.database_port, self.state.password)
        self.broker_url = mosquitto.address(self.state.broker_port)
        self.broker_files = self.folder / "broker" / "config"
        self.broker_pid_file = self.folder / "broker.pid"
        self.postgres_tools = self.folder / "bin"
        self.broker_tls_ports = self.state.tls_port, self.state.certificate_port

    def begin(self, durable: bool) -> None:
        self.state.durable = durable
        owned(self.folder / "broker" / "data")
        owned(self.broker_files, 0o2770)
        self.state.save(self.folder / "state.json")
        self._write_tools()
        self._compose("up", "--detach", "--wait", DATABASE, BROKER)
        self._note_pid()

    def _compose(self, *arguments: str) -> str:
        return _docker("compose", "--file", str(COMPOSE_FILE), "--project-name", f"pitcall-{self.instance}",
                       *arguments, env=os.environ | self.variables())

    def variables(self) -> dict[str, str]:
        """What the compose file asks for."""
        return dict.fromkeys(ELSEWHERE, "unused") | {
            "POSTGRES_PASSWORD": self.state.password,
            "DATABASE_PORT": str(self.state.database_port),
            "DATABASE_FSYNC": "on" if self.state.durable else "off",
            "BROKER_PORT": str(self.state.broker_port),
            "BROKER_TLS_PORT": str(self.state.tls_port),
            "BROKER_CERTIFICATE_PORT": str(self.state.certificate_port),
            "BROKER_USER": f"{OWNER.uid}:{OWNER.gid}",
            "BROKER_CONFIG": str(self.broker_files),
            "BROKER_DATA": str(self.folder / "broker" / "data"),
        }

    def _note_pid(self) -> None:
        """The broker's number on the host; the file it writes itself holds the one inside its container."""
        container = self._compose("ps", "--quiet", BROKER).strip()
        self.broker_pid_file.write_text(_docker("inspect", "--format", "{{.State.Pid}}", container))

    def _write_tools(self) -> None:
        self.postgres_tools.mkdir(exist_ok=True)
        for name in postgres.TOOLS:
            script = self.postgres_tools / name
            script.write_text(f"#!/bin/sh\nexec docker run --rm --interactive --network host --env PGPASSWORD "
                              f'--entrypoint {name} {DATABASE_IMAGE} "$@"\n')
            script.chmod(0o755)

    def is_running(self) -> bool:
        return len(self._compose("ps", "--quiet", "--status", "running", DATABASE, BROKER).split()) == 2

    def start_database(self) -> None:
        self._compose("up", "--detach", "--wait", DATABASE)

    def stop_database(self) -> None:
        self._compose("stop", DATABASE)

    def kill_database(self) -> None:
        self._compose("kill", DATABASE)

    def pause_database(self) -> None:
        self._compose("pause", DATABASE)

    def resume_database(self) -> None:
        self._compose("unpause", DATABASE)

    def start_broker(self) -> None:
        self._compose("up", "--detach", "--wait", BROKER)
        self._note_pid()

    def stop_broker(self) -> None:
        self._compose("stop", BROKER)

    def kill_broker(self) -> None:
        self._compose("kill", BROKER)

    def reload_broker(self) -> None:
        self._compose("kill", "--signal", "HUP", BROKER)

    def stop(self) -> None:
        self._compose("stop", DATABASE, BROKER)

    def remove(self) -> None:
        self._compose("down", "--volumes")
        shutil.rmtree(self.folder)


def start_docker(instance: str, home: Path, durable: bool) -> Docker:
    with locked(home):
        running = Docker(instance, home)
        running.begin(durable)
    return running


def find_docker(instance: str, home: Path) -> Docker | None:
    """An instance that has been started before, running or not."""
    running = Docker(instance, home)
    return running if (running.folder / "state.json").exists() else None


def docker_instances(home: Path) -> list[str]:
    return sorted(state.parent.name for state in (services_folder(home) / "docker").glob("*/state.json"))


def _docker(*arguments: str, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False, env=env)
    if done.returncode:
        last = "\n".join(done.stderr.strip().splitlines()[-5:])
        raise ConfigurationError(f"docker {' '.join(arguments[-4:])} failed:\n{last}")
    return done.stdout
