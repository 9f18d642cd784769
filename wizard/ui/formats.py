"""The formats of the window: those of `wizard.messages.formats` in the desktop's locale."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TypeVar

from PySide6.QtCore import QCollator, QCollatorSortKey, QDate, QLocale, Qt, QTime

from wizard.messages.formats import (
    Style,
    clock,
    clock_with_seconds,
    comma_list,
    day,
    day_and_time,
    decimal,
    either,
    full_date,
    grouped,
    is_today,
    listed,
    listed_with_more,
    moments,
    percent,
    sample_moments,
    short_date,
    short_span,
    span_in_words,
    use_style,
)
from wizard.messages.translation import current_language, pgettext

__all__ = [
    "clock",
    "clock_with_seconds",
    "comma_list",
    "day",
    "day_and_time",
    "decimal",
    "either",
    "full_date",
    "grouped",
    "in_order",
    "is_today",
    "listed",
    "listed_with_more",
    "moments",
    "percent",
    "sample_moments",
    "short_date",
    "short_span",
    "sort_keys",
    "span_in_words",
    "use_desktop_formats",
]


_Item = TypeVar("_Item")


def use_desktop_formats() -> None:
    """Write numbers and times as the desktop does, and dates in the language of the window."""
    if QLocale().language() == QLocale.Language.C:
        QLocale.setDefault(QLocale(QLocale.Language.English))  # the C locale does not group digits
    use_style(Style(whole=_whole, decimal=_decimal, date=_date, short_date=_short_date, clock=_clock))


def sort_keys(texts: Iterable[str]) -> list[QCollatorSortKey]:
    """Keys that sort texts as the language of the window does: "Öl" after "Ole" in German, after "Zoe" in Swedish."""
    collator = QCollator(QLocale(current_language()))
    collator.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    keys: dict[str, QCollatorSortKey] = {}
    for text in (texts := list(texts)):
        if text not in keys:
            keys[text] = collator.sortKey(text)
    return [keys[text] for text in texts]


def in_order(items: Iterable[_Item], text: Callable[[_Item], str]) -> list[_Item]:
    """Sort items by a text as `sort_keys` does."""
    items = list(items)
    keys = sort_keys(map(text, items))
    return [items[at] for at in sorted(range(len(items)), key=keys.__getitem__)]


def _whole(value: int) -> str:
    return QLocale().toString(value)


def _decimal(value: float, digits: int) -> str:
    return QLocale().toString(value, "f", digits)


def _date(day: date) -> str:
    return _written(day, pgettext("format of a date, as Qt writes it", "MMMM d, yyyy"))


def _short_date(day: date) -> str:
    return _written(day, pgettext("format of a date without its year, as Qt writes it", "MMM d"))


def _written(day: date, pattern: str) -> str:
    return QLocale(current_language()).toString(QDate(day.year, day.month, day.day), pattern)


def _clock(moment: datetime) -> str:
    return QLocale().toString(QTime(moment.hour, moment.minute), QLocale.FormatType.ShortFormat)
