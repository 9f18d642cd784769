"""Dates written and read in .NET's format strings, as `yyyy-MM-dd`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from wizard.errors import WizardError
from wizard.mapping.dotnet.dates import DAYS, MONTHS, Moment, full_year, moment


class FormatProblem(WizardError):
    """The text is not one of .NET's date formats."""


def written(when: Moment, text: str) -> str:
    """Return the moment in UTC, written in a format; raises FormatProblem."""
    out: list[str] = []
    for letter, count in _format_parts(text):
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


# --- reading: DateTime.ParseExact ---------------------------------------------------------------------------------


def read_exact(source: str, text: str) -> Moment | None:
    """Return the moment that `source` spells in the format `text`; None where it does not match.

    Leading and trailing white space is ignored. A date with an offset is converted to UTC, one without is UTC. A part
    that the format does not have is that of 1 January 0001. Raises FormatProblem.
    """
    exact = _exact(text)
    match = exact.pattern.fullmatch(source.strip())
    if match is None:
        return None
    values: dict[str, str] = {}
    weekday = ""
    for (letter, count), value in zip(exact.letters, match.groups(), strict=True):
        if letter == "d" and count > 2:
            weekday = value[:3].casefold()
        else:
            values[letter + ("name" if letter == "M" and count > 2 else "")] = value
    try:
        result = _moment(values)
    except ValueError:
        return None
    return None if weekday and DAYS[result.day.weekday()][:3].casefold() != weekday else result


def _moment(values: dict[str, str]) -> Moment:
    year = values.get("y", "1")
    month = int(values.get("M", "1"))
    if name := values.get("Mname", "").casefold():
        month = next(number for number, full in enumerate(MONTHS, 1) if full.casefold().startswith(name))
    seconds = _hour(values) * 3600 + _at_most(values, "m", 59) * 60 + _at_most(values, "s", 59)
    digits = values.get("f") or values.get("F") or ""
    return moment(
        full_year(int(year)) if len(year) == 2 else int(year),
        month,
        int(values.get("d", "1")),
        seconds,
        int(f"{digits}0000000"[:7]),
        _offset(values.get("z") or values.get("K") or ""),
    )


def _hour(values: dict[str, str]) -> int:
    if "H" in values:
        return _at_most(values, "H", 23)
    hour = _at_most(values, "h", 12)
    half = values.get("t", "")[:1].casefold()
    if "h" in values and hour == 0:
        raise ValueError("hour 0 of a clock with twelve")
    return hour % 12 + 12 if half == "p" else hour % 12 if half == "a" else hour


def _at_most(values: dict[str, str], letter: str, highest: int) -> int:
    value = int(values.get(letter, "0"))
    if value > highest:
        raise ValueError("outside the clock")
    return value


def _offset(zone: str) -> int:
    if zone in ("", "Z", "z"):
        return 0
    hours, _, minutes = zone[1:].partition(":")
    if not minutes and len(hours) > 2:
        hours, minutes = hours[:-2], hours[-2:]
    total = int(hours) * 60 + int(minutes or 0)
    if total > 14 * 60:
        raise ValueError("an offset of more than 14 hours")
    return total if zone[0] == "+" else -total


@dataclass(frozen=True, slots=True)
class _Exact:
    """One format, compiled for reading."""

    pattern: re.Pattern[str]
    letters: tuple[tuple[str, int], ...]
    """What each group holds: (letter, how many)."""


@lru_cache(maxsize=256)
def _exact(text: str) -> _Exact:
    pattern, letters = [], []
    for letter, count in _format_parts(text):
        if not count:
            pattern.append(r"\s" if letter == " " else re.escape(letter))
        else:
            pattern.append(f"({_pattern(letter, count)})")
            letters.append((letter, count))
    names = [letter + ("name" if count > 2 and letter in "dM" else "") for letter, count in letters]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        # .NET allows it where both values are equal; here it would also allow patterns that backtrack too much.
        raise FormatProblem("date-format-part-twice", format=text, part=twice[0])
    return _Exact(re.compile("".join(pattern), re.IGNORECASE | re.ASCII), tuple(letters))


def _pattern(letter: str, count: int) -> str:
    """The regular expression for one part of a format."""
    match letter:
        case "d" | "M" if count > 2:
            return _alternatives(DAYS if letter == "d" else MONTHS, short=count == 3)
        case "y":
            return r"\d{2}" if count == 2 else r"\d{1,2}" if count == 1 else rf"\d{{{count}}}"
        case "f":
            return rf"\d{{{count}}}"
        case "F":
            return rf"\d{{0,{count}}}"
        case "t":
            return "[AaPp][Mm]" if count > 1 else "[AaPp]"
        case "g":
            return r"A\.D\."
        case "K":
            return r"(?:Z|[+-]\d{2}:?\d{2})?"
        case "z":
            return r"(?:Z|[+-]\d{1,2}:?\d{2})" if count > 2 else r"[+-]\d{1,2}"
        case _:
            return r"\d{1,2}" if count == 1 else r"\d{2}"


def _alternatives(names: tuple[str, ...], short: bool) -> str:
    return "|".join(name[:3] if short else name for name in names)


# --- format strings -----------------------------------------------------------------------------------------------

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
"""Single letter -> its format in .NET's invariant culture."""
_LETTERS = frozenset("dfFghHKmMstyz")


@lru_cache(maxsize=256)
def _format_parts(text: str) -> tuple[tuple[str, int], ...]:
    """The format in parts: (letter, how many) for a part of the date, (text, 0) for literal text."""
    if len(text) == 1 and text in STANDARD:
        text = STANDARD[text]
    elif len(text) == 1:
        raise FormatProblem("date-format-of-one-letter", letter=text)
    if not text:
        raise FormatProblem("date-format-empty")
    parts: list[tuple[str, int]] = []
    at = 0
    while at < len(text):
        letter = text[at]
        if letter in _LETTERS:
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
        raise FormatProblem("date-format-too-exact")


def _literal(text: str, at: int) -> tuple[int, str | None]:
    letter = text[at]
    if letter in "'\"":
        end = text.find(letter, at + 1)
        if end < 0:
            raise FormatProblem("date-format-quote-unclosed", format=text)
        return end + 1, text[at + 1 : end]
    if letter == "\\":
        if at + 1 == len(text):
            raise FormatProblem("date-format-ends-with-backslash", format=text)
        return at + 2, text[at + 1]
    if letter == "%":
        if text[at + 1 : at + 2] not in _LETTERS or at + 1 == len(text):
            raise FormatProblem("date-format-percent", format=text)
        return at + 1, None
    return at + 1, letter
