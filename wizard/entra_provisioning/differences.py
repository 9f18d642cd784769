"""What one engine does and the other does not, and what differs between a job and Microsoft's configuration."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from wizard.entra_provisioning.desired import Schema, is_groups, object_mappings
from wizard.errors import Message
from wizard.mapping.attribute_mapping import Mappings
from wizard.mapping.scoping_filter import ScopingFilter

# --- Between the engines --------------------------------------------------------------------------------------------

_NOT_IN_FILTERS = frozenset({"members", "manager", "userType", "appRoleAssignments"})
"""Attributes that Microsoft's scoping filters do not know (define-conditional-rules, known-issues)."""


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """What of a job the two engines treat differently."""

    source: str
    """Kind of the directory: "entra", "file", "sample"."""
    cloud_has_gallery: bool
    mappings: Mappings
    user_filter: ScopingFilter
    group_filter: ScopingFilter
    nested: bool
    people: bool
    threshold: int
    threshold_percent: int
    leavers: Literal["disable", "delete", "leave"]
    delete_after_days: int
    groups_gone: Literal["delete", "leave"]
    match_existing: bool
    protected: int
    """How many names are on the protected list of this computer."""
    first_few: bool
    """The job provisions only the first few people."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that Microsoft's service does otherwise."""

    message: Message
    blocking: bool = False
    """Microsoft's service cannot provision this job; nobody can accept it."""

    @property
    def code(self) -> str:
        """The message's code."""
        return self.message.code


def engine_differences(facts: EngineFacts) -> tuple[Difference, ...]:
    """Return what would be otherwise with Microsoft's service; blocking ones first."""
    found = [Difference(message, blocking=True) for message in _blocking(facts)]
    found += map(Difference, (*_of_people(facts), *_of_values(facts), *_of_scope(facts)))
    return tuple(found)


def _blocking(facts: EngineFacts) -> Iterator[Message]:
    if facts.source != "entra":
        yield Message("engine-needs-entra-source")
    elif not facts.cloud_has_gallery:
        yield Message("engine-not-in-this-cloud")


def _of_people(facts: EngineFacts) -> Iterator[Message]:
    if not facts.match_existing:
        yield Message("engine-matches-without-asking")
    if facts.protected:
        yield Message("engine-ignores-protected", count=facts.protected)
    if facts.threshold_percent:
        yield Message("engine-counts-only", limit=facts.threshold, percent=facts.threshold_percent)
    if facts.leavers == "delete":
        yield Message("engine-deletes-later", days=facts.delete_after_days)
    elif facts.mappings.users_flow.delete:
        yield Message("engine-deletes-with-directory")
    yield Message("engine-keeps-memberships")
    if facts.groups_gone == "delete":
        yield Message("engine-groups-stay")
    yield Message("engine-guards-deletions-only")
    yield Message("engine-ignores-changes-in-aws")


def _of_values(facts: EngineFacts) -> Iterator[Message]:
    if facts.mappings.clear_emptied:
        yield Message("engine-keeps-emptied")
    defaults = [row.target for row in (*facts.mappings.users, *facts.mappings.groups) if row.default]
    if defaults and facts.mappings.clear_emptied:
        yield Message("engine-defaults-once", targets=tuple(defaults))


def _of_scope(facts: EngineFacts) -> Iterator[Message]:
    if facts.nested:
        yield Message("engine-no-nested-groups")
    if not facts.people:
        yield Message("engine-always-people")
    if facts.first_few:
        yield Message("engine-everyone-after-start")
    clauses = [c for f in (facts.user_filter, facts.group_filter) for g in f.groups for c in g.clauses]
    unusable = sorted({clause.attribute for clause in clauses if clause.attribute in _NOT_IN_FILTERS})
    if unusable:
        yield Message("engine-filter-attributes", attributes=tuple(unusable))


# --- Between the job and Microsoft's configuration ------------------------------------------------------------------

Area = Literal["users", "groups", "settings"]
SCOPE = "scope"
"""Target of a scoping filter's edit."""
ACTIONS = "actions"
"""Target of what may happen to objects: create, update, delete, and whether the table is on."""


