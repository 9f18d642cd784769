"""Numbers, dates, times and durations as the window shows them: "1,234", "Today, 14:05", "1 min 20 s"."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from PySide6.QtCore import QDate, QLocale, QTime

_NEAR_DAYS = {-1: ("Yesterday", "yesterday"), 0: ("Today", "today"), 1: ("Tomorrow", "tomorrow")}
"""Days from today -> the word at the start of a sentence and within one."""


# --- numbers ---------------------------------------------------------------------------------------------------------


def grouped(value: int) -> str:
    """Format a whole number with the digit grouping of the desktop: "1,234"."""
    return QLocale().toString(value)


# --- dates and times -------------------------------------------------------------------------------------------------


def day_and_time(moment: datetime | str, now: datetime | None = None, within: bool = False) -> str:
    """Format a past or coming moment by this computer's clock: "Today, 14:05", "3 November 2026".

    `moment` is a datetime with a zone, or its ISO text; any other text gives "". `within`: for use within a sentence.
    """
    local = _local(moment)
    if local is None:
        return ""
    words = _NEAR_DAYS.get(_days_ahead(local, now))
    return f"{words[within]}, {clock(local)}" if words else full_date(local.date())


def moments(times: Sequence[str]) -> list[str]:
    """`day_and_time` of each, with seconds where two would read the same."""
    words = [day_and_time(time) for time in times]
    often = Counter(words)
    return [
        f"{day(time)}, {clock_with_seconds(datetime.fromisoformat(time).astimezone())}"
        if often[text] > 1 and text
        else text
        for text, time in zip(words, times, strict=True)
    ]


def day(moment: datetime | str, now: datetime | None = None, within: bool = False) -> str:
    """As `day_and_time`, without the time."""
    local = _local(moment)
    if local is None:
        return ""
    words = _NEAR_DAYS.get(_days_ahead(local, now))
    return words[within] if words else full_date(local.date())


def is_today(moment: datetime | str, now: datetime | None = None) -> bool:
    """Whether a moment is on the present day, by this computer's clock."""
    local = _local(moment)
    return local is not None and _days_ahead(local, now) == 0


def clock(moment: datetime) -> str:
    """Format a time of day without seconds, in the format of the desktop."""
    return QLocale().toString(QTime(moment.hour, moment.minute), QLocale.FormatType.ShortFormat)


def clock_with_seconds(moment: datetime) -> str:
    """Format a time of day for logs: "14:05:12"."""
    return f"{moment:%H:%M:%S}"


def full_date(day: date) -> str:
    """Format a date: "3 November 2026"."""
    return QLocale(QLocale.Language.English).toString(QDate(day.year, day.month, day.day), "d MMMM yyyy")


def _local(moment: datetime | str) -> datetime | None:
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment)
        except ValueError:
            return None
    return moment.astimezone()


def _days_ahead(local: datetime, now: datetime | None) -> int:
    return (local.date() - (now or datetime.now().astimezone()).date()).days


# --- durations -------------------------------------------------------------------------------------------------------


def short_span(seconds: float) -> str:
    """Format how long something took: "214 ms" below a second, "1.3 s" below ten, then "42 s"."""
    if seconds < 1:
        return f"{max(1, round(seconds * 1000))} ms"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def span_in_words(seconds: int) -> str:
    """Format a duration: "40 s", "1 min 20 s", "2 h 5 min"."""
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return f"{rest} s"
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
