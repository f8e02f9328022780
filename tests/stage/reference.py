"""The reference client of docs/ as a device maker starts it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.fleet.provisioning import Credentials
from docs import reference_device

CLIENT = Path(reference_device.__file__)


@contextmanager
def reference(credentials: Credentials, port: int, folder: Path, **settings: float) -> Iterator[subprocess.Popen[str]]:
    """A process of its own with its credentials on its standard input; its ring lies in `folder`."""
    told = credentials.for_the_device() | settings | {"ring": str(folder / "ring.sqlite")}
    process = subprocess.Popen([sys.executable, str(CLIENT), f"mqtt://127.0.0.1:{port}"], stdin=subprocess.PIPE,
                               text=True)
    assert process.stdin is not None
    process.stdin.write(json.dumps(told))
    process.stdin.close()
    try:
        yield process
    finally:
        process.kill()
        process.wait()
