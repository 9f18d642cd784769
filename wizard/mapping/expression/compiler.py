"""Tree to closures: every name, number of arguments and fixed text is checked once, before anybody is asked."""

from collections.abc import Callable
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from wizard.entra_names import canonical_name
from wizard.mapping.expression.errors import DoesNotApply, EvaluationError, ExpressionError, FlowDropped
from wizard.mapping.expression.functions import FUNCTIONS
from wizard.mapping.expression.functions.comparing import comparison
from wizard.mapping.expression.functions.registry import Function, Parameter, Part
from wizard.mapping.expression.functions.values import Context, Result, Run, SourceValue, as_is, as_text, number_of
from wizard.mapping.expression.tree import Attribute, Call, Comparison, Keyword, Node, Number, Text

COMPARE_TYPES = ("vbTextCompare", "vbBinaryCompare")
Argument = Callable[[SourceValue, Context], Any]
_BARE = "an attribute in brackets, text in quotes, a number or a function"


def compiled(tree: Node) -> Run:
    """What runs for each person; raises `ExpressionError`."""
    match tree:
        case Attribute():
            return _attribute(tree.name)
        case Text():
            return _constant(tree.value)
        case Number():
            return _constant(number_of(tree.spelling))
        case Keyword():
            return _keyword(tree)
        case Comparison():
            empties = (isinstance(tree.left, Attribute), isinstance(tree.right, Attribute))
            return comparison(compiled(tree.left), tree.operator, compiled(tree.right), empties)
        case Call():
            return _call(tree)


def _attribute(name: str) -> Run:
    """An attribute by the name written, else by Entra's own name for it (Graph's `officeLocation`)."""
    entra = canonical_name(name.removeprefix("onPremisesExtensionAttributes."))
    if entra == name:
        return lambda source, context: source(name)

    def run(source: SourceValue, context: Context) -> Result:
        value = source(name)
        return source(entra) if value is None else value

    return run


def _constant(value: str | int | Decimal | None) -> Run:
    return lambda source, context: value


def _keyword(word: Keyword) -> Run:
    if word.name in COMPARE_TYPES:
        return _constant(word.name)
    if word.name == "IgnoreAttributeFlow":
        return _drop
    if word.name == "IgnoreObjectFlow":
        return _ignore_object
    if word.name in FUNCTIONS:
        raise ExpressionError(
            word.position + len(word.name), "an opening parenthesis", FUNCTIONS[word.name].signature
        )
    raise ExpressionError(
        word.position,
        _BARE,
        nearest(word.name),
        f'For the attribute write [{word.name}], for the text "{word.name}".',
    )


def _drop(source: SourceValue, context: Context) -> Result:
    raise FlowDropped


def _ignore_object(source: SourceValue, context: Context) -> Result:
    raise DoesNotApply(
        "IgnoreObjectFlow does not apply: who is provisioned is decided by the scope. Leave such people out with a "
        "scoping filter."
    )


def nearest(name: str) -> str:
    """The function whose name is nearest to this one, "" where none is near; case is the usual mistake."""
    by_case = {known.lower(): known for known in FUNCTIONS}
    close = get_close_matches(name.lower()[:60], by_case, n=1, cutoff=0.6)
    return by_case[close[0]] if close else ""


def _call(call: Call) -> Run:
    function = FUNCTIONS.get(call.name)
    if function is None:
        raise ExpressionError(call.position, "the name of a function", nearest(call.name), _case_remark(call.name))
    arguments = _counted(call, function)
    for place, argument in enumerate(arguments):
        _check(call, function.parameter(place) if function.parameters else None, argument)
    if function.form:
        return _located(call, function.call(*(_part(argument) for argument in arguments)))
    reads: list[Argument] = [lambda source, context: context] if function.context_first else []
    reads += [_read(function.parameter(place), argument) for place, argument in enumerate(arguments)]
    return _applied(call, function.call, reads)


def _case_remark(name: str) -> str:
    return "Upper and lower case count in the names of functions." if nearest(name).lower() == name.lower() else ""


