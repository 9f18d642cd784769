"""How the sandbox cuts a connection: no answer, the wire just goes dead."""

import asyncio
import contextlib
import socket
import struct
import sys
from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_KEY = "sandbox.transport"
_RESET = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
"""Linger for no time: closing then sends a reset instead of an orderly end. Windows counts in shorter numbers."""


class CuttingProtocol(H11Protocol):
    """HTTP/1.1 whose application is told the transport, so that it can cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Hand the transport to every request of this connection."""
        super().connection_made(transport)
        application: Any = self.app

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            await application({**scope, _KEY: transport}, receive, send)

        self.app = with_transport


async def cut(scope: Scope, receive: Receive) -> None:
    """Reset the connection of a request, and return once the server has noticed."""
    transport = scope[_KEY]
    plug: socket.socket | None = transport.get_extra_info("socket")
    if plug is not None:
        # The other side may have left already.
        with contextlib.suppress(OSError):
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        continue
