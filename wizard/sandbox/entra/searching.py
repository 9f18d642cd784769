"""`$search` and `$filter` on people and groups, as far as Microsoft's advanced queries are needed here."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from wizard.sandbox.entra.asking import Ask
from wizard.sandbox.entra.refusals import GraphRefusal, bad_request

_CLAUSE = re.compile(r'"(\w+):((?:[^"\\]|\\.)*)"')
_TOKENISED = frozenset({"displayName", "description"})
_FILTER = re.compile(r"(securityEnabled|mailEnabled|accountEnabled) eq (true|false)")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_SMALL_THEN_LARGE = re.compile(r"(?<=[a-z])(?=[A-Z])")


def sought(ask: Ask, things: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that `$search` and `$filter` leave; all where neither is asked for. Raises a 400 refusal."""
    search, chosen = ask.query.get("$search", ""), ask.query.get("$filter", "")
    if search and not ask.eventual:
        raise GraphRefusal(
            400,
            "Request_UnsupportedQuery",
            "Request with $search query parameter only works through MSGraph with a special request header: "
            "'ConsistencyLevel: eventual'",
        )
    tests = ([_search(search)] if search else []) + ([_filter(chosen)] if chosen else [])
    return [one for one in things if all(test(one) for test in tests)]


def _filter(text: str) -> Callable[[Mapping[str, Any]], bool]:
    found = _FILTER.fullmatch(text)
    if not found:
        raise bad_request(f"Invalid filter clause: {text}")
    return lambda one: bool(one.get(found[1])) is (found[2] == "true")


def _search(text: str) -> Callable[[Mapping[str, Any]], bool]:
    """Clauses joined by OR: words of names, beginnings of everything else."""
    clauses = _CLAUSE.findall(text)
    if not clauses or _CLAUSE.sub("x", text) != " OR ".join("x" * len(clauses)):
        raise bad_request("Syntax error: character is not valid in $search.")
    wanted = [(name, re.sub(r"\\(.)", r"\1", value)) for name, value in clauses]
    return lambda one: any(_fits(str(one.get(name) or ""), value, name in _TOKENISED) for name, value in wanted)


def _fits(value: str, wanted: str, tokenised: bool) -> bool:
    if not tokenised:
        return bool(value) and value.lower().startswith(wanted.lower())
    words = _words(value)
    return all(any(word.startswith(begin) for word in words) for begin in _words(wanted))


def _words(text: str) -> list[str]:
    parts = _WORD.findall(_SMALL_THEN_LARGE.sub(" ", text))
    return [part.lower() for part in parts]
