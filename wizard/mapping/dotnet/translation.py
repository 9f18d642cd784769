"""Reads a .NET regular expression strictly and writes it as the `regex` library understands it.

Strictly, because that library knows more than .NET does (fuzzy matching, recursion, possessive repeats), and
because what repeats inside repeats would make it build patterns of any size before it runs them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from wizard.mapping.dotnet.char_class import read_class
from wizard.mapping.dotnet.escapes import literal, read_escape
from wizard.mapping.dotnet.pattern_problem import PatternProblem

LARGEST = 10_000
"""Units of a pattern when its counted repeats are written out, as the library does."""
DEEPEST = 50
"""Groups inside groups."""

_COUNT = re.compile(r"\{([0-9]+)(,([0-9]+)?)?\}")
_NAMED = re.compile(r"<([^\W\d]\w*)>|'([^\W\d]\w*)'")
_OPTIONS = re.compile(r"([imsx]*)(?:-([imsx]*))?([:)])")
_CONDITION = re.compile(r"\((\w+)\)")
_PLAIN_OPENERS = ("<=", "<!", ":", "=", "!", ">")


@dataclass(slots=True)
class _Frame:
    """One open group."""

    verbose: bool
    """Blanks and comments are left out (option x)."""
    size: int = 1
    last: int = 0
    """Units of the part just read, which a repeat would multiply."""
    repeatable: bool = False

    def add(self, size: int, repeatable: bool = True) -> None:
        """A further part."""
        self.size += self.last
        self.last, self.repeatable = size, repeatable

    @property
    def total(self) -> int:
        return self.size + self.last


@dataclass(slots=True)
class _Reading:
    """What was read so far."""

    text: str
    at: int = 0
    out: list[str | tuple[str, str]] = field(default_factory=list)
    """Text, or (prefix, group) for a reference that can be written only when all groups are known."""
    frames: list[_Frame] = field(default_factory=lambda: [_Frame(verbose=False)])
    names: dict[str, int] = field(default_factory=dict)
    """Group name -> number here."""
    unnamed: list[int] = field(default_factory=list)
    """Numbers here of the groups without a name."""

    def refuse(self, what: str) -> PatternProblem:
        where = f"at its character {self.at + 1}"
        shown = f"{self.text[:60]}…" if len(self.text) > 60 else self.text
        return PatternProblem(f"The regular expression {shown} has {what} {where}.")


def translated(text: str) -> tuple[str, Mapping[str, int]]:
    """(pattern for `regex`, .NET group name or number -> number there); raises PatternProblem."""
    reading = _Reading(text)
    while reading.at < len(text):
        _step(reading)
    if len(reading.frames) > 1:
        raise reading.refuse("no closing parenthesis")
    if reading.frames[0].total > LARGEST:
        raise PatternProblem(_too_large(text))
    groups = _groups(reading)
    return "".join(p if isinstance(p, str) else _reference(reading, p, groups) for p in reading.out), groups


def _groups(reading: _Reading) -> dict[str, int]:
    """.NET counts the groups without a name first, then the named ones."""
    numbers = [*reading.unnamed, *reading.names.values()]
    return {"0": 0} | {str(place + 1): number for place, number in enumerate(numbers)} | reading.names


def _reference(reading: _Reading, part: tuple[str, str], groups: Mapping[str, int]) -> str:
    prefix, name = part
    if name not in groups:
        raise PatternProblem(
            f"The regular expression {reading.text[:60]} refers to a group {name}, which it has not."
        )
    return f"(?({groups[name]})" if prefix == "(?(" else f"\\g<{groups[name]}>"


def _step(reading: _Reading) -> None:
    letter, frame = reading.text[reading.at], reading.frames[-1]
    if frame.verbose and (letter.isspace() or letter == "#"):
        _skip_remark(reading, letter)
    elif letter == "(":
        _open(reading)
    elif letter == ")":
        _close(reading)
    elif letter == "[":
        reading.at, spelling = read_class(reading.text, reading.at)
        _atom(reading, spelling)
    elif letter == "\\":
        _escape(reading)
    elif letter in "*+?" or (letter == "{" and _COUNT.match(reading.text, reading.at)):
        _repeat(reading)
    elif letter in "|^$":
        frame.add(1, repeatable=False)
        reading.out.append(letter)
        reading.at += 1
    else:
        reading.at += 1
        _atom(reading, "." if letter == "." else literal(letter))


def _atom(reading: _Reading, spelling: str | tuple[str, str]) -> None:
    reading.frames[-1].add(1)
    reading.out.append(spelling)


def _skip_remark(reading: _Reading, letter: str) -> None:
    end = reading.text.find("\n", reading.at) if letter == "#" else reading.at
    reading.at = len(reading.text) if end < 0 else end + 1


def _escape(reading: _Reading) -> None:
    reading.at, spelling, reference = read_escape(reading.text, reading.at)
    if reference:
        _atom(reading, ("\\g", reference))
    else:
        reading.frames[-1].add(1, repeatable=spelling not in ("\\b", "\\B", "\\A", "\\Z"))
        reading.out.append(spelling)


def _repeat(reading: _Reading) -> None:
    frame, counted = reading.frames[-1], _COUNT.match(reading.text, reading.at)
    if not frame.repeatable:
        raise reading.refuse("a repeat sign with nothing to repeat")
    if counted:
        lowest, highest = _count(counted[1]), _count(counted[3] or counted[1])
        if highest < lowest:
            raise reading.refuse("a repeat whose numbers are the wrong way round")
        frame.last *= max(highest, 1)
        if frame.last > LARGEST:
            raise PatternProblem(_too_large(reading.text))
    reading.out.append(counted.group() if counted else reading.text[reading.at])
    reading.at += len(counted.group()) if counted else 1
    if reading.text[reading.at : reading.at + 1] == "?":
        reading.out.append("?")
        reading.at += 1
    frame.repeatable = False  # a++ and a{2}{3} are errors in .NET, but possessive or nested elsewhere


def _count(digits: str) -> int:
    return int(digits) if len(digits) < 10 else LARGEST + 1  # Python itself refuses to read very long numbers


def _open(reading: _Reading) -> None:
    if len(reading.frames) > DEEPEST:
        raise reading.refuse(f"more than {DEEPEST} groups inside each other")
    rest = reading.text[reading.at + 1 :]
    verbose = reading.frames[-1].verbose
    if not rest.startswith("?"):
        reading.unnamed.append(_next_number(reading))
        _push(reading, "(", 1, verbose)
    elif rest.startswith("?#"):
        end = reading.text.find(")", reading.at)
        if end < 0:
            raise reading.refuse("a comment that never closes")
        reading.at = end + 1
    elif named := _NAMED.match(rest, 1):
        name = named[1] or named[2]
        reading.names.setdefault(name, _next_number(reading))
        _push(reading, f"(?P<{name}>", 1 + named.end(), verbose)
    elif opener := next((o for o in _PLAIN_OPENERS if rest.startswith(o, 1)), ""):
        _push(reading, f"(?{opener}", 2 + len(opener), verbose)
    elif options := _OPTIONS.match(rest, 1):
        _options(reading, options)
    elif condition := _CONDITION.match(rest, 1):
        _push(reading, ("(?(", condition[1]), 1 + condition.end(), verbose)
    else:
        raise reading.refuse("a group that cannot be read here")


def _next_number(reading: _Reading) -> int:
    return len(reading.unnamed) + len(reading.names) + 1


def _push(reading: _Reading, opener: str | tuple[str, str], length: int, verbose: bool) -> None:
    reading.out.append(opener)
    reading.at += length
    reading.frames.append(_Frame(verbose))


def _options(reading: _Reading, options: re.Match[str]) -> None:
    on, off = options[1], options[2] or ""
    verbose = ("x" in on or reading.frames[-1].verbose) and "x" not in off
    # Blanks and comments are left out while reading. .NET compares letter by letter, so "ß" is never "SS": f off.
    on, off = on.replace("x", ""), off.replace("x", "") + ("f" if "i" in on else "")
    written = f"(?{on}{'-' if off else ''}{off}"
    length = 1 + options.end()
    if options[3] == ":":
        _push(reading, f"{written}:", length, verbose)
    else:
        reading.out.append(f"{written})" if on or off else "")
        reading.at += length
        reading.frames[-1].verbose = verbose


def _close(reading: _Reading) -> None:
    if len(reading.frames) == 1:
        raise reading.refuse("a closing parenthesis too many")
    inner = reading.frames.pop()
    reading.frames[-1].add(inner.total)
    reading.out.append(")")
    reading.at += 1


def _too_large(text: str) -> str:
    return (
        f"The regular expression {text[:60]} repeats too much: its counted repeats, multiplied, come to more than "
        f"{LARGEST:,}. Use + or * instead."
    )
