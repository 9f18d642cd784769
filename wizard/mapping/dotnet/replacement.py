"""What stands in a .NET replacement: text, and `$` signs that mean parts of the match."""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import regex

_SIGN = re.compile(r"\$(?:(?P<sign>[$&`'+_])|(?P<number>[0-9]{1,9})|\{(?P<name>\w+)\})")


def replacement_parts(
    replacement: str, groups: Mapping[str, int]
) -> "tuple[str | Callable[[regex.Match[str]], str], ...]":
    """The text in pieces. A `$` that means nothing, or a group that is not there, stays as it is written."""
    parts: list[str | Callable[[regex.Match[str]], str]] = []
    at = 0
    for found in _SIGN.finditer(replacement):
        parts.append(replacement[at : found.start()])
        at = found.end()
        name = found["number"] or found["name"] or ""
        if found["sign"]:
            parts.append(_sign(found["sign"], _last(groups)))
        elif name in groups:
            parts.append(_group(groups[name]))
        else:
            parts.append(found.group())
    parts.append(replacement[at:])
    return tuple(part for part in parts if part != "")


def _last(groups: Mapping[str, int]) -> int:
    """The last group as .NET counts them."""
    return groups[max((name for name in groups if name.isdigit()), key=int)]


def _group(number: int) -> "Callable[[regex.Match[str]], str]":
    return lambda match: match.group(number) or ""


def _sign(sign: str, last: int) -> "str | Callable[[regex.Match[str]], str]":
    match sign:
        case "$":
            return "$"
        case "&":
            return _group(0)
        case "`":
            return lambda match: match.string[: match.start()]
        case "'":
            return lambda match: match.string[match.end() :]
        case "+":
            return _group(last)
        case _:
            return lambda match: match.string
