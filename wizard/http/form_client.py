"""Blocking HTTP client for the sign-in library: sends forms, returns text; OS certificates and proxies, no redirects."""

import json
from collections.abc import Collection, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from urllib.parse import urlsplit

import anyio
import httpx

from wizard.http.body import ACCEPTED_CODING, BodyDamaged, parse_json
from wizard.http.client import USER_AGENT, read_body, transport, way_to
from wizard.http.failures import Place, Unreachable, answered_html, damaged, proxy_failed, redirected, unreachable
from wizard.http.loopback import is_loopback
from wizard.http.network import os_certificates, proxy_for
from wizard.http.scrubbing import Scrubber
from wizard.secret import Secret

LARGEST_BYTES = 1_000_000
"""Of an answer; tokens have some thousands."""
_SECONDS = 30.0
"""To connect, and between two parts of an answer."""
_TOTAL_SECONDS = 60.0
_HEADERS = {"Accept-Encoding": ACCEPTED_CODING, "User-Agent": USER_AGENT}
_SECRET_FIELDS = ("client_secret", "client_assertion", "refresh_token", "code", "code_verifier", "device_code")


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """An answer (JSON, status below 500) with the attributes that msal reads."""

    status_code: int
    text: str
    headers: Mapping[str, str]

    def raise_for_status(self) -> None:
        """Do nothing: `FormClient` has already raised for errors."""


class FormClient:
    """Replaces msal's HTTP client, so that variables such as REQUESTS_CA_BUNDLE have no effect.

    Loopback is asked over plain http, whatever scheme the URL has.
    """

    def __init__(self, hosts: Collection[str] = ()) -> None:
        """hosts: forms, which hold secrets, are sent to these alone, and to loopback where there are none."""
        self._certificates, self._hosts = os_certificates(), hosts

    def get(
        self, url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> FormAnswer:  # fmt: skip
        """Send a GET; raises `Unreachable`."""
        return self._request("GET", url, params, None, headers)

    def post(
        self, url: str, params: Mapping[str, str] | None = None, data: Mapping[str, str] | str | None = None,
        headers: Mapping[str, str] | None = None, **_: object,
    ) -> FormAnswer:  # fmt: skip
        """Send a form; raises `Unreachable`."""
        return self._request("POST", url, params, data, headers)

    def close(self) -> None:
        """Do nothing: no connection stays open between requests."""

    def _request(
        self, method: str, url: str, params: Mapping[str, str] | None, data: Mapping[str, str] | str | None,
        headers: Mapping[str, str] | None,
    ) -> FormAnswer:  # fmt: skip
        parts = urlsplit(url)
        host = parts.hostname or ""
        if host not in self._hosts if self._hosts else not is_loopback(host):
            raise Unreachable("redirect", "sign-in-elsewhere", host=host)
        url = parts._replace(scheme="http" if is_loopback(host) else "https").geturl()
        form = _form(data) if isinstance(data, Mapping) else None
        content = data if isinstance(data, str) else None
        proxy, place = way_to(host, proxy_for(url), self._certificates, None)
        failure: Unreachable
        try:
            request = httpx.Request(
                method, url, params=params or None, headers={**_HEADERS, **(headers or {})}, data=form, content=content,
                extensions={"timeout": httpx.Timeout(_SECONDS).as_dict()},
            )  # fmt: skip
            return _without_secrets(anyio.run(self._exchange, request, proxy, place), form or {})
        except Unreachable as error:
            failure = error
        except TimeoutError:
            failure = unreachable(httpx.ReadTimeout(""), place)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            failure = unreachable(error, place)
        # Raised outside the handler: no traceback may refer to a form with a secret in it.
        raise failure.with_traceback(None)

    async def _exchange(self, request: httpx.Request, proxy: httpx.Proxy | None, place: Place) -> FormAnswer:
        """Send a request; the limit of time covers all of it, slow headers too."""
        with anyio.fail_after(_TOTAL_SECONDS):
            async with aclosing(transport(self._certificates, proxy)) as connection:
                response = await connection.handle_async_request(request)
                async with aclosing(response):
                    body = await read_body(response, place, LARGEST_BYTES)
                    return _read(response.status_code, response.headers, body, place)


def _form(data: Mapping[str, object]) -> dict[str, str]:
    """The fields that have a value; msal signs an assertion into bytes."""
    return {
        name: value.decode("ascii") if isinstance(value, bytes) else str(value)
        for name, value in data.items()
        if value is not None
    }


def _without_secrets(answer: FormAnswer, form: Mapping[str, str]) -> FormAnswer:
    """A refusal that repeats the form, without the secrets in it. What was granted is left as it is."""
    if answer.status_code < 400:
        return answer
    scrubber = Scrubber(Secret(form[name]) for name in _SECRET_FIELDS if form.get(name))
    text = json.dumps(scrubber.refusal(json.loads(answer.text)))
    return FormAnswer(answer.status_code, text, answer.headers)


def _read(status: int, headers: Mapping[str, str], body: bytes | None, place: Place) -> FormAnswer:
    """Check an answer; raises `Unreachable` for what msal would end with a traceback on."""
    if 300 <= status < 400:
        raise redirected(place, status)
    if status == 407:
        raise proxy_failed(place, "407")
    if status >= 500:
        raise Unreachable("lost", "microsoft-sign-in-failed", status=status)
    if "html" in headers.get("content-type", "") or (body or b"").lstrip()[:1] == b"<":
        raise answered_html(place, status)
    try:
        parsed = parse_json(body or b"")
    except BodyDamaged:
        raise damaged(place) from None
    if not isinstance(parsed, dict):
        raise damaged(place)
    return FormAnswer(status, (body or b"").decode(), dict(headers))
