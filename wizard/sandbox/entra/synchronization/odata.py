"""`$filter` and `$orderby` of the logs: comparisons of paths with texts and dates, `contains`, `and`, `or`, brackets.

Source: the pages on the provisioning log with Microsoft's own examples. Filters are case-sensitive; members of an
enumeration are not, because Microsoft's onboarding tests ask for `provisioningAction eq 'Create'`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from wizard.sandbox.entra.refusals import GraphRefusal
from wizard.sandbox.entra.synchronization.job import stamp

Test = Callable[[Mapping[str, Any]], bool]
_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<date>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?)|(?P<mark>[(),])"
    r"|(?P<word>[A-Za-z_][\w/]*))"
)
_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "eq": lambda one, other: one == other,
    "ne": lambda one, other: one != other,
    "gt": lambda one, other: one > other,
    "ge": lambda one, other: one >= other,
    "lt": lambda one, other: one < other,
    "le": lambda one, other: one <= other,
}
_ENUMERATIONS = frozenset({"provisioningAction", "provisioningStatusInfo/status", "result"})


def filtered(text: str) -> Test:
    """Read a filter; raises a 400 refusal."""
    return _Reader(text).whole()


def ordered(rows: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    """Sort by one property, `asc` or `desc`; raises a 400 refusal."""
    if not text:
        return rows
    match = re.fullmatch(r"([\w/]+)(?: +(asc|desc))?", text.strip())
    if not match:
        raise _wrong(text)
    return sorted(rows, key=lambda row: _value(row, match[1]), reverse=match[2] == "desc")


def _wrong(text: str) -> GraphRefusal:
    return GraphRefusal(400, "BadRequest", f"Invalid filter clause: {text}")


def _value(row: Mapping[str, Any], path: str) -> str:
    found: Any = row
    for part in path.split("/"):
        found = found.get(part) if isinstance(found, Mapping) else None
    return "" if found is None else str(found)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._tokens: list[tuple[str, str]] = []
        at = 0
        while text[at:].strip():
            match = _TOKEN.match(text, at)
            if not match or not match.lastgroup:
                raise _wrong(text)
            self._tokens.append((match.lastgroup, match[match.lastgroup]))
            at = match.end()

    def whole(self) -> Test:
        test = self._either()
        if self._at != len(self._tokens):
            raise _wrong(self._text)
        return test

    def _either(self) -> Test:
        tests = [self._both()]
        while self._is("or"):
            tests.append(self._both())
        return lambda row: any(test(row) for test in tests)

    def _both(self) -> Test:
        tests = [self._single()]
        while self._is("and"):
            tests.append(self._single())
        return lambda row: all(test(row) for test in tests)

    def _single(self) -> Test:
        if self._is("("):
            test = self._either()
            self._expect(")")
            return test
        if self._is("contains"):
            self._expect("(")
            value = self._path()
            self._expect(",")
            part = self._literal()
            self._expect(")")
            return lambda row: part in value(row)
        value = self._path()
        operator = self._take("word")
        if operator not in _OPERATORS:
            raise _wrong(self._text)
        wanted = self._literal()
        if getattr(value, "enumeration", False):
            wanted = wanted.lower()
        return lambda row: _OPERATORS[operator](value(row), wanted)

    def _path(self) -> Callable[[Mapping[str, Any]], str]:
        name = self._take("word")
        if name == "tolower":
            self._expect("(")
            inner = self._path()
            self._expect(")")
            return lambda row: inner(row).lower()
        if name in _ENUMERATIONS:
            return _Enumeration(name)
        return lambda row: _value(row, name)

    def _literal(self) -> str:
        kind, text = self._next()
        if kind == "string":
            return text[1:-1].replace("''", "'")
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise _wrong(self._text) from None
        # As entries write it, so that texts compare as moments do.
        return stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))

    def _is(self, text: str) -> bool:
        found = self._at < len(self._tokens) and self._tokens[self._at][1] == text
        self._at += found
        return found

    def _expect(self, text: str) -> None:
        if not self._is(text):
            raise _wrong(self._text)

    def _take(self, kind: str) -> str:
        found, text = self._next()
        if found != kind:
            raise _wrong(self._text)
        return text

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise _wrong(self._text)
        self._at += 1
        return self._tokens[self._at - 1]


class _Enumeration:
    """A property whose values are compared without regard to case."""

    enumeration = True

    def __init__(self, path: str) -> None:
        self._path = path

    def __call__(self, row: Mapping[str, Any]) -> str:
        return _value(row, self._path).lower()
