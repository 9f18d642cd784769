"""The formats .NET writes dates in, `yyyy-MM-dd` and its kin: their parts, and writing with them."""

from collections.abc import Callable
from functools import lru_cache
from itertools import takewhile

from wizard.mapping.expression.functions.moment import Moment

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

STANDARD = {
    "d": "MM/dd/yyyy",
    "D": "dddd, dd MMMM yyyy",
    "f": "dddd, dd MMMM yyyy HH:mm",
    "F": "dddd, dd MMMM yyyy HH:mm:ss",
    "g": "MM/dd/yyyy HH:mm",
    "G": "MM/dd/yyyy HH:mm:ss",
    "m": "MMMM dd",
    "M": "MMMM dd",
    "o": "yyyy-MM-dd'T'HH:mm:ss.fffffffK",
    "O": "yyyy-MM-dd'T'HH:mm:ss.fffffffK",
    "r": "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
    "R": "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
    "s": "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
    "t": "HH:mm",
    "T": "HH:mm:ss",
    "u": "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
    "U": "dddd, dd MMMM yyyy HH:mm:ss",
    "y": "yyyy MMMM",
    "Y": "yyyy MMMM",
}
"""One letter alone -> the format it stands for in .NET's invariant culture."""
LETTERS = frozenset("dfFghHKmMstyz")


class FormatProblem(ValueError):
    """The text is no format of .NET's; its message says why, a whole sentence."""


@lru_cache(maxsize=256)
def format_parts(text: str) -> tuple[tuple[str, int], ...]:
    """The format in parts: (letter, how many) for a piece of the date, (text, 0) for what stands as it is."""
    if len(text) == 1 and text in STANDARD:
        text = STANDARD[text]
    elif len(text) == 1:
        raise FormatProblem(f"{text} alone is no format of a date.")
    if not text:
        raise FormatProblem("A format of a date is needed, as yyyy-MM-dd.")
    parts: list[tuple[str, int]] = []
    at = 0
    while at < len(text):
        letter = text[at]
        if letter in LETTERS:
            count = sum(1 for _ in takewhile(letter.__eq__, text[at:]))
            _check(letter, count)
            parts.append((letter, count))
            at += count
        else:
            at, literal = _literal(text, at)
            if literal is not None:
                parts.append((literal, 0))
    return tuple(parts)


def _check(letter: str, count: int) -> None:
    if letter in "fF" and count > 7:
        raise FormatProblem("A format of a date has at most seven digits of a second (fffffff).")


def _literal(text: str, at: int) -> tuple[int, str | None]:
    letter = text[at]
    if letter in "'\"":
        end = text.find(letter, at + 1)
        if end < 0:
            raise FormatProblem(f"A quote in the format {text} is not closed.")
        return end + 1, text[at + 1 : end]
    if letter == "\\":
        if at + 1 == len(text):
            raise FormatProblem(f"The format {text} ends with a backslash.")
        return at + 2, text[at + 1]
    if letter == "%":
        if text[at + 1 : at + 2] not in LETTERS or at + 1 == len(text):
            raise FormatProblem(f"A % in the format {text} stands before no letter of a date.")
        return at + 1, None
    return at + 1, letter


def written(when: Moment, text: str) -> str:
    """The moment in UTC, written in a format; raises FormatProblem."""
    out: list[str] = []
    for letter, count in format_parts(text):
        if not count:
            out.append(letter)
            continue
        piece = _WRITERS[letter](when, count)
        if letter == "F" and not piece and out and out[-1].endswith("."):
            out[-1] = out[-1][:-1]  # .NET drops the point with the digits
        out.append(piece)
    return "".join(out)


def _day(when: Moment, count: int) -> str:
    if count > 2:
        name = DAYS[when.day.weekday()]
        return name[:3] if count == 3 else name
    return f"{when.day.day:0{count}}"


def _month(when: Moment, count: int) -> str:
    if count > 2:
        name = MONTHS[when.day.month - 1]
        return name[:3] if count == 3 else name
    return f"{when.day.month:0{count}}"


def _year(when: Moment, count: int) -> str:
    return f"{when.day.year % 100 if count < 3 else when.day.year:0{count}}"


def _clock(place: int) -> Callable[[Moment, int], str]:
    return lambda when, count: f"{when.clock[place]:0{min(count, 2)}}"


def _half(when: Moment, count: int) -> str:
    return ("AM" if when.clock[0] < 12 else "PM")[: min(count, 2)]


def _zone(when: Moment, count: int) -> str:
    return ("+0", "+00", "+00:00")[min(count, 3) - 1]


_WRITERS: dict[str, Callable[[Moment, int], str]] = {
    "d": _day,
    "f": lambda when, count: f"{when.clock[3]:07}"[:count],
    "F": lambda when, count: f"{when.clock[3]:07}"[:count].rstrip("0"),
    "g": lambda when, count: "A.D.",
    "h": lambda when, count: f"{when.clock[0] % 12 or 12:0{min(count, 2)}}",
    "H": _clock(0),
    "K": lambda when, count: "Z",
    "m": _clock(1),
    "M": _month,
    "s": _clock(2),
    "t": _half,
    "y": _year,
    "z": _zone,
}
