"""Values inside an expression, their conversions, and the context of an evaluation."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from wizard.errors import Message
from wizard.mapping.dotnet.dates import Moment, read_date
from wizard.mapping.dotnet.patterns import Patience
from wizard.mapping.expression.errors import EvaluationError
from wizard.mapping.source_values import SourceValue

Result = str | bool | int | Decimal | Moment | tuple[str, ...] | None
"""A value inside an expression. None = NULL. Numbers, dates and truth values become text where text is needed."""

LONGEST_VALUE = 100_000
"""Characters of one value inside an expression; functions that multiply text stop there."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Context:
    """What an evaluation depends on besides the person's attributes."""

    default_domain: str = ""
    """The tenant's default verified domain; "" = not known."""
    now: datetime = field(default_factory=_now)
    """One time for a whole run, so that everyone is evaluated at the same time."""
    patience: Patience = field(default_factory=Patience)
    """The time that regular expressions have left."""


Run = Callable[[SourceValue, Context], Result]
"""A compiled expression or part of one."""


def as_is(value: Result) -> Result:
    """Return the value."""
    return value


def as_text(value: Result) -> str | None:
    """Return the value as text; of several values the first. Truth values are `True` and `False`, as in .NET."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return value[0] if value else None
    return str(value)


def as_values(value: Result) -> tuple[str, ...]:
    """Return the value as several; NULL and "" are none."""
    if isinstance(value, tuple):
        return value
    text = as_text(value)
    return (text,) if text else ()


def number_of(value: Result) -> int | Decimal | None:
    """Return the number that a value is or spells, None where there is none. `&HF` is 15."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        return value
    text = (as_text(value) or "").strip()
    if not text or len(text) > 40 or not text.isascii() or "_" in text:
        return None
    try:
        if text[:2].upper() == "&H":
            return int(text[2:], 16)
        number = Decimal(text)
    except (ValueError, ArithmeticError):
        return None
    if not number.is_finite() or abs(number.adjusted()) > 40:
        return None
    return int(number) if number == number.to_integral_value() and "." not in text else number


def as_number(value: Result) -> int | Decimal:
    """Return a number; raises EvaluationError for everything else."""
    number = number_of(value)
    if number is None:
        raise EvaluationError(Message("number-needed", value=excerpt(value)))
    return number


def as_whole(value: Result) -> int:
    """Return a whole number, rounded half to even as .NET does; raises EvaluationError for everything else."""
    return round(as_number(value))


def as_moment(value: Result) -> Moment | None:
    """Return a point in time, NULL and "" are none; raises EvaluationError for text that is no date."""
    if isinstance(value, Moment):
        return value
    text = as_text(value)
    if not text or not text.strip():
        return None
    moment = read_date(text)
    if moment is None:
        raise EvaluationError(Message("date-needed", value=excerpt(value)))
    return moment


def as_truth(value: Result) -> bool:
    """Return a truth value: `True`, `False`, or a number that is not 0. NULL and "" are False; other text is an error."""
    if isinstance(value, bool):
        return value
    text = (as_text(value) or "").strip().lower()
    if text in ("true", "false", ""):
        return text == "true"
    return as_number(value) != 0


def is_blank(value: Result) -> bool:
    """Return whether a value is NULL, "" or an empty list."""
    return value is None or value == "" or value == ()


def excerpt(value: Result) -> str | None:
    """Return the text of a value, cut for a message; None = NULL."""
    if value is None:
        return None
    text = as_text(value) or ""
    return f"{text[:60]}…" if len(text) > 60 else text


@dataclass(frozen=True, slots=True)
class Slot:
    """How one argument is read."""

    read: Callable[[Result], object]
    condition: bool = False
    """A comparison is allowed here."""
    check: Callable[[str], Message | None] | None = None
    """For a text constant: return its fault as a whole sentence."""


Anything = Annotated[Result, Slot(as_is)]
Text = Annotated[str | None, Slot(as_text)]
Values = Annotated[tuple[str, ...], Slot(as_values)]
Whole = Annotated[int, Slot(as_whole)]
Figure = Annotated[int | Decimal, Slot(as_number)]
Date = Annotated[Moment | None, Slot(as_moment)]
Truth = Annotated[bool, Slot(as_truth, condition=True)]
