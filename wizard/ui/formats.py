"""Dates, times and durations as the window shows them: "Today, 14:05", "3 November 2026", "1 min 20 s"."""

from datetime import date, datetime, timedelta

from PySide6.QtCore import QDate, QLocale, QTime


def day_and_time(moment: datetime | str, now: datetime | None = None) -> str:
    """A moment of the past, or of the day to come, by this computer's clock.

    `moment` is a datetime with a zone, or its ISO text; "" and what is no time give "".
    """
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment)
        except ValueError:
            return ""
    local = moment.astimezone()
    today = (now or datetime.now().astimezone()).date()
    if local.date() == today:
        return f"Today, {clock(local)}"
    if local.date() == today - timedelta(days=1):
        return f"Yesterday, {clock(local)}"
    if local.date() == today + timedelta(days=1):
        return f"Tomorrow, {clock(local)}"
    return full_date(local.date())


def clock(moment: datetime) -> str:
    """The time of the day without seconds, as this desktop writes it."""
    return QLocale().toString(QTime(moment.hour, moment.minute), QLocale.FormatType.ShortFormat)


def full_date(day: date) -> str:
    """ "3 November 2026"."""
    return QLocale(QLocale.Language.English).toString(QDate(day.year, day.month, day.day), "d MMMM yyyy")


def short_span(seconds: float) -> str:
    """How long something took: "214 ms" under a second, then "0.6 s" style tenths, then whole seconds."""
    if seconds < 1:
        return f"{max(1, round(seconds * 1000))} ms"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def span_in_words(seconds: int) -> str:
    """ "40 s", "1 min 20 s", "2 h 5 min"."""
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return f"{rest} s"
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