@dataclass(frozen=True, slots=True)
class Value:
    """One side of an edit, for a person to compare."""

    text: str
    """An attribute's name, a constant in quotes, an expression, a filter as JSON; "" = nothing flows."""
    default: str = ""
    matching: int = 0
    """Matching priority; 0 = not a matching attribute."""
    only_when_created: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """One row, filter or setting that differs between the job and Microsoft."""

    area: Area
    target: str
    """Target attribute; `SCOPE`, `ACTIONS`; of settings "address", "token", "everyone", "mail", "threshold",
    "out-of-scope"."""
    ours: Value
    theirs: Value
    edited_at_microsoft: bool = False
    """It is no longer as this program saved it: a person decides which one holds."""
    can_keep: bool = True
    """The job can take Microsoft's value."""

    @property
    def key(self) -> str:
        """Names the edit in `--keep` and `--use`: "users.userName"."""
        return f"{self.area}.{self.target}"


@dataclass(frozen=True, slots=True)
class SavedRow:
    """A row as this program sent it last, and as Microsoft showed it afterwards: Microsoft may write it otherwise."""

    ours: str
    theirs: str


def schema_edits(
    live: Schema, wanted: Schema, saved: Mapping[str, SavedRow], in_use: bool = False
) -> tuple[Edit, ...]:
    """Return what differs between Microsoft's schema and the job's.

    saved: rows as this program saved them last. in_use: Microsoft's service runs with this schema, so where nothing was
    saved by this program, another person or tool configured it.
    """
    edits = []
    ours, theirs = _rows(wanted), _rows(live)
    for key in dict.fromkeys((*ours, *theirs)):
        area, _, target = key.partition(".")
        now = SavedRow(_digest(ours.get(key)), _digest(theirs.get(key)))
        if now.ours == now.theirs or now == saved.get(key):
            continue
        edited = saved[key].theirs != now.theirs if key in saved else in_use
        edits.append(Edit(_area(area), target, _value(ours.get(key)), _value(theirs.get(key)), edited))
    return tuple(edits)


def saved_rows(sent: Schema, live: Schema) -> dict[str, SavedRow]:
    """Return what `schema_edits` compares with next time: the schema that was sent, and as it is at Microsoft now."""
    ours, theirs = row_digests(sent), row_digests(live)
    return {key: SavedRow(ours.get(key, ""), theirs.get(key, "")) for key in (*ours, *theirs)}


def row_digests(schema: Schema) -> dict[str, str]:
    """Return every row, filter and set of actions of a schema as text, by its key."""
    return {key: _digest(row) for key, row in _rows(schema).items()}


def with_rows_of(schema: Schema, live: Schema, keys: frozenset[str]) -> Schema:
    """Return a schema in which these rows are as they are in Microsoft's: they are not changed by a save."""
    for table, before in zip(object_mappings(schema), object_mappings(live), strict=True):
        area = "groups" if is_groups(table) else "users"
        targets = {key.partition(".")[2] for key in keys if key.startswith(f"{area}.")}
        kept = [row for row in before["attributeMappings"] if row.get("targetAttributeName") in targets]
        others = [row for row in table["attributeMappings"] if row.get("targetAttributeName") not in targets]
        table["attributeMappings"] = [*others, *kept]
    return schema


def _rows(schema: Schema) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for table in object_mappings(schema):
        area = "groups" if is_groups(table) else "users"
        found[f"{area}.{ACTIONS}"] = {
            "enabled": table.get("enabled") is not False,
            "flowTypes": sorted(part.strip() for part in str(table.get("flowTypes") or "").split(",")),
        }
        groups = (table.get("scope") or {}).get("groups") or []
        found[f"{area}.{SCOPE}"] = [
            {"clauses": group.get("clauses")} for group in groups if isinstance(group, Mapping)
        ]
        for row in table["attributeMappings"]:
            found[f"{area}.{row.get('targetAttributeName')}"] = row
    return found


def _digest(row: Any) -> str:
    """The row as text; "" = there is none. A row without a source and a default does nothing."""
    if row is None or (
        isinstance(row, Mapping) and "source" in row and not row["source"] and not row.get("defaultValue")
    ):
        return ""
    return json.dumps(row, sort_keys=True, ensure_ascii=False)


def _value(row: Any) -> Value:
    if not isinstance(row, Mapping) or "targetAttributeName" not in row:
        return Value("" if not row else json.dumps(row, ensure_ascii=False, sort_keys=True))
    source = row.get("source")
    if not isinstance(source, Mapping):
        return Value("", str(row.get("defaultValue") or ""))
    kind, name = str(source.get("type") or ""), str(source.get("name") or "")
    texts = {"attribute": name, "constant": f'"{name}"'}
    return Value(
        texts.get(kind.casefold(), str(source.get("expression") or name)),
        str(row.get("defaultValue") or ""),
        row.get("matchingPriority") or 0,
        str(row.get("flowType") or "Always").casefold() != "always",
    )


def _area(name: str) -> Area:
    return "groups" if name == "groups" else "users"
