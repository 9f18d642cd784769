"""Throttling and faults on request: rate limits, errors, cut connections."""

import asyncio
import contextlib
import socket
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from wizard.sandbox.errors import refused

FAULT_KINDS = (
    "429",
    "429-retry-after",
    "500",
    "502-html",
    "reset-before",
    "reset-after",
    "short-page",
    "slow",
    "token-expiry",
)
"""What can go wrong: refused for its rate without and with Retry-After; the service's and a gateway's error; the
connection cut before and after the act took place; fewer rows than asked for in a page by cursor; an answer that
takes a while; the token expires for good."""

DEFAULT_FAULT_KINDS = FAULT_KINDS[:-1]
"""All but the one that ends a run."""

SLOW_SECONDS = 1.5
RETRY_AFTER_SECONDS = 1


@dataclass(slots=True)
class Faults:
    """Draws a fault for each request, the same ones in the same order for the same seed."""

    percent: float
    """0 to 100, of all requests."""
    kinds: tuple[str, ...]
    random: Random
    met: dict[str, int] = field(default_factory=dict)
    """How often each kind was drawn."""

    def draw(self, pages: bool) -> str | None:
        """The fault of the next request, or None; `pages` says whether a page by cursor was asked for."""
        if not self.percent or self.random.random() * 100 >= self.percent:
            return None
        kinds = [kind for kind in self.kinds if pages or kind != "short-page"]
        if not kinds:
            return None
        kind = self.random.choice(kinds)
        self.met[kind] = self.met.get(kind, 0) + 1
        return kind


# Rate limits


@dataclass(slots=True)
class Bucket:
    """A token bucket that holds one second's worth."""

    rate: float
    """Tokens a second, above 0."""
    clock: Callable[[], float]
    """Seconds, steadily rising."""
    _level: float = field(init=False)
    _seen: float = field(init=False)

    def __post_init__(self) -> None:
        self._level = max(1.0, self.rate)
        self._seen = self.clock()

    def take(self, amount: int) -> bool:
        """Take `amount` tokens, or none and return False.

        More than the bucket can ever hold is given when it is full, as a debt: otherwise it could never be had.
        """
        now = self.clock()
        most = max(1.0, self.rate)
        self._level = min(most, self._level + (now - self._seen) * self.rate)
        self._seen = now
        if self._level < min(amount, most):
            return False
        self._level -= amount
        return True


@dataclass(slots=True)
class Throttle:
    """One bucket for each API operation, made when it is first used, and one for membership changes.

    AWS IAM Identity Center quotas: 25 requests a second for each API that writes, 40 for each that reads, and a
    separate limit, not published, for the memberships in CreateGroup and PatchGroup. None means no limit.
    """

    writes: float | None
    reads: float | None
    members: float | None
    clock: Callable[[], float]
    _buckets: dict[str, Bucket] = field(default_factory=dict, init=False)

    def admit(self, operation: str) -> None:
        """Count one request of an operation such as `PATCH /Users/{id}`; raises a 429 refusal."""
        self._take(operation, self.reads if operation.startswith("GET ") else self.writes, 1)

    def admit_members(self, changes: int) -> None:
        """Count membership changes; raises a 429 refusal."""
        if changes:
            self._take("members", self.members, changes)

    def _take(self, name: str, rate: float | None, amount: int) -> None:
        if rate is None:
            return
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = Bucket(rate, self.clock)
        if not bucket.take(amount):
            raise refused(429)


# Cutting connections

_KEY = "sandbox.transport"
_RESET = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
"""Linger for no time: closing then sends a reset instead of an orderly end. Windows counts in shorter numbers."""


class CuttingProtocol(H11Protocol):
    """HTTP/1.1 that passes its transport to the application, so that faults can cut the connection."""

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
