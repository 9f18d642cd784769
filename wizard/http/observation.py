"""The shapes of answers, without their values: what a first real tenant shows about AWS and Microsoft.

Set `OBSERVER` during an operation to receive them; requests do not change.
"""

import re
import unicodedata
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

MOST_PATHS = 300
MOST_ITEMS = 20
"""Items of a list that are looked at."""
_DEEPEST = 12
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]{0,79}")
_NAME = re.compile(r"[A-Za-z@$][A-Za-z0-9@$_.:-]{0,99}")
_ID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F-]{27,}|\d{6,}")
_CODES = ("error.code", "error.innerError.code", "scimType", "schemas[]", "key", "value[].key")
"""Paths whose values are codes of the service, never a person's."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What one answer looked like. Holds no value except the service's own codes."""

    operation: str
    """Ids as {id}: "GET /Users"."""
    status: int
    seconds: float
    headers: frozenset[str]
    """Names of headers, in lower case."""
    content_type: str
    shape: frozenset[str]
    """`Resources[].active:boolean`. Kinds: string, empty, star (the text "*"), number, boolean, null, list, object."""
    codes: frozenset[str]
    """`error.code=Authorization_RequestDenied`."""
    differing: frozenset[str] = frozenset()
    """Where an answer differs from what was sent: `userName:case`. Manners: missing, case, composition, spaces, other."""


class Observer(Protocol):
    """Counts answers, and looks at some of them."""

    def wants(self, operation: str, status: int) -> bool:
        """Count an answer; return whether its shape is wanted too: a run has thousands of the same."""

    def add(self, seen: Observation) -> None:
        """Take the shape of an answer."""


OBSERVER: ContextVar[Observer | None] = ContextVar("observer", default=None)


def observation(
    operation: str, status: int, seconds: float, headers: Mapping[str, str], body: object, sent: object = None
) -> Observation:
    """Return what an answer looked like, and where it differs from what was sent."""
    shape: set[str] = set()
    codes: set[str] = set()
    differing: set[str] = set()
    if status < 300 and isinstance(sent, dict) and isinstance(body, dict):
        _compare(sent, body, "", 0, differing)
    _walk(body, "", 0, shape, codes)
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    return Observation(
        operation,
        status,
        seconds,
        frozenset(name.lower() for name in headers if not _ID.search(name)),
        content_type if re.fullmatch(r"[a-z0-9.+-]+/[a-z0-9.+-]+", content_type) else "",
        frozenset(shape),
        frozenset(codes),
        frozenset(differing),
    )


def _compare(sent: object, answered: object, path: str, depth: int, differing: set[str]) -> None:
    """Note where an answer lacks or changes what was sent; what it adds is its own."""
    if depth > _DEEPEST or len(differing) >= MOST_PATHS:
        return
    if isinstance(sent, dict) and isinstance(answered, dict):
        for name, value in sent.items():
            child = f"{path}.{_name(name)}".lstrip(".")
            if name in answered:
                _compare(value, answered[name], child, depth + 1, differing)
            elif value not in (None, "", [], {}):
                differing.add(f"{child}:missing")
    elif isinstance(sent, list) and isinstance(answered, list):
        for value, other in zip(sent, answered, strict=False):
            _compare(value, other, f"{path}[]", depth + 1, differing)
    elif sent != answered:
        differing.add(f"{path}:{_manner(sent, answered)}")


def _manner(sent: object, answered: object) -> str:
    if not isinstance(sent, str) or not isinstance(answered, str):
        return "other"
    one, other = unicodedata.normalize("NFC", sent), unicodedata.normalize("NFC", answered)
    if one == other:
        return "composition"
    if one.lower() == other.lower():
        return "case"
    return "spaces" if one.split() == other.split() else "other"


def _name(name: object) -> str:
    """A name of the schema. One that contains an id or an address may be personal and is not reported."""
    text = str(name)
    return text if _NAME.fullmatch(text) and not _ID.search(text) and "@" not in text[1:] else "?"


def _walk(value: object, path: str, depth: int, shape: set[str], codes: set[str]) -> None:
    if len(shape) >= MOST_PATHS or depth > _DEEPEST:
        return
    if path:
        shape.add(f"{path}:{_kind(value)}")
    if isinstance(value, dict):
        for name, child in value.items():
            _walk(child, f"{path}.{_name(name)}".lstrip("."), depth + 1, shape, codes)
    elif isinstance(value, list):
        for child in value[:MOST_ITEMS]:
            _walk(child, f"{path}[]", depth + 1, shape, codes)
    elif isinstance(value, str) and path in _CODES and _CODE.fullmatch(value) and not _ID.search(value):
        codes.add(f"{path}={value}")


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return {"": "empty", "*": "star"}.get(value, "string")
    return "list" if isinstance(value, list) else "object"
