"""Points in time as .NET counts them, Visual Basic's date arithmetic, and dates read from text in any usual form."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime

_TICKS = 10_000_000
"""Ticks of a second (100 ns)."""
_DAY = 86_400 * _TICKS
FILETIME_EPOCH = (date(1601, 1, 1).toordinal() - 1) * _DAY
INTERVALS = ("yyyy", "m", "d", "ww", "h", "n", "s")
_UNITS = {"d": _DAY, "ww": 7 * _DAY, "h": 3600 * _TICKS, "n": 60 * _TICKS, "s": _TICKS}
_END = date.max.toordinal() * _DAY


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """Ticks since 0001-01-01 00:00 UTC. Raises ValueError outside the years 1 to 9999."""

    ticks: int

    def __post_init__(self) -> None:
        if not 0 <= self.ticks < _END:
            raise ValueError("outside the years 1 to 9999")

    @property
    def day(self) -> date:
        """The date in UTC."""
        return date.fromordinal(self.ticks // _DAY + 1)

    @property
    def clock(self) -> tuple[int, int, int, int]:
        """Hours, minutes, seconds and ticks of the second."""
        seconds, ticks = divmod(self.ticks % _DAY, _TICKS)
        return seconds // 3600, seconds // 60 % 60, seconds % 60, ticks

    def __str__(self) -> str:
        """Return it as Entra prints a date: `3/16/2020 7:00:00 AM`."""
        day, (hour, minute, second, _) = self.day, self.clock
        return f"{day.month}/{day.day}/{day.year:04} {hour % 12 or 12}:{minute:02}:{second:02} {'AM' if hour < 12 else 'PM'}"


def moment(year: int, month: int, day: int, seconds: int = 0, ticks: int = 0, offset: int = 0) -> Moment:
    """Return a moment from a date, seconds of the day, ticks of the second and the offset from UTC in minutes."""
    days = date(year, month, day).toordinal() - 1
    return Moment(days * _DAY + (seconds - offset * 60) * _TICKS + ticks)


def moment_from(when: datetime) -> Moment:
    """Return a moment from a datetime; one without a time zone is UTC."""
    when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    seconds = when.hour * 3600 + when.minute * 60 + when.second
    return moment(when.year, when.month, when.day, seconds, when.microsecond * 10)


def added(interval: str, count: int, when: Moment) -> Moment:
    """Visual Basic's `DateAdd`: months and years keep the day or take the month's last one."""
    if interval in ("yyyy", "m"):
        months = when.day.year * 12 + when.day.month - 1 + count * (12 if interval == "yyyy" else 1)
        year, month = divmod(months, 12)
        if not 1 <= year <= 9999:
            raise ValueError("outside the years 1 to 9999")
        first = date(year, month + 1, 1)
        day = min(when.day.day, monthrange(year, month + 1)[1])
        return Moment((first.toordinal() - 2 + day) * _DAY + when.ticks % _DAY)
    return Moment(when.ticks + count * _UNITS[interval])


def difference(interval: str, first: Moment, second: Moment) -> int:
    """Visual Basic's `DateDiff`: years, months and weeks by the calendar (weeks begin on Sunday), the rest elapsed."""
    if interval == "yyyy":
        return second.day.year - first.day.year
    if interval == "m":
        return (second.day.year - first.day.year) * 12 + second.day.month - first.day.month
    if interval == "ww":
        return (_sunday(second) - _sunday(first)) // 7
    elapsed, unit = second.ticks - first.ticks, _UNITS[interval]
    return elapsed // unit if elapsed >= 0 else -(-elapsed // unit)


def _sunday(when: Moment) -> int:
    ordinal = when.day.toordinal()
    return ordinal - ordinal % 7  # day 7 of the calendar is a Sunday


# --- dates read from text -------------------------------------------------------------------------------------------

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
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
_FORMS = tuple(
    re.compile(rf"{date}(?:\s*T\s*|\s*,\s*|\s+|$|(?=[Z+-]))(?:{_TIME})?\s*(?:{_ZONE})?", re.IGNORECASE | re.ASCII)
    for date in _DATES
)
_WEEKDAY = re.compile(r"\s*([A-Za-z]{3,9})\s*,?\s+")


def read_date(text: str) -> Moment | None:
    """Return the moment that a text spells; None where it spells none.

    Month before day where both are numbers (`3/16/2020`), as in .NET's invariant culture. A text without an offset
    is UTC. Two digits of a year are 1950 to 2049. A date without a day is the first of its month.
    """
    text = text.strip()
    if not 6 <= len(text) <= 60:
        return None
    weekday = _WEEKDAY.match(text)
    if weekday and weekday[1].casefold() in _DAY_NAMES:
        text = text[weekday.end() :]
    for form in _FORMS:
        if match := form.fullmatch(text):
            return _moment(match.groupdict())
    return None


def _moment(parts: dict[str, str | None]) -> Moment | None:
    month = int(parts.get("m") or 0) or _MONTH_NUMBERS.get((parts.get("name") or "").casefold(), 0)
    year = parts["y"] or ""
    seconds = _seconds(parts)
    if seconds is None:
        return None
    try:
        return moment(
            int(year) if len(year) == 4 else full_year(int(year)),
            month,
            int(parts.get("d") or 1),
            seconds,
            int(((parts["f"] or "") + "0000000")[:7]),
            _offset(parts),
        )
    except ValueError:
        return None


def full_year(year: int) -> int:
    """Return the full year of two digits: 1950 to 2049, as .NET reads them."""
    return year + (2000 if year < 50 else 1900)


def _seconds(parts: dict[str, str | None]) -> int | None:
    if parts["h"] is None:
        return 0
    if parts["n"] is None and parts["half"] is None:
        return None  # "2020-03-16 7" is neither a time nor an offset
    hour, minute, second = int(parts["h"]), int(parts["n"] or 0), int(parts["s"] or 0)
    if half := parts["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return hour * 3600 + minute * 60 + second


def _offset(parts: dict[str, str | None]) -> int:
    if not parts["sign"]:
        return 0
    minutes = int(parts["zh"] or 0) * 60 + int(parts["zm"] or 0)
    if minutes > 14 * 60:
        raise ValueError("an offset of more than 14 hours")
    return minutes if parts["sign"] == "+" else -minutes
