"""Compiles a tree to closures: names, number of arguments and constants are checked once, before anyone is evaluated."""

import operator
from collections.abc import Callable
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from wizard.errors import Message
from wizard.mapping.dotnet.dates import Moment, read_date
from wizard.mapping.expression.errors import DoesNotApply, EvaluationError, ExpressionError, FlowDropped
from wizard.mapping.expression.functions import FUNCTIONS
from wizard.mapping.expression.functions.registry import Function, Parameter, Part
from wizard.mapping.expression.grammar import ANY_VALUE, Attribute, Call, Comparison, Keyword, Node, Number, Text
from wizard.mapping.expression.values import (
    Context,
    Result,
    Run,
    as_is,
    as_text,
    is_blank,
    number_of,
)
from wizard.mapping.source_values import SourceValue, attribute_reader

_COMPARE_TYPES = ("vbTextCompare", "vbBinaryCompare")
_Argument = Callable[[SourceValue, Context], Any]


def compiled(tree: Node) -> Run:
    """Compile a tree; raises `ExpressionError`."""
    match tree:
        case Attribute():
            return attribute_reader(tree.name)
        case Text():
            return _constant(tree.value)
        case Number():
            return _constant(number_of(tree.spelling))
        case Keyword():
            return _keyword(tree)
        case Comparison():
            empties = (isinstance(tree.left, Attribute), isinstance(tree.right, Attribute))
            return _comparison(compiled(tree.left), tree.operator, compiled(tree.right), empties)
        case Call():
            return _call(tree)


def _constant(value: str | int | Decimal | None) -> Run:
    return lambda source, context: value


def _keyword(word: Keyword) -> Run:
    if word.name in _COMPARE_TYPES:
        return _constant(word.name)
    if word.name == "IgnoreAttributeFlow":
        return _drop
    if word.name == "IgnoreObjectFlow":
        return _ignore_object
    if word.name in FUNCTIONS:
        raise ExpressionError(
            word.position + len(word.name), Message("expected-opening-parenthesis"), FUNCTIONS[word.name].signature
        )
    raise ExpressionError(
        word.position,
        ANY_VALUE,
        _nearest(word.name),
        Message("brackets-or-quotes-missing", word=word.name),
    )


def _drop(source: SourceValue, context: Context) -> Result:
    raise FlowDropped


def _ignore_object(source: SourceValue, context: Context) -> Result:
    raise DoesNotApply(Message("ignore-object-flow-not-applicable"))


def _nearest(name: str) -> str:
    """The function with the most similar name, "" where none is similar; wrong case is the usual mistake."""
    by_case = {known.lower(): known for known in FUNCTIONS}
    close = get_close_matches(name.lower()[:60], by_case, n=1, cutoff=0.6)
    return by_case[close[0]] if close else ""


def _call(call: Call) -> Run:
    function = FUNCTIONS.get(call.name)
    if function is None:
        raise ExpressionError(
            call.position, Message("expected-function-name"), _nearest(call.name), _case_remark(call.name)
        )
    arguments = _counted(call, function)
    for place, argument in enumerate(arguments):
        _check(call, function.parameter(place) if function.parameters else None, argument)
    if function.form:
        return _located(call, function.call(*(_part(argument) for argument in arguments)))
    reads: list[_Argument] = [lambda source, context: context] if function.context_first else []
    reads += [_read(function.parameter(place), argument) for place, argument in enumerate(arguments)]
    apply = function.call
    return _located(call, lambda source, context: apply(*[read(source, context) for read in reads]))


def _case_remark(name: str) -> Message | None:
    return Message("function-names-case") if _nearest(name).lower() == name.lower() else None


def _counted(call: Call, function: Function) -> tuple[Node | None, ...]:
    """The arguments, checked for their number; extra commas at the end are ignored, as in `ToLower([x], )`."""
    arguments, most = call.arguments, function.most
    while most is not None and len(arguments) > most and arguments[-1] is None:
        arguments = arguments[:-1]
    if most is not None and len(arguments) > most:
        extra = next((a for a in arguments[most:] if a is not None), call)
        raise ExpressionError(extra.position, Message("expected-end-of-call", signature=function.signature))
    if len(arguments) < function.fewest:
        missing = function.parameters[len(arguments)].name
        raise ExpressionError(
            call.position, Message("expected-argument", argument=missing, signature=function.signature)
        )
    return arguments


