"""What each row of a mapping table gives for one person or group: a resource, path by path."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from wizard.directory import AttributeValue, DirectoryGroup, DirectoryUser
from wizard.errors import Message, WizardError
from wizard.mapping.attribute_mapping import AttributeMapping, FlowType, MappingKind
from wizard.mapping.expression.errors import NoFlow
from wizard.mapping.feeds import Feed, SourceValue, entra_name, feed, run_context, sources_of
from wizard.scim.resource import MANAGER, Planned, Resource, Value

if TYPE_CHECKING:
    from wizard.mapping.expression.expression import Context

MEMBERS = "members"
"""Target of the group table's row for memberships; it is no attribute of the group's resource."""
BOOLEAN_TARGETS = frozenset({"active"})
REFERENCE_TARGETS = frozenset({MANAGER})
COMPUTED_USER_SOURCES = ("objectId", "accountEnabled", "IsSoftDeleted", "mailNickname")
"""Source attributes that every person has, whether or not the directory has a column for them."""
COMPUTED_GROUP_SOURCES = ("objectId", "displayName", "members")
COMPUTED = frozenset({*COMPUTED_USER_SOURCES, *COMPUTED_GROUP_SOURCES})
_COMPUTED_OF_PEOPLE = frozenset(COMPUTED_USER_SOURCES)


@dataclass(frozen=True, slots=True)
class Failure:
    """One row whose expression gives no value for somebody."""

    path: str
    message: Message
    """Why, and what to do."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a table gives for one person or group."""

    resource: Resource
    untouched: frozenset[str] = frozenset()
    """Paths that are neither written nor cleared where the object stands already; some may be in `resource`, for
    when it is made."""
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One row of a table, ready to run."""

    mapping: AttributeMapping
    target: str
    """The mapping's."""
    feed: Feed
    """Its value, without the default."""
    always: bool
    """Also written to an object that stands already."""
    plain: str
    """The directory's attribute it takes as it stands, where it takes one and the target is a text; else ""."""
    silent: bool
    """The directory has none of the attributes its expression reads: without a value the target is left alone."""

    def value(self, source: SourceValue, context: "Context | None") -> Value | None:
        """What would be written for one person when made; None = nothing. Raises WizardError."""
        raw = self.feed(source, context)
        if isinstance(raw, NoFlow):
            return None
        value = None if raw is None else for_target(self.mapping.target, raw)
        return for_target(self.mapping.target, self.mapping.default) if value is None else value


class Table:
    """A mapping table made ready to run over a whole directory."""

    def __init__(
        self, rows: Sequence[AttributeMapping], known: Collection[str] = (), *, clear_emptied: bool = True
    ) -> None:
        """`known` are the directory's attributes, empty = not told. `clear_emptied` False leaves alone what the
        directory no longer has, as Entra does; a default is then written only to an object that is made."""
        self.rows = tuple(rows)
        self.columns = tuple(column(row, known) for row in rows if row.target != MEMBERS)
        self.governed = governed_paths(rows, known)
        self.clear_emptied = clear_emptied
        self._context = any(row.kind is MappingKind.FUNCTION for row in rows)

    def user(self, user: DirectoryUser, context: "Context | None" = None, *, creating: bool = True) -> Mapped:
        """The resource for one person; a manager is `Planned(source id)`."""
        return self._mapped(user.attributes, partial(user_value, user), context, creating)

    def group(self, group: DirectoryGroup, context: "Context | None" = None, *, creating: bool = True) -> Mapped:
        """The resource for one group, without its members."""
        return self._mapped(group.attributes, partial(group_value, group), context, creating)

    def _mapped(
        self,
        attributes: Mapping[str, AttributeValue],
        source: SourceValue,
        context: "Context | None",
        creating: bool,
    ) -> Mapped:
        if context is None and self._context:
            context = run_context()
        resource: dict[str, Value] = {}
        untouched: list[str] = []
        failures: list[Failure] = []
        for one in self.columns:
            if not (creating or one.always):
                continue
            target = one.target
            raw: AttributeValue | NoFlow | None
            if one.plain:
                raw = attributes.get(one.plain)
                if type(raw) is str and raw:  # nearly every value
                    resource[target] = raw
                    continue
            else:
                try:
                    raw = one.feed(source, context)
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


@lru_cache(maxsize=64)
def _table(rows: tuple[AttributeMapping, ...]) -> Table:
    return Table(rows)


