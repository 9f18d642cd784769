"""Dates: reading any usual form, reading and writing .NET's formats, and Visual Basic's arithmetic."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mapping.functions.asking import problem, value
from wizard.mapping.expression.functions.date_exact import read_exact
from wizard.mapping.expression.functions.date_format import STANDARD, written
from wizard.mapping.expression.functions.date_reading import read_date
from wizard.mapping.expression.functions.moment import FILETIME_BEGINS, Moment, added, difference, moment_from


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2009-06-15", "6/15/2009 12:00:00 AM"),
        ("2009/6/5 7:08", "6/5/2009 7:08:00 AM"),
        ("6/15/2009 1:45:30 PM", "6/15/2009 1:45:30 PM"),
        ("6/15/09", "6/15/2009 12:00:00 AM"),
        ("6/15/50 12:00 am", "6/15/1950 12:00:00 AM"),
        ("2009-06-15T20:45:30.1234567Z", "6/15/2009 8:45:30 PM"),
        ("2009-06-15T20:45:30+0530", "6/15/2009 3:15:30 PM"),
        ("20:45", None),
        ("Mon, 15 Jun 2009 20:45:30 GMT", "6/15/2009 8:45:30 PM"),
        ("Monday, June 15, 2009 1:45 PM", "6/15/2009 1:45:00 PM"),
        ("15 June 2009", "6/15/2009 12:00:00 AM"),
        ("15-Jun-09", "6/15/2009 12:00:00 AM"),
        ("June 2009", "6/1/2009 12:00:00 AM"),
        ("0001-01-01+01:00", None),
        ("2021-02-29", None),
        ("2021-13-01", None),
        ("15/6/2009", None),
        ("2009-06-15 25:00", None),
        ("2009-06-15 13:00 PM", None),
        ("2009-06-15+15:00", None),
        ("2009-06-15 7", None),
        ("soon", None),
        ("x" * 100, None),
    ],
)
def test_a_date_in_any_usual_form(text: str, expected: str | None) -> None:
    found = read_date(text)
    assert (None if found is None else str(found)) == expected


@pytest.mark.parametrize(
    ("text", "format_", "expected"),
    [
        ("20150123105347.1Z", "yyyyMMddHHmmss.fZ", "1/23/2015 10:53:47 AM"),
        ("2025-12-31-08:00", "yyyy-MM-ddzzz", "12/31/2025 8:00:00 AM"),
        (" 3/5/2020 ", "M/d/yyyy", "3/5/2020 12:00:00 AM"),
        ("03/05/20 4:07 pm", "MM/dd/yy h:mm tt", "3/5/2020 4:07:00 PM"),
        ("12:30 A", "hh:mm t", "1/1/0001 12:30:00 AM"),
        ("Mon 15 June 2009", "ddd d MMMM yyyy", "6/15/2009 12:00:00 AM"),
        ("Tue 15 June 2009", "ddd d MMMM yyyy", None),
        ("2009-06-15T13:45:30Z", "yyyy-MM-ddTHH:mm:ssK", "6/15/2009 1:45:30 PM"),
        ("2009-06-15T13:45:30+02:00", "yyyy-MM-ddTHH:mm:ssK", "6/15/2009 11:45:30 AM"),
        ("day 15", "'day' dd", "1/15/0001 12:00:00 AM"),
        ("2009-6-15", "yyyy-MM-dd", None),
        ("2009-06-31", "yyyy-MM-dd", None),
        ("24:00", "HH:mm", None),
    ],
)
def test_a_date_in_exactly_one_format(text: str, format_: str, expected: str | None) -> None:
    found = read_exact(text, format_)
    assert (None if found is None else str(found)) == expected


@pytest.mark.parametrize(
    ("format_", "expected"),
    [
        ("o", "2009-06-05T20:45:30.1200000Z"),
        ("r", "Fri, 05 Jun 2009 20:45:30 GMT"),
        ("s", "2009-06-05T20:45:30"),
        ("u", "2009-06-05 20:45:30Z"),
        ("D", "Friday, 05 June 2009"),
        ("d MMM yy h:mm:s tt", "5 Jun 09 8:45:30 PM"),
        ("%d", "5"),
        ("dddd", "Friday"),
        ("y yyyyy", "9 02009"),
        ("HH:mm:ss.FFF", "20:45:30.12"),
        ("HH 'o''clock' \\h", "20 oclock h"),
        ("z zz zzz K g", "+0 +00 +00:00 Z A.D."),
    ],
)
def test_a_date_written_in_a_format(format_: str, expected: str) -> None:
    assert written(moment_from(datetime(2009, 6, 5, 20, 45, 30, 120_000, tzinfo=UTC)), format_) == expected


def test_no_point_without_digits() -> None:
    assert written(moment_from(datetime(2009, 6, 5, tzinfo=UTC)), "HH:mm:ss.FFF") == "00:00:00"


moments = st.datetimes(datetime(1601, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))


@given(
    moments,
    st.sampled_from(
        ["o", "r", "s", "u", "yyyyMMddHHmmssfffffff", "d MMM yyyy h:mm:ss tt", "dddd, dd MMMM yyyy HH:mm:ss zzz"]
    ),
)
def test_what_is_written_is_read_again(when: datetime, format_: str) -> None:
    if STANDARD.get(format_, format_).count("f") < 6:
        when = when.replace(microsecond=0)
    exact = moment_from(when)
    text = written(exact, format_)
    assert read_exact(text, format_) == exact
    if format_ != "yyyyMMddHHmmssfffffff":
        assert read_date(text) == exact


@given(moments, st.sampled_from(["d", "ww", "h", "n", "s"]), st.integers(-20_000, 20_000))
def test_adding_is_what_timedelta_adds(when: datetime, interval: str, count: int) -> None:
    unit = {"d": "days", "ww": "weeks", "h": "hours", "n": "minutes", "s": "seconds"}[interval]
    later = added(interval, count, moment_from(when + timedelta(weeks=30_000)))
    assert later == moment_from(when + timedelta(weeks=30_000) + timedelta(**{unit: count}))
    assert difference(interval, moment_from(when + timedelta(weeks=30_000)), later) == count


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('DateAdd("m", 1, "2024-01-31")', "2/29/2024 12:00:00 AM"),
        ('DateAdd("m", -1, "2024-01-15")', "12/15/2023 12:00:00 AM"),
        ('DateAdd("yyyy", 1, "2024-02-29 10:00")', "2/28/2025 10:00:00 AM"),
        ('DateAdd("n", -5, "2024-01-01")', "12/31/2023 11:55:00 PM"),
        ('DateAdd("d", 1, [n])', None),
        ('DateDiff("m", "2024-01-31", "2024-02-01")', "1"),
        ('DateDiff("yyyy", "2024-12-31", "2025-01-01")', "1"),
        ('DateDiff("ww", "2024-06-01", "2024-06-02")', "1"),
        ('DateDiff("ww", "2024-06-02", "2024-06-08")', "0"),
        ('DateDiff("d", "2024-06-02 23:00", "2024-06-03 01:00")', "0"),
        ('DateDiff("h", "2024-06-02 01:30", "2024-06-02 00:01")', "-1"),
        ('DateDiff("d", [n], "2024-06-03")', None),
        ("CDate([n])", None),
        ('CDate("")', None),
        ("Now()", "7/30/2025 1:05:07 PM"),
        ("NumFromDate([n])", None),
        ('NumFromDate("1601-01-01")', "0"),
        ("DateFromNum(132539615990000000)", "1/1/2021 7:59:59 AM"),
        ('NumFromDate(DateFromNum("132539615990000001"))', "132539615990000001"),
        ('FormatDateTime([n], , "yyyy", "yyyy")', None),
        ('FormatDateTime("2024-05-06", "yyyy-MM-dd", "dd.MM.yyyy")', "06.05.2024"),
        (
            'FormatDateTime("2024-05-06", "AssumeUniversal, AdjustToUniversal", "yyyy-MM-dd", "D")',
            "Monday, 06 May 2024",
        ),
        ('FormatDateTime(CDate("2024-05-06"), , "HH:mm", "yyyy")', "2024"),
    ],
)
def test_functions(expression: str, expected: str | None) -> None:
    assert value(expression) == expected


def test_what_cannot_be_done_is_said() -> None:
    assert "1 to 9999" in problem('DateAdd("yyyy", 9000, [x])', x="2024-01-01")
    assert "1 to 9999" in problem('DateAdd("d", 99999999999, [x])', x="2024-01-01")
    assert "1 to 9999" in problem("DateFromNum([x])", x="9" * 25)
    assert "no interval" in problem('DateAdd([x], 1, "2024-01-01")', x="q")
    assert '"05.06.2024" is not written as yyyy-MM-dd' in problem(
        'FormatDateTime([x], , "yyyy-MM-dd", "yyyy")', x="05.06.2024"
    )
    assert "no style" in problem('FormatDateTime([x], "Loose", "yyyy", "yy")', x="2024")
    assert "twice" in problem('FormatDateTime([x], , "d d", "yy")', x="1 1")
    assert "no format" in problem('FormatDateTime([x], , "yyyy", "q")', x="2024")
    assert "not closed" in problem('FormatDateTime([x], , "yyyy", "\'a")', x="2024")


def test_a_moment_knows_its_years() -> None:
    with pytest.raises(ValueError, match="9999"):
        Moment(-1)
    assert str(Moment(FILETIME_BEGINS)) == "1/1/1601 12:00:00 AM"
