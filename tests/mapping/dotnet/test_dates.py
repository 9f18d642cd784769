"""Dates in any usual form, and Visual Basic's arithmetic."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.mapping.dotnet.dates import FILETIME_EPOCH, Moment, added, difference, moment_from, read_date


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


moments = st.datetimes(datetime(1601, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))


@given(moments, st.sampled_from(["d", "ww", "h", "n", "s"]), st.integers(-20_000, 20_000))
def test_adding_is_what_timedelta_adds(when: datetime, interval: str, count: int) -> None:
    unit = {"d": "days", "ww": "weeks", "h": "hours", "n": "minutes", "s": "seconds"}[interval]
    later = added(interval, count, moment_from(when + timedelta(weeks=30_000)))
    assert later == moment_from(when + timedelta(weeks=30_000) + timedelta(**{unit: count}))
    assert difference(interval, moment_from(when + timedelta(weeks=30_000)), later) == count


def test_a_moment_knows_its_years() -> None:
    with pytest.raises(ValueError, match="9999"):
        Moment(-1)
    assert str(Moment(FILETIME_EPOCH)) == "1/1/1601 12:00:00 AM"
