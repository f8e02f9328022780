"""The address of a broker, as PITCALL_BROKER_URL writes it."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from schemas.errors import ConfigurationError

_PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True)
class BrokerAddress:
    """Where the broker is, whether it speaks TLS, and the password of the ingest users if the address carries one."""

    host: str
    port: int
    tls: bool
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> "BrokerAddress":
        """Read mqtt://[:password@]host[:port] or mqtts://…; raises ConfigurationError without printing the address."""
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ConfigurationError("PITCALL_BROKER_URL must look like mqtt://:password@host:1883 or mqtts://host:8883")
        return cls(parts.hostname, parts.port or _PORTS[parts.scheme], parts.scheme == "mqtts",
                   unquote(parts.password) if parts.password else None)
