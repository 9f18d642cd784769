"""Blocking HTTP client for the sign-in library: sends forms, returns text; OS certificates and proxies, no redirects."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from wizard.http.client import USER_AGENT, proxy
from wizard.http.failures import Place, Unreachable, answered_html, damaged, proxy_failed, redirected, unreachable
from wizard.http.loopback import is_loopback
from wizard.http.network import os_certificates, proxy_for
from wizard.http.scrubbing import Scrubber
from wizard.secret import Secret

_SECONDS = 30.0
_SECRET_FIELDS = ("client_secret", "client_assertion", "refresh_token", "code", "code_verifier", "device_code")


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """An answer (JSON, status below 500) with the attributes that msal reads."""

    status_code: int
    text: str
    headers: Mapping[str, str]

    def raise_for_status(self) -> None:
        """Do nothing: `FormClient` has raised for what is not an answer."""


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
        proxy_url = proxy_for(url)
        through = proxy(proxy_url, self._certificates) if proxy_url else None
        form = _form(data) if isinstance(data, Mapping) else None
        place = Place(host, urlsplit(proxy_url).hostname or "" if proxy_url else "", hint=None)
        failure: Unreachable
        try:
            with httpx.Client(
                verify=self._certificates, proxy=through, trust_env=False, follow_redirects=False,
                timeout=_SECONDS, headers={"User-Agent": USER_AGENT},
            ) as http:  # fmt: skip
                answer = http.request(
                    method, url, params=params or None, data=form, headers=headers,
                    content=data if isinstance(data, str) else None,
                )  # fmt: skip
                return _without_secrets(_read(answer, place), form or {})
        except Unreachable as error:
            failure = error
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            failure = unreachable(error, place)
        # Raised outside the handler: no traceback may refer to a form with a secret in it.
        raise failure.with_traceback(None)


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


def _read(answer: httpx.Response, place: Place) -> FormAnswer:
    """Check an answer; raises `Unreachable` for what msal would end with a traceback on."""
    status, text = answer.status_code, answer.text
    if 300 <= status < 400:
        raise redirected(place, status)
    if status == 407:
        raise proxy_failed(place, "407")
    if status >= 500:
        raise Unreachable("lost", "microsoft-sign-in-failed", status=status)
    if "html" in answer.headers.get("content-type", "") or text.lstrip()[:1] == "<":
        raise answered_html(place, status)
    try:
        json.loads(text)
    except ValueError:
        raise damaged(place) from None
    return FormAnswer(status, text, dict(answer.headers))
