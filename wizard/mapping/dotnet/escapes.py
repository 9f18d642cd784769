"""A backslash and what follows it in a .NET regular expression."""

import re

from wizard.mapping.dotnet.pattern_problem import PatternProblem

_CATEGORY = re.compile(r"[pP]\{([A-Za-z][A-Za-z0-9_-]*)\}")
_HEX = re.compile(r"x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})")
_OCTAL = re.compile(r"0[0-7]{0,2}")
_BACKWARDS = re.compile(r"k<(\w+)>|k'(\w+)'|([1-9][0-9]?)")
_CONTROLS = {"t": "\t", "r": "\r", "n": "\n", "v": "\v", "f": "\f", "a": "\a", "e": "\x1b"}
_KINDS = frozenset("dDwWsS")
_PLACES = {"b": r"\b", "B": r"\B", "A": r"\A", "G": r"\G", "z": r"\Z", "Z": r"(?=\n?\Z)"}
_SIGNS = frozenset(r"\.^$|?*+()[]{}#&~-<>=!:,' ")


def literal(letter: str) -> str:
    """One character that means itself."""
    return f"\\{letter}" if letter in _SIGNS and letter not in "<>=!:,' " else letter


def read_escape(text: str, at: int) -> tuple[int, str, str]:
    """(where it ends, its spelling for `regex`, the group it refers to or ""); raises PatternProblem."""
    letter = text[at + 1 : at + 2]
    if letter in _PLACES and letter:
        return at + 2, _PLACES[letter], ""
    if found := _BACKWARDS.match(text, at + 1):
        return found.end(), "", found[1] or found[2] or found[3]
    end, spelling = read_kind(text, at)
    return end, spelling, ""


def read_kind(text: str, at: int) -> tuple[int, str]:
    """(where it ends, its spelling) of an escape that stands for one character, in a class or outside."""
    letter = text[at + 1 : at + 2]
    if letter in _KINDS and letter:
        return at + 2, f"\\{letter}"
    if found := _CATEGORY.match(text, at + 1):
        name = found[1]
        block = name.startswith("Is") and name != "Is"
        return found.end(), f"\\{letter}{{{f'In{name[2:]}' if block else name}}}"
    end, character = read_character(text, at)
    return end, literal(character)


def read_character(text: str, at: int) -> tuple[int, str]:
    """(where it ends, the character itself) of an escape that spells one; raises PatternProblem."""
    letter = text[at + 1 : at + 2]
    if letter in _CONTROLS:
        return at + 2, _CONTROLS[letter]
    if found := _HEX.match(text, at + 1):
        return found.end(), chr(int(found[1] or found[2], 16))
    if found := _OCTAL.match(text, at + 1):
        return found.end(), chr(int(found.group(), 8))
    if letter == "c" and text[at + 2 : at + 3].isascii() and text[at + 2 : at + 3].isalpha():
        return at + 3, chr(ord(text[at + 2].upper()) - 64)
    if letter and not (letter.isalnum() or letter == "_"):
        return at + 2, letter
    what = f"\\{letter}" if letter else "a backslash at its end"
    raise PatternProblem(f"The regular expression {text[:60]} has {what}, which means nothing in .NET.")
