"""The mapping tables of the Attributes page: their rows, previews with a real person, edits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from wizard import messages
from wizard.aws.interface import ObjectKind
from wizard.aws.schema import GROUP_ATTRIBUTES, MORE_USER_ATTRIBUTES, USER_ATTRIBUTES, TargetAttribute
from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser
from wizard.flow.directory.entra_attributes import known_attributes
from wizard.flow.mapping.expressions import ExpressionCheck, check_expression
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind, Mappings, default_mappings
from wizard.mapping.resources import Mapped, Table, expression_of, maps_members, sources_of
from wizard.mapping.schema_json import remarks
from wizard.mapping.scoping import in_scope
from wizard.mapping.source_values import entra_name, group_value, user_value
from wizard.mapping.table_problems import table_problems
from wizard.messages import Noun, counted
from wizard.provisioning.job import Job
from wizard.scim.resource import Known, Planned, Resource, Value

TableKind = Literal["users", "groups"]


@dataclass(frozen=True, slots=True)
class MappingRow:
    """One row of a mapping table and its target attribute."""

    mapping: AttributeMapping
    attribute: TargetAttribute
    problem: str = ""
    """Why this row cannot be used, or ""."""


@dataclass(frozen=True, slots=True)
class LiveValue:
    """The value of one row for one person or group."""

    text: str
    """The value as it would be sent; "" = none is sent."""
    problem: str = ""
    """Why AWS would refuse it, or ""."""


@dataclass(frozen=True, slots=True)
class MappingPreview:
    """The tables evaluated for one person or group."""

    live: Mapping[str, LiveValue]
    """By target path."""
    readings: Mapping[str, ExpressionCheck]
    """By expression."""
    remarks: Mapping[tuple[TableKind, str], str]
    """(table, target) -> what of an imported schema does not work here and is kept."""


# --- Rows ----------------------------------------------------------------------------------------------------------


def rows(job: Job, kind: TableKind, snapshot: DirectorySnapshot | None) -> tuple[MappingRow, ...]:
    """Return the rows of a table in their order."""
    attributes = {a.path: a for a in attributes_of(kind)}
    mappings = job.mappings.users if kind == "users" else job.mappings.groups
    known = known_attributes(job, snapshot) if snapshot and kind == "users" else None
    problems = {p.target: messages.text(p) for p in table_problems(mappings, tuple(attributes.values()), known)}
    return tuple(
        MappingRow(m, attributes.get(m.target) or TargetAttribute(m.target, "String"), problems.get(m.target, ""))
        for m in mappings
    )


def attributes_of(kind: TableKind) -> tuple[TargetAttribute, ...]:
    """Return the target attributes that a table may have."""
    return (*USER_ATTRIBUTES, *MORE_USER_ATTRIBUTES) if kind == "users" else GROUP_ATTRIBUTES


def source_attributes(snapshot: DirectorySnapshot | None, kind: TableKind) -> tuple[str, ...]:
    """Return the attributes that can be a source: the directory's own, and the computed ones."""
    if kind == "groups":
        return ("displayName", "objectId", "members")
    own = snapshot.attributes if snapshot else ()
    computed = ("objectId", "accountEnabled", "userPrincipalName", "manager")
    return (*own, *(name for name in computed if name not in own))


def unused_attributes(job: Job, kind: TableKind) -> tuple[TargetAttribute, ...]:
    """Return the target attributes that the table has no row for."""
    used = {m.target for m in _table(job, kind)}
    return tuple(a for a in attributes_of(kind) if a.path not in used)


def source_text(row: AttributeMapping) -> str:
    """Return the text of the source column: an attribute's name, a constant in quotes, an expression, or ""."""
    if row.kind is MappingKind.CONSTANT:
        return f'"{row.source}"'
    return "" if row.kind is MappingKind.NONE else row.source


# --- Previews ------------------------------------------------------------------------------------------------------


def people_to_preview(
    job: Job, kind: TableKind, snapshot: DirectorySnapshot
) -> tuple[DirectoryUser | DirectoryGroup, ...]:
    """Return whose values can be previewed: who is in scope, or everyone if nobody is."""
    chosen = in_scope(snapshot, job.scope)
    if kind == "users":
        return chosen.users or snapshot.users
    return chosen.groups or snapshot.groups


def preview_mappings(
    job: Job,
    thing: DirectoryUser | DirectoryGroup | None,
    snapshot: DirectorySnapshot | None,
    expressions: Sequence[str] = (),
) -> MappingPreview:
    """Evaluate the tables for a person or group, and check expressions. Run it on a worker: see `live_values`."""
    for row in (*job.mappings.users, *job.mappings.groups):
        if row.kind is MappingKind.FUNCTION:
            expression_of(row.source)  # fills its cache, so that the GUI thread does not parse for `rows`
    live = live_values(job, thing, snapshot) if thing is not None and snapshot is not None else {}
    sentences: dict[tuple[TableKind, str], str] = {}
    for remark in remarks(job.mappings):
        sentences.setdefault((remark.kind, remark.target), messages.text(remark))
    return MappingPreview(live, {text: check_expression(text) for text in expressions}, sentences)


