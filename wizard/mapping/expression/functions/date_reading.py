"""Reads a date and a time from text in the ways .NET's own parser does, without being told the format."""

import re

from wizard.mapping.expression.functions.date_format import DAYS, MONTHS
from wizard.mapping.expression.functions.moment import Moment, moment

_NAMES = {name.casefold(): number for number, name in enumerate(MONTHS, 1)}
_MONTH_NUMBERS = _NAMES | {name[:3]: number for name, number in _NAMES.items()} | {"sept": 9}
_DAY_NAMES = {name.casefold() for name in DAYS} | {name[:3].casefold() for name in DAYS}

_ZONE = r"(?P<zone>Z|GMT|UTC|(?P<sign>[+-])(?P<zh>\d{1,2})(?::?(?P<zm>\d{2}))?)"
_TIME = r"(?P<h>\d{1,2})(?::(?P<n>\d{2})(?::(?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
_MONTH = r"(?P<name>[A-Za-z]{3,9})\.?"
_DATES = (
    r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})",
    r"(?P<m>\d{1,2})[/.-](?P<d>\d{1,2})[/.-](?P<y>\d{4}|\d{2})",
    rf"(?P<d>\d{{1,2}})[\s-]+{_MONTH}(?:[\s,-]+(?P<y>\d{{4}}|\d{{2}}))",
    rf"{_MONTH}\s+(?P<d>\d{{1,2}})(?:\s*,\s*|\s+)(?P<y>\d{{4}})",
    rf"(?P<y>\d{{4}})[\s-]+{_MONTH}[\s-]+(?P<d>\d{{1,2}})",
    rf"{_MONTH}[\s,]+(?P<y>\d{{4}})",
    r"(?P<y>\d{4})-(?P<m>\d{1,2})",
)
_WAYS = tuple(
    re.compile(rf"{date}(?:\s*T\s*|\s*,\s*|\s+|$|(?=[Z+-]))(?:{_TIME})?\s*(?:{_ZONE})?", re.IGNORECASE | re.ASCII)
    for date in _DATES
)
_WEEKDAY = re.compile(r"\s*([A-Za-z]{3,9})\s*,?\s+")


def read_date(text: str) -> Moment | None:
    """The moment a text spells; None where it spells none.

    Month before day where both are numbers (`3/16/2020`), as in .NET's invariant culture. A text without an offset
    is UTC. Two digits of a year are 1950 to 2049. A date without a day is the first of its month.
    """
    text = text.strip()
    if not 6 <= len(text) <= 60:
        return None
    weekday = _WEEKDAY.match(text)
    if weekday and weekday[1].casefold() in _DAY_NAMES:
        text = text[weekday.end() :]
    for way in _WAYS:
        if found := way.fullmatch(text):
            return _moment(found.groupdict())
    return None


def _moment(found: dict[str, str | None]) -> Moment | None:
    month = int(found.get("m") or 0) or _MONTH_NUMBERS.get((found.get("name") or "").casefold(), 0)
    year = found["y"] or ""
    seconds = _seconds(found)
    if seconds is None:
        return None
    try:
        return moment(
            int(year) if len(year) == 4 else full_year(int(year)),
            month,
            int(found.get("d") or 1),
            seconds,
            int(((found["f"] or "") + "0000000")[:7]),
            _offset(found),
        )
    except ValueError:
        return None


def full_year(year: int) -> int:
    """Two digits of a year: 1950 to 2049, as .NET reads them."""
    return year + (2000 if year < 50 else 1900)


def _seconds(found: dict[str, str | None]) -> int | None:
    if found["h"] is None:
        return 0
    if found["n"] is None and found["half"] is None:
        return None  # "2020-03-16 7" is neither a time nor an offset
    hour, minute, second = int(found["h"]), int(found["n"] or 0), int(found["s"] or 0)
    if half := found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return hour * 3600 + minute * 60 + second


def _offset(found: dict[str, str | None]) -> int:
    if not found["sign"]:
        return 0
    minutes = int(found["zh"] or 0) * 60 + int(found["zm"] or 0)
    if minutes > 14 * 60:
        raise ValueError("an offset of more than 14 hours")
    return minutes if found["sign"] == "+" else -minutes
