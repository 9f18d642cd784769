"""Mapping tables evaluated: what each row gives for one person or group, as a resource, path by path.

The expression language is imported with the first expression: it takes 40 ms, and pages that show no value need none.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from wizard.directory import AttributeValue, DirectoryGroup, DirectoryUser
from wizard.errors import Message, WizardError
from wizard.mapping.attribute_mapping import MEMBERS, AttributeMapping, FlowType, MappingKind
from wizard.mapping.expression.errors import ExpressionError, NoFlow
from wizard.mapping.source_values import (
    COMPUTED,
    SourceValue,
    attribute_reader,
    group_value,
    is_known,
    other_name,
    user_value,
)
from wizard.scim.resource import MANAGER, Planned, Redacted, Resource, Value

if TYPE_CHECKING:
    from wizard.mapping.dotnet.patterns import Patience
    from wizard.mapping.expression.expression import Context, Expression

BOOLEAN_TARGETS = frozenset({"active"})
REFERENCE_TARGETS = frozenset({MANAGER})
_OTHER_THAN_TEXT = REFERENCE_TARGETS | BOOLEAN_TARGETS

RowSource = Callable[[SourceValue, "Context | None"], AttributeValue | NoFlow | None]
"""Gives the value of one row for one person, without its default; raises WizardError where an expression gives none.
A table without expressions needs no context."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One row whose expression gives no value for a person."""

    path: str
    message: Message
    """Why, and what to do."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a table gives for one person or group."""

    resource: Resource
    untouched: frozenset[str] = frozenset()
    """Paths that are neither written nor cleared in an existing object; some may be in `resource`, for a new one."""
    failures: tuple[Failure, ...] = ()


class Table:
    """A mapping table prepared to run over a whole directory."""

    def __init__(
        self, rows: Sequence[AttributeMapping], known: Collection[str] = (), *, clear_emptied: bool = True
    ) -> None:
        """Prepare the rows; `known` are the directory's attributes, empty = unknown.

        With `clear_emptied` false, an attribute that has lost its value in the directory is left as it is in the
        target, as Entra does; a default is then written only to a new object.
        """
        self.rows = tuple(rows)
        self.columns = tuple(column(row, known) for row in rows if row.target != MEMBERS)
        self._prepared = tuple(
            (one.plain, one.target, one)
            for one in self.columns
            if one.mapping.kind is not MappingKind.NONE or one.mapping.default or not clear_emptied
        )
        self.governed = governed_paths(rows, known)
        self.clear_emptied = clear_emptied
        self._needs_context = any(row.kind is MappingKind.FUNCTION for row in rows)

    def user(self, user: DirectoryUser, context: "Context | None" = None) -> Mapped:
        """Return the resource for one person as if it were new; a manager is `Planned(source id)`."""
        return self._mapped(user.attributes, partial(user_value, user), context)

    def group(self, group: DirectoryGroup, context: "Context | None" = None) -> Mapped:
        """Return the resource for one group as if it were new, without its members."""
        return self._mapped(group.attributes, partial(group_value, group), context)

    def _mapped(
        self, attributes: Mapping[str, AttributeValue], source: SourceValue, context: "Context | None"
    ) -> Mapped:
        if context is None and self._needs_context:
            context = run_context()
        resource: dict[str, Value] = {}
        untouched: list[str] = []
        failures: list[Failure] = []
        for plain, target, one in self._prepared:
            raw: AttributeValue | NoFlow | None
            if plain:
                raw = attributes.get(plain)
                if type(raw) is str and raw:  # nearly every value
                    resource[target] = raw
                    continue
                if raw is None and self.clear_emptied and not one.mapping.default:
                    continue
            else:
                try:
                    raw = one.source(source, context)
                except WizardError as error:
                    failures.append(Failure(target, error.message))
                    continue
            if isinstance(raw, NoFlow):
                untouched.append(target)
                continue
            value = None if raw is None else for_target(target, raw)
            if value is None:
                if one.silent or not self.clear_emptied:
                    untouched.append(target)
                value = for_target(target, one.mapping.default) if one.mapping.default else None
            if value is not None:
                resource[target] = value
        if not (untouched or failures):
            return Mapped(resource)
        return Mapped(resource, frozenset(untouched), tuple(failures))


@dataclass(frozen=True, slots=True)
class Column:
    """One row of a table, prepared to run."""

    mapping: AttributeMapping
    target: str
    """The mapping's target."""
    source: RowSource
    plain: str
    """The directory attribute whose text is copied as it is; "" where the row does anything else."""
    silent: bool
    """The directory has none of the attributes the expression reads: without a value the target is left as it is."""

    def value(self, source: SourceValue, context: "Context | None") -> Value | None:
        """Return what would be written to a new object; None = nothing. Raises WizardError."""
        raw = self.source(source, context)
        if isinstance(raw, NoFlow):
            return None
        value = None if raw is None else for_target(self.target, raw)
        return for_target(self.target, self.mapping.default) if value is None else value


def column(row: AttributeMapping, known: Collection[str]) -> Column:
    """Prepare one row; `known` are the directory's attributes, empty = unknown."""
    silent = row.kind is MappingKind.FUNCTION and bool(known) and bool(unknown_sources(row, known))
    copied = row.kind is MappingKind.ATTRIBUTE and row.target not in _OTHER_THAN_TEXT
    plain = row.source if copied and row.source not in COMPUTED and not other_name(row.source) else ""
    return Column(row, row.target, row_source(row), plain, silent)