def live_values(
    job: Job, thing: DirectoryUser | DirectoryGroup, snapshot: DirectorySnapshot
) -> Mapping[str, LiveValue]:
    """Return what would be sent for a person or group, by target path, and what AWS would refuse.

    A regular expression may take two seconds.
    """
    kind: TableKind = "users" if isinstance(thing, DirectoryUser) else "groups"
    resource, problems = _mapped(job, kind, thing, snapshot)
    live = {
        path: LiveValue(_value_text(resource.get(path), snapshot), problems.get(path, ""))
        for path in dict.fromkeys((*resource, *problems))
    }
    if isinstance(thing, DirectoryGroup) and maps_members(job.mappings.groups):
        live["members"] = LiveValue(_members(thing))
    return live


def _mapped(
    job: Job, kind: TableKind, thing: DirectoryUser | DirectoryGroup, snapshot: DirectorySnapshot
) -> tuple[Resource, dict[str, str]]:
    """Return what would be sent, and path -> the problem with it."""
    from wizard.aws.rules import adapt, violations  # not at the top: it compiles patterns

    known = snapshot.attributes if kind == "users" else ()
    table = Table(_table(job, kind), known, clear_emptied=job.mappings.clear_emptied)
    object_kind: ObjectKind = "user" if isinstance(thing, DirectoryUser) else "group"
    mapped: Mapped = table.user(thing) if isinstance(thing, DirectoryUser) else table.group(thing)
    resource = adapt(object_kind, mapped.resource).resource
    refused = {broken.path: messages.text(broken) for broken in reversed(violations(object_kind, resource))}
    return resource, refused | {failed.path: messages.text(failed) for failed in mapped.failures}


def source_values(
    row: AttributeMapping, thing: DirectoryUser | DirectoryGroup, snapshot: DirectorySnapshot, names: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    """Return name and value of each attribute that a row reads; `names` are those that its expression reads."""
    reads = names if row.kind is MappingKind.FUNCTION else sources_of(row)
    return tuple((name, source_value(thing, name, snapshot)) for name in reads if name)


def source_value(thing: DirectoryUser | DirectoryGroup, source: str, snapshot: DirectorySnapshot) -> str:
    """Return the directory's value of an attribute for a person or group; "" = none."""
    if isinstance(thing, DirectoryUser):
        value = user_value(thing, source)
        value = user_value(thing, entra_name(source)) if value is None else value
        if source == "manager" and isinstance(value, str):
            return _label(value, snapshot)
    elif source == "members":
        return _members(thing)
    else:
        value = group_value(thing, source)
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(value) if isinstance(value, tuple) else value or ""


def _value_text(value: Value | None, snapshot: DirectorySnapshot) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Planned):
        return _label(value.source_id, snapshot)
    if isinstance(value, Known):
        return value.id
    return ", ".join(value) if isinstance(value, tuple) else value


def _label(source_id: str, snapshot: DirectorySnapshot) -> str:
    return next((user.label for user in snapshot.users if user.id == source_id), source_id)


def _members(group: DirectoryGroup) -> str:
    return counted(len(group.members), Noun.PERSON)


# --- Edits ---------------------------------------------------------------------------------------------------------


def with_row(job: Job, kind: TableKind, target: str, row: AttributeMapping, nth: int = 0) -> Job:
    """Replace the row of a target attribute; nth: which of several rows with this target, 0 = the first."""
    at = _position(job, kind, target, nth)
    return _with_table(job, kind, tuple(row if place == at else m for place, m in enumerate(_table(job, kind))))


def with_new_row(job: Job, kind: TableKind, target: str) -> Job:
    """Append a row that maps nothing to a target attribute yet."""
    return _with_table(job, kind, (*_table(job, kind), AttributeMapping(target)))


def without_row(job: Job, kind: TableKind, target: str, nth: int = 0) -> Job:
    """Remove the row of a target attribute; nth: see `with_row`."""
    at = _position(job, kind, target, nth)
    return _with_table(job, kind, tuple(m for place, m in enumerate(_table(job, kind)) if place != at))


def with_default_mappings(job: Job) -> Job:
    """Replace both tables by the default ones."""
    return replace(job, mappings=default_mappings())


def with_mappings(job: Job, mappings: Mappings) -> Job:
    """Replace both tables."""
    return replace(job, mappings=mappings)


def first_difference(left: Mappings, right: Mappings) -> tuple[TableKind | Literal[""], str]:
    """Return table and target attribute of the first row that differs; ("", "") = none, (table, "") = a removed row."""
    pairs: tuple[tuple[TableKind, Sequence[AttributeMapping], Sequence[AttributeMapping]], ...] = (
        ("users", left.users, right.users),
        ("groups", left.groups, right.groups),
    )
    for kind, before, after in pairs:
        known = set(before)
        changed = next((row.target for row in after if row not in known), "")
        if changed or before != after:
            return kind, changed
    return "", ""


def _table(job: Job, kind: TableKind) -> Sequence[AttributeMapping]:
    return job.mappings.users if kind == "users" else job.mappings.groups


def _position(job: Job, kind: TableKind, target: str, nth: int) -> int:
    positions = [position for position, m in enumerate(_table(job, kind)) if m.target == target]
    return positions[nth] if nth < len(positions) else -1


def _with_table(job: Job, kind: TableKind, table: tuple[AttributeMapping, ...]) -> Job:
    mappings = job.mappings
    changed = replace(mappings, users=table) if kind == "users" else replace(mappings, groups=table)
    return replace(job, mappings=changed)
