"""Debian 13's own TimescaleDB and Mosquitto, unpacked once into a private folder; the host stays as it is."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path

from dev.services.enclosure import OWNER, entered, owned
from schemas.errors import ConfigurationError

PACKAGES = "postgresql-17-timescaledb,mosquitto,mosquitto-clients,dash,coreutils"
SUITE = "trixie"
POSTGRES = "/usr/lib/postgresql/17/bin"
RECIPE = hashlib.sha256(f"{PACKAGES} {SUITE} {OWNER} 1".encode()).hexdigest()
"""Changes with everything that makes the tree different; a tree with another stamp is redone."""

CHOICES = """TimescaleDB and Mosquitto are needed; choose one of three ways:
  1. have them already: set PITCALL_DATABASE_URL and PITCALL_BROKER_URL
  2. have Docker: start its engine, the images are fetched by themselves
  3. on Debian: run as root, or install mmdebstrap; the packages are unpacked into a private folder"""


def services_folder(home: Path) -> Path:
    return home / "services"


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """One unpacking or starting at a time per home."""
    services_folder(home).mkdir(parents=True, exist_ok=True)
    with (services_folder(home) / "lock").open("w") as lock:
        flock(lock, LOCK_EX)
        yield


def unpacked(home: Path) -> Path:
    """The tree, made now if it is missing, of another recipe, or broken. Call with the home locked."""
    root = services_folder(home) / "tree"
    if not sound(root):
        _sweep(services_folder(home))
        _unpack_beside(root)
    return root


def sound(root: Path) -> bool:
    """Whether the tree is complete: our stamp, which is written last, and programs that answer."""
    stamp = root / "etc/pitcall-recipe"
    if not stamp.is_file() or stamp.read_text() != RECIPE:
        return False
    extension = root / "usr/share/postgresql/17/extension/timescaledb.control"
    return extension.is_file() and all(_answers(root, program) for program in
                                       (f"{POSTGRES}/postgres", f"{POSTGRES}/psql", f"{POSTGRES}/initdb"))


def _answers(root: Path, program: str) -> bool:
    return subprocess.run(entered(root, program, "--version"), capture_output=True, check=False).returncode == 0


def _sweep(folder: Path) -> None:
    """Remove what an interrupted unpacking left."""
    for left in folder.glob("tree-*"):
        shutil.rmtree(left)


def _unpack_beside(root: Path) -> None:
    """Unpack to a neighbour and rename, so that nobody ever sees half a tree; data folders move along."""
    begun = time.monotonic()
    print(f"unpacking TimescaleDB and Mosquitto into {root} (once, about 10 s)", file=sys.stderr, flush=True)
    fresh = Path(tempfile.mkdtemp(prefix="tree-", dir=root.parent))
    _fetch(fresh)
    _make_livable(fresh)
    if (root / "srv").is_dir():
        (root / "srv").rename(fresh / "srv")
    if root.exists():
        root.rename(root.parent / "tree-broken")
    fresh.rename(root)
    _sweep(root.parent)
    print(f"unpacked in {time.monotonic() - begun:.1f} s", file=sys.stderr, flush=True)


def _fetch(target: Path) -> None:
    """Let mmdebstrap fetch and unpack. Its other modes for ordinary users leave files that they cannot touch."""
    _require_mmdebstrap()
    mode = "root" if os.geteuid() == 0 else "fakechroot"
    _run(["mmdebstrap", "--quiet", f"--mode={mode}", "--variant=extract", f"--include={PACKAGES}", SUITE, str(target)])


def _require_mmdebstrap() -> None:
    if shutil.which("mmdebstrap") and (os.geteuid() == 0 or shutil.which("fakechroot")):
        return
    if not shutil.which("apt-get"):
        raise ConfigurationError(CHOICES)
    print("installing mmdebstrap", file=sys.stderr, flush=True)
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    _run([*root, "apt-get", "update", "-qq"])
    _run([*root, "apt-get", "install", "-qq", "--no-install-recommends", "mmdebstrap", "fakechroot", "fakeroot"])


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise ConfigurationError(f"{command[0]} is not installed\n{CHOICES}") from None
    if done.returncode:
        last = "\n".join(done.stderr.strip().splitlines()[-5:])
        raise ConfigurationError(f"{command[0]} failed:\n{last}\n{CHOICES}")


def _make_livable(root: Path) -> None:
    """Add what an installed system has and a merely unpacked one lacks."""
    root.chmod(0o755)  # mkdtemp made it private, but the services' own user must get in
    for name in ("bin", "sbin", "lib", "lib64"):
        if not (root / name).exists():
            (root / name).symlink_to(f"usr/{name}")
    if not (root / "usr/bin/sh").exists():
        (root / "usr/bin/sh").symlink_to("dash")
    for shared in (root / "tmp", root / "dev/shm"):
        shared.mkdir(parents=True, exist_ok=True)
        shared.chmod(0o1777)
    (root / "etc/passwd").write_text(f"pitcall:x:{OWNER.uid}:{OWNER.gid}::/tmp:/bin/sh\n")
    (root / "etc/group").write_text(f"pitcall:x:{OWNER.gid}:\n")
    owned(root / "srv")
    (root / "etc/pitcall-recipe").write_text(RECIPE)
