"""Reads a date in exactly one .NET format, as `DateTime.ParseExact` does."""

import re
from dataclasses import dataclass
from functools import lru_cache

from wizard.mapping.expression.functions.date_format import DAYS, MONTHS, FormatProblem, format_parts
from wizard.mapping.expression.functions.date_reading import full_year
from wizard.mapping.expression.functions.moment import Moment, moment


def _names(names: tuple[str, ...], short: bool) -> str:
    return "|".join(name[:3] if short else name for name in names)


def _pattern(letter: str, count: int) -> str:
    """The regular expression one part of a format reads."""
    match letter:
        case "d" | "M" if count > 2:
            return _names(DAYS if letter == "d" else MONTHS, short=count == 3)
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


@dataclass(frozen=True, slots=True)
class _Exact:
    """One format, ready to read."""

    pattern: re.Pattern[str]
    letters: tuple[tuple[str, int], ...]
    """For each group what it holds."""


@lru_cache(maxsize=256)
def _exact(text: str) -> _Exact:
    pattern, letters = [], []
    for letter, count in format_parts(text):
        if not count:
            pattern.append(r"\s" if letter == " " else re.escape(letter))
        else:
            pattern.append(f"({_pattern(letter, count)})")
            letters.append((letter, count))
    held = [letter + ("name" if count > 2 and letter in "dM" else "") for letter, count in letters]
    if twice := next((name for name in held if held.count(name) > 1), ""):
        # .NET allows it where both say the same; here it would also let a format try too many ways.
        raise FormatProblem(f"The format {text} has {twice[0]} twice, so a date cannot be read by it.")
    return _Exact(re.compile("".join(pattern), re.IGNORECASE | re.ASCII), tuple(letters))


def read_exact(source: str, text: str) -> Moment | None:
    """The moment `source` spells in the format `text`; None where it does not match.

    Blanks before and after are left out. What has an offset is turned into UTC, what has none is UTC; a part that
    the format has not is that of 1 January 0001. Raises FormatProblem.
    """
    exact = _exact(text)
    found = exact.pattern.fullmatch(source.strip())
    if found is None:
        return None
    values: dict[str, str] = {}
    weekday = ""
    for (letter, count), value in zip(exact.letters, found.groups(), strict=True):
        if letter == "d" and count > 2:
            weekday = value[:3].casefold()
        else:
            values[letter + ("name" if letter == "M" and count > 2 else "")] = value
    try:
        read = _moment(values)
    except ValueError:
        return None
    return None if weekday and DAYS[read.day.weekday()][:3].casefold() != weekday else read


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
