"""The SCIM address: requests over HTTP, paths of attributes, and PATCH in the spelling of Microsoft's service.

Sources: Microsoft's SCIM pages and what AWS's log shows of its calls. Operations are spelled `Add`, `Replace` and
`Remove`, each with a path; `active` is the text `False`; members come as a list of `{"value": id}`; a lookup is a GET
with `filter=attribute eq "value"`, without members for groups.
"""

import asyncio
import json
import re
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from wizard.sandbox.entra.synchronization.schema import GROUP_OBJECT, USER_OBJECT

CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
SECONDS = 30.0
"""How long an answer may take."""
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_LARGEST_HEAD = 65536


class Unreachable(Exception):
    """No answer: a wrong address, no connection, or one that broke."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the target said."""

    status: int
    text: str
    resource: str
    """The address that was asked."""
    method: str

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object of the answer; empty where there is none."""
        try:
            found = json.loads(self.text)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def described(self) -> str:
        """The sentence of Microsoft's logs about an answer it did not want."""
        return (
            "Received response from Web resource. Resource: "
            f"{self.resource} Operation: {self.method} Response Status Code: {_word(self.status)} "
            f"Response Headers: Response Content: {self.text}"
        )


@dataclass(frozen=True, slots=True)
class Target:
    """A SCIM address with its token."""

    address: str
    token: str

    async def ask(self, method: str, path: str, body: Any = None) -> Answer:
        """One request below the address; raises Unreachable."""
        url = self.address.rstrip("/") + path
        try:
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https") or parts.hostname not in _LOOPBACK:
                raise Unreachable("The remote name could not be resolved.")
            async with asyncio.timeout(SECONDS):
                status, text = await _exchanged(method, url, self.token, body)
        except (OSError, ValueError, TimeoutError, asyncio.IncompleteReadError) as error:
            raise Unreachable(f"An error occurred while sending the request. {error}") from None
        return Answer(status, text, url, method)


async def _exchanged(method: str, url: str, token: str, body: Any) -> tuple[int, str]:
    parts = urlsplit(url)
    secure = ssl.create_default_context() if parts.scheme == "https" else None
    port = parts.port or (443 if secure else 80)
    reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=secure, limit=_LARGEST_HEAD)
    try:
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        lines = [
            f"{method} {path or '/'} HTTP/1.1",
            f"Host: {parts.netloc}",
            f"Authorization: Bearer {token}",
            "Accept: application/scim+json",
            "Content-Type: application/scim+json",
            f"Content-Length: {len(content)}",
            "Connection: close",
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode("ascii", "replace") + content)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = re.search(r"(?im)^content-length: *(\d+)", head)
        text = await (reader.readexactly(int(length[1])) if length else reader.read())
        return int(head.split(" ", 2)[1]), text.decode("utf-8", "replace")
    finally:
        writer.close()


def lookup(kind: str, attribute: str, value: str) -> str:
    """The path that looks objects up by one attribute."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    wanted = quote(f'{attribute} eq "{escaped}"')
    collection = "/Users?" if kind == "User" else "/Groups?excludedAttributes=members&"
    return f"{collection}filter={wanted}"


_WORDS = {400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 409: "Conflict",
          429: "TooManyRequests", 500: "InternalServerError", 502: "BadGateway", 503: "ServiceUnavailable"}  # fmt: skip


def _word(status: int) -> str:
    return _WORDS.get(status, str(status))


# Attribute paths

_PATH = re.compile(
    r'(?P<attribute>\w+)(?:\[(?P<key>\w+) eq "(?P<wanted>[^"]*)"\])?(?:\.(?P<part>\w+))?', re.IGNORECASE
)


def _split(path: str) -> tuple[str, re.Match[str]]:
    """The extension of a path, and the rest taken apart; raises ValueError."""
    urn, rest = (USER_OBJECT, path[len(USER_OBJECT) + 1 :]) if path.startswith(USER_OBJECT + ":") else ("", path)
    match = _PATH.fullmatch(rest)
    if not match:
        raise ValueError(f"'{path}' is not an attribute of the target.")
    return urn, match


def read(resource: Mapping[str, Any], path: str) -> str | None:
    """The value that a target object has at a path, as text; None where it has none."""
    urn, match = _split(path)
    found: Any = (resource.get(urn) or {}) if urn else resource
    found = found.get(match["attribute"])
    if match["key"]:
        hits = [one for one in found or () if str(one.get(match["key"])) == match["wanted"]]
        found = hits[0] if hits else None
    if match["part"] and isinstance(found, dict):
        found = found.get(match["part"])
    if isinstance(found, dict):
        found = found.get("value")
    return None if found is None or isinstance(found, list) else str(found)


def created(kind: str, values: Mapping[str, str]) -> dict[str, Any]:
    """The body of a POST: values by path, an e-mail as the primary one."""
    body: dict[str, Any] = {"schemas": [CORE_USER, USER_OBJECT] if kind == "User" else [GROUP_OBJECT]}
    for path, value in values.items():
        urn, match = _split(path)
        place = body.setdefault(urn, {}) if urn else body
        name, part = match["attribute"], match["part"]
        shown: Any = value == "True" if name == "active" else value
        if match["key"]:
            several = place.setdefault(name, [])
            fitting = [one for one in several if one.get(match["key"]) == match["wanted"]]
            entry = fitting[0] if fitting else {match["key"]: match["wanted"]}
            if not fitting:
                several.append(entry | ({"primary": True} if name == "emails" else {}))
                entry = several[-1]
            entry[part or "value"] = shown
        elif part:
            place.setdefault(name, {})[part] = shown
        else:
            place[name] = shown
    body["meta"] = {"resourceType": kind}
    return body


def operations(changes: Iterable[tuple[str, str | None, str]]) -> dict[str, Any]:
    """The body of a PATCH from (path, old value, new value): `Add` where there was none, else `Replace`."""
    told = [{"op": "Add" if old is None else "Replace", "path": path, "value": new} for path, old, new in changes]
    return {"schemas": [PATCH_OP], "Operations": told}


def membership(verb: str, ids: Iterable[str]) -> dict[str, Any]:
    """The body of a PATCH that adds or removes members: `Add` or `Remove`."""
    operation = {"op": verb, "path": "members", "value": [{"value": one} for one in ids]}
    return {"schemas": [PATCH_OP], "Operations": [operation]}
