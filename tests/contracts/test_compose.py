"""docker-compose.yml against what really exists: commands, settings, roles, files, versions."""

import importlib.util
import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from archive.database import logins
from dev.services import docker, mosquitto, postgres
from dev.services.docker import Docker, engine_answers
from dev.services.state import State
from schemas.errors import ConfigurationError
from schemas.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}

NEEDED = {
    "migrate": {"DATABASE_URL"},
    "broker-sync": {"DATABASE_URL", "BROKER_URL", "BROKER_FILES", "BROKER_PID_FILE"},
    "ingest": {"DATABASE_URL", "BROKER_URL", "MASTER_KEY"},
    "health": {"DATABASE_URL", "COLD"},
    "keeper": {"DATABASE_URL", "COLD", "ADMIN_PORT"},
    "api": {"DATABASE_URL", "MASTER_KEY", "API_HOST", "API_PORT"},
}
LISTEN_ON_NOTHING = {"migrate"}
"""Nobody can ask it how it is; it ends."""

ROLES = {"migrate": "postgres", "broker-sync": "pitcall_ingest", "ingest": "pitcall_ingest",
         "health": "pitcall_health", "keeper": "pitcall_owner", "api": "pitcall_api"}


def command_of(service: dict[str, Any]) -> str:
    return " ".join(service["command"])


def settings_of(service: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in service["environment"].items() if name.startswith(PREFIX)}


def filled_in(text: str) -> str:
    """The text as compose sees it when nothing is set beyond what it demands."""
    return re.sub(r"\$\{\w+(?::([-?])([^}]*))?\}", lambda found: found[2] if found[1] == "-" else "secret", text)


def test_exactly_the_known_processes_run() -> None:
    assert set(OURS) == set(NEEDED)
    assert set(SERVICES) - set(OURS) == {"timescaledb", "mosquitto"}


@pytest.mark.parametrize("name", OURS)
def test_commands_exist(name: str) -> None:
    packages = re.findall(r"python -m (\w+)", command_of(OURS[name]))
    assert packages
    for package in packages:
        assert importlib.util.find_spec(f"{package}.__main__")


@pytest.mark.parametrize("name", OURS)
def test_settings_are_known_and_complete(name: str) -> None:
    given = settings_of(OURS[name])
    assert {PREFIX + needed for needed in NEEDED[name]} <= set(given)
    Settings.from_env({setting: filled_in(str(value)) for setting, value in given.items()})
    mentioned = set(re.findall(r"PITCALL_\w+", command_of(OURS[name])))
    assert mentioned <= {PREFIX + field.upper() for field in Settings.model_fields}


@pytest.mark.parametrize("name", OURS)
def test_each_process_has_its_own_database_role(name: str) -> None:
    address = settings_of(OURS[name])["PITCALL_DATABASE_URL"]
    assert address.startswith(f"postgresql://{ROLES[name]}:${{")


def test_every_role_in_use_gets_its_password_from_migrate() -> None:
    given = dict(re.findall(r'PITCALL_ROLE_PASSWORD="\$\$(\w+)" python -m archive login (\w+)',
                            command_of(OURS["migrate"])))
    for variable, role in given.items():
        assert variable in OURS["migrate"]["environment"]
        assert role == variable.removesuffix("_PASSWORD").lower()
        assert role in logins.ROLES
    assert {f"pitcall_{role}" for role in given.values()} == set(ROLES.values()) - {"postgres"} | {"pitcall_backup"}


def test_secrets_are_demanded_and_never_written_down() -> None:
    secret = re.compile(r"(PASSWORD|MASTER_KEY): (?!\$\{\w+:\?)")
    assert not secret.search(TEXT)
    assert not re.search(r"postgresql://\w+:(?!\$\{\w+:\?)", TEXT)


def test_ports_are_for_this_machine_only() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


