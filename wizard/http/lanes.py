"""Kept-alive connections side by side, each in a lane of its own."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx


class Lanes:
    """Sends requests over as many connections as there are requests at once, and keeps them for the next.

    The library's pool looks at each of its connections twice for each request, and counts the idle ones again at
    each of those looks: with two dozen in flight that costs more than the request itself. A lane is a pool of one
    connection, taken from a stack and put back, so there is nothing to look through.
    """

    def __init__(self, make: Callable[[], httpx.AsyncBaseTransport]) -> None:
        """`make` makes a lane: a transport that needs no more than one connection. What it raises comes at once."""
        self._make = make
        self._all = [make()]
        self._free = list(self._all)

    @asynccontextmanager
    async def stream(self, request: httpx.Request) -> AsyncIterator[httpx.Response]:
        """The answer to a request, its body still to be read; redirects are answers, cookies are not kept."""
        lane = self._free.pop() if self._free else self._another()
        try:
            response = await lane.handle_async_request(request)
            try:
                yield response
            finally:
                await response.aclose()
        finally:
            self._free.append(lane)

    def _another(self) -> httpx.AsyncBaseTransport:
        lane = self._make()
        self._all.append(lane)
        return lane

    async def aclose(self) -> None:
        """Close every connection."""
        for lane in self._all:
            await lane.aclose()
