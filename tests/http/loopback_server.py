"""A small HTTP/1.1 server on loopback that answers as a test tells it: real sockets, real faults."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    target: str
    headers: dict[str, str] = field(repr=False)
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    fault: str = ""
    """"reset" = close without an answer; "half" = close in the middle of the body; "hang" = never answer;
    "drip" = headers without end, a byte at a time; "continue" = 100 Continue without end; "endless" = a body without end.
    """


ENDLESS = {
    "drip": (b"HTTP/1.1 200 X\r\n", b"a", 0.05),
    "continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, 0.0),
    "endless": (b"HTTP/1.1 200 X\r\nContent-Length: 90000000000\r\n\r\n", b" " * 1_000_000, 0.0),
}
"""Fault -> (first bytes, bytes repeated without end, seconds in between)."""


def as_json(body: object, status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(body).encode(), {"Content-Type": "application/json", **named})


@dataclass
class LoopbackServer:
    answer: Callable[[Asked], Reply]
    asked: list[Asked] = field(default_factory=list)
    port: int = 0
    scheme: str = "http"
    connections: int = 0
    stop_listening: Callable[[], None] = lambda: None
    """Takes no further connection."""

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/tenant/scim/v2"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip("\r\n").split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        method, target, _ = first.split(" ")
        self.asked.append(Asked(method, target, headers, body))
        reply = self.answer(self.asked[-1])
        if reply.fault == "reset":
            return False
        if reply.fault == "hang":
            await asyncio.sleep(30)
            return False
        if reply.fault in ENDLESS:
            opening, piece, seconds = ENDLESS[reply.fault]
            writer.write(opening)
            while True:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(seconds)
        length = len(reply.body) + (100 if reply.fault == "half" else 0)
        told = {"Content-Length": str(length), **reply.headers}
        written = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        writer.write(f"HTTP/1.1 {reply.status} X\r\n{written}\r\n".encode() + reply.body)
        await writer.drain()
        return reply.fault != "half"


@asynccontextmanager
async def serving(
    answer: Callable[[Asked], Reply], tls: ssl.SSLContext | None = None
) -> AsyncIterator[LoopbackServer]:
    server = LoopbackServer(answer, scheme="https" if tls else "http")
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    server.stop_listening = listening.close
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()


def in_turn(*replies: Reply) -> Callable[[Asked], Reply]:
    """Answers one after the other; the last again and again."""
    left = list(replies)

    def answer(_: Asked) -> Reply:
        return left.pop(0) if len(left) > 1 else left[0]

    return answer
