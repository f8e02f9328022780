"""A name devices know a broker by: one port that leads to wherever it points at the moment, as DNS does."""

import socket
from contextlib import suppress
from threading import Thread
from typing import Self

LOOPBACK = "127.0.0.1"


class Name:
    """Connections made from now on go where the name points now; those there are stay where they lead."""

    def __init__(self, port: int) -> None:
        self._leads_to = port
        self._door = socket.create_server((LOOPBACK, 0))
        self.port = int(self._door.getsockname()[1])
        self._open: list[socket.socket] = []

    def point_to(self, port: int) -> None:
        """Change the entry."""
        self._leads_to = port

    def __enter__(self) -> Self:
        Thread(target=self._answer, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._door.shutdown(socket.SHUT_RDWR)
        for one in (self._door, *self._open):
            one.close()

    def _answer(self) -> None:
        with suppress(OSError):  # the door was closed
            while True:
                caller, _ = self._door.accept()
                broker = socket.create_connection((LOOPBACK, self._leads_to))
                self._open += [caller, broker]
                for one, other in ((caller, broker), (broker, caller)):
                    Thread(target=_carry, args=[one, other], daemon=True).start()


def _carry(source: socket.socket, target: socket.socket) -> None:
    """Until either side ends, and then the other is told."""
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