def for_target(target: str, value: AttributeValue) -> Value | None:
    """Return a source value as its target takes it; None where nothing is left of it."""
    if value.__class__ is str and target not in _OTHER_THAN_TEXT:  # the usual case first
        return value or None
    if isinstance(value, tuple):
        value = tuple(part for part in value if part)
        if len(value) < 2:
            return for_target(target, value[0]) if value else None
        return value
    if value == "":
        return None
    if target in REFERENCE_TARGETS:
        return Planned(str(value))
    if target in BOOLEAN_TARGETS:
        return _boolean(value)
    return str(value) if isinstance(value, bool) else value


def _boolean(value: str | bool) -> str | bool:
    # Text that is neither true nor false stays as it is, so that preflight can name it.
    if isinstance(value, bool):
        return value
    return _TRUTH.get(value.strip().casefold(), value)


_TRUTH = {"true": True, "false": False}


# --- what a row reads -----------------------------------------------------------------------------------------------


def row_source(row: AttributeMapping) -> RowSource:
    """Prepare a row's source. An expression that cannot be parsed raises for each person."""
    match row.kind:
        case MappingKind.ATTRIBUTE:
            return attribute_reader(row.source)
        case MappingKind.CONSTANT:
            constant = row.source
            return lambda source, context: constant
        case MappingKind.FUNCTION:
            return _expression_source(row.source)
        case MappingKind.NONE:
            return lambda source, context: None


def _expression_source(text: str) -> RowSource:
    expression = expression_of(text)
    if isinstance(expression, ExpressionError):
        message = expression.message

        def unreadable(source: SourceValue, context: "Context | None") -> AttributeValue | None:
            raise WizardError(message)

        return unreadable
    value = expression.value
    if not expression.redacted:
        return lambda source, context: value(source, context or run_context())

    def redacted(source: SourceValue, context: "Context | None") -> AttributeValue | NoFlow | None:
        result = value(source, context or run_context())
        if isinstance(result, tuple):
            return tuple(Redacted(one) for one in result)
        return Redacted(result) if isinstance(result, str) else result

    return redacted


@lru_cache(maxsize=512)
def expression_of(text: str) -> "Expression | ExpressionError":
    """Return the expression that a text spells, or why it cannot be parsed; cached."""
    from wizard.mapping.expression.expression import parse

    try:
        return parse(text)
    except ExpressionError as error:
        return error


def run_context(now: datetime | None = None, patience: "Patience | None" = None) -> "Context":
    """Return what all expressions of one run share: the clock, and the time budget for regular expressions."""
    from wizard.mapping.dotnet.patterns import patience_for_run
    from wizard.mapping.expression.expression import Context

    return Context(now=now or datetime.now(UTC), patience=patience or patience_for_run())


def sources_of(row: AttributeMapping) -> tuple[str, ...]:
    """Return the names of the source attributes that a row reads, as it writes them."""
    if row.kind is MappingKind.ATTRIBUTE:
        return (row.source,)
    if row.kind is not MappingKind.FUNCTION:
        return ()
    from wizard.mapping.expression.expression import source_names

    expression = expression_of(row.source)
    return () if isinstance(expression, ExpressionError) else source_names(expression)


def unknown_sources(row: AttributeMapping, known: Collection[str]) -> tuple[str, ...]:
    """Return what a row reads where the directory has none of it; () = it has some, or the row reads nothing."""
    names = sources_of(row)
    return () if any(is_known(name, known) for name in names) else names


# --- what a table says about its targets ----------------------------------------------------------------------------


def governed_paths(rows: Sequence[AttributeMapping], known: Collection[str]) -> frozenset[str]:
    """Return the target paths that always follow the directory: mapped, and not only for a new object.

    `known` are the directory's attributes (empty = unknown). Where the directory has no such attribute, the target's
    value is left as it is; where it has the attribute but no value, the target's value is cleared. What an expression
    leaves as it is differs from person to person: `Mapped.untouched`.
    """
    return frozenset(
        row.target
        for row in rows
        if row.kind is not MappingKind.NONE
        and row.flow is FlowType.ALWAYS
        and row.target != MEMBERS
        and (row.kind is not MappingKind.ATTRIBUTE or row.default or not known or is_known(row.source, known))
    )


def matching_paths(rows: Sequence[AttributeMapping]) -> tuple[str, ...]:
    """Return the target paths by which an existing object is matched, in the order they are tried."""
    matching = [row for row in rows if row.matching_priority > 0 and row.kind is not MappingKind.NONE]
    return tuple(row.target for row in sorted(matching, key=lambda row: row.matching_priority))


def maps_members(rows: Sequence[AttributeMapping]) -> bool:
    """Return whether memberships flow."""
    return any(row.target == MEMBERS and row.kind is not MappingKind.NONE for row in rows)


def redacted_targets(rows: Iterable[AttributeMapping]) -> frozenset[str]:
    """Return the target paths whose values must not be shown or kept: their expression uses Redact."""
    return frozenset(
        row.target
        for row in rows
        if row.kind is MappingKind.FUNCTION and "Redact" in row.source and _redacts(expression_of(row.source))
    )


def _redacts(expression: "Expression | ExpressionError") -> bool:
    return not isinstance(expression, ExpressionError) and expression.redacted