def column(row: AttributeMapping, known: Collection[str]) -> Column:
    """One row made ready; `known` are the directory's attributes, empty = not told."""
    always = row.kind is not MappingKind.NONE and row.flow is FlowType.ALWAYS
    silent = row.kind is MappingKind.FUNCTION and bool(known) and bool(unknown_sources(row, known))
    return Column(row, row.target, feed(row), always, _plain(row), silent)


def _plain(row: AttributeMapping) -> str:
    computed = row.source in COMPUTED or entra_name(row.source) != row.source
    text = row.kind is MappingKind.ATTRIBUTE and row.target not in _OTHER_THAN_TEXT
    return row.source if text and not computed else ""


def map_user(user: DirectoryUser, rows: Sequence[AttributeMapping], *, creating: bool = True) -> Resource:
    """The resource these rows give for one person; a manager is `Planned(source id)`.

    `creating` False leaves out what flows only when an object is made. An expression that gives no value gives
    nothing here; for many people, and for the reasons, make a `Table`.
    """
    return _table(tuple(rows)).user(user, creating=creating).resource


def map_group(group: DirectoryGroup, rows: Sequence[AttributeMapping], *, creating: bool = True) -> Resource:
    """The resource these rows give for one group, without its members."""
    return _table(tuple(rows)).group(group, creating=creating).resource


def user_value(user: DirectoryUser, name: str) -> AttributeValue | None:
    """A source attribute of a person, computed where the directory has none; None = no value."""
    value = user.attributes.get(name)
    if name not in _COMPUTED_OF_PEOPLE:
        return value
    if name == "accountEnabled":
        return user.enabled
    if (
        name == "IsSoftDeleted"
    ):  # of someone in scope only one of Entra's four cases is left: the account is blocked
        return not user.enabled
    if value is None and name == "objectId":
        return user.id
    if value is None and name == "mailNickname":
        return user.text("userPrincipalName").partition("@")[0] or None
    return value


def group_value(group: DirectoryGroup, name: str) -> AttributeValue | None:
    """A source attribute of a group; None = no value.

    A group known only by its name has no `objectId`: AWS takes no space in an external id, and a name may change.
    """
    value = group.attributes.get(name)
    if value is None and name == "objectId" and group.id != group.label:
        return group.id
    return value


def governed_paths(rows: Sequence[AttributeMapping], known: Collection[str]) -> frozenset[str]:
    """Target paths that follow the directory for good: mapped, and not only when an object is made.

    `known` are the directory's attributes (empty = not told). A directory that has no such attribute at all says
    nothing about it, so the target's value is left alone; one that has it, without a value, clears it. What an
    expression leaves alone differs from person to person: `Mapped.untouched`.
    """
    return frozenset(
        row.target
        for row in rows
        if row.kind is not MappingKind.NONE
        and row.flow is FlowType.ALWAYS
        and row.target != MEMBERS
        and (row.kind is not MappingKind.ATTRIBUTE or row.default or not known or _is_known(row.source, known))
    )


def unknown_sources(row: AttributeMapping, known: Collection[str]) -> tuple[str, ...]:
    """What a row reads, where the directory has none of it; () = it has at least one, or the row reads nothing."""
    reads = sources_of(row)
    return () if any(_is_known(name, known) for name in reads) else reads


def _is_known(name: str, known: Collection[str]) -> bool:
    return name in known or name in COMPUTED or entra_name(name) in known or entra_name(name) in COMPUTED


def matching_paths(rows: Sequence[AttributeMapping]) -> tuple[str, ...]:
    """Target paths by which an existing object is found, the first to be tried first."""
    matching = [row for row in rows if row.matching_priority > 0 and row.kind is not MappingKind.NONE]
    return tuple(row.target for row in sorted(matching, key=lambda row: row.matching_priority))


def maps_members(rows: Sequence[AttributeMapping]) -> bool:
    """Whether memberships flow."""
    return any(row.target == MEMBERS and row.kind is not MappingKind.NONE for row in rows)


def for_target(target: str, value: AttributeValue) -> Value | None:
    """A source value as its target takes it; None where nothing is left of it."""
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


_OTHER_THAN_TEXT = REFERENCE_TARGETS | BOOLEAN_TARGETS


def _boolean(value: str | bool) -> str | bool:
    # What is neither stays as it is, so that preflight can name it.
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.strip().casefold(), value)
