"""Who a device is, as `python -m archive device add ID` prints it."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from schemas.errors import ConfigurationError
from schemas.wire import first_error


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
