"""Mapping tables and scoping filters as the JSON of a Graph synchronization schema, in and out without loss.

Of an imported document everything is kept as it stands, in `Mappings.imported`; what was not edited goes out as it
came in, and an untouched document goes out byte for byte.
"""

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from wizard.errors import WizardError
from wizard.mapping.attribute_mapping import AttributeMapping, FlowType, MappingKind, Mappings, ObjectFlow
from wizard.mapping.schema_scope import filter_of, further_filters, scope_json
from wizard.mapping.schema_source import source_json, source_of
from wizard.mapping.scoping_clauses import ScopingFilter
from wizard.scim.resource import ENTERPRISE_SCHEMA, GROUP_SCHEMA

Json = Any
TableKind = Literal["users", "groups"]
LONGEST = 20_000_000
"""Characters of a document."""
DEEPEST = 100


@dataclass(frozen=True, slots=True)
class Remark:
    """Something of an imported document that does not work here; it is kept as it stands all the same."""

    kind: TableKind
    target: str
    """Target attribute of the row, "" where the scope or the whole table is meant."""
    sentence: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What a document holds."""

    mappings: Mappings
    user_filter: ScopingFilter
    group_filter: ScopingFilter
    tables: tuple[TableKind, ...]
    """The tables the document has; the others are as they were."""
    remarks: tuple[Remark, ...]


class SchemaError(WizardError):
    """The text is no synchronization schema."""


def imported(
    text: str,
    base: Mappings,
    user_filter: ScopingFilter | None = None,
    group_filter: ScopingFilter | None = None,
) -> Imported:
    """Read a schema, a rule of one, an object mapping, or a list of attribute mappings; raises SchemaError.

    `base` and the filters are what stands now: a table that the document does not have stays so.
    """
    mappings = replace(base, imported=text)
    filters = {"users": user_filter or ScopingFilter(), "groups": group_filter or ScopingFilter()}
    found = _tables(_document(text))
    for kind, node in found.items():
        rows = tuple(_row(raw) for raw in node["attributeMappings"] if isinstance(raw, Mapping))
        flow = _flow(node, mappings.users_flow if kind == "users" else mappings.groups_flow)
        if kind == "users":
            mappings = replace(mappings, users=rows, users_flow=flow)
        else:
            mappings = replace(mappings, groups=rows, groups_flow=flow)
        if "scope" in node:
            filters[kind] = filter_of(node["scope"])
    return Imported(mappings, filters["users"], filters["groups"], tuple(found), remarks(mappings))


def exported(mappings: Mappings, user_filter: ScopingFilter, group_filter: ScopingFilter) -> str:
    """The tables and filters as JSON: in the shape they were imported in, else as a schema of the AWS application."""
    original = _document(mappings.imported) if mappings.imported else _blank()
    document = copy.deepcopy(original)
    for kind, node in _tables(document).items():
        rows, flow = (
            (mappings.users, mappings.users_flow) if kind == "users" else (mappings.groups, mappings.groups_flow)
        )
        node["attributeMappings"][:] = _merged(node["attributeMappings"], rows)
        if _flow(node, flow) != flow:
            names = (("Add", flow.create), ("Update", flow.update), ("Delete", flow.delete))
            node["flowTypes"] = ",".join(name for name, on in names if on) or "None"
            if node.get("enabled") is False:
                node["enabled"] = True
        wanted = user_filter if kind == "users" else group_filter
        if "scope" in node or wanted != ScopingFilter():
            node["scope"] = scope_json(node.get("scope"), wanted)
    if mappings.imported and document == original:
        return mappings.imported
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def remarks(mappings: Mappings) -> tuple[Remark, ...]:
    """What of the imported document does not work here, as far as it is still in the tables."""
    if not mappings.imported:
        return ()
    found: list[Remark] = []
    for kind, node in _tables(_document(mappings.imported)).items():
        standing = mappings.users if kind == "users" else mappings.groups
        for raw in node["attributeMappings"]:
            row = _row(raw) if isinstance(raw, Mapping) else None
            if row is not None and row in standing:
                found += (Remark(kind, row.target, sentence) for sentence in _complaints(raw))
        scope = node.get("scope")
        found += (
            Remark(kind, "", f"{words} is not understood: write it anew.") for words in filter_of(scope).unknown
        )
        found += (Remark(kind, "", f"Nobody is judged by {name}.") for name in further_filters(scope))
        if node.get("enabled") is False:
            found.append(
                Remark(kind, "", "Entra does not provision these objects: the mapping is switched off there.")
            )
    return tuple(found)


def _document(text: str) -> Json:
    if len(text) > LONGEST:
        raise SchemaError("The schema is too large", f"It has more than {LONGEST:,} characters.")
    try:
        document = json.loads(text.removeprefix("\ufeff"))
    except RecursionError:
        raise SchemaError("The schema cannot be read", "It is nested too deeply.") from None
    except ValueError as error:
        place = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        advice = "Take the answer of GET …/synchronization/jobs/{id}/schema as it is."
        raise SchemaError(f"The schema is no JSON{place}", advice) from None
    if not _tables(document):
        advice = "It needs attributeMappings of users or groups, as in the answer of GET …/schema."
        raise SchemaError("The JSON holds no attribute mappings", advice)
    return document


def _tables(document: Json) -> dict[TableKind, dict[str, Json]]:
    """The object mapping of people and that of groups, each the first of its kind; parts of `document` itself."""
    if isinstance(document, list) and any(_is_row(one) for one in document):
        document = {"attributeMappings": document}
    found: dict[TableKind, dict[str, Json]] = {}
    for node in _object_mappings(document, 0):
        found.setdefault(_kind(node), node)
    return found


def _is_row(node: Json) -> bool:
    return isinstance(node, Mapping) and "targetAttributeName" in node


def _object_mappings(node: Json, depth: int) -> Iterator[dict[str, Json]]:
    if depth > DEEPEST:
        return
    if isinstance(node, dict) and isinstance(node.get("attributeMappings"), list):
        yield node
    elif isinstance(node, dict | list):
        for inner in node.values() if isinstance(node, dict) else node:
            yield from _object_mappings(inner, depth + 1)


def _kind(node: Mapping[str, Json]) -> TableKind:
    named = str(node.get("sourceObjectName") or node.get("targetObjectName") or "").rpartition(":")[2].casefold()
    if named in ("user", "group"):
        return "users" if named == "user" else "groups"
    targets = {raw.get("targetAttributeName") for raw in node["attributeMappings"] if isinstance(raw, Mapping)}
    return "groups" if "members" in targets else "users"


def _flow(node: Mapping[str, Json], now: ObjectFlow) -> ObjectFlow:
    """The switches; Graph writes them as one text, with or without blanks."""
    told = node.get("flowTypes")
    if node.get("enabled") is False:
        return ObjectFlow(create=False, update=False, delete=False)
    if not isinstance(told, str):
        return now
    names = {name.strip().casefold() for name in told.split(",")}
    return ObjectFlow(create="add" in names, update="update" in names, delete="delete" in names)


def _row(raw: Mapping[str, Json]) -> AttributeMapping:
    kind, source, _ = source_of(raw.get("source"))
    priority, default = raw.get("matchingPriority"), raw.get("defaultValue")
    always = str(raw.get("flowType") or FlowType.ALWAYS).casefold() == FlowType.ALWAYS.casefold()
    return AttributeMapping(
        str(raw.get("targetAttributeName") or ""),
        kind,
        source,
        default if isinstance(default, str) else "",
        # ValueAddOnly and its kin never change what stands: creation alone is the nearest we have.
        FlowType.ALWAYS if always else FlowType.OBJECT_ADD_ONLY,
        priority if isinstance(priority, int) and not isinstance(priority, bool) else 0,
    )


def _complaints(raw: Mapping[str, Json]) -> Iterator[str]:
    _, _, problem = source_of(raw.get("source"))
    if problem:
        yield problem
    flow = str(raw.get("flowType") or FlowType.ALWAYS)
    if flow.casefold() not in {one.casefold() for one in FlowType}:
        yield f"The flow {flow} is not known here: the value is written only when an object is made."


def _merged(raws: Sequence[Json], rows: Sequence[AttributeMapping]) -> list[Json]:
    """The rows as JSON: what says the same already as it stands, else with the changes written into it."""
    waiting = [raw for raw in raws if isinstance(raw, Mapping)]
    merged = []
    for row in rows:
        own = next((raw for raw in waiting if _row(raw) == row), None)
        own = own or next((raw for raw in waiting if _row(raw).target == row.target), None)
        if own is not None:
            waiting.remove(own)
            merged.append(_changed(own, row))
        elif row.kind is not MappingKind.NONE or row.default:
            merged.append(_changed(_NEW_ROW | {"targetAttributeName": row.target, "source": None}, row))
    return merged


_NEW_ROW: dict[str, Json] = {
    "defaultValue": None,
    "exportMissingReferences": False,
    "flowBehavior": "FlowWhenChanged",
    "flowType": "Always",
    "matchingPriority": 0,
}


def _changed(raw: Mapping[str, Json], row: AttributeMapping) -> Json:
    was = _row(raw)
    new = dict(raw)
    if (was.kind, was.source) != (row.kind, row.source):
        new["source"] = source_json(row)
    if was.default != row.default:
        new["defaultValue"] = row.default or None
    if was.flow is not row.flow:
        new["flowType"] = str(row.flow)
    if was.matching_priority != row.matching_priority:
        new["matchingPriority"] = row.matching_priority
    return new


def _blank() -> Json:
    """The schema of Microsoft's gallery application for AWS, without rows."""

    def table(name: str, source: str, target: str) -> Json:
        return {
            "enabled": True,
            "flowTypes": "Add,Update,Delete",
            "name": f"Provision Azure Active Directory {name}",
            "scope": None,
            "sourceObjectName": source,
            "targetObjectName": target,
            "attributeMappings": [],
        }

    rule = {
        "editable": True,
        "id": "03f7d90d-bf71-41b1-bda6-aaf0ddbee5d8",
        "name": "USERGROUP_OUTBOUND_USERGROUP",
        "priority": 1,
        "sourceDirectoryName": "Azure Active Directory",
        "targetDirectoryName": "AWSSingleSignon",
        "metadata": [{"key": "supportsProvisionOnDemand", "value": "true"}],
        "objectMappings": [table("Users", "User", ENTERPRISE_SCHEMA), table("Groups", "Group", GROUP_SCHEMA)],
    }
    return {"synchronizationRules": [rule]}
