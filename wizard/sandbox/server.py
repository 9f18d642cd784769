"""The sandbox's process: opens the port, prints its address, serves until it is stopped."""

import asyncio
import contextlib
import os
import secrets
import socket
import sys
import threading
import time
from collections.abc import Sequence
from random import Random
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from wizard.sandbox.app import Sandbox
from wizard.sandbox.faults import CuttingProtocol, Faults, Throttle
from wizard.sandbox.gate import gated
from wizard.sandbox.options import Options, WrongUsage, parsed
from wizard.sandbox.state_file import StateKeeper, StateUnreadable, load
from wizard.sandbox.store import Store

HOST = "127.0.0.1"
"""Loopback alone; there is no option to change it."""

KEEP_ALIVE = 65
"""Seconds that an idle connection stays open."""

GRACE = 2
"""Seconds that requests in flight have to finish when the sandbox ends."""

PARENT_CHECK = 0.5
"""Seconds between two looks whether the process that started this one still lives."""


def run(argv: Sequence[str]) -> int:
    """Run a sandbox until it is stopped; returns 0, or 2 after one sentence on standard error."""
    try:
        options = parsed(argv)
        store = load(options.state, options.contrary)
        plug = _listening(options.port)
    except (WrongUsage, StateUnreadable) as error:
        print(error, file=sys.stderr)
        return 2
    except SystemExit:
        # After --help.
        return 0
    with plug:
        return asyncio.run(_serve(options, store, plug))


async def _serve(options: Options, store: Store, plug: socket.socket) -> int:
    keeper = StateKeeper(store, options.state)
    token = options.token or secrets.token_urlsafe(48)
    application = Sandbox(
        store=store,
        token=token,
        throttle=Throttle(options.write_tps, options.read_tps, options.member_tps, time.monotonic),
        faults=Faults(options.fault_percent, options.fault_kinds, Random(options.seed)),  # noqa: S311
        latency=options.latency,
        held_answer=options.held_answer,
        refused_characters=options.refused_characters,
        changed=keeper.changed,
    )
    port = plug.getsockname()[1]
    greeting = (f"tenant-url: {_tenant_url(plug, store)}", f"token: {token}")
    if options.entra is None:
        server = _Server(gated(application, port), greeting)
    else:
        from wizard.sandbox.entra.company import beside  # a sandbox without it does not pay for it

        both = beside(application, port, options.entra, dict(options.provisioning))
        server = _Server(gated(both.application, port), (*greeting, *both.greeting))
    if options.until_eof:
        _watch_starter(server, asyncio.get_running_loop())
    keeper.changed()
    await server.serve(sockets=[plug])
    try:
        await keeper.close()
    except OSError as error:
        print(f"The state file {options.state} could not be written: {error.strerror}.", file=sys.stderr)
        return 2
    return 0


class _Server(uvicorn.Server):
    """uvicorn that tells its address when it listens, and ends without a complaint when told to."""

    def __init__(self, application: ASGIApp, greeting: Sequence[str]) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                http=CuttingProtocol,
                ws="none",
                lifespan="off",
                loop="asyncio",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE,
                timeout_graceful_shutdown=GRACE,
            )
        )
        self._greeting = greeting

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, then say where."""
        await super().startup(sockets)
        try:
            _tell(self._greeting)
        except OSError:
            # The reader of standard output is gone.
            self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End on a signal; uvicorn would raise it once more afterwards, which looks like a crash."""
        self.force_exit = self.should_exit
        self.should_exit = True


def _listening(port: int) -> socket.socket:
    """A socket bound to loopback; raises WrongUsage when the port is taken or not ours to take."""
    # The protocol by its number: only then does asyncio send small answers at once, not after 40 ms.
    plug = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform == "win32":
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        plug.bind((HOST, port))
        plug.listen(1024)
    except OSError as error:
        plug.close()
        raise WrongUsage(f"Port {port} on {HOST} cannot be opened: {error.strerror}.") from error
    return plug


def _tell(lines: Sequence[str]) -> None:
    """Write lines to standard output at once; raises OSError when nobody reads it any more."""
    # A frozen program without a console has no sys.stdout, and yet the pipe its starter gave it.
    stream = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    print(*lines, sep="\n", file=stream, flush=True)


def _tenant_url(plug: socket.socket, store: Store) -> str:
    return f"http://{HOST}:{plug.getsockname()[1]}/{store.tenant_id}/scim/v2"


def _watch_starter(server: uvicorn.Server, loop: asyncio.AbstractEventLoop) -> None:
    """End the server when standard input ends, or when the process that started this one is gone."""

    def end() -> None:
        server.should_exit = True

    def read() -> None:
        # Not through sys.stdin: a thread that waits in its buffer would block the interpreter's end.
        with contextlib.suppress(OSError):  # no standard input at all is the same as its end
            while os.read(0, 4096):
                continue
        loop.call_soon_threadsafe(end)

    def look(parent: int) -> None:
        if os.getppid() != parent:
            end()
        else:
            loop.call_later(PARENT_CHECK, look, parent)

    threading.Thread(target=read, name="standard-input", daemon=True).start()
    if os.name == "posix":
        look(os.getppid())
