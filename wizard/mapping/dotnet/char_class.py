"""A class of characters, `[a-z-[aeiou]]`, in a .NET regular expression."""

from wizard.mapping.dotnet.escapes import read_character, read_kind
from wizard.mapping.dotnet.pattern_problem import PatternProblem

_MARKS = frozenset("\\[]&~|-^")


def read_class(text: str, at: int, inside: int = 0) -> tuple[int, str]:
    """(where it ends, its spelling for `regex`); `at` is its opening bracket. Raises PatternProblem."""
    if inside > 10:
        raise _problem(text, "too many classes inside each other")
    begin, at = at, at + 1
    opening = "["
    if text[at : at + 1] == "^":
        opening, at = "[^", at + 1
    out: list[str] = []
    first = at
    while at < len(text):
        if text[at] == "]" and at > first:
            return at + 1, f"{opening}{''.join(out)}]"
        if text.startswith("-[", at) and at > first:
            at, without = read_class(text, at + 1, inside + 1)
            if text[at : at + 1] != "]":
                raise _problem(text, "something after the class that is taken away")
            return at + 1, f"[{opening}{''.join(out)}]--{without}]"
        at, part = _member(text, at)
        out.append(part)
    raise _problem(text, f"no bracket that closes the class at its character {begin + 1}")


def _member(text: str, at: int) -> tuple[int, str]:
    """One character, kind (`\\d`) or range."""
    low, after = _character(text, at)
    if low is None:
        return read_kind(text, at)
    if text[after : after + 1] == "-" and text[after + 1 : after + 2] not in ("", "]", "["):
        high, end = _character(text, after + 1)
        if high is not None:
            if high < low:
                raise _problem(text, f"a range that runs backwards ({low}-{high})")
            return end, f"{_spelled(low)}-{_spelled(high)}"
    return after, _spelled(low)


def _character(text: str, at: int) -> tuple[str | None, int]:
    """(the character, where it ends); None for an escape that stands for many."""
    if text[at] != "\\":
        return text[at], at + 1
    letter = text[at + 1 : at + 2]
    if letter in ("d", "D", "w", "W", "s", "S", "p", "P"):
        return None, at
    if letter == "b":
        return "\b", at + 2
    end, character = read_character(text, at)
    return character, end


def _spelled(character: str) -> str:
    return f"\\{character}" if character in _MARKS else character


def _problem(text: str, what: str) -> PatternProblem:
    return PatternProblem(f"The regular expression {text[:60]} has {what}.")
