"""The one broker of a test run: users for ingest and for devices."""

from collections.abc import Iterable

from archive.fleet.broker_password import password_hash
from dev.services import Running
from schemas.topics import FOREIGN_SHARD, SHARDS, ingest_client

INGEST_PASSWORD = "password-of-test-ingest"


class Broker:
    """The shared broker. The tests of a file keep apart by their shards and device names."""

    def __init__(self, services: Running) -> None:
        assert services.broker_files is not None
        self._files = services.broker_files
        self._services = services
        self._users = {ingest_client(shard): INGEST_PASSWORD for shard in (*SHARDS, FOREIGN_SHARD)}
        self._write()

    @property
    def host(self) -> str:
        return "127.0.0.1"

    @property
    def port(self) -> int:
        return int(self._services.broker_url.rpartition(":")[2])

    @property
    def ingest_url(self) -> str:
        """PITCALL_BROKER_URL of an ingest process."""
        return f"mqtt://:{INGEST_PASSWORD}@{self.host}:{self.port}"

    def let_in(self, users: Iterable[tuple[str, str]]) -> None:
        """Add (name, password) pairs."""
        self._users.update(users)
        self._write()

    def forget(self) -> None:
        """Delete sessions and retained messages: who subscribes next would get what others left."""
        self._services.stop_broker()
        for left in (self._files.parent / "data").iterdir():
            left.unlink()
        self._services.start_broker()

    def _write(self) -> None:
        lines = [f"{name}:{password_hash(password)}\n" for name, password in self._users.items()]
        (self._files / "passwd").write_text("".join(lines))
        self._services.reload_broker()
