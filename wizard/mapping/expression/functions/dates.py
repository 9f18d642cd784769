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
    """The present moment in UTC, the same for everybody of one run."""
    return moment_from(context.now)


@function("CDate")
def c_date(expression: Date) -> Moment | None:
    """A date from text in any usual form; its offset is applied, without one it is UTC. NULL and "" give NULL.

    Where both are numbers, the month comes before the day: 3/16/2020.
    """
    return expression


@function("DateAdd")
def date_add(interval: Interval, value: Whole, date: Date) -> Moment | None:
    """A date later by so many yyyy, m, d, ww, h, n (minutes) or s; earlier where the number is negative.

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
    """How far the second date is behind the first, negative where it is before. NULL where one of them is NULL.

    d, h, n and s count whole units that went by; yyyy, m and ww (weeks begin on Sunday) count by the calendar.
    """
    _check(interval)
    return None if date1 is None or date2 is None else difference(interval or "", date1, date2)


@function("DateFromNum")
def date_from_num(value: Figure) -> Moment:
    """A date from a file time: ticks of 100 ns since 1601."""
    try:
        return Moment(FILETIME_EPOCH + int(value))
    except ValueError:
        raise EvaluationError(Message("number-outside-years")) from None


@function("NumFromDate")
def num_from_date(value: Date) -> int | None:
    """The file time of a date: ticks of 100 ns since 1601. NULL stays NULL."""
    return None if value is None else value.ticks - FILETIME_EPOCH


@function("FormatDateTime")
def format_date_time(
    source: Anything, date_time_styles: Text = None, input_format: Text = None, output_format: Text = None
) -> str | None:
    """A date read in one .NET format and written in another; NULL and "" give NULL.

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
