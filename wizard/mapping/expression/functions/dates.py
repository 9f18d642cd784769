"""Functions on dates and times. Between functions a date keeps its ticks; as text it is `M/d/yyyy h:mm:ss tt`, UTC."""

from typing import Annotated

from wizard.errors import Message
from wizard.mapping.dotnet.date_formats import FormatProblem, read_exact, written
from wizard.mapping.dotnet.dates import FILETIME_EPOCH, INTERVALS, Moment, added, difference, moment_from
from wizard.mapping.expression.errors import EvaluationError
from wizard.mapping.expression.functions.registry import function
from wizard.mapping.expression.values import (
    Anything,
    Context,
    Date,
    Figure,
    Result,
    Slot,
    Text,
    Whole,
    as_text,
    excerpt,
)

_STYLES = frozenset(
    {
        *("None", "AllowLeadingWhite", "AllowTrailingWhite", "AllowInnerWhite", "AllowWhiteSpaces"),
        *("NoCurrentDateDefault", "AdjustToUniversal", "AssumeLocal", "AssumeUniversal", "RoundtripKind"),
    }
)


def _interval_problem(text: str) -> Message | None:
    return None if text in INTERVALS else Message("interval-unknown", interval=text)


Interval = Annotated[str | None, Slot(as_text, check=_interval_problem)]


@function("Now")
def now(context: Context) -> Moment:
    """The current time in UTC, the same for everyone in a run."""
    return moment_from(context.now)


@function("CDate")
def c_date(expression: Date) -> Moment | None:
    """A date from text in a common format, in UTC unless it has an offset. NULL and "" return NULL.

    Where both are numbers, the month comes before the day: 3/16/2020.
    """
    return expression


@function("DateAdd")
def date_add(interval: Interval, value: Whole, date: Date) -> Moment | None:
    """A date plus a number of yyyy, m, d, ww, h, n (minutes), or s. Negative numbers subtract.

    Months and years keep the day, or take the month's last one. NULL stays NULL.
    """
    _check(interval)
    if date is None:
        return None
    try:
        return added(interval or "", value, date)
    except (ValueError, OverflowError):
        raise EvaluationError(Message("date-outside-years")) from None


@function("DateDiff")
def date_diff(interval: Interval, date1: Date, date2: Date) -> int | None:
    """Time from the first date to the second. Negative if the second is earlier, NULL if one is NULL.

    d, h, n and s count whole units that went by; yyyy, m and ww (weeks begin on Sunday) count by the calendar.
    """
    _check(interval)
    return None if date1 is None or date2 is None else difference(interval or "", date1, date2)


@function("DateFromNum")
def date_from_num(value: Figure) -> Moment:
    """A date from a file time (100 ns ticks since 1601)."""
    try:
        return Moment(FILETIME_EPOCH + int(value))
    except ValueError:
        raise EvaluationError(Message("number-outside-years")) from None


@function("NumFromDate")
def num_from_date(value: Date) -> int | None:
    """The file time of a date (100 ns ticks since 1601). NULL returns NULL."""
    return None if value is None else value.ticks - FILETIME_EPOCH


@function("FormatDateTime")
def format_date_time(
    source: Anything, date_time_styles: Text = None, input_format: Text = None, output_format: Text = None
) -> str | None:
    """Converts a date from one .NET format to another. NULL and "" return NULL.

    Also with three arguments: source, inputFormat, outputFormat. A date that comes from another function (Now,
    CDate, DateAdd) need not match the input format. An offset is applied, so the result is in UTC.
    """
    if output_format is None:
        date_time_styles, input_format, output_format = None, date_time_styles, input_format
    _check_styles(date_time_styles)
    text = as_text(source)
    if not text:
        return None
    try:
        when = source if isinstance(source, Moment) else read_exact(text, input_format or "")
        if when is None:
            raise EvaluationError(Message("date-not-in-format", value=excerpt(source), format=input_format))
        return written(when, output_format or "")
    except FormatProblem as problem:
        raise EvaluationError(problem.message) from None


def _check(interval: str | None) -> None:
    if problem := _interval_problem(interval or ""):
        raise EvaluationError(problem)


def _check_styles(styles: Result) -> None:
    for style in (as_text(styles) or "").split(","):
        if style.strip() and style.strip() not in _STYLES:
            raise EvaluationError(
                Message("date-style-unknown", style=style.strip(), styles=tuple(sorted(_STYLES)))
            )
