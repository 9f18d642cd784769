"""Date functions, and why they give nothing."""

import pytest

from tests.mapping.expression.evaluation import problem, value


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
    assert problem('DateAdd("yyyy", 9000, [x])', x="2024-01-01") == "date-outside-years"
    assert problem('DateAdd("d", 99999999999, [x])', x="2024-01-01") == "date-outside-years"
    assert problem("DateFromNum([x])", x="9" * 25) == "number-outside-years"
    assert problem('DateAdd([x], 1, "2024-01-01")', x="q") == "interval-unknown"
    assert problem('FormatDateTime([x], , "yyyy-MM-dd", "yyyy")', x="05.06.2024") == "date-not-in-format"
    assert problem('FormatDateTime([x], "Loose", "yyyy", "yy")', x="2024") == "date-style-unknown"
    assert problem('FormatDateTime([x], , "d d", "yy")', x="1 1") == "date-format-part-twice"
    assert problem('FormatDateTime([x], , "yyyy", "q")', x="2024") == "date-format-of-one-letter"
    assert problem('FormatDateTime([x], , "yyyy", "\'a")', x="2024") == "date-format-quote-unclosed"
