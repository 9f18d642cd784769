""".NET regular expressions, run by the `regex` library with a time limit: match, replace, find a group."""

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache
from time import perf_counter, thread_time
from types import TracebackType
from typing import TYPE_CHECKING

from wizard.errors import Message
from wizard.mapping.dotnet.translation import PatternProblem as PatternProblem
from wizard.mapping.dotnet.translation import excerpt, translated

if TYPE_CHECKING:  # the library is imported with the first pattern, so that the first window appears without it
    import regex

SECONDS = 1.0
"""What all patterns of one preview may take together. The limit is 2 seconds of wall time; the library counts processor
time, which passes more slowly on a busy machine, so only half is allowed."""
LONGEST_RESULT = 100_000
"""Characters of the result of a replacement."""


class PatternTooSlow(PatternProblem):
    """The time for regular expressions is used up."""

    def __init__(self) -> None:
        super().__init__(Message("pattern-too-slow"))


class Patience:
    """Time budget for regular expressions, in seconds.

    For a preview every match counts. For a run over many people, `grace` seconds of each match are free, so that only
    slow patterns use up the budget.
    """

    __slots__ = ("grace", "left")

    def __init__(self, seconds: float = SECONDS, grace: float = 0.0) -> None:
        self.left = seconds
        self.grace = grace

    def limit(self) -> float:
        """Return the seconds for the next match; raises PatternTooSlow when nothing is left."""
        if self.left <= 0:
            raise PatternTooSlow
        return self.left + self.grace

    def spend(self, seconds: float) -> None:
        """Subtract what a match took."""
        if seconds > self.grace:
            self.left -= seconds - self.grace


RUN_GRACE = 0.005


def patience_for_run() -> Patience:
    """Return the budget for a run over everyone: matches under 5 ms are free."""
    return Patience(SECONDS, RUN_GRACE)


class _Timed(AbstractContextManager[float]):
    """Context of one match: gives its time limit, subtracts its time, turns TimeoutError into PatternTooSlow."""

    __slots__ = ("_began", "_patience")

    def __init__(self, patience: Patience) -> None:
        self._patience, self._began = patience, 0.0

    def __enter__(self) -> float:
        self._began = perf_counter()
        return self._patience.limit()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._patience.spend(perf_counter() - self._began)
        if kind is not None and issubclass(kind, TimeoutError):
            self._patience.left = 0.0
            raise PatternTooSlow from None


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled .NET pattern."""

    compiled: "regex.Pattern[str]"
    groups: Mapping[str, int]
    """.NET's name or number of a group -> its number in the library (.NET counts the named groups last)."""


@lru_cache(maxsize=512)
def pattern_of(text: str) -> Pattern:
    """Compile a pattern; raises PatternProblem."""
    import regex

    spelling, groups = translated(text)
    try:
        return Pattern(regex.compile(spelling, regex.VERSION1), groups)
    except regex.error as error:
        detail = getattr(error, "msg", "something is wrong")
        raise PatternProblem(Message("pattern-refused", pattern=excerpt(text), detail=detail)) from None
    except (RecursionError, MemoryError, OverflowError):
        raise PatternProblem(Message("pattern-too-large", pattern=excerpt(text))) from None


def pattern_problem(text: str) -> Message | None:
    """Return the fault of a pattern as a whole sentence."""
    try:
        pattern_of(text)
    except PatternProblem as problem:
        return problem.reason
    return None


def replaced(pattern: str, text: str, replacement: str, patience: Patience) -> str:
    """Replace every match, as .NET's `Regex.Replace`: `${name}`, `$1`, `$&` and the like in `replacement`."""
    ready = pattern_of(pattern)
    fill = _substitution(replacement, tuple(ready.groups.items()))
    return _rewritten(ready, text, lambda match: (match.start(), match.end(), fill(match)), patience)


