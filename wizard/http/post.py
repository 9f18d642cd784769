"""Posts one JSON document to an address that is itself a secret: no redirects, the answer's status only, a limit of time."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import anyio

from wizard.errors import WizardError
from wizard.http.address import host_of, is_usable
from wizard.http.one_request import OneAnswer, one_request
from wizard.http.retry import retry_after_seconds
from wizard.secret import Secret

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
    if not is_usable(address):
        raise WizardError("alert-address-unusable", host=host_of(address))
    parts = urlsplit(address.reveal())
    url = parts._replace(path=parts.path.rstrip("/") + suffix if suffix else parts.path).geturl()
    began = time.monotonic()

    async def exchange() -> OneAnswer:
        return await one_request(
            "POST",
            url,
            content=json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace"),
            headers={"Content-Type": "application/json; charset=utf-8"},
            largest=None,
            seconds=_SECONDS,
            total_seconds=_TOTAL_SECONDS,
        )

    answer = anyio.run(exchange)
    retry_after = retry_after_seconds(answer.headers.get("Retry-After", ""))
    return Posted(answer.status, time.monotonic() - began, retry_after)
