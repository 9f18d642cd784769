"""The function Replace in its five ways: text, template, pattern, a group of a pattern, another attribute."""

from typing import Annotated

from wizard.mapping.dotnet.patterns import PatternProblem, group_found, group_replaced, pattern_problem, replaced
from wizard.mapping.expression.errors import EvaluationError
from wizard.mapping.expression.functions.registry import function
from wizard.mapping.expression.functions.values import (
    LONGEST_VALUE,
    Anything,
    Context,
    Slot,
    Text,
    as_text,
    as_values,
)

RegexPattern = Annotated[str | None, Slot(as_text, check=pattern_problem)]


@function("Replace")
def replace(
    context: Context,
    source: Text,
    old_value: Text = None,
    regex_pattern: RegexPattern = None,
    regex_group_name: Text = None,
    replacement_value: Text = None,
    replacement_attribute_name: Anything = None,
    template: Text = None,
) -> str | None:
    """Replaces in one of five ways; case counts, and without a match the source stays as it is.

    oldValue + replacementValue: each occurrence in the source. oldValue + template: each occurrence in the template
    becomes the source. regexPattern + replacementValue: each match; `${group}` stands for a group.
    regexPattern + regexGroupName + replacementValue: that group of each match alone. regexPattern +
    regexGroupName + replacementAttributeName: the source, or where it is empty the group found in that attribute.

    NULL stays NULL. A replacement that is NULL counts as left out, so nothing is replaced by it (Microsoft does not
    say); write "" to take something away. Patterns are .NET's.
    """
    try:
        if regex_pattern:
            return _by_pattern(
                context, source, regex_pattern, regex_group_name, replacement_value, replacement_attribute_name
            )
    except PatternProblem as problem:
        raise EvaluationError(problem.sentence) from None
    if source is None or not old_value:
        return source
    if template is not None:
        return _exchanged(template, old_value, source)
    return source if replacement_value is None else _exchanged(source, old_value, replacement_value)


def _by_pattern(
    context: Context,
    source: str | None,
    pattern: str,
    group: str | None,
    replacement: str | None,
    attribute: Anything,
) -> str | None:
    if group and replacement is None and attribute is not None:
        return source or _from_attribute(context, pattern, group, as_values(attribute)) or source
    if source is None or replacement is None:
        return source
    if group:
        return group_replaced(pattern, group, source, replacement, context.patience)
    return replaced(pattern, source, replacement, context.patience)


def _from_attribute(context: Context, pattern: str, group: str, values: tuple[str, ...]) -> str | None:
    """The group in the first value that matches."""
    found = (group_found(pattern, group, value, context.patience) for value in values)
    return next((text for text in found if text), None)


def _exchanged(text: str, old: str, new: str) -> str:
    if len(text) + text.count(old) * (len(new) - len(old)) > LONGEST_VALUE:
        raise EvaluationError(f"The replacement gives more than {LONGEST_VALUE:,} characters.")
    return text.replace(old, new)
