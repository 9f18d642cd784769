"""What the Attributes page asks: the two tables, live values of a real person, and edits of the tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from wizard import messages
from wizard.aws.interface import ObjectKind
from wizard.aws.schema import GROUP_ATTRIBUTES, MORE_USER_ATTRIBUTES, USER_ATTRIBUTES, TargetAttribute
from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser
from wizard.flow.directory.entra_attributes import known_attributes
from wizard.flow.mapping.expressions import Reading, read
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
    """One row of a mapping table, with what is known of its target attribute."""

    mapping: AttributeMapping
    attribute: TargetAttribute
    problem: str = ""
    """Why this row cannot stand, or ""."""


@dataclass(frozen=True, slots=True)
class LiveValue:
    """What one row gives for the person or group shown."""

    text: str
    """The value as it would be sent; "" = nothing flows."""
    problem: str = ""
    """What AWS would refuse about it, or ""."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was worked out for the one shown."""

    live: Mapping[str, LiveValue]
    readings: Mapping[str, Reading]
    """Expression -> what is known of it."""
    remarks: Mapping[tuple[TableKind, str], str]
    """(table, target) -> what of an imported schema does not work here and is kept."""


def rows(job: Job, kind: TableKind, snapshot: DirectorySnapshot | None) -> tuple[MappingRow, ...]:
    """The table in its order; a target that the job does not list is not in it."""
    attributes = {a.path: a for a in attributes_of(kind)}
    mappings = job.mappings.users if kind == "users" else job.mappings.groups
    known = known_attributes(job, snapshot) if snapshot and kind == "users" else None
    problems = {p.target: messages.text(p) for p in table_problems(mappings, tuple(attributes.values()), known)}
    return tuple(
        MappingRow(m, attributes.get(m.target) or TargetAttribute(m.target, "String"), problems.get(m.target, ""))
        for m in mappings
    )


def attributes_of(kind: TableKind) -> tuple[TargetAttribute, ...]:
    """Target attributes a table may hold."""
    return (*USER_ATTRIBUTES, *MORE_USER_ATTRIBUTES) if kind == "users" else GROUP_ATTRIBUTES


def source_attributes(snapshot: DirectorySnapshot | None, kind: TableKind) -> tuple[str, ...]:
    """Names to choose a source from: the directory's own, and those we compute."""
    if kind == "groups":
        return ("displayName", "objectId", "members")
    own = snapshot.attributes if snapshot else ()
    computed = ("objectId", "accountEnabled", "userPrincipalName", "manager")
    return (*own, *(name for name in computed if name not in own))


def live_values(
    job: Job, shown: DirectoryUser | DirectoryGroup, snapshot: DirectorySnapshot
) -> Mapping[str, LiveValue]:
    """Target path -> what would be sent for this person or group, and what AWS would say to it.

    Expressions are evaluated: call it from a thread, because a pattern of a person's may take two seconds.
    """
    kind: TableKind = "users" if isinstance(shown, DirectoryUser) else "groups"
    resource, problems = _judged(_ready(job, kind, snapshot), shown)
    paths = dict.fromkeys((*resource, *problems))
    live = {
        path: LiveValue(_shown(resource.get(path), snapshot), problems.get(path, ("", ""))[1]) for path in paths
    }
    if isinstance(shown, DirectoryGroup) and maps_members(job.mappings.groups):
        live["members"] = LiveValue(_members(shown))
    return live


def looked(
    job: Job,
    shown: DirectoryUser | DirectoryGroup | None,
    snapshot: DirectorySnapshot | None,
    texts: Sequence[str] = (),
) -> Looked:
    """Everything the screen shows and may not work out itself: live values, and how expressions read."""
    for row in (*job.mappings.users, *job.mappings.groups):
        if row.kind is MappingKind.FUNCTION:
            expression_of(
                row.source
            )  # read here once, so that the tables' problems need not read it on the screen
    live = live_values(job, shown, snapshot) if shown is not None and snapshot is not None else {}
    told: dict[tuple[TableKind, str], str] = {}
    for remark in remarks(job.mappings):
        told.setdefault((remark.kind, remark.target), messages.text(remark))
    return Looked(live, {text: read(text) for text in texts}, told)


