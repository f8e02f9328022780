"""What a user of the services sees: two addresses, the broker's files, and the switches of the fault rig."""

from abc import ABC, abstractmethod
from pathlib import Path


class Running(ABC):
    """A TimescaleDB and a Mosquitto that answer."""

    way: str
    """How they came to be: "given", "docker" or "private"."""
    database_url: str
    """PostgreSQL address of the superuser; database "postgres"."""
    broker_url: str
    """mqtt://127.0.0.1:PORT; user names come from `broker_files`, nobody is let in without one."""
    broker_files: Path | None
    """Folder of the `passwd` and `acl` that the broker reads; None where we do not own the broker."""
    broker_pid_file: Path | None
    broker_tls_ports: tuple[int, int] | None
    """Ports for passwords and for client certificates over TLS, open from the next start of the broker on when
    `python -m archive certificates broker` has put its files into `broker_files`."""
    postgres_tools: Path | None
    """Folder to put before PATH: psql, pg_dump, pg_restore of the server's own version."""

    @abstractmethod
    def stop(self) -> None:
        """End both, saving everything. A later start finds the data again."""
    @abstractmethod
    def remove(self) -> None:
        """End both and delete their data."""

    @abstractmethod
    def start_database(self) -> None: ...

    @abstractmethod
    def stop_database(self) -> None:
        """An orderly end: sessions are broken off, everything is on disk."""

    @abstractmethod
    def kill_database(self) -> None:
        """A crash."""

    @abstractmethod
    def pause_database(self) -> None:
        """Let it hang: connections stay open, nothing answers."""

    @abstractmethod
    def resume_database(self) -> None: ...

    @abstractmethod
    def start_broker(self) -> None: ...

    @abstractmethod
    def stop_broker(self) -> None:
        """An orderly end: sessions and queues are saved."""

    @abstractmethod
    def kill_broker(self) -> None:
        """A crash."""

    @abstractmethod
    def reload_broker(self) -> None:
        """Make the broker read `passwd` and `acl` again."""
