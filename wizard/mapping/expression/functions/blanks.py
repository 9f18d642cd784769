"""Functions that ask whether there is a value: NULL is no value, "" an empty one."""

from wizard.mapping.expression.errors import FlowDropped
from wizard.mapping.expression.functions.registry import function
from wizard.mapping.expression.functions.values import Anything, Result


@function("IsNull")
def is_null(expression: Anything) -> bool:
    """True where there is no value at all; "" is a value."""
    return expression is None


@function("IsNothing")
def is_nothing(expression: Anything) -> bool:
    """The same as IsNull; only in Graph's own list of functions."""
    return expression is None


@function("IsNullOrEmpty")
def is_null_or_empty(expression: Anything) -> bool:
    """True for NULL and for ""."""
    return blank(expression)


@function("IsPresent")
def is_present(expression: Anything) -> bool:
    """True where there is a value that is not ""."""
    return not blank(expression)


@function("IsString")
def is_string(expression: Anything) -> bool:
    """True for text; False for NULL, several values, and for what is a number, a date or a truth value by itself."""
    return isinstance(expression, str)


@function("IgnoreFlowIfNullOrEmpty")
def ignore_flow_if_null_or_empty(expression: Anything) -> Result:
    """The value; where it is NULL or "", the attribute is left out of the request, wherever in the expression."""
    if blank(expression):
        raise FlowDropped
    return expression


def blank(value: Result) -> bool:
    """Whether a value is NULL, "" or none at all."""
    return value is None or value == "" or value == ()
