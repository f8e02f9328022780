"""A process of its own that is killed, as by power loss, just before its n-th change of the file system."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

STEPS = ("os.rename", "os.remove", "os.mkdir")
"""What is being written into a file shows only in these: a half-written one is a whole one that was not renamed."""
LIMIT_S = 30
_context = multiprocessing.get_context("spawn")  # a fork of a process with Polars' threads would hang


def killed_at_every_step(folder: Callable[[int], Path], work: Callable[[Path, str], None], url: str) -> Iterator[Path]:
    """Folders in which `work` was killed before its first change, before its second, and so on.

    `folder` makes the one to begin with. Ends with the first in which the work came to its end.
    """
    for step in count():
        path = folder(step)
        process = _context.Process(target=_killed_at, args=(step, path, work, url))
        process.start()
        process.join(LIMIT_S)
        assert process.exitcode in (0, -signal.SIGKILL)
        if process.exitcode == 0:
            return
        yield path


def _killed_at(step: int, folder: Path, work: Callable[[Path, str], None], url: str) -> None:
    steps = count()

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event in STEPS and str(arguments[0]).startswith(str(folder)) and next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    work(folder, url)
