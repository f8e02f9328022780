"""Running a program inside the unpacked tree, as an unprivileged user."""

import os
from pathlib import Path
from typing import NamedTuple


class Owner(NamedTuple):
    """Who the services run as."""

    uid: int
    gid: int


SERVICE_ID = 61880
"""Used when we are root, for PostgreSQL refuses to be. Within 61184-65519, which systemd reserves for services
without an account, so it is nobody's login."""

OWNER = Owner(os.getuid(), os.getgid()) if os.geteuid() else Owner(SERVICE_ID, SERVICE_ID)


def entered(root: Path, *command: str) -> list[str]:
    """The command line that runs `command` inside `root`, replacing itself, so that its number is the service's."""
    if os.geteuid() == 0:
        return ["chroot", f"--userspec={OWNER.uid}:{OWNER.gid}", str(root), *command]
    # An ordinary user may change root only inside a user namespace of its own, where it keeps its number.
    return ["unshare", "--map-current-user", f"--root={root}", "--wd=/", *command]


def owned(folder: Path, mode: int = 0o700) -> Path:
    """Make a folder that belongs to the services' user."""
    folder.mkdir(parents=True, exist_ok=True)
    give(folder)
    folder.chmod(mode)
    return folder


def give(path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(path, OWNER.uid, OWNER.gid)
