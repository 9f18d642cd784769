"""One request on a connection of its own: no redirects and no retries, the OS's certificates and proxies, within limits."""

from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
import httpx

from wizard.http.body import ACCEPTED_CODING
from wizard.http.client import USER_AGENT, read_body, transport, way_to
from wizard.http.failures import Place, Unreachable, proxy_failed, redirected, unreachable
from wizard.http.network import os_certificates, proxy_for

_HEADERS = {"Accept-Encoding": ACCEPTED_CODING, "User-Agent": USER_AGENT}


@dataclass(frozen=True, slots=True)
class OneAnswer:
    """An answer with any status but that of a redirect, or of a proxy that requires a sign-in."""

    status: int
    headers: Mapping[str, str]
    body: bytes | None
    """Unpacked; None = it is damaged, or was not read."""
    place: Place


async def one_request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    largest: int | None,
    seconds: float,
    total_seconds: float,
    **content: Any,
) -> OneAnswer:
    """Send a request and read its answer; raises `Unreachable`.

    largest: bytes of the body; None = it is not read, where the status says it all.
    seconds: to connect, and between two parts of the answer; total_seconds: for all of it.
    content: `params`, `data` or `content` of `httpx.Request`.
    """
    certificates = await anyio.to_thread.run_sync(os_certificates, abandon_on_cancel=True)
    proxy_url = await anyio.to_thread.run_sync(proxy_for, url, abandon_on_cancel=True)
    proxy, place = way_to(urlsplit(url).hostname or "", proxy_url, certificates, None)
    failure: Unreachable
    try:
        extensions = {"timeout": httpx.Timeout(seconds).as_dict()}
        request = httpx.Request(
            method, url, headers={**_HEADERS, **(headers or {})}, extensions=extensions, **content
        )
        with anyio.fail_after(total_seconds):
            async with (
                aclosing(transport(certificates, proxy)) as connection,
                aclosing(await connection.handle_async_request(request)) as response,
            ):
                body = await read_body(response, place, largest) if largest is not None else None
        if 300 <= response.status_code < 400:
            raise redirected(place, response.status_code)
        if response.status_code == 407:
            raise proxy_failed(place, "407")
        return OneAnswer(response.status_code, response.headers, body, place)
    except Unreachable as error:
        failure = error
    except TimeoutError:
        failure = unreachable(httpx.ReadTimeout(""), place)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        failure = unreachable(error, place)
    # Raised outside the handlers: no traceback may refer to a request, which may hold a secret.
    raise failure.with_traceback(None)
