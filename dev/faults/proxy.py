"""A TCP proxy that misbehaves on request: black hole, slow link, tiny segments, a connection lost at a bad moment."""

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from typing import Self

from dev.services.ports import LOOPBACK

COMMIT = b"Q" + struct.pack("!I", 11) + b"COMMIT\x00"
"""The simple query COMMIT as it travels (PostgreSQL frontend/backend protocol, message formats)."""

CHUNK = 65_536
FAST = float("inf")
LOST_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER on, 0 s: closing sends RST instead of FIN."""


class Proxy:
    """Between a client of ours and one port of this machine; faithful until told otherwise."""

    def __init__(self, target_port: int) -> None:
        self.port = 0
        self.bytes_per_s = FAST
        self.segment = CHUNK
        self._target_port = target_port
        self._loop = asyncio.new_event_loop()
        self._flowing = asyncio.Event()
        self._trap: bytes | None = None
        self.sprung = 0
        self._ready = Event()
        self._thread = Thread(target=self._run, name="proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def black_hole(self) -> None:
        """Deliver nothing in either direction, close nothing: what a network partition looks like."""
        self._loop.call_soon_threadsafe(self._flowing.clear)

    def heal(self) -> None:
        """Deliver again, what was held back first, as TCP would."""
        self._loop.call_soon_threadsafe(self._flowing.set)

    def cut_after(self, message: bytes) -> None:
        """The next time a client says this, pass it on and reset that client before it hears the answer."""
        self._trap = message

    def idle(self) -> bool:
        """Whether no cut is waiting for its message."""
        return self._trap is None

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, LOOPBACK, 0))
        self.port = server.sockets[0].getsockname()[1]
        self._flowing.set()
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._end(server))
        self._loop.close()

    async def _end(self, server: asyncio.Server) -> None:
        server.close()
        pumps = asyncio.all_tasks() - {asyncio.current_task()}
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)

    async def _serve(self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):  # the end of the proxy; asyncio's server would print it as a failure
            await self._connect(from_client, to_client)

    async def _connect(self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        if not self._flowing.is_set():  # through a real partition nobody connects; this one tries again later
            await self._flowing.wait()
            to_client.transport.abort()
            return
        try:
            from_target, to_target = await asyncio.open_connection(LOOPBACK, self._target_port)
        except OSError:
            to_client.close()
            return
        up = self._pump(from_client, to_target, lambda data: self._spring(data, to_client))
        down = self._pump(from_target, to_client, lambda _: None)
        await asyncio.gather(up, down)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter,
                    passed: Callable[[bytes], None]) -> None:
        try:
            while data := await reader.read(CHUNK):
                await self._forward(data, writer)
                passed(data)
            await self._flowing.wait()  # an end does not get through a black hole either
        except ConnectionError:
            pass  # one side is gone; the other is told by closing
        finally:
            writer.close()

    async def _forward(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        due_s = self._loop.time()
        for first in range(0, len(data), self.segment):
            await self._flowing.wait()
            piece = data[first:first + self.segment]
            writer.write(piece)
            await writer.drain()
            due_s += len(piece) / self.bytes_per_s
            if due_s - self._loop.time() > 0.005:
                await asyncio.sleep(due_s - self._loop.time())

    def _spring(self, data: bytes, to_client: asyncio.StreamWriter) -> None:
        if self._trap and data.endswith(self._trap):  # a client waits for the answer to COMMIT, so nothing follows it
            self._trap = None
            self.sprung += 1
            to_client.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LOST_AT_ONCE)
            to_client.transport.abort()
