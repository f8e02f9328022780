"""The three ways to the services, tried in order."""

from pathlib import Path

from dev.services.private import find_private, instances, require_name, start_private
from dev.services.running import Given, Running
from schemas.settings import Settings


def start(instance: str = "demo", home: Path | None = None, durable: bool = True) -> Running:
    """Bring up the services, or find them running.

    `durable=False` turns fsync off: faster, and lost only if the whole machine crashes.
    """
    require_name(instance)
    settings = Settings.from_env()
    if settings.database_url and settings.broker_url:
        return Given(settings.require_database(), settings.require_broker())
    return start_private(instance, home or settings.home, durable)


def stop(instance: str = "demo", home: Path | None = None, remove: bool = False) -> bool:
    """End the services of an instance; False when it was never started."""
    require_name(instance)
    found = find_private(instance, home or Settings.from_env().home)
    if found:
        found.remove() if remove else found.stop()
    return found is not None


def status(home: Path | None = None) -> dict[str, bool]:
    """Every instance that has data, and whether both of its services run."""
    home = home or Settings.from_env().home
    found = {name: find_private(name, home) for name in instances(home)}
    return {name: bool(one and one.database and one.broker) for name, one in found.items()}


def needs_tree() -> bool:
    """Whether a start would use the private tree."""
    settings = Settings.from_env()
    return not (settings.database_url and settings.broker_url)
