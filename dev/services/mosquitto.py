"""Mosquitto of one instance, with the same configuration file as in containers."""

import re
import shutil
import subprocess
import time
from pathlib import Path

from dev.services.enclosure import entered, give, owned
from dev.services.ports import LOOPBACK, is_open
from dev.services.process import Process, begin
from schemas.errors import BrokerUnavailable, ConfigurationError

SOURCE = Path(__file__).parents[2] / "ingest" / "broker"
OLDEST = (2, 0, 13)
"""Before it, a client's Receive Maximum was ignored once acknowledgements flowed (mosquitto issue 2306)."""
PROGRAM = "/usr/sbin/mosquitto"


def address(port: int) -> str:
    return f"mqtt://{LOOPBACK}:{port}"


def rendered(source: str, folder: str, port: int) -> str:
    """Our one configuration file, for an instance at `folder` (a path inside the tree) and `port`."""
    return source.replace("listener 1883", f"listener {port} {LOOPBACK}").replace("/mosquitto/", f"{folder}/")


def open_tls(root: Path, folder: str, port: int, certificate_port: int) -> bool:
    """Switch the TLS listeners on, to be heard at the next start, when their files are there; says whether they are."""
    base = root / folder.lstrip("/")
    if not (base / "config" / "server.crt").exists():
        return False
    listeners = rendered((SOURCE / "tls.conf").read_text(), folder, port)
    _place(base / "config" / "listeners" / "tls.conf",
           listeners.replace("listener 8883", f"listener {port} {LOOPBACK}")
           .replace("listener 8884", f"listener {certificate_port} {LOOPBACK}"))
    return True


def configure(root: Path, folder: str, port: int) -> None:
    """Write configuration and ACL; passwords are only begun, for they belong to `broker-sync` afterwards."""
    base = root / folder.lstrip("/")
    owned(base / "data")
    # New files in here get the services' group, so that a broker-sync running as root can leave them readable.
    config = owned(base / "config", 0o2770)
    owned(config / "listeners", 0o750)
    (base / "mosquitto.conf").write_text(rendered((SOURCE / "mosquitto.conf").read_text(), folder, port))
    if not (config / "passwd").exists():
        _place(config / "passwd", "")
    _place(config / "acl", (SOURCE / "acl").read_text())


def _place(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o640)
    give(path)


def run(root: Path, folder: str, log: Path) -> Process:
    require_recent(version_of(entered(root, PROGRAM, "-h")))
    return begin(entered(root, PROGRAM, "-c", f"{folder}/mosquitto.conf"), log)


def version_of(help_command: list[str]) -> str:
    """The version that `mosquitto -h` names in its first line."""
    done = subprocess.run(help_command, capture_output=True, text=True, check=False)
    found = re.search(r"version (\d+\.\d+\.\d+)", done.stdout + done.stderr)
    if not found:
        raise BrokerUnavailable(f"{shutil.which(help_command[0]) or help_command[0]}: no Mosquitto answers there")
    return found[1]


def require_recent(version: str) -> None:
    """Raises ConfigurationError for a Mosquitto that loses messages."""
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:3])
    if numbers < OLDEST:
        raise ConfigurationError(f"Mosquitto {version} is too old: it ignores Receive Maximum and floods a slow "
                                 f"ingest; use {'.'.join(map(str, OLDEST))} or newer")


def await_answer(port: int, server: Process, log: Path, within_s: float = 30.0) -> None:
    """Wait until the broker accepts connections. Raises BrokerUnavailable with the end of its log otherwise."""
    deadline = time.monotonic() + within_s
    while not is_open(port):
        if not server.alive or time.monotonic() > deadline:
            last = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
            raise BrokerUnavailable(f"Mosquitto did not start; the end of {log}:\n{last}")
        time.sleep(0.02)
