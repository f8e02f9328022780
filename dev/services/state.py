"""What is remembered of an instance between commands."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from dev.services.process import Process


@dataclass
class State:
    """Ports and password stay the same for the life of the data; the processes change."""

    password: str
    database_port: int
    broker_port: int
    durable: bool = True
    database: Process | None = None
    broker: Process | None = None
    tls_port: int = 0
    certificate_port: int = 0

    def save(self, path: Path) -> None:
        """Replace the file in one step; it holds a password, so only its owner may read it."""
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(asdict(self), indent=1))
        fresh.replace(path)


def load(path: Path) -> State | None:
    """The remembered state, or None when there is none or it cannot be read."""
    try:
        fields = json.loads(path.read_text())
        return State(**fields | {name: _process(fields[name]) for name in ("database", "broker")})
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _process(fields: dict[str, int] | None) -> Process | None:
    return Process(**fields) if fields else None
