"""Who a device is, as `python -m archive device add ID` prints it, and where the broker is."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from schemas.errors import ConfigurationError
from schemas.wire import first_error

_PORTS = {"mqtt": 1883, "mqtts": 8883}


class Credentials(BaseModel):
    """One line of the credentials file."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    device_id: str
    user: str
    password: SecretStr
    shard: str


def read_credentials(path: Path) -> list[Credentials]:
    """JSON lines, one device each."""
    lines = [line for line in path.read_text().splitlines() if line.strip()]
    try:
        return [Credentials.model_validate_json(line) for line in lines]
    except ValidationError as bad:
        raise ConfigurationError(f"{path}: {first_error(bad)}") from None


@dataclass(frozen=True)
class BrokerAddress:
    """Host, port and whether to speak TLS."""

    host: str
    port: int
    tls: bool


def broker_address(url: str) -> BrokerAddress:
    """The address in an mqtt:// or mqtts:// URL; user and password in it are not ours to use."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ConfigurationError("PITCALL_BROKER_URL must look like mqtt://host:1883 or mqtts://host:8883")
    return BrokerAddress(parts.hostname, parts.port or _PORTS[parts.scheme], parts.scheme == "mqtts")
