"""Blocking HTTP client for the sign-in library: sends forms, returns text; OS certificates and proxies, no redirects."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import anyio

from wizard.http.body import BodyDamaged, parse_json
from wizard.http.failures import Unreachable, answered_html, damaged
from wizard.http.loopback import is_loopback
from wizard.http.one_request import OneAnswer, one_request
from wizard.http.scrubbing import Scrubber
from wizard.secret import Secret

LARGEST_BYTES = 1_000_000
"""Of an answer; tokens have some thousands."""
_SECONDS = 30.0
_TOTAL_SECONDS = 60.0
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
        self._hosts = hosts

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

        async def exchange() -> OneAnswer:
            return await one_request(
                method,
                url,
                params=params or None,
                data=form,
                content=data if isinstance(data, str) else None,
                headers=headers,
                largest=LARGEST_BYTES,
                seconds=_SECONDS,
                total_seconds=_TOTAL_SECONDS,
            )

        return _without_secrets(_read(anyio.run(exchange)), form or {})


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


def _read(answer: OneAnswer) -> FormAnswer:
    """Check an answer; raises `Unreachable` for what msal would end with a traceback on."""
    body = answer.body or b""
    if answer.status >= 500:
        raise Unreachable("lost", "microsoft-sign-in-failed", status=answer.status)
    if "html" in answer.headers.get("content-type", "") or body.lstrip()[:1] == b"<":
        raise answered_html(answer.place, answer.status)
    try:
        parsed = parse_json(body)
    except BodyDamaged:
        raise damaged(answer.place) from None
    if not isinstance(parsed, dict):
        raise damaged(answer.place)
    return FormAnswer(answer.status, body.decode(), dict(answer.headers))
