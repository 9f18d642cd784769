"""Functions that ask or choose: is there a value, IIF, Switch, Coalesce. Branches that are not chosen are not evaluated.

NULL is no value; "" is an empty value.
"""

from typing import Annotated

from wizard.errors import Message
from wizard.mapping.expression.errors import ExpressionError, FlowDropped
from wizard.mapping.expression.functions.registry import Part, form, function
from wizard.mapping.expression.values import (
    Anything,
    Context,
    Result,
    Run,
    Slot,
    Truth,
    as_text,
    as_truth,
    is_blank,
)
from wizard.mapping.source_values import SourceValue


@function("IsNull")
def is_null(expression: Anything) -> bool:
    """True if there is no value. "" is a value."""
    return expression is None


@function("IsNothing")
def is_nothing(expression: Anything) -> bool:
    """Same as IsNull. Listed in Microsoft Graph only."""
    return expression is None


@function("IsNullOrEmpty")
def is_null_or_empty(expression: Anything) -> bool:
    """True for NULL and ""."""
    return is_blank(expression)


@function("IsPresent")
def is_present(expression: Anything) -> bool:
    """True if there is a value other than ""."""
    return not is_blank(expression)


@function("IsString")
def is_string(expression: Anything) -> bool:
    """True for text. False for NULL, several values, numbers, dates, and Boolean values."""
    return isinstance(expression, str)


@function("IgnoreFlowIfNullOrEmpty")
def ignore_flow_if_null_or_empty(expression: Anything) -> Result:
    """The value. If it is NULL or "", the attribute is left out of the request."""
    if is_blank(expression):
        raise FlowDropped
    return expression


# --- choices ----------------------------------------------------------------------------------------------------------


Condition = Annotated[Part, Slot(as_truth, condition=True)]


@form("IIF")
def iif(condition: Condition, value_if_true: Part | None, value_if_false: Part | None) -> Run:
    """One of two values, by a condition. A comparison with NULL or an empty attribute is never true.

    Microsoft: the check fails where an attribute in the condition is null or empty, which also holds for <>; and
    `IIF([c]="", …)`, `IIF(IsNullOrEmpty([c]), …)`, `IIF(IsPresent([c]), …)` are not supported. Here the functions
    do answer, as Microsoft's own samples expect; `[c]=""` is never true. Better: `Switch([c], [c], "", "Other")`.
    """
    check, yes, no = condition.run, _run(value_if_true), _run(value_if_false)

    def run(source: SourceValue, context: Context) -> Result:
        return yes(source, context) if as_truth(check(source, context)) else no(source, context)

    return run


@form("Switch")
def switch(source: Part, default: Part | None, *keys_and_values: Part | None) -> Run:
    """The value of the key that equals the source, case-sensitive; otherwise the default, or NULL.

    NULL counts as the key "". The first of two equal keys wins. Only the value chosen is evaluated.
    """
    keys, values = keys_and_values[::2], keys_and_values[1::2]
    if len(keys) != len(values) or not keys:
        raise ExpressionError(source.node.position, Message("expected-pairs"))
    fixed: dict[str, Run] = {}
    for key, value in zip(keys, values, strict=True):
        text = "" if key is None else key.constant
        if text is None:
            return _switch_on_anything(source.run, _run(default), keys, values)
        fixed.setdefault(text, _run(value))
    asked, otherwise = source.run, _run(default)

    def run(source: SourceValue, context: Context) -> Result:
        return fixed.get(as_text(asked(source, context)) or "", otherwise)(source, context)

    return run


def _switch_on_anything(
    asked: Run, otherwise: Run, keys: tuple[Part | None, ...], values: tuple[Part | None, ...]
) -> Run:
    pairs = [(_run(key), _run(value)) for key, value in zip(keys, values, strict=True)]

    def run(source: SourceValue, context: Context) -> Result:
        wanted = as_text(asked(source, context)) or ""
        for key, value in pairs:
            if (as_text(key(source, context)) or "") == wanted:
                return value(source, context)
        return otherwise(source, context)

    return run


@form("Coalesce")
def coalesce(source: Part | None, *further_and_default: Part | None) -> Run:
    """The first value that is neither NULL nor "". If all are, the last one.

    Microsoft's reference speaks of NULL only, but its SuccessFactors samples rely on "" being passed over too.
    """
    *first, last = [_run(part) for part in (source, *further_and_default)]

    def run(source: SourceValue, context: Context) -> Result:
        for part in first:
            value = part(source, context)
            if not is_blank(value):
                return value
        return last(source, context)

    return run


@function("CBool")
def c_bool(expression: Truth) -> bool:
    """True for a true comparison, a number other than 0, and the text True. NULL and "" are False.

    Two values that are both NULL are not equal, as in the condition of IIF.
    """
    return expression


@function("Not")
def not_(boolean: Result) -> str:
    """False for True, and True for anything else."""
    return "False" if as_text(boolean) == "True" else "True"


def _run(part: Part | None) -> Run:
    return (lambda source, context: None) if part is None else part.run
