"""Programs that outlive the command that started them: begin, recognise, signal, and wait until they are gone."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import PitcallError

ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
"""All that a service sees of ours: no secret and no locale of the host leaks in."""


class StillRunning(PitcallError):
    """A service did not end in time."""


@dataclass(frozen=True)
class Process:
    """A running program. The start time tells it from a later program that got the same number."""

    pid: int
    started: int

    @property
    def alive(self) -> bool:
        _reap(self.pid)
        return find(self.pid) == self

    def send(self, number: signal.Signals) -> None:
        if self.alive:
            os.kill(self.pid, number)

    def children(self) -> list["Process"]:
        """Direct children; PostgreSQL's are one level deep and each its own session, so only this finds them."""
        found = (find(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit())
        return [process for process in found if process and _parent(process.pid) == self.pid]

    def family(self) -> list["Process"]:
        return [self, *self.children()] if self.alive else []

    def ended(self, within_s: float) -> bool:
        """True as soon as the process is gone, False after `within_s`."""
        deadline = time.monotonic() + within_s
        while self.alive:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True


def find(pid: int) -> Process | None:
    """The process of that number, or None; a zombie counts as gone, whether or not its parent ever waits."""
    fields = _stat(pid)
    return Process(pid, int(fields[19])) if fields and fields[0] not in "ZX" else None


def begin(command: list[str], log: Path) -> Process:
    """Start a program in a session of its own, its output appended to `log`."""
    appended = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    actions = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
               (os.POSIX_SPAWN_OPEN, 1, str(log), appended, 0o600), (os.POSIX_SPAWN_DUP2, 1, 2)]
    pid = os.posix_spawnp(command[0], command, ENVIRONMENT, file_actions=actions, setsid=True)
    return find(pid) or Process(pid, 0)


def end(process: Process, politely: signal.Signals, within_s: float = 30.0) -> None:
    """Ask a process and wait; kill it when it does not go. Raises StillRunning if even that does not help."""
    process.send(politely)
    if not process.ended(within_s):
        kill(process)


def kill(process: Process) -> None:
    """End a process and its children without a chance to save, as a crash does, and wait until all are gone."""
    family = process.family()
    for member in family:
        member.send(signal.SIGKILL)
    if not all(member.ended(10.0) for member in family):
        raise StillRunning(f"process {process.pid} survived SIGKILL")


def _stat(pid: int) -> list[str] | None:
    """Fields of /proc/PID/stat from the state on; the name before them may itself hold spaces and brackets."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def _parent(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[1]) if fields else 0


def _reap(pid: int) -> None:
    """Wait for our own dead child: a zombie's number in postmaster.pid would block the next start."""
    with suppress(ChildProcessError):  # started by another command: init reaps it
        os.waitpid(pid, os.WNOHANG)
