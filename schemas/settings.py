"""Settings of every process: read once from `PITCALL_*` variables, typed, frozen; a misspelt name is an error.

Secrets and addresses that carry a password are `SecretStr`, so that no log or traceback prints them.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.errors import ConfigurationError

PREFIX = "PITCALL_"


def default_home() -> Path:
    """Folder for data, sockets and generated keys: the user's cache folder unless PITCALL_HOME says otherwise."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "pitcall"


class Settings(BaseSettings):
    """Everything a process may be told from outside."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    database_url: SecretStr | None = Field(None, description="PostgreSQL address of this process's own role")
    broker_url: SecretStr | None = Field(None, description="mqtt:// or mqtts:// address of the broker")
    broker_name: str = Field("main", description="name of that broker in the database (ingest, broker-sync)")
    cold: Path | None = Field(None, description="folder of cold storage: readings that left the database, as Parquet")
    home: Path = Field(default_factory=default_home, description="data, sockets, generated keys")
    timezone: str = Field("Asia/Shanghai", description="zone of days, rest hours and mornings")
    master_key: SecretStr | None = Field(None, description="32 bytes, base64: wraps the keys of personal data")
    api_host: str = Field("127.0.0.1", description="address the API listens on")
    api_port: int = Field(8080, ge=0, le=65535, description="port of the companion and advisor API")
    demo_codes: bool = Field(False, description="print the log-in codes of unsendable demo customers in the API's log")
    console_port: int = Field(8081, ge=0, le=65535, description="port of the web console")
    shards: str = Field("s00", description="comma list: shards ingest serves; where CLI and API put new devices")
    admin_host: str = Field("127.0.0.1", description="address the admin port listens on")
    admin_port: int = Field(0, ge=0, le=65535, description="port of /healthz, /readyz, /metrics; 0 = off")
    broker_files: Path | None = Field(None, description="folder of the broker's passwd and acl files (broker-sync)")
    broker_pid_file: Path | None = Field(None, description="pid file of the broker to SIGHUP (broker-sync)")
    check_password: SecretStr | None = Field(None, description="password of the broker user check-device listens as")
    role_password: SecretStr | None = Field(None, description="password `python -m archive login ROLE` sets")
    failpoint: str = Field("", description="where ingest kills itself, for the fault rig only: POINT:COUNT")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")

    @field_validator("timezone")
    @classmethod
    def known_timezone(cls, name: str) -> str:
        ZoneInfo(name)
        return name

    @classmethod
    def from_env(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings once.

        Raises ConfigurationError for an unknown `PITCALL_` name or a value that does not fit, without printing values.
        """
        known = {PREFIX + name.upper() for name in cls.model_fields}
        unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known
                         and not name.startswith(PREFIX + "TEST_"))
        if unknown:
            raise ConfigurationError(f"unknown setting {', '.join(unknown)}; known: {', '.join(sorted(known))}")
        given = {name: environment[PREFIX + name.upper()] for name in cls.model_fields
                 if PREFIX + name.upper() in environment}
        try:
            return cls(**given)  # type: ignore[arg-type]
        except ValidationError as bad:
            first = bad.errors(include_input=False)[0]
            raise ConfigurationError(f"{PREFIX}{str(first['loc'][0]).upper()}: {first['msg']}") from None

    def shard_names(self) -> list[str]:
        """The shards of the comma list, blanks ignored."""
        return [part.strip() for part in self.shards.split(",") if part.strip()]

    def require_database(self) -> str:
        """The database address; raises ConfigurationError naming the variable when it is missing."""
        return _required(self.database_url, "DATABASE_URL")

    def require_broker(self) -> str:
        """The broker address; raises ConfigurationError naming the variable when it is missing."""
        return _required(self.broker_url, "BROKER_URL")

    def require_master_key(self) -> str:
        """The base64 master key; raises ConfigurationError naming the variable when it is missing."""
        return _required(self.master_key, "MASTER_KEY")


def _required(secret: SecretStr | None, name: str) -> str:
    if secret is None:
        raise ConfigurationError(f"set {PREFIX}{name}")
    return secret.get_secret_value()