def group_replaced(pattern: str, group: str, text: str, replacement: str, patience: Patience) -> str:
    """Replace only the named group of every match, by `replacement` as it is."""
    ready = pattern_of(pattern)
    number = _group_number(ready, group, pattern)
    return _rewritten(ready, text, lambda match: (*match.span(number), replacement), patience)


def group_found(pattern: str, group: str, text: str, patience: Patience) -> str | None:
    """Return the named group of the first match; None where nothing matches."""
    ready = pattern_of(pattern)
    number = _group_number(ready, group, pattern)
    with _Timed(patience) as limit:
        match = ready.compiled.search(text, timeout=limit)
    return None if match is None else match.group(number)


def whole_matcher(pattern: str, patience: Patience) -> Callable[[str], bool]:
    """Return a test whether a whole text is one match; raises PatternProblem where the pattern cannot be used.

    The test raises PatternTooSlow.
    """
    match = pattern_of(pattern).compiled.fullmatch

    def matches(text: str) -> bool:
        # Thread time, because on a busy machine a quick match may wait long for its turn.
        began = thread_time()
        try:
            return match(text, timeout=patience.limit()) is not None
        except TimeoutError:
            patience.left = 0.0
            raise PatternTooSlow from None
        finally:
            patience.spend(thread_time() - began)

    return matches


def _group_number(ready: Pattern, group: str, pattern: str) -> int:
    """The number of a group by its .NET name; raises PatternProblem where there is none."""
    if group not in ready.groups:
        names = tuple(name for name in ready.groups if not name.isdigit())
        raise PatternProblem(Message("pattern-group-missing", pattern=excerpt(pattern), group=group, groups=names))
    return ready.groups[group]


def _rewritten(
    ready: Pattern, text: str, change: "Callable[[regex.Match[str]], tuple[int, int, str]]", patience: Patience
) -> str:
    """Replace the span that `change` returns for each match; a group that took part in no match stays as it is."""
    out: list[str] = []
    at = size = 0
    with _Timed(patience) as limit:
        ends = perf_counter() + limit
        for match in ready.compiled.finditer(text, timeout=limit):
            if perf_counter() > ends:  # the library's limit is for each match, this one for all of them
                raise TimeoutError
            begin, end, new = change(match)
            if begin < at or end < begin:  # the group took no part in this match: its span is (-1, -1)
                continue
            out += (text[at:begin], new)
            at, size = end, size + len(new)
            if size > LONGEST_RESULT:
                raise PatternProblem(Message("replacement-too-long", limit=LONGEST_RESULT))
    return "".join((*out, text[at:])) if out else text


# --- .NET's substitutions: text, and $ signs for parts of the match ------------------------------------------------

_SUBSTITUTION = re.compile(r"\$(?:(?P<sign>[$&`'+_])|(?P<number>[0-9]{1,9})|\{(?P<name>\w+)\})")


@lru_cache(maxsize=512)
def _substitution(replacement: str, groups: tuple[tuple[str, int], ...]) -> "Callable[[regex.Match[str]], str]":
    parts = _substitution_parts(replacement, dict(groups))
    if all(isinstance(part, str) for part in parts):
        plain = "".join(part for part in parts if isinstance(part, str))
        return lambda match: plain
    return lambda match: "".join(part if isinstance(part, str) else part(match) for part in parts)


def _substitution_parts(
    replacement: str, groups: Mapping[str, int]
) -> "tuple[str | Callable[[regex.Match[str]], str], ...]":
    """A `$` without a meaning, or with a group that does not exist, stays as text."""
    parts: list[str | Callable[[regex.Match[str]], str]] = []
    at = 0
    for dollar in _SUBSTITUTION.finditer(replacement):
        parts.append(replacement[at : dollar.start()])
        at = dollar.end()
        name = dollar["number"] or dollar["name"] or ""
        if dollar["sign"]:
            parts.append(_sign(dollar["sign"], _last(groups)))
        elif name in groups:
            parts.append(_group(groups[name]))
        else:
            parts.append(dollar.group())
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
