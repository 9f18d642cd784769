"""Comparisons in conditions: `=`, `<>`, `>`, `>=`, `<`, `<=`."""

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from wizard.mapping.expression.functions.blanks import blank
from wizard.mapping.expression.functions.date_reading import read_date
from wizard.mapping.expression.functions.moment import Moment
from wizard.mapping.expression.functions.values import Context, Result, Run, SourceValue, as_text, number_of

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def comparison(left: Run, sign: str, right: Run, empties: tuple[bool, bool]) -> Run:
    """Whether two values compare so; `empties` says for each side whether an empty text there makes it false.

    NULL compares with nothing. Numbers compare as numbers where one side is one by itself (a number written without
    quotes, the result of Len); dates likewise. Text compares letter by letter, case counts; with < and >, text that
    is a number on both sides compares as numbers.
    """
    holds, ordered = OPERATORS[sign], sign not in ("=", "<>")
    left_counts, right_counts = empties

    def run(source: SourceValue, context: Context) -> Result:
        one, other = left(source, context), right(source, context)
        if one is None or other is None:
            return False
        if (left_counts and blank(one)) or (right_counts and blank(other)):
            return False
        if isinstance(one, str) and isinstance(other, str) and not ordered:
            return holds(one, other)
        return holds(*_alike(one, other, ordered))

    return run


def _alike(one: Result, other: Result, ordered: bool) -> tuple[Any, Any]:
    if isinstance(one, Moment) or isinstance(other, Moment):
        first, second = _moment(one), _moment(other)
        if first is not None and second is not None:
            return first, second
    if ordered or _figure(one) or _figure(other):
        low, high = number_of(one), number_of(other)
        if low is not None and high is not None:
            return low, high
    return as_text(one) or "", as_text(other) or ""


def _figure(value: Result) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _moment(value: Result) -> Moment | None:
    return value if isinstance(value, Moment) else read_date(as_text(value) or "")
