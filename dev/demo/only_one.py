"""One demo at a time per home: a second one would drop the first one's database."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schemas.errors import Conflict


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the demo's lock; raises Conflict while another demo holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict("a demo is running already; stop it with Ctrl-C, or set PITCALL_HOME for a second") from None
        yield
