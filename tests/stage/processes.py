"""Our own programs as their users start them: real processes with their settings in the environment."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from http import HTTPStatus
from typing import IO

import httpx


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The surroundings of a process: ours without any PITCALL_ setting, plus the given ones."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PITCALL_")}
    return inherited | {f"PITCALL_{name}": value for name, value in settings.items()}


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(port: int, patience_s: float = 60) -> None:
    """Wait for 200 from /readyz; raises TimeoutError."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            if httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == HTTPStatus.OK:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing ready on port {port}")


@contextmanager
def ingesting(**settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """An ingest process that is connected and subscribed."""
    port = free_port()
    with running("ingest", ADMIN_PORT=str(port), **settings) as process:
        wait_until_ready(port)
        yield process


def running(*command: str, **settings: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """`python -m …` until the end of the block; what still runs then is terminated and must stop in time."""
    return writing_into(None, *command, **settings)


@contextmanager
def writing_into(output: IO[bytes] | None, *command: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """The same, with all it writes going into a file."""
    process = subprocess.Popen([sys.executable, "-m", *command], env=environment(settings), stdout=output,
                               stderr=output)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(timeout=15)


def wait_for(*command: str, **settings: str) -> None:
    """Run `python -m …` to its end; raises CalledProcessError when it fails."""
    subprocess.run([sys.executable, "-m", *command], env=environment(settings), check=True, timeout=120)


def archive(*command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """`python -m archive …` to its end, whatever it says."""
    return subprocess.run([sys.executable, "-m", "archive", *command], env=environment(settings), text=True,
                          capture_output=True, timeout=60, check=False)
