"""Numbers, dates, times, durations and lists as a person reads them.

Plain by default, for terminals and files: "1234", "2026-11-23", "2026-11-23 14:05". The window installs the desktop's
locale (`use_style`): "1,234", "November 23, 2026", "Today, 14:05".
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from wizard.messages.translation import _, pgettext, use_grouping


@dataclass(frozen=True, slots=True)
class Style:
    """How one locale writes numbers, dates and times."""

    whole: Callable[[int], str]
    """A whole number with its digits grouped."""
    decimal: Callable[[float, int], str]
    """A number with so many digits after the point."""
    short_date: Callable[[date], str]
    """A date without its year, where there is little room."""
    date: Callable[[date], str]
    clock: Callable[[datetime], str]
    """A time of day without seconds."""
    near_days: bool = True
    """Write "Today, 14:05" for yesterday, today and tomorrow, and other days without the time."""


PLAIN = Style(
    whole=str,
    decimal=lambda value, digits: f"{value:.{digits}f}",
    date=lambda day: day.isoformat(),
    short_date=lambda day: day.isoformat(),
    clock=lambda moment: f"{moment:%H:%M}",
    near_days=False,
)

Place = Literal["alone", "when", "after"]
"""Where a moment is written: alone ("Today, 14:05"), as the answer to when ("today at 14:05", "on November 3, 2026"), or
after a word such as until, since or about ("today at 14:05", "November 3, 2026")."""

_style = PLAIN
_is_plain: ContextVar[bool] = ContextVar("plain formats", default=False)


def use_style(style: Style) -> None:
    """Write numbers, dates and times in this style from now on."""
    global _style
    _style = style
    use_grouping(grouped)


@contextmanager
def plain() -> Iterator[None]:
    """Write plain digits and ISO dates inside the block: for files that the window writes."""
    token = _is_plain.set(True)
    try:
        yield
    finally:
        _is_plain.reset(token)


def _now() -> Style:
    return PLAIN if _is_plain.get() else _style


# --- numbers ---------------------------------------------------------------------------------------------------------


def grouped(value: int) -> str:
    """A whole number: "1,234"; plain "1234"."""
    return _now().whole(value)


def decimal(value: float, digits: int = 1) -> str:
    """A number with so many digits after the point: "1.3"."""
    return _now().decimal(value, digits)


def percent(value: int) -> str:
    """A share of a hundred: "12%"."""
    return _("{n}%").format(n=value)


# --- dates and times -------------------------------------------------------------------------------------------------


def day_and_time(moment: datetime | str, now: datetime | None = None, place: Place = "alone") -> str:
    """A past or coming moment by this computer's clock: "Today, 14:05", "November 3, 2026"; plain "2026-11-03 14:05".

    `moment` is a datetime with a zone, or its ISO text; any other text gives "".
    """
    local = _local(moment)
    if local is None:
        return ""
    if not _now().near_days:
        return f"{full_date(local.date())} {clock(local)}"
    day = _near_day(local, now, place)
    if not day:
        return _placed_date(local.date(), place)
    words = _("{day}, {time}") if place == "alone" else pgettext("within a sentence", "{day} at {time}")
    return words.format(day=day, time=clock(local))


def sample_moments() -> tuple[str, ...]:
    """What `day_and_time` returns at its longest: for the width of a column."""
    now = datetime(2000, 12, 27, 22, 58).astimezone()
    others = (now.replace(year=now.year - 1, month=month) for month in range(1, 13))
    return tuple(day_and_time(moment, now) for moment in (now, now - timedelta(days=1), *others))


def moments(times: Sequence[str]) -> list[str]:
    """`day_and_time` of each, with seconds where two would read the same."""
    words = [day_and_time(time) for time in times]
    often = Counter(words)
    return [
        _("{day}, {time}").format(
            day=day(time), time=clock_with_seconds(datetime.fromisoformat(time).astimezone())
        )
        if often[text] > 1 and text
        else text
        for text, time in zip(words, times, strict=True)
    ]


def day(moment: datetime | str, now: datetime | None = None, place: Place = "alone") -> str:
    """As `day_and_time`, without the time."""
    local = _local(moment)
    if local is None:
        return ""
    if not _now().near_days:
        return full_date(local.date())
    return _near_day(local, now, place) or _placed_date(local.date(), place)


def is_today(moment: datetime | str, now: datetime | None = None) -> bool:
    """Whether a moment is on the present day, by this computer's clock."""
    local = _local(moment)
    return local is not None and _days_ahead(local, now) == 0


