"""Translates a .NET regular expression into the syntax of the `regex` library.

Only .NET's syntax is accepted: the library also knows fuzzy matching, recursion and possessive repeats. Nested counted
repeats are limited, because the library writes them out in full before it runs a pattern.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from wizard.errors import Message, WizardError

LARGEST = 10_000
"""Units of a pattern with its counted repeats written out."""
DEEPEST = 50
"""Groups inside groups."""


class PatternProblem(WizardError):
    """The pattern is not one of .NET's, or cannot be run here; raised with a reason, a whole sentence."""

    def __init__(self, reason: Message) -> None:
        super().__init__("pattern-unusable", reason=reason)
        self.reason = reason


def translated(text: str) -> tuple[str, Mapping[str, int]]:
    """Return (pattern for `regex`, .NET group name or number -> number there); raises PatternProblem."""
    state = _Translation(text)
    while state.at < len(text):
        _step(state)
    if len(state.frames) > 1:
        raise state.problem(Message("pattern-without-closing-parenthesis"))
    if state.frames[0].total > LARGEST:
        raise _too_large(text)
    groups = _group_numbers(state)
    return "".join(p if isinstance(p, str) else _reference(state, p, groups) for p in state.out), groups


def excerpt(text: str) -> str:
    """Return a pattern, cut for a message."""
    return f"{text[:60]}…" if len(text) > 60 else text


@dataclass(slots=True)
class _Frame:
    """One open group."""

    verbose: bool
    """White space and comments are ignored (option x)."""
    size: int = 1
    last: int = 0
    """Units of the last part, which a repeat would multiply."""
    repeatable: bool = False

    def add(self, size: int, repeatable: bool = True) -> None:
        """Append a part."""
        self.size += self.last
        self.last, self.repeatable = size, repeatable

    @property
    def total(self) -> int:
        return self.size + self.last


@dataclass(slots=True)
class _Translation:
    """The state of one translation."""

    text: str
    at: int = 0
    out: list[str | tuple[str, str]] = field(default_factory=list)
    """Text, or (prefix, group) of a reference, which is written when all groups are known."""
    frames: list[_Frame] = field(default_factory=lambda: [_Frame(verbose=False)])
    names: dict[str, int] = field(default_factory=dict)
    """Group name -> number in the library."""
    unnamed: list[int] = field(default_factory=list)
    """Numbers in the library of the groups without a name."""

    def problem(self, reason: Message) -> PatternProblem:
        return PatternProblem(reason.with_args(pattern=excerpt(self.text), character=self.at + 1))


def _step(state: _Translation) -> None:
    letter, frame = state.text[state.at], state.frames[-1]
    if frame.verbose and (letter.isspace() or letter == "#"):
        _skip_comment(state, letter)
    elif letter == "(":
        _open(state)
    elif letter == ")":
        _close(state)
    elif letter == "[":
        state.at, spelling = _read_class(state.text, state.at)
        _add_atom(state, spelling)
    elif letter == "\\":
        _add_escape(state)
    elif letter in "*+?" or (letter == "{" and _COUNT.match(state.text, state.at)):
        _repeat(state)
    elif letter in "|^$":
        frame.add(1, repeatable=False)
        state.out.append(letter)
        state.at += 1
    else:
        state.at += 1
        _add_atom(state, "." if letter == "." else _literal(letter))


def _add_atom(state: _Translation, spelling: str | tuple[str, str]) -> None:
    state.frames[-1].add(1)
    state.out.append(spelling)


def _skip_comment(state: _Translation, letter: str) -> None:
    end = state.text.find("\n", state.at) if letter == "#" else state.at
    state.at = len(state.text) if end < 0 else end + 1


def _add_escape(state: _Translation) -> None:
    state.at, spelling, reference = _read_escape(state.text, state.at)
    if reference:
        _add_atom(state, ("\\g", reference))
    else:
        state.frames[-1].add(1, repeatable=spelling not in ("\\b", "\\B", "\\A", "\\Z"))
        state.out.append(spelling)


# --- repeats --------------------------------------------------------------------------------------------------------

_COUNT = re.compile(r"\{([0-9]+)(,([0-9]+)?)?\}")


def _repeat(state: _Translation) -> None:
    frame, counted = state.frames[-1], _COUNT.match(state.text, state.at)
    if not frame.repeatable:
        raise state.problem(Message("pattern-repeats-nothing"))
    if counted:
        lowest, highest = _count(counted[1]), _count(counted[3] or counted[1])
        if highest < lowest:
            raise state.problem(Message("pattern-repeat-reversed"))
        frame.last *= max(highest, 1)
        if frame.last > LARGEST:
            raise _too_large(state.text)
    state.out.append(counted.group() if counted else state.text[state.at])
    state.at += len(counted.group()) if counted else 1
    if state.text[state.at : state.at + 1] == "?":
        state.out.append("?")
        state.at += 1
    frame.repeatable = False  # a++ and a{2}{3} are errors in .NET; the library reads them as possessive or nested


