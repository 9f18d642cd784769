"""Keeps web pages out of the sandbox: only its own Host, no foreign Origin, no endless bodies.

A page in a browser can send requests to loopback, and can give its own name the address 127.0.0.1 (DNS rebinding).
"""

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 4 * 1024 * 1024
"""The largest body of a request. Identity Center itself takes 1 MiB (`wizard.sandbox.app`)."""


class _BodyTooLarge(Exception):
    pass


def gated(application: ASGIApp, port: int) -> ASGIApp:
    """Wrap an application that is served on this port of loopback."""
    hosts = {f"{name}:{port}".encode() for name in ("127.0.0.1", "localhost")}
    if port == 80:
        hosts |= {b"127.0.0.1", b"localhost"}
    origins = {b"http://" + host for host in hosts}

    async def gate(scope: Scope, receive: Receive, send: Send) -> None:
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        named = [value.lower() for name, value in headers if name == b"host"]
        if len(named) != 1 or named[0] not in hosts:
            await PlainTextResponse("This is the sandbox; the request names another host.", 421)(
                scope, receive, send
            )
            return
        if any(name == b"origin" and value.lower() not in origins for name, value in headers):
            await PlainTextResponse("The sandbox answers no web page of others.", 403)(scope, receive, send)
            return
        await _limited(application, scope, receive, send)

    return gate


async def _limited(application: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    size = 0
    begun = False

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > MOST_BYTES:
            raise _BodyTooLarge
        return message

    async def noted(message: Message) -> None:
        nonlocal begun
        begun = True
        await send(message)

    try:
        await application(scope, counted, noted)
    except _BodyTooLarge:
        if not begun:
            await PlainTextResponse("Too large.", 413, {"Connection": "close"})(scope, receive, send)
