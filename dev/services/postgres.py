"""TimescaleDB of one instance: made once, begun as often as needed."""

import subprocess
import time
from pathlib import Path

import psycopg

from dev.services.enclosure import entered, give
from dev.services.ports import LOOPBACK
from dev.services.process import ENVIRONMENT, Process, begin
from dev.services.tree import POSTGRES
from schemas.errors import StoreUnavailable

SETTINGS = {
    "shared_preload_libraries": "timescaledb",
    "timescaledb.telemetry_level": "off",
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "/tmp",          # noqa: S108 - inside the tree, not the machine's
    "dynamic_shared_memory_type": "mmap",       # the tree has no /dev/shm of its own
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "250",
    "max_locks_per_transaction": "256",         # a query may touch hundreds of chunks
    # Two cores and a few gigabytes; bulk loads should not checkpoint all the time.
    "shared_buffers": "512MB",
    "effective_cache_size": "2GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "wal_compression": "lz4",
    "max_wal_size": "4GB",
    "min_wal_size": "256MB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
}

CARELESS = {"fsync": "off"}
"""Only for databases that may be lost with the machine. A kill of the server alone must still lose no commit, which
synchronous_commit=off would (measured: the last table was gone), and full_page_writes=off might."""

TOOLS = ("psql", "pg_dump", "pg_dumpall", "pg_restore", "pg_isready", "pgbench", "createdb", "dropdb")


def address(port: int, password: str) -> str:
    return f"postgresql://postgres:{password}@{LOOPBACK}:{port}/postgres"


def create(root: Path, data: str, password: str) -> None:
    """Make the data folder `data` (a path inside `root`). Passwords are demanded everywhere, sockets included."""
    secret = root / (data + ".password").lstrip("/")
    secret.touch(mode=0o600)
    give(secret)
    secret.write_text(password)
    try:
        done = subprocess.run(
            entered(root, f"{POSTGRES}/initdb", "-D", data, "-U", "postgres", "--auth=scram-sha-256",
                    f"--pwfile=/{secret.relative_to(root)}", "--encoding=UTF8", "--locale-provider=builtin",
                    "--locale=C.UTF-8", "--no-sync", "--no-instructions"),
            capture_output=True, text=True, check=False, env=ENVIRONMENT)
    finally:
        secret.unlink()
    if done.returncode:
        raise StoreUnavailable(f"initdb failed: {done.stderr.strip()}")


def run(root: Path, folder: str, port: int, log: Path, durable: bool) -> Process:
    """Begin the server on `folder`/postgres; a lock file of a dead one is put away first."""
    base = root / folder.lstrip("/")
    (base / "postgresql.conf").write_text(configuration(port, durable))
    forget_dead(base / "postgres" / "postmaster.pid")
    return begin(entered(root, f"{POSTGRES}/postgres", "-D", f"{folder}/postgres",
                         f"--config_file={folder}/postgresql.conf"), log)


def configuration(port: int, durable: bool) -> str:
    """What initdb found out, then ours. A file and not options, so that ALTER SYSTEM can still change everything."""
    settings = SETTINGS | {"port": str(port)} | ({} if durable else CARELESS)
    ours = "".join(f"{name} = '{value}'\n" for name, value in settings.items())
    return f"include 'postgres/postgresql.conf'\n{ours}"


def forget_dead(lock: Path) -> None:
    """Remove postmaster.pid: the caller knows that its server is gone, but PostgreSQL would believe in any process
    that has the number now, a zombie or a stranger after a reboot."""
    lock.unlink(missing_ok=True)


def await_answer(url: str, server: Process, log: Path, within_s: float = 60.0) -> None:
    """Wait until the server takes queries. Raises StoreUnavailable with the end of its log when it does not."""
    deadline = time.monotonic() + within_s
    while not answers(url):
        if not server.alive or time.monotonic() > deadline:
            last = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
            raise StoreUnavailable(f"PostgreSQL did not start; the end of {log}:\n{last}")
        time.sleep(0.05)


def answers(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=3):
            return True
    except psycopg.OperationalError:
        return False


def write_tools(root: Path, folder: Path) -> Path:
    """Scripts that run the tree's own client programs: the host's may be too old for this server.

    They see the tree's files, not the host's: hand data over through standard input and output.
    """
    folder.mkdir(exist_ok=True)
    for name in TOOLS:
        script = folder / name
        command = " ".join(entered(root, f"{POSTGRES}/{name}"))
        script.write_text(f'#!/bin/sh\nexec env LC_ALL=C.UTF-8 {command} "$@"\n')
        script.chmod(0o755)
    return folder
