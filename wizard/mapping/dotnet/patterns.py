"""Regular expressions that people write: .NET's own, run with a limit on time, so that none can hold the program."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache
from time import perf_counter, thread_time
from types import TracebackType
from typing import TYPE_CHECKING

from wizard.mapping.dotnet.pattern_problem import PatternProblem as PatternProblem
from wizard.mapping.dotnet.pattern_problem import PatternTooSlow as PatternTooSlow

if TYPE_CHECKING:
    import regex

SECONDS = 1.0
"""What all patterns of one preview may take together. The promise is 2 seconds on the wall; the library counts the
processor's time, which passes more slowly on a busy machine, so half is kept back."""
LONGEST_RESULT = 100_000
"""Characters a replacement may grow to."""


class Patience:
    """How long regular expressions may still take, in seconds.

    A preview's patience counts every moment. For a run over many people `grace` seconds of each single match are
    free, so that only slow patterns use it up.
    """

    __slots__ = ("grace", "left")

    def __init__(self, seconds: float = SECONDS, grace: float = 0.0) -> None:
        self.left = seconds
        self.grace = grace

    def limit(self) -> float:
        """Seconds for the next match; raises PatternTooSlow when nothing is left."""
        if self.left <= 0:
            raise PatternTooSlow
        return self.left + self.grace

    def spend(self, seconds: float) -> None:
        """Count what a match took."""
        if seconds > self.grace:
            self.left -= seconds - self.grace


RUN_GRACE = 0.005


def patience_for_run() -> Patience:
    """For people by the thousand: matches under 5 ms are free."""
    return Patience(SECONDS, RUN_GRACE)


class _Timed(AbstractContextManager[float]):
    """Runs a match within the patience that is left."""

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
    """A .NET pattern, ready to run."""

    compiled: "regex.Pattern[str]"
    groups: Mapping[str, int]
    """.NET's name or number of a group -> its number here (.NET counts the named groups last)."""


@lru_cache(maxsize=512)
def pattern_of(text: str) -> Pattern:
    """The pattern a person wrote; raises PatternProblem with a sentence."""
    import regex

    from wizard.mapping.dotnet.translation import translated

    spelling, groups = translated(text)
    try:
        return Pattern(regex.compile(spelling, regex.VERSION1), groups)
    except regex.error as error:
        said = _capital(getattr(error, "msg", "something is wrong"))
        raise PatternProblem(f"{said} in the regular expression {_quoted(text)}.") from None
    except (RecursionError, MemoryError, OverflowError):
        raise PatternProblem(f"The regular expression {_quoted(text)} is too large.") from None


def pattern_problem(text: str) -> str:
    """What is wrong with a pattern, a sentence, or ""."""
    try:
        pattern_of(text)
    except PatternProblem as problem:
        return problem.sentence
    return ""


def replaced(pattern: str, text: str, replacement: str, patience: Patience) -> str:
    """Every match replaced, as .NET's `Regex.Replace`: `${name}`, `$1`, `$&` and the like in `replacement`."""
    found = pattern_of(pattern)
    fill = _filling(replacement, tuple(found.groups.items()))
    return _rewritten(found, text, lambda match: (match.start(), match.end(), fill(match)), patience)


def group_replaced(pattern: str, group: str, text: str, replacement: str, patience: Patience) -> str:
    """Of every match the named group alone is replaced, by `replacement` as it stands."""
    found = pattern_of(pattern)
    number = group_number(found, group, pattern)
    return _rewritten(found, text, lambda match: (*match.span(number), replacement), patience)


def group_found(pattern: str, group: str, text: str, patience: Patience) -> str | None:
    """What the named group holds in the first match; None where nothing matches."""
    found = pattern_of(pattern)
    number = group_number(found, group, pattern)
    with _Timed(patience) as limit:
        match = found.compiled.search(text, timeout=limit)
    return None if match is None else match.group(number)


def matches_whole(pattern: str, text: str, patience: Patience) -> bool:
    """Whether the whole text is one match."""
    found = pattern_of(pattern)
    with _Timed(patience) as limit:
        return found.compiled.fullmatch(text, timeout=limit) is not None


def whole_matcher(pattern: str, patience: Patience) -> Callable[[str], bool]:
    """`matches_whole` of one pattern, for many texts. Raises PatternProblem at once where the pattern is none."""
    match = pattern_of(pattern).compiled.fullmatch

    def matches(text: str) -> bool:
        # The wall counts what others take: on a busy machine a quick match may wait long for its turn.
        began = thread_time()
        try:
            return match(text, timeout=patience.limit()) is not None
        except TimeoutError:
            patience.left = 0.0
            raise PatternTooSlow from None
        finally:
            patience.spend(thread_time() - began)

    return matches


def group_number(found: Pattern, group: str, pattern: str) -> int:
    """The number of a group by its .NET name; raises PatternProblem where there is none."""
    if group not in found.groups:
        named = ", ".join(name for name in found.groups if not name.isdigit()) or "none"
        raise PatternProblem(
            f"The regular expression {_quoted(pattern)} has no group {group}; its groups: {named}."
        )
    return found.groups[group]


def _rewritten(
    found: Pattern, text: str, change: "Callable[[regex.Match[str]], tuple[int, int, str]]", patience: Patience
) -> str:
    """The text with the span of each match that `change` names exchanged; a group without a match stays."""
    out: list[str] = []
    at = size = 0
    with _Timed(patience) as limit:
        ends = perf_counter() + limit
        for match in found.compiled.finditer(text, timeout=limit):
            if perf_counter() > ends:  # the library's limit is for each match, ours for all of them
                raise TimeoutError
            begin, end, new = change(match)
            if begin < at or end < begin:  # a group that did not take part in this match is at -1
                continue
            out += (text[at:begin], new)
            at, size = end, size + len(new)
            if size > LONGEST_RESULT:
                raise PatternProblem(f"The replacement gives more than {LONGEST_RESULT:,} characters.")
    return "".join((*out, text[at:])) if out else text


@lru_cache(maxsize=512)
def _filling(replacement: str, groups: tuple[tuple[str, int], ...]) -> "Callable[[regex.Match[str]], str]":
    from wizard.mapping.dotnet.replacement import replacement_parts

    parts = replacement_parts(replacement, dict(groups))
    if all(isinstance(part, str) for part in parts):
        plain = "".join(part for part in parts if isinstance(part, str))
        return lambda match: plain
    return lambda match: "".join(part if isinstance(part, str) else part(match) for part in parts)


def _quoted(text: str) -> str:
    return f"{text[:60]}…" if len(text) > 60 else text


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