def _check(call: Call, parameter: Parameter | None, argument: Node | None) -> None:
    if parameter is None:
        return
    if argument is None:
        if parameter.required and parameter.name not in _MAY_BE_EMPTY.get(call.name, ()):
            raise ExpressionError(
                call.position, Message("expected-argument-left-out", argument=parameter.name, function=call.name)
            )
        return
    if isinstance(argument, Comparison) and not parameter.slot.condition:
        raise ExpressionError(argument.position, Message("expected-value-not-comparison"))
    if isinstance(argument, Text) and parameter.slot.check and (problem := parameter.slot.check(argument.value)):
        raise ExpressionError(
            argument.position, Message("expected-other-argument", argument=parameter.name), remark=problem
        )


_MAY_BE_EMPTY = {
    "Switch": ("default",),
    "IIF": ("valueIfTrue", "valueIfFalse"),
    "Coalesce": ("source",),
    "Join": ("separator",),
}
"""Required arguments that may be left out between two commas: they are NULL."""


def _part(argument: Node | None) -> Part | None:
    return None if argument is None else Part(compiled(argument), argument)


def _read(parameter: Parameter, argument: Node | None) -> _Argument:
    """Read one argument in the type that the signature needs."""
    if argument is None:
        default = parameter.default
        return lambda source, context: default
    run, read = compiled(argument), parameter.slot.read
    if read is as_is:
        return run
    if isinstance(argument, Text | Number):
        return _fixed(read, argument)
    return lambda source, context: read(run(source, context))


def _fixed(read: Callable[[Result], Any], argument: Text | Number) -> _Argument:
    """Read a constant once; raises ExpressionError where it has the wrong type."""
    spelled = argument.value if isinstance(argument, Text) else argument.spelling
    try:
        value = (
            spelled if read is as_text else read(number_of(spelled) if isinstance(argument, Number) else spelled)
        )
    except EvaluationError as error:
        raise ExpressionError(argument.position, Message("expected-other-value"), remark=error.reason) from None
    return lambda source, context: value


def _located(call: Call, run: Run) -> Run:
    """Note the function and its place in the errors."""
    name, position = call.name, call.position

    def located(source: SourceValue, context: Context) -> Result:
        try:
            return run(source, context)
        except EvaluationError as error:
            raise error.located(name, position) from None

    return located


# --- comparisons in conditions --------------------------------------------------------------------------------------

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def _comparison(left: Run, sign: str, right: Run, empties: tuple[bool, bool]) -> Run:
    """Compare two values; `empties` says for each side whether an empty text there makes the comparison false.

    A comparison with NULL is false. Values compare as numbers where one side is a number (a number without quotes, the
    result of Len), and as dates likewise. Text compares letter by letter, case counts; with < and >, text that is a
    number on both sides compares as numbers.
    """
    compare, ordered = _OPERATORS[sign], sign not in ("=", "<>")
    left_counts, right_counts = empties

    def run(source: SourceValue, context: Context) -> Result:
        one, other = left(source, context), right(source, context)
        if one is None or other is None:
            return False
        if (left_counts and is_blank(one)) or (right_counts and is_blank(other)):
            return False
        if isinstance(one, str) and isinstance(other, str) and not ordered:
            return compare(one, other)
        return compare(*_same_type(one, other, ordered))

    return run


def _same_type(one: Result, other: Result, ordered: bool) -> tuple[Any, Any]:
    if isinstance(one, Moment) or isinstance(other, Moment):
        first, second = _moment(one), _moment(other)
        if first is not None and second is not None:
            return first, second
    if ordered or _is_number(one) or _is_number(other):
        low, high = number_of(one), number_of(other)
        if low is not None and high is not None:
            return low, high
    return as_text(one) or "", as_text(other) or ""


def _is_number(value: Result) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _moment(value: Result) -> Moment | None:
    return value if isinstance(value, Moment) else read_date(as_text(value) or "")