def clock(moment: datetime) -> str:
    """A time of day without seconds: "14:05"."""
    return _now().clock(moment)


def clock_with_seconds(moment: datetime) -> str:
    """A time of day for logs: "14:05:12"."""
    return f"{moment:%H:%M:%S}"


def full_date(day: date) -> str:
    """A date: "November 3, 2026"; plain "2026-11-03"."""
    return _now().date(day)


def short_date(day: date) -> str:
    """A date without its year: "Nov 3"; plain "2026-11-03"."""
    return _now().short_date(day)


def _placed_date(day: date, place: Place) -> str:
    if place == "when":
        # Translators: as in "Read on November 3, 2026."
        return pgettext("date that says when", "on {date}").format(date=full_date(day))
    if place == "after":
        # Translators: as in "paused until November 3, 2026", "since November 3, 2026"
        return pgettext("date after until, since or about", "{date}").format(date=full_date(day))
    return full_date(day)


def _near_day(local: datetime, now: datetime | None, place: Place) -> str:
    """The word for yesterday, today or tomorrow; "" for any other day."""
    ahead = _days_ahead(local, now)
    if place != "alone":
        words = {
            -1: pgettext("within a sentence", "yesterday"),
            0: pgettext("within a sentence", "today"),
            1: pgettext("within a sentence", "tomorrow"),
        }
    else:
        words = {-1: _("Yesterday"), 0: _("Today"), 1: _("Tomorrow")}
    return words.get(ahead, "")


def _local(moment: datetime | str) -> datetime | None:
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment)
        except ValueError:
            return None
    try:
        return moment.astimezone()
    except (ValueError, OverflowError):  # beyond the calendar here
        return None


def _days_ahead(local: datetime, now: datetime | None) -> int:
    return (local.date() - (now or datetime.now().astimezone()).date()).days


# --- durations -------------------------------------------------------------------------------------------------------


def short_span(seconds: float) -> str:
    """How long something took: "214 ms" below a second, "1.3 s" below ten, then "42 s"."""
    if seconds < 1:
        return _("{n} ms").format(n=max(1, round(seconds * 1000)))
    return _("{n} s").format(n=decimal(seconds, 1 if seconds < 10 else 0))


def span_in_words(seconds: int) -> str:
    """A duration: "40 s", "1 min 20 s", "2 h 5 min"."""
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return _("{n} s").format(n=rest)
    if minutes < 60 and rest:
        return _("{minutes} min {seconds} s").format(minutes=minutes, seconds=rest)
    if minutes < 60:
        return _("{n} min").format(n=minutes)
    hours, minutes = divmod(minutes, 60)
    if minutes:
        return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)
    return _("{n} h").format(n=hours)


# --- lists -----------------------------------------------------------------------------------------------------------


class NoText(str):
    """An empty text that a sentence shows as one: "The address (empty) cannot be used"."""

    def __format__(self, _spec: str) -> str:
        return pgettext("in place of a value", "(empty)")


def listed(items: Sequence[str]) -> str:
    """Words as one list: "a", "a and b", "a, b, and c"."""
    if len(items) < 2:
        return items[0] if items else NoText()
    two, more = (
        pgettext("end of a list", "{rest} and {last}"),
        pgettext("end of a list of three", "{rest}, and {last}"),
    )
    return (two if len(items) == 2 else more).format(rest=comma_list(items[:-1]), last=items[-1])


def either(items: Sequence[str]) -> str:
    """Words as alternatives: "a", "a or b", "a, b, or c"."""
    if len(items) < 2:
        return items[0] if items else NoText()
    two, more = (
        pgettext("end of a list", "{rest} or {last}"),
        pgettext("end of a list of three", "{rest}, or {last}"),
    )
    return (two if len(items) == 2 else more).format(rest=comma_list(items[:-1]), last=items[-1])


def listed_with_more(items: Sequence[str], more: int) -> str:
    """Words, and how many are not named: "a and 4 more", "a, b, and 4 more"."""
    if more <= 0:
        return comma_list(items)
    single = not items[1:]
    words = _("{names} and {n:,} more") if single else _("{names}, and {n:,} more")
    return words.format(names=comma_list(items), n=more)


def comma_list(items: Sequence[str]) -> str:
    """Words with commas between: "a, b, c"."""
    return pgettext("between two items of a list", ", ").join(items) if items else NoText()
