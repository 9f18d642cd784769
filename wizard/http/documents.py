"""Downloads one public document: no token, no redirects, OS certificates and proxies."""

from contextlib import aclosing
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
import httpx

from wizard.errors import NoAccess
from wizard.http.body import ACCEPTED_CODING
from wizard.http.client import USER_AGENT, read_body, transport, way_to
from wizard.http.failures import Place, Unreachable, damaged, proxy_failed, redirected, unreachable
from wizard.http.loopback import is_loopback
from wizard.http.network import os_certificates, proxy_for

_SECONDS = 30.0
"""To connect, and between two parts of the document."""
_TOTAL_SECONDS = 60.0


async def read_document(url: str, largest: int) -> bytes:
    """The bytes at an address, at most `largest`; https only, except loopback. Raises `WizardError`."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise NoAccess("document-address-not-https", address=url)
    certificates = await anyio.to_thread.run_sync(os_certificates, abandon_on_cancel=True)
    proxy_url = await anyio.to_thread.run_sync(proxy_for, url, abandon_on_cancel=True)
    proxy, place = way_to(host, proxy_url, certificates, None)
    request = httpx.Request(
        "GET",
        url,
        headers={"Accept-Encoding": ACCEPTED_CODING, "User-Agent": USER_AGENT},
        extensions={"timeout": httpx.Timeout(_SECONDS).as_dict()},
    )
    try:
        with anyio.fail_after(_TOTAL_SECONDS):
            async with (
                aclosing(transport(certificates, proxy)) as connection,
                aclosing(await connection.handle_async_request(request)) as response,
            ):
                return await _read(response, place, largest)
    except TimeoutError:
        raise unreachable(httpx.ReadTimeout(""), place) from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise unreachable(error, place) from None


async def _read(response: httpx.Response, place: Place, largest: int) -> bytes:
    if 300 <= response.status_code < 400:
        raise redirected(place, response.status_code)
    if response.status_code == 407:
        raise proxy_failed(place, "407")
    if response.status_code != 200:
        raise Unreachable("lost", "document-not-available", status=response.status_code, host=place.host)
    body = await read_body(response, place, largest)
    if body is None:
        raise damaged(place)
    return body