def sources_shown(
    row: AttributeMapping, shown: DirectoryUser | DirectoryGroup, snapshot: DirectorySnapshot, names: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    """Name and value of each attribute that a row reads of somebody; `names` are those of an expression."""
    reads = names if row.kind is MappingKind.FUNCTION else sources_of(row)
    return tuple((name, source_value(shown, name, snapshot)) for name in reads if name)


def people_shown(
    job: Job, kind: TableKind, snapshot: DirectorySnapshot
) -> tuple[DirectoryUser | DirectoryGroup, ...]:
    """Whose values can be looked at: who is in scope, or everyone where nobody is."""
    chosen = in_scope(snapshot, job.scope)
    if kind == "users":
        return chosen.users or snapshot.users
    return chosen.groups or snapshot.groups


def source_value(shown: DirectoryUser | DirectoryGroup, source: str, snapshot: DirectorySnapshot) -> str:
    """What the directory says of a source attribute for this person or group; "" = nothing."""
    if isinstance(shown, DirectoryUser):
        value = user_value(shown, source)
        value = user_value(shown, entra_name(source)) if value is None else value
        if source == "manager" and isinstance(value, str):
            return _name(value, snapshot)
    elif source == "members":
        return _members(shown)
    else:
        value = group_value(shown, source)
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(value) if isinstance(value, tuple) else value or ""


def _ready(job: Job, kind: TableKind, snapshot: DirectorySnapshot) -> Table:
    known = snapshot.attributes if kind == "users" else ()
    return Table(_table(job, kind), known, clear_emptied=job.mappings.clear_emptied)


def _judged(table: Table, shown: DirectoryUser | DirectoryGroup) -> tuple[Resource, dict[str, tuple[str, str]]]:
    """What would be sent, and path -> (rule, sentence) of what stands against it."""
    from wizard.aws.rules import adapt, violations

    object_kind: ObjectKind = "user" if isinstance(shown, DirectoryUser) else "group"
    mapped: Mapped = table.user(shown) if isinstance(shown, DirectoryUser) else table.group(shown)
    resource = adapt(object_kind, mapped.resource).resource
    refused = {
        found.path: (found.rule, messages.text(found)) for found in reversed(violations(object_kind, resource))
    }
    return resource, refused | {failed.path: ("expression", messages.text(failed)) for failed in mapped.failures}


def edited(job: Job, kind: TableKind, target: str, row: AttributeMapping, nth: int = 0) -> Job:
    """The job with the row of `target` replaced; `nth` tells rows of one target apart, 0 = the first."""
    at = _place(job, kind, target, nth)
    return _with(job, kind, tuple(row if place == at else m for place, m in enumerate(_table(job, kind))))


def added(job: Job, kind: TableKind, target: str) -> Job:
    """The job with a further target attribute, mapped to nothing yet."""
    return _with(job, kind, (*_table(job, kind), AttributeMapping(target)))


def removed(job: Job, kind: TableKind, target: str, nth: int = 0) -> Job:
    """The job without this row; see `edited`."""
    at = _place(job, kind, target, nth)
    return _with(job, kind, tuple(m for place, m in enumerate(_table(job, kind)) if place != at))


def restored(job: Job) -> Job:
    """The job with the default tables."""
    return replace(job, mappings=default_mappings())


def remapped(job: Job, mappings: Mappings) -> Job:
    """The job with these tables."""
    return replace(job, mappings=mappings)


def difference(left: Mappings, right: Mappings) -> tuple[TableKind | Literal[""], str]:
    """The table and the target attribute of the first row in which two differ; ("", "") = in none."""
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


def addable(job: Job, kind: TableKind) -> tuple[TargetAttribute, ...]:
    """Target attributes AWS knows that the table does not list."""
    listed = {m.target for m in _table(job, kind)}
    return tuple(a for a in attributes_of(kind) if a.path not in listed)


def source_in_words(row: AttributeMapping) -> str:
    """The source column's text: an attribute's name, a constant in quotes, an expression, or nothing."""
    if row.kind is MappingKind.CONSTANT:
        return f'"{row.source}"'
    return "" if row.kind is MappingKind.NONE else row.source


def _members(group: DirectoryGroup) -> str:
    return counted(len(group.members), Noun.PERSON)


def _table(job: Job, kind: TableKind) -> Sequence[AttributeMapping]:
    return job.mappings.users if kind == "users" else job.mappings.groups


def _place(job: Job, kind: TableKind, target: str, nth: int) -> int:
    places = [place for place, m in enumerate(_table(job, kind)) if m.target == target]
    return places[nth] if nth < len(places) else -1


def _with(job: Job, kind: TableKind, table: tuple[AttributeMapping, ...]) -> Job:
    mappings = job.mappings
    changed = replace(mappings, users=table) if kind == "users" else replace(mappings, groups=table)
    return replace(job, mappings=changed)


def _name(source_id: str, snapshot: DirectorySnapshot) -> str:
    return next((user.label for user in snapshot.users if user.id == source_id), source_id)


def _shown(value: Value | None, snapshot: DirectorySnapshot) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Planned):
        return _name(value.source_id, snapshot)
    if isinstance(value, Known):
        return value.id
    return ", ".join(value) if isinstance(value, tuple) else value