@pytest.mark.parametrize("name", SERVICES)
def test_everything_is_watched_and_comes_back(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")
    assert name in LISTEN_ON_NOTHING or "test" in service["healthcheck"]


@pytest.mark.parametrize("name", SERVICES)
def test_dependencies_and_volumes_exist(name: str) -> None:
    assert set(SERVICES[name].get("depends_on", {})) <= set(SERVICES)
    for volume in SERVICES[name].get("volumes", []):
        source = filled_in(volume).split(":")[0]
        assert (ROOT / source).is_file() if source.startswith(".") else source in COMPOSE["volumes"]


def test_broker_sync_sees_the_broker_and_its_files() -> None:
    broker, sync = SERVICES["mosquitto"], SERVICES["broker-sync"]
    assert sync["pid"] == "service:mosquitto"
    assert sync["user"] == broker["user"]
    assert set(sync["volumes"]) <= set(broker["volumes"])
    configuration = (mosquitto.SOURCE / "mosquitto.conf").read_text()
    given = settings_of(sync)
    assert f"password_file {given['PITCALL_BROKER_FILES']}/passwd" in configuration
    assert f"acl_file {given['PITCALL_BROKER_FILES']}/acl" in configuration
    assert f"pid_file {given['PITCALL_BROKER_PID_FILE']}" in configuration


def test_images_are_pinned_and_new_enough() -> None:
    images = {name: service["image"] for name, service in SERVICES.items()}
    assert all(re.search(r":\d+\.\d+\.\d+", image) for image in images.values())
    mosquitto.require_recent(images["mosquitto"].rpartition(":")[2])
    assert images["timescaledb"] == docker.DATABASE_IMAGE
    assert images["timescaledb"].endswith("-pg17")


def test_containers_and_private_tree_configure_the_database_alike() -> None:
    for option in SERVICES["timescaledb"]["command"][1:]:
        name, _, value = option.removeprefix("--").partition("=")
        assert value.startswith("$") or postgres.SETTINGS[name] == value


def test_our_image_does_not_run_as_root_and_holds_every_package() -> None:
    recipe = (ROOT / "dev/Dockerfile").read_text()
    assert re.search(r"^USER (?!root)\w+", recipe, re.MULTILINE)
    assert "--require-hashes -r requirements.lock" in recipe
    used = {package for service in OURS.values() for package in re.findall(r"python -m (\w+)", command_of(service))}
    for package in used | {"schemas"}:
        assert f"COPY {package} {package}\n" in recipe


def test_the_docker_way_sets_every_variable_that_is_demanded(tmp_path: Path) -> None:
    demanded = set(re.findall(r"\$\{(\w+):\?", TEXT))
    known = set(re.findall(r"\$\{(\w+)", TEXT))
    variables = set(Docker("some", tmp_path).variables())
    assert demanded <= variables <= known


@pytest.fixture
def recorded_docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for the docker command that only writes down what it was asked: no engine runs here."""
    record = tmp_path / "asked"
    command = tmp_path / "path" / "docker"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\necho "$@ port=$BROKER_PORT" >> {record}\n'
                       'case "$*" in *"ps --quiet"*) echo one two;; *inspect*) echo 4711;; *fail*) exit 1;; esac\n')
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(command.parent), prepend=":")
    return record


def test_the_docker_way_uses_our_compose_file(recorded_docker: Path, tmp_path: Path) -> None:
    assert engine_answers()
    running = docker.start_docker("some", tmp_path / "home", durable=True)
    running.reload_broker()
    running.kill_database()
    asked = recorded_docker.read_text()
    prefix = f"compose --file {ROOT / 'docker-compose.yml'} --project-name pitcall-some "
    port = running.broker_url.rpartition(":")[2]
    for command in ("up --detach --wait timescaledb mosquitto", "kill --signal HUP mosquitto", "kill timescaledb"):
        assert f"{prefix}{command} port={port}\n" in asked
    assert running.broker_pid_file.read_text().strip() == "4711"
    assert docker.docker_instances(tmp_path / "home") == ["some"]
    running.remove()
    assert docker.find_docker("some", tmp_path / "home") is None


@pytest.mark.usefixtures("recorded_docker")
def test_a_failing_docker_is_reported_in_words(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"docker .* failed"):
        docker.start_docker("fail", tmp_path / "home", durable=True)


def test_a_state_file_is_private(tmp_path: Path) -> None:
    State("secret", 1, 2).save(tmp_path / "state.json")
    assert stat.S_IMODE((tmp_path / "state.json").stat().st_mode) == 0o600


def test_setup_is_plain_shell() -> None:
    subprocess.run(["sh", "-n", str(ROOT / "dev/setup.sh")], check=True)
