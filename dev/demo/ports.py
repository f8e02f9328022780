"""Ports of the demo: the usual one, or any free one when it is taken."""

import socket


def free_or(wanted: int) -> int:
    """`wanted` if nobody listens there, else another port that is free just now."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port")
