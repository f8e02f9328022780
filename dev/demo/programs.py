"""The programs of the product, started as an operator would: own processes, settings from the environment."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from schemas.errors import PitcallError
from schemas.settings import PREFIX

STOP_PATIENCE_S = 15


class ProgramFailed(PitcallError):
    """A program of the demo ended by itself; its log says why."""


class Programs:
    """Programs started in order and stopped in reverse; each writes its own log."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, *command: str, **settings: str) -> subprocess.Popen[bytes]:
        """Start `python -m …` with exactly these settings."""
        name = "-".join(command)
        with (self._logs / f"{name}.log").open("wb") as log:
            # A session of its own: Ctrl-C reaches only us, and we stop the programs in order.
            self._running[name] = subprocess.Popen([sys.executable, "-m", *command], env=surroundings(settings),
                                                   stdout=log, stderr=log, start_new_session=True)
        return self._running[name]

    def check(self) -> None:
        """Raise ProgramFailed when one of them has ended."""
        for name, process in self._running.items():
            if process.poll() is not None:
                raise ProgramFailed(f"{name} ended with status {process.returncode}: see {self._logs / name}.log")

    def wait_until_ready(self, url: str, patience_s: float = 30) -> None:
        """Wait for 200 from a /readyz."""
        deadline = time.monotonic() + patience_s
        while not _answers(url):
            self.check()
            if time.monotonic() > deadline:
                raise ProgramFailed(f"{url} does not answer; see {self._logs}")
            time.sleep(0.05)

    def wait_for_text(self, name: str, text: str, patience_s: float = 30) -> None:
        """Wait until a program's log says something."""
        deadline = time.monotonic() + patience_s
        while text not in (self._logs / f"{name}.log").read_text(encoding="utf-8", errors="replace"):
            self.check()
            if time.monotonic() > deadline:
                raise ProgramFailed(f"{name} does not get going; see {self._logs / name}.log")
            time.sleep(0.05)

    def stop(self) -> None:
        """SIGTERM to all, newest first; what does not end in time is killed."""
        for process in reversed(self._running.values()):
            process.terminate()
        for process in reversed(self._running.values()):
            try:
                process.wait(STOP_PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def surroundings(settings: Mapping[str, str]) -> dict[str, str]:
    """Our environment without any setting of ours, plus these."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return inherited | {PREFIX + name: value for name, value in settings.items()}


@contextmanager
def programs(logs: Path) -> Iterator[Programs]:
    """Programs that are all stopped at the end of the block, however it ends."""
    started = Programs(logs)
    try:
        yield started
    finally:
        started.stop()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