def _counted(call: Call, function: Function) -> tuple[Node | None, ...]:
    """The arguments in their number; one empty slot too many at the end is passed over, as in `ToLower([x], )`."""
    arguments, most = call.arguments, function.most
    while most is not None and len(arguments) > most and arguments[-1] is None:
        arguments = arguments[:-1]
    if most is not None and len(arguments) > most:
        extra = next((a for a in arguments[most:] if a is not None), call)
        raise ExpressionError(extra.position, f"a closing parenthesis: {function.signature}")
    if len(arguments) < function.fewest:
        missing = function.parameters[len(arguments)].name
        raise ExpressionError(call.position, f"the argument {missing}: {function.signature}")
    return arguments


def _check(call: Call, parameter: Parameter | None, argument: Node | None) -> None:
    if parameter is None:
        return
    if argument is None:
        if parameter.required and parameter.name not in _MAY_BE_EMPTY.get(call.name, ()):
            raise ExpressionError(
                call.position, f"the argument {parameter.name} of {call.name}, which is left out"
            )
        return
    if isinstance(argument, Comparison) and not parameter.slot.condition:
        raise ExpressionError(
            argument.position, "a value: comparisons stand in the condition of IIF and in CBool only"
        )
    if isinstance(argument, Text) and parameter.slot.check and (problem := parameter.slot.check(argument.value)):
        raise ExpressionError(argument.position, f"another {parameter.name}", remark=problem)


_MAY_BE_EMPTY = {
    "Switch": ("default",),
    "IIF": ("valueIfTrue", "valueIfFalse"),
    "Coalesce": ("source",),
    "Join": ("separator",),
}
"""Arguments that must have their slot, but may leave it empty: an empty slot is NULL."""


def _part(argument: Node | None) -> Part | None:
    return None if argument is None else Part(compiled(argument), argument)


def _read(parameter: Parameter, argument: Node | None) -> Argument:
    """How one argument comes to the function, in the kind its signature asks for."""
    if argument is None:
        default = parameter.default
        return lambda source, context: default
    run, read = compiled(argument), parameter.slot.read
    if read is as_is:
        return run
    if isinstance(argument, Text | Number):
        return _fixed(read, argument)
    if read is as_text:
        return _read_text(run)
    return lambda source, context: read(run(source, context))


def _fixed(read: Callable[[Result], Any], argument: Text | Number) -> Argument:
    """A constant, read once; where it is of the wrong kind, that is said at once."""
    spelled = argument.value if isinstance(argument, Text) else argument.spelling
    try:
        value = (
            spelled if read is as_text else read(number_of(spelled) if isinstance(argument, Number) else spelled)
        )
    except EvaluationError as error:
        raise ExpressionError(argument.position, "another value", remark=error.sentence) from None
    return lambda source, context: value


def _read_text(run: Run) -> Argument:
    def read(source: SourceValue, context: Context) -> str | None:
        value = run(source, context)
        return value if value.__class__ is str else as_text(value)  # the usual case first

    return read


def _applied(tree: Call, call: Callable[..., Result], reads: list[Argument]) -> Run:
    """What calls the function for each person; its place is noted in its errors. Short calls are told apart, because
    they are made for every person and every row."""
    name, position = tree.name, tree.position
    if len(reads) == 1:
        (only,) = reads

        def with_one(source: SourceValue, context: Context) -> Result:
            try:
                return call(only(source, context))
            except EvaluationError as error:
                raise error.located(name, position) from None

        return with_one
    if len(reads) == 2:
        first, second = reads

        def with_two(source: SourceValue, context: Context) -> Result:
            try:
                return call(first(source, context), second(source, context))
            except EvaluationError as error:
                raise error.located(name, position) from None

        return with_two
    return _located(tree, lambda source, context: call(*[read(source, context) for read in reads]))


def _located(call: Call, run: Run) -> Run:
    """The same, with its place noted in the errors."""
    name, position = call.name, call.position

    def located(source: SourceValue, context: Context) -> Result:
        try:
            return run(source, context)
        except EvaluationError as error:
            raise error.located(name, position) from None

    return located
