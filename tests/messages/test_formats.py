"""Numbers, dates, durations and lists: plain by default, in the person's style where one was installed."""

from datetime import date, datetime

import pytest

from wizard.messages import formats
from wizard.messages.formats import PLAIN, Style, day_and_time, moments, use_style
from wizard.messages.translation import Nn_, _, ngettext

MOMENT = datetime(2026, 11, 23, 14, 5, 9).astimezone()


def test_plain_digits_and_iso_dates_by_default() -> None:
    assert formats.grouped(1_234_567) == "1234567"
    assert formats.decimal(1234.56) == "1234.6"
    assert formats.full_date(date(2026, 11, 3)) == "2026-11-03"
    assert formats.day_and_time(MOMENT, now=MOMENT) == "2026-11-23 14:05"
    assert formats.day(MOMENT, now=MOMENT) == "2026-11-23"
    assert formats.clock(MOMENT) == "14:05"


@pytest.fixture
def swiss() -> None:
    """A style with other signs than English."""
    use_style(
        Style(
            whole=lambda value: f"{value:,}".replace(",", "’"),
            decimal=lambda value, digits: f"{value:.{digits}f}".replace(".", ","),
            date=lambda day: f"{day.day}. {day.month}. {day.year}",
            short_date=lambda day: f"{day.day}. {day.month}.",
            clock=PLAIN.clock,
        )
    )


@pytest.mark.usefixtures("swiss")
def test_numbers_in_texts_follow_the_style() -> None:
    one, many = Nn_("{n:,} row", "{n:,} rows")
    assert ngettext(one, many, 12_345).format(n=12_345) == "12’345 rows"
    assert _("{n:,} of {all:,}").format(n=1, all=12_345) == "1 of 12’345"
    assert _("port {n}").format(n=12_345) == "port 12345"
    assert formats.short_span(1.26) == "1,3 s"


@pytest.mark.usefixtures("swiss")
def test_files_get_plain_digits_and_iso_dates() -> None:
    with formats.plain():
        assert _("{n:,} rows").format(n=12_345) == "12345 rows"
        assert formats.full_date(date(2026, 11, 3)) == "2026-11-03"
    assert _("{n:,} rows").format(n=12_345) == "12’345 rows"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(40, "40 s"), (80, "1 min 20 s"), (120, "2 min"), (7500, "2 h 5 min"), (7200, "2 h")],
)
def test_durations(seconds: int, words: str) -> None:
    assert formats.span_in_words(seconds) == words


def test_lists_and_alternatives() -> None:
    names = ("a", "b", "c")
    assert [formats.listed(names[:n]) for n in range(4)] == ["", "a", "a and b", "a, b, and c"]
    assert [formats.either(names[:n]) for n in range(4)] == ["", "a", "a or b", "a, b, or c"]


def test_a_time_beyond_the_calendar_is_no_time() -> None:
    for time in ("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"):
        assert day_and_time(time) == ""
        assert moments([time, time]) == ["", ""]
