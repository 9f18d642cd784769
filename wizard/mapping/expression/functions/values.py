"""What flows inside an expression, how each function reads its arguments, and what it may ask of the world."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from wizard.directory import AttributeValue
from wizard.mapping.dotnet.patterns import Patience
from wizard.mapping.expression.errors import EvaluationError
from wizard.mapping.expression.functions.date_reading import read_date
from wizard.mapping.expression.functions.moment import Moment

Result = str | bool | int | Decimal | Moment | tuple[str, ...] | None
"""Inside an expression. None = NULL. Numbers, dates and truth values turn into text where text is wanted."""

SourceValue = Callable[[str], AttributeValue | None]
"""Name of a source attribute -> its value, None = NULL; a mapping's `get`."""

LONGEST_VALUE = 100_000
"""Characters of one value inside an expression; functions that multiply text stop there."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Context:
    """What an evaluation may ask of the world."""

    default_domain: str = ""
    """The tenant's default verified domain; "" = not known."""
    now: datetime = field(default_factory=_now)
    """One moment for a whole run, so that all people are judged by the same clock."""
    patience: Patience = field(default_factory=Patience)
    """How long regular expressions may still take."""


Run = Callable[[SourceValue, Context], Result]
"""A compiled expression or part of one."""


def as_is(value: Result) -> Result:
    """The value itself."""
    return value


def as_text(value: Result) -> str | None:
    """The value as text; of several values the first. Truth values are `True` and `False`, as in .NET."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return value[0] if value else None
    return str(value)


def as_values(value: Result) -> tuple[str, ...]:
    """The value as several; NULL and "" are none."""
    if isinstance(value, tuple):
        return value
    text = as_text(value)
    return (text,) if text else ()


def number_of(value: Result) -> int | Decimal | None:
    """The number a value is or spells, None where it is none. `&HF` is 15."""
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
        found = Decimal(text)
    except (ValueError, ArithmeticError):
        return None
    if not found.is_finite() or abs(found.adjusted()) > 40:
        return None
    return int(found) if found == found.to_integral_value() and "." not in text else found


def as_number(value: Result) -> int | Decimal:
    """A number; raises EvaluationError for everything else."""
    found = number_of(value)
    if found is None:
        raise EvaluationError(f"A number is needed, but there is {shown(value)}.")
    return found


def as_whole(value: Result) -> int:
    """A whole number, rounded to the even one as .NET does; raises EvaluationError for everything else."""
    return round(as_number(value))


def as_moment(value: Result) -> Moment | None:
    """A point in time, NULL and "" are none; raises EvaluationError for text that is no date."""
    if isinstance(value, Moment):
        return value
    text = as_text(value)
    if not text or not text.strip():
        return None
    found = read_date(text)
    if found is None:
        raise EvaluationError(f"A date is needed, but there is {shown(value)}.")
    return found


def as_truth(value: Result) -> bool:
    """A truth value: `True`, `False`, or a number that is not 0. NULL and "" are False; other text is an error."""
    if isinstance(value, bool):
        return value
    text = (as_text(value) or "").strip().lower()
    if text in ("true", "false", ""):
        return text == "true"
    return as_number(value) != 0


def shown(value: Result) -> str:
    """A value inside a sentence."""
    if value is None:
        return "no value"
    text = as_text(value) or ""
    return f'"{text[:60]}…"' if len(text) > 60 else f'"{text}"'


@dataclass(frozen=True, slots=True)
class Slot:
    """How one argument is read."""

    read: Callable[[Result], object]
    condition: bool = False
    """A comparison may stand here."""
    check: Callable[[str], str] | None = None
    """For text written out in the expression: what is wrong with it, a sentence, or ""."""


Anything = Annotated[Result, Slot(as_is)]
Text = Annotated[str | None, Slot(as_text)]
Values = Annotated[tuple[str, ...], Slot(as_values)]
Whole = Annotated[int, Slot(as_whole)]
Figure = Annotated[int | Decimal, Slot(as_number)]
Date = Annotated[Moment | None, Slot(as_moment)]
Truth = Annotated[bool, Slot(as_truth, condition=True)]
