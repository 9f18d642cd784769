"""Reading and writing .NET's date formats."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.mapping.dotnet.date_formats import STANDARD, read_exact, written
from wizard.mapping.dotnet.dates import moment_from, read_date


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
def test_a_written_date_is_read_back(when: datetime, format_: str) -> None:
    if STANDARD.get(format_, format_).count("f") < 6:
        when = when.replace(microsecond=0)
    exact = moment_from(when)
    text = written(exact, format_)
    assert read_exact(text, format_) == exact
    if format_ != "yyyyMMddHHmmssfffffff":
        assert read_date(text) == exact