def _count(digits: str) -> int:
    return int(digits) if len(digits) < 10 else LARGEST + 1  # Python refuses to parse very long numbers


def _too_large(text: str) -> PatternProblem:
    return PatternProblem(Message("pattern-repeats-too-much", pattern=text[:60], limit=LARGEST))


# --- groups ---------------------------------------------------------------------------------------------------------

_NAMED = re.compile(r"<([^\W\d]\w*)>|'([^\W\d]\w*)'")
_OPTIONS = re.compile(r"([imsx]*)(?:-([imsx]*))?([:)])")
_CONDITION = re.compile(r"\((\w+)\)")
_PLAIN_OPENERS = ("<=", "<!", ":", "=", "!", ">")


def _open(state: _Translation) -> None:
    if len(state.frames) > DEEPEST:
        raise state.problem(Message("pattern-groups-too-deep", limit=DEEPEST))
    rest = state.text[state.at + 1 :]
    verbose = state.frames[-1].verbose
    if not rest.startswith("?"):
        state.unnamed.append(_next_number(state))
        _push(state, "(", 1, verbose)
    elif rest.startswith("?#"):
        end = state.text.find(")", state.at)
        if end < 0:
            raise state.problem(Message("pattern-comment-unclosed"))
        state.at = end + 1
    elif named := _NAMED.match(rest, 1):
        name = named[1] or named[2]
        state.names.setdefault(name, _next_number(state))
        _push(state, f"(?P<{name}>", 1 + named.end(), verbose)
    elif opener := next((o for o in _PLAIN_OPENERS if rest.startswith(o, 1)), ""):
        _push(state, f"(?{opener}", 2 + len(opener), verbose)
    elif options := _OPTIONS.match(rest, 1):
        _options(state, options)
    elif condition := _CONDITION.match(rest, 1):
        _push(state, ("(?(", condition[1]), 1 + condition.end(), verbose)
    else:
        raise state.problem(Message("pattern-group-unsupported"))


def _push(state: _Translation, opener: str | tuple[str, str], length: int, verbose: bool) -> None:
    state.out.append(opener)
    state.at += length
    state.frames.append(_Frame(verbose))


def _close(state: _Translation) -> None:
    if len(state.frames) == 1:
        raise state.problem(Message("pattern-with-extra-closing-parenthesis"))
    inner = state.frames.pop()
    state.frames[-1].add(inner.total)
    state.out.append(")")
    state.at += 1


def _options(state: _Translation, options: re.Match[str]) -> None:
    on, off = options[1], options[2] or ""
    verbose = ("x" in on or state.frames[-1].verbose) and "x" not in off
    # White space and comments are removed here, so x is not passed on. .NET compares letter by letter ("ß" never
    # equals "SS"), so full case folding is switched off: f.
    on, off = on.replace("x", ""), off.replace("x", "") + ("f" if "i" in on else "")
    written = f"(?{on}{'-' if off else ''}{off}"
    length = 1 + options.end()
    if options[3] == ":":
        _push(state, f"{written}:", length, verbose)
    else:
        state.out.append(f"{written})" if on or off else "")
        state.at += length
        state.frames[-1].verbose = verbose


def _next_number(state: _Translation) -> int:
    return len(state.unnamed) + len(state.names) + 1


def _group_numbers(state: _Translation) -> dict[str, int]:
    """.NET counts the groups without a name first, then the named ones."""
    numbers = [*state.unnamed, *state.names.values()]
    return {"0": 0} | {str(index + 1): number for index, number in enumerate(numbers)} | state.names


def _reference(state: _Translation, part: tuple[str, str], groups: Mapping[str, int]) -> str:
    prefix, name = part
    if name not in groups:
        raise PatternProblem(Message("pattern-reference-unknown", pattern=state.text[:60], group=name))
    return f"(?({groups[name]})" if prefix == "(?(" else f"\\g<{groups[name]}>"


# --- character classes: [a-z-[aeiou]] -------------------------------------------------------------------------------

_CLASS_SIGNS = frozenset("\\[]&~|-^")


