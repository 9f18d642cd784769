"""A TCP proxy on loopback that can be cut in several ways while connections go through it."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Literal, TypeVar

Way = Literal["through", "hole", "half", "reset", "refuse"]
"""through: passes everything on. hole: accepts everything and passes nothing on, like a firewall that dropped its state.
half: passes requests on, but no answers. reset: resets every connection, also new ones. refuse: does not listen, and
resets open connections."""
T = TypeVar("T")
_RESET = struct.pack("ii", 1, 0)


class WireProxy:
    """Runs on a thread of its own; `way` may be set from any thread."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._way: Way = "through"
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._change = asyncio.Event()
        self.port = self._do(self._listen(0))
        self._ports = (f"127.0.0.1:{self.port}".encode(), f"127.0.0.1:{target_port}".encode())
        """What the header Host says, and what the service wants to be called."""

    def _do(self, asked: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(asked, self._loop).result(10)

    async def _listen(self, port: int) -> int:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        number: int = self._server.sockets[0].getsockname()[1]
        return number

    def cut(self, way: Way) -> None:
        """From now on this way; "through" mends it."""
        self._do(self._cut(way))

    async def _cut(self, way: Way) -> None:
        was, self._way = self._way, way
        if way in ("reset", "refuse"):
            for writer in tuple(self._open):
                _reset(writer)
        if way == "refuse" and self._server is not None:
            self._server.close()
            self._server = None
        if was == "refuse" and way != "refuse":
            await self._listen(self.port)
        self._change.set()
        self._change = asyncio.Event()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        if self._way == "reset":
            _reset(writer)
            return
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:
            _reset(writer)
            return
        self._open.add(up_writer)
        for source, sink, back in ((reader, up_writer, False), (up_reader, writer, True)):
            task = asyncio.get_running_loop().create_task(self._pump(source, sink, back))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, back: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := await source.read(65536):
                while self._way == "hole" or (self._way == "half" and back):
                    await self._change.wait()
                sink.write(piece if back else piece.replace(*self._ports))
                await sink.drain()
        with contextlib.suppress(OSError):
            sink.close()
        self._open.discard(sink)

    def close(self) -> None:
        """Reset open connections and end."""
        self._do(self._cut("refuse"))
        for task in tuple(self._tasks):
            self._loop.call_soon_threadsafe(task.cancel)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    plug: socket.socket | None = writer.get_extra_info("socket")
    if plug is not None:
        with contextlib.suppress(OSError):
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()


@contextmanager
def proxied(target_port: int) -> Iterator[WireProxy]:
    """A proxy in front of a port, ended with the block."""
    proxy = WireProxy(target_port)
    try:
        yield proxy
    finally:
        proxy.close()
