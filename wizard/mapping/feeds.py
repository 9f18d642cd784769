"""Where the value of one mapping row comes from: made ready once for a whole table, asked for every person."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from wizard.directory import AttributeValue
from wizard.errors import WizardError, _advice, _title
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind
from wizard.mapping.expression.errors import ExpressionError, NoFlow
from wizard.scim.resource import Redacted

if TYPE_CHECKING:  # the language and its grammar are imported with the first expression
    from wizard.mapping.dotnet.patterns import Patience
    from wizard.mapping.expression.expression import Context, Expression

SourceValue = Callable[[str], AttributeValue | None]
"""Name of a source attribute -> its value, None = NULL."""
Feed = Callable[[SourceValue, "Context | None"], AttributeValue | NoFlow | None]
"""The value of one row for one person; raises WizardError where an expression gives none. A table without
expressions needs no context."""


def feed(row: AttributeMapping) -> Feed:
    """What gives the row's value, without its default. An expression that cannot be read raises for each person."""
    match row.kind:
        case MappingKind.ATTRIBUTE:
            return _attribute(row.source)
        case MappingKind.CONSTANT:
            constant = row.source
            return lambda source, context: constant
        case MappingKind.FUNCTION:
            return _function(row.source)
        case MappingKind.NONE:
            return lambda source, context: None


def run_context(now: datetime | None = None, patience: "Patience | None" = None) -> "Context":
    """What all expressions of one run share: one clock, and one patience with regular expressions."""
    from wizard.mapping.dotnet.patterns import patience_for_run
    from wizard.mapping.expression.expression import Context

    return Context(now=now or datetime.now(UTC), patience=patience or patience_for_run())


@lru_cache(maxsize=512)
def expression_of(text: str) -> "Expression | ExpressionError":
    """The expression a text spells, or why it spells none; each text is read once."""
    from wizard.mapping.expression.expression import parse

    try:
        return parse(text)
    except ExpressionError as error:
        return error


def sources_of(row: AttributeMapping) -> tuple[str, ...]:
    """Names of the source attributes a row reads, as it writes them."""
    if row.kind is MappingKind.ATTRIBUTE:
        return (row.source,)
    if row.kind is not MappingKind.FUNCTION:
        return ()
    from wizard.mapping.expression.expression import source_names

    expression = expression_of(row.source)
    return () if isinstance(expression, ExpressionError) else source_names(expression)


def entra_name(name: str) -> str:
    """Entra's own name of an attribute that may be written as Graph writes it: `officeLocation`."""
    from wizard.entra_names import canonical_name

    return canonical_name(name.removeprefix("onPremisesExtensionAttributes."))


def _attribute(name: str) -> Feed:
    entra = entra_name(name)
    if entra == name:
        return lambda source, context: source(name)

    def by_either_name(source: SourceValue, context: "Context | None") -> AttributeValue | None:
        value = source(name)
        return source(entra) if value is None else value

    return by_either_name


def _function(text: str) -> Feed:
    expression = expression_of(text)
    if isinstance(expression, ExpressionError):
        title, advice = _title(expression), _advice(expression)

        def unreadable(source: SourceValue, context: "Context | None") -> AttributeValue | None:
            raise WizardError(title, advice)

        return unreadable
    value = expression.value
    if not expression.redacted:
        return lambda source, context: value(source, context or run_context())

    def hidden(source: SourceValue, context: "Context | None") -> AttributeValue | NoFlow | None:
        found = value(source, context or run_context())
        if isinstance(found, tuple):
            return tuple(Redacted(one) for one in found)
        return Redacted(found) if isinstance(found, str) else found

    return hidden


def redacted_targets(rows: Iterable[AttributeMapping]) -> frozenset[str]:
    """Target paths whose values must not be shown or kept: their expression uses Redact."""
    return frozenset(
        row.target
        for row in rows
        if row.kind is MappingKind.FUNCTION and "Redact" in row.source and _redacts(expression_of(row.source))
    )


def _redacts(expression: "Expression | ExpressionError") -> bool:
    return not isinstance(expression, ExpressionError) and expression.redacted
