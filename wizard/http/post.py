"""Posts one JSON document to an address that is itself a secret: no redirects, a bounded answer, a limit of time."""

import json
import time
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx

from wizard.errors import WizardError
from wizard.http.address import host_of, is_usable
from wizard.http.body import ACCEPTED_CODING
from wizard.http.client import USER_AGENT, read_body, transport, way_to
from wizard.http.failures import Place, redirected, unreachable
from wizard.http.network import os_certificates, proxy_for
from wizard.http.retry import retry_after_seconds
from wizard.secret import Secret

_LARGEST_BYTES = 100_000
_SECONDS = 10.0
_TOTAL_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Posted:
    """The receiver's answer."""

    status: int
    seconds: float
    retry_after: float | None = None
    """Seconds that the receiver asks to wait; None = it names none."""


def post(address: Secret, body: Mapping[str, Any], suffix: str = "") -> Posted:
    """Post the body and return the answer. Raises `Unreachable`, or WizardError for no usable address.

    suffix: appended to the path. Only https is used, or http on this computer. Blocks. No message holds more of the
    address than its host.
    """
    failure: WizardError
    began = time.monotonic()
    place = Place(host_of(address), hint=None)
    try:
        parts = urlsplit(address.reveal())
        if not is_usable(address):
            raise WizardError("alert-address-unusable", host=place.host)
        url = parts._replace(path=parts.path.rstrip("/") + suffix if suffix else parts.path).geturl()
        certificates = os_certificates()
        proxy, place = way_to(parts.hostname or "", proxy_for(url), certificates, None)
        request = httpx.Request(
            "POST",
            url,
            content=json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace"),
            headers={
                "Content-Type": "application/json; charset=utf-8",
                "Accept-Encoding": ACCEPTED_CODING,
                "User-Agent": USER_AGENT,
            },
            extensions={"timeout": httpx.Timeout(_SECONDS).as_dict()},
        )

        async def exchange() -> tuple[int, str]:
            with anyio.fail_after(_TOTAL_SECONDS):
                async with aclosing(transport(certificates, proxy)) as connection:
                    response = await connection.handle_async_request(request)
                    async with aclosing(response):
                        await read_body(response, place, _LARGEST_BYTES)
                        return response.status_code, response.headers.get("Retry-After", "")

        status, retry_after = anyio.run(exchange)
        if not 300 <= status < 400:
            return Posted(status, time.monotonic() - began, retry_after_seconds(retry_after))
        failure = redirected(place, status)
    except WizardError as error:
        failure = error
    except TimeoutError:
        failure = unreachable(httpx.ReadTimeout(""), place)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        failure = unreachable(error, place)
    raise failure.with_traceback(None)  # outside the handler: no traceback refers to the address
