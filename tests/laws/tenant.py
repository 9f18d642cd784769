"""An Identity Center for many examples: the sandbox behind a real HTTP server in this process, emptied in between."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any
from unittest.mock import patch

import uvicorn
from starlette.types import Receive, Scope, Send

from wizard.aws.session import IdentityCenter
from wizard.http.pacing import Pacing
from wizard.http.retry import RetryPolicy
from wizard.sandbox.app import Sandbox
from wizard.sandbox.faults import CuttingProtocol, Faults, Throttle
from wizard.sandbox.inspection import kept
from wizard.sandbox.store import Store

TOKEN = "a-token-of-the-laws"
AT_ONCE = Pacing(writes=2000.0, reads=2000.0)
"""This tenant has no limit, so nobody waits for one."""


class Tenant:
    """The sandbox's application; each example gets an empty store."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.reset()

    def reset(self, contrary: frozenset[str] = frozenset(), faults: int = 0, seed: int = 0) -> None:
        """Forget everybody; AWS is as contrary, and as faulty (percent), as the example says."""
        self.store = Store("11111111-2222-4333-8444-555555555555", "9067112233", contrary)
        self._app = Sandbox(
            store=self.store,
            token=TOKEN,
            throttle=Throttle(None, None, None, time.monotonic),
            faults=Faults(faults, ("429", "500", "502-html", "reset-before", "reset-after"), Random(seed)),
            latency=0.0,
            refused_characters=None,
            changed=lambda: None,
        )

    @property
    def url(self) -> str:
        """The SCIM endpoint."""
        return f"http://127.0.0.1:{self._port}/{self.store.tenant_id}/scim/v2"

    def target(self) -> IdentityCenter:
        """The real target, connected to it."""
        return IdentityCenter(self.url, TOKEN, retry=RetryPolicy())

    def state(self) -> dict[str, Any]:
        """All people, and all groups with their members, as they are kept."""
        return kept(self.store)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._app(scope, receive, send)


@contextmanager
def running_tenant() -> Iterator[Tenant]:
    """Serve a tenant on loopback, in a thread of its own."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    tenant = Tenant(listening.getsockname()[1])
    config = uvicorn.Config(
        tenant, http=CuttingProtocol, ws="none", lifespan="off", log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])), name="tenant")
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        with patch("wizard.aws.session.ADAPTIVE_PACING", AT_ONCE):
            yield tenant
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()