def _read_class(text: str, at: int, depth: int = 0) -> tuple[int, str]:
    """Return (where the class ends, its spelling for `regex`); `at` is its opening bracket."""
    if depth > 10:
        raise _class_problem(text, Message("pattern-classes-too-deep"))
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
            at, subtracted = _read_class(text, at + 1, depth + 1)
            if text[at : at + 1] != "]":
                raise _class_problem(text, Message("pattern-class-after-subtraction"))
            return at + 1, f"[{opening}{''.join(out)}]--{subtracted}]"
        at, part = _class_member(text, at)
        out.append(part)
    raise _class_problem(text, Message("pattern-class-unclosed", character=begin + 1))


def _class_member(text: str, at: int) -> tuple[int, str]:
    """One character, kind (`\\d`) or range."""
    low, after = _class_character(text, at)
    if low is None:
        return _read_kind(text, at)
    if text[after : after + 1] == "-" and text[after + 1 : after + 2] not in ("", "]", "["):
        high, end = _class_character(text, after + 1)
        if high is not None:
            if high < low:
                raise _class_problem(text, Message("pattern-range-reversed", low=low, high=high))
            return end, f"{_in_class(low)}-{_in_class(high)}"
    return after, _in_class(low)


def _class_character(text: str, at: int) -> tuple[str | None, int]:
    """(the character, where it ends); None for an escape of a character class."""
    if text[at] != "\\":
        return text[at], at + 1
    letter = text[at + 1 : at + 2]
    if letter in ("d", "D", "w", "W", "s", "S", "p", "P"):
        return None, at
    if letter == "b":
        return "\b", at + 2
    end, character = _read_character(text, at)
    return character, end


def _in_class(character: str) -> str:
    return f"\\{character}" if character in _CLASS_SIGNS else character


def _class_problem(text: str, reason: Message) -> PatternProblem:
    return PatternProblem(reason.with_args(pattern=text[:60]))


# --- escapes: a backslash and what follows it -----------------------------------------------------------------------

_CATEGORY = re.compile(r"[pP]\{([A-Za-z][A-Za-z0-9_-]*)\}")
_HEX = re.compile(r"x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})")
_OCTAL = re.compile(r"0[0-7]{0,2}")
_BACK_REFERENCE = re.compile(r"k<(\w+)>|k'(\w+)'|([1-9][0-9]?)")
_CONTROLS = {"t": "\t", "r": "\r", "n": "\n", "v": "\v", "f": "\f", "a": "\a", "e": "\x1b"}
_KINDS = frozenset("dDwWsS")
_ANCHORS = {"b": r"\b", "B": r"\B", "A": r"\A", "G": r"\G", "z": r"\Z", "Z": r"(?=\n?\Z)"}
_SIGNS = frozenset(r"\.^$|?*+()[]{}#&~-")


def _literal(letter: str) -> str:
    """Spell one character that means itself."""
    return f"\\{letter}" if letter in _SIGNS else letter


def _read_escape(text: str, at: int) -> tuple[int, str, str]:
    """Return (where the escape ends, its spelling for `regex`, the group it refers to or "")."""
    letter = text[at + 1 : at + 2]
    if letter in _ANCHORS:
        return at + 2, _ANCHORS[letter], ""
    if match := _BACK_REFERENCE.match(text, at + 1):
        return match.end(), "", match[1] or match[2] or match[3]
    end, spelling = _read_kind(text, at)
    return end, spelling, ""


def _read_kind(text: str, at: int) -> tuple[int, str]:
    """Return (where it ends, its spelling) of an escape of one character, in a class or outside."""
    letter = text[at + 1 : at + 2]
    if letter in _KINDS:
        return at + 2, f"\\{letter}"
    if match := _CATEGORY.match(text, at + 1):
        name = match[1]
        block = name.startswith("Is") and name != "Is"
        return match.end(), f"\\{letter}{{{f'In{name[2:]}' if block else name}}}"
    end, character = _read_character(text, at)
    return end, _literal(character)


def _read_character(text: str, at: int) -> tuple[int, str]:
    """Return (where it ends, the character itself) of an escape that spells one."""
    letter = text[at + 1 : at + 2]
    if letter in _CONTROLS:
        return at + 2, _CONTROLS[letter]
    if match := _HEX.match(text, at + 1):
        return match.end(), chr(int(match[1] or match[2], 16))
    if match := _OCTAL.match(text, at + 1):
        return match.end(), chr(int(match.group(), 8))
    if letter == "c" and text[at + 2 : at + 3].isascii() and text[at + 2 : at + 3].isalpha():
        return at + 3, chr(ord(text[at + 2].upper()) - 64)
    if letter and not (letter.isalnum() or letter == "_"):
        return at + 2, letter
    if not letter:
        raise PatternProblem(Message("pattern-ends-with-backslash", pattern=text[:60]))
    raise PatternProblem(Message("pattern-escape-unknown", pattern=text[:60], escape=f"\\{letter}"))
