"""A point in time as .NET counts it, and Visual Basic's arithmetic of dates on it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

TICKS = 10_000_000
"""Ticks of a second (100 ns)."""
DAY = 86_400 * TICKS
FILETIME_BEGINS = (date(1601, 1, 1).toordinal() - 1) * DAY
_END = date.max.toordinal() * DAY


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
        return date.fromordinal(self.ticks // DAY + 1)

    @property
    def clock(self) -> tuple[int, int, int, int]:
        """Hours, minutes, seconds and ticks of the second."""
        seconds, ticks = divmod(self.ticks % DAY, TICKS)
        return seconds // 3600, seconds // 60 % 60, seconds % 60, ticks

    def __str__(self) -> str:
        """As Entra prints a date: `3/16/2020 7:00:00 AM`."""
        day, (hour, minute, second, _) = self.day, self.clock
        return f"{day.month}/{day.day}/{day.year:04} {hour % 12 or 12}:{minute:02}:{second:02} {'AM' if hour < 12 else 'PM'}"


def moment(year: int, month: int, day: int, seconds: int = 0, ticks: int = 0, offset: int = 0) -> Moment:
    """A moment from a date, seconds of the day, ticks of the second and the offset from UTC in minutes."""
    days = date(year, month, day).toordinal() - 1
    return Moment(days * DAY + (seconds - offset * 60) * TICKS + ticks)


def moment_from(when: datetime) -> Moment:
    """A moment from a datetime; one without zone is taken for UTC."""
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
        day = min(when.day.day, _length_of(first))
        return Moment((first.toordinal() - 2 + day) * DAY + when.ticks % DAY)
    return Moment(when.ticks + count * UNITS[interval])


UNITS = {"d": DAY, "ww": 7 * DAY, "h": 3600 * TICKS, "n": 60 * TICKS, "s": TICKS}
INTERVALS = ("yyyy", "m", "d", "ww", "h", "n", "s")


def difference(interval: str, first: Moment, second: Moment) -> int:
    """Visual Basic's `DateDiff`: years, months and weeks by the calendar (weeks begin on Sunday), the rest elapsed."""
    if interval == "yyyy":
        return second.day.year - first.day.year
    if interval == "m":
        return (second.day.year - first.day.year) * 12 + second.day.month - first.day.month
    if interval == "ww":
        return (_sunday(second) - _sunday(first)) // 7
    elapsed, unit = second.ticks - first.ticks, UNITS[interval]
    return elapsed // unit if elapsed >= 0 else -(-elapsed // unit)


def _sunday(when: Moment) -> int:
    ordinal = when.day.toordinal()
    return ordinal - ordinal % 7  # day 7 of the calendar is a Sunday


def _length_of(first: date) -> int:
    if first.month == 12:
        return 31
    return (date(first.year, first.month + 1, 1) - first).days
