"""The three ways to the services, tried in order."""

from pathlib import Path

from dev.services.docker import Docker, docker_instances, engine_answers, find_docker, start_docker
from dev.services.given import Given, require_good_broker
from dev.services.private import Private, find_private, instances, require_name, start_private
from dev.services.running import Running
from schemas.errors import ConfigurationError
from schemas.settings import Settings


def start(instance: str = "demo", home: Path | None = None, durable: bool = True) -> Running:
    """Bring up the services, or find them running.

    `durable=False` turns fsync off: faster, and lost only if the whole machine crashes.
    """
    require_name(instance)
    settings = Settings.from_env()
    if _given(settings):
        return _from_environment(settings)
    home = home or settings.home
    if engine_answers():
        return start_docker(instance, home, durable)
    return start_private(instance, home, durable)


def stop(instance: str = "demo", home: Path | None = None, remove: bool = False) -> bool:
    """End the services of an instance; False when it was never started."""
    require_name(instance)
    found = _find(instance, home or Settings.from_env().home)
    if found:
        found.remove() if remove else found.stop()
    return found is not None


def status(home: Path | None = None) -> dict[str, bool]:
    """Every instance that has data, and whether both of its services run."""
    home = home or Settings.from_env().home
    names = sorted({*instances(home), *docker_instances(home)})
    return {name: found.is_running() for name in names if (found := _find(name, home))}


def needs_tree() -> bool:
    """Whether a start would use the private tree."""
    return not _given(Settings.from_env()) and not engine_answers()


def _find(instance: str, home: Path) -> Docker | Private | None:
    return find_docker(instance, home) or find_private(instance, home)


def _given(settings: Settings) -> bool:
    """Both addresses are given, or none: mixing a given service with one of ours helps nobody."""
    if bool(settings.database_url) != bool(settings.broker_url):
        raise ConfigurationError("set both PITCALL_DATABASE_URL and PITCALL_BROKER_URL, or none of them")
    return settings.database_url is not None


def _from_environment(settings: Settings) -> Given:
    given = Given(settings.require_database(), settings.require_broker(), settings.broker_files,
                  settings.broker_pid_file)
    require_good_broker(given.broker_url)
    return given
