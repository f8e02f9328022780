"""Ports on 127.0.0.1 that nobody uses."""

import random
import socket
from collections.abc import Collection

LOOPBACK = "127.0.0.1"
"""Written as a number, because the name localhost does not resolve inside the unpacked tree."""

RANGE = range(20000, 32000)
"""Below Linux's ephemeral ports (32768-60999): while a service is down for a test, no outgoing connection can take
its port."""


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def free_port(preferred: Collection[int]) -> int:
    """The first free one of the preferred ports, else any."""
    for port in (*preferred, *random.sample(RANGE, 200)):
        if is_free(port):
            return port
    raise OSError(f"no free port among 200 of {RANGE.start}-{RANGE.stop - 1}")


def is_open(port: int) -> bool:
    """Whether something on 127.0.0.1 accepts connections there."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1.0):
            return True
    except OSError:
        return False
