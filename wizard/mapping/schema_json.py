"""Mapping tables and scoping filters as the JSON of a Graph synchronization schema, imported and exported without loss.

`Mappings.imported` keeps the text of an imported document. What was not edited is exported as it was imported, and an
unedited document byte for byte.
"""

import copy
import json
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from wizard.errors import Message, WizardError
from wizard.mapping.attribute_mapping import AttributeMapping, FlowType, MappingKind, Mappings, ObjectFlow
from wizard.mapping.expression.errors import ExpressionError
from wizard.mapping.expression.grammar import Attribute, Call, Comparison, Node, print_expression, walk
from wizard.mapping.resources import expression_of
from wizard.mapping.scoping_filter import Clause, FilterGroup, Operator, ScopingFilter
from wizard.scim.resource import ENTERPRISE_SCHEMA, GROUP_SCHEMA

Json = Any
TableKind = Literal["users", "groups"]
LONGEST = 20_000_000
"""Characters of a document."""
DEEPEST = 100


@dataclass(frozen=True, slots=True)
class Remark:
    """A part of an imported document that does not work here; it is kept in the document."""

    kind: TableKind
    target: str
    """Target attribute of the row, "" where the scope or the whole table is meant."""
    message: Message


@dataclass(frozen=True, slots=True)
class ImportedSchema:
    """The content of a document."""

    mappings: Mappings
    user_filter: ScopingFilter
    group_filter: ScopingFilter
    tables: tuple[TableKind, ...]
    """The tables in the document; the others are unchanged."""
    remarks: tuple[Remark, ...]


class SchemaError(WizardError):
    """The text is not a synchronization schema."""


def import_schema(
    text: str,
    base: Mappings,
    user_filter: ScopingFilter | None = None,
    group_filter: ScopingFilter | None = None,
) -> ImportedSchema:
    """Read a schema, a rule of one, an object mapping, or a list of attribute mappings; raises SchemaError.

    `base` and the filters are the present ones: a table that is not in the document stays as it is.
    """
    mappings = replace(base, imported=text)
    filters = {"users": user_filter or ScopingFilter(), "groups": group_filter or ScopingFilter()}
    tables = _tables(_document(text))
    for kind, table in tables.items():
        rows = tuple(_row(raw) for raw in table["attributeMappings"] if isinstance(raw, Mapping))
        flow = _flow(table, mappings.users_flow if kind == "users" else mappings.groups_flow)
        if kind == "users":
            mappings = replace(mappings, users=rows, users_flow=flow)
        else:
            mappings = replace(mappings, groups=rows, groups_flow=flow)
        if "scope" in table:
            filters[kind] = filter_of_scope(table["scope"])
    return ImportedSchema(mappings, filters["users"], filters["groups"], tuple(tables), remarks(mappings))


def export_schema(mappings: Mappings, user_filter: ScopingFilter, group_filter: ScopingFilter) -> str:
    """Return tables and filters as JSON: in the shape they were imported in, else as a schema of the AWS application."""
    original = _document(mappings.imported) if mappings.imported else _empty_schema()
    document = copy.deepcopy(original)
    for kind, table in _tables(document).items():
        rows, flow = (
            (mappings.users, mappings.users_flow) if kind == "users" else (mappings.groups, mappings.groups_flow)
        )
        table["attributeMappings"][:] = _merged(table["attributeMappings"], rows)
        if _flow(table, flow) != flow:
            names = (("Add", flow.create), ("Update", flow.update), ("Delete", flow.delete))
            table["flowTypes"] = ",".join(name for name, on in names if on) or "None"
            if table.get("enabled") is False:
                table["enabled"] = True
        wanted = user_filter if kind == "users" else group_filter
        if "scope" in table or wanted != ScopingFilter():
            table["scope"] = _scope(table.get("scope"), wanted)
    if mappings.imported and document == original:
        return mappings.imported
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def remarks(mappings: Mappings) -> tuple[Remark, ...]:
    """Return what of the imported document does not work here and is still in the tables."""
    if not mappings.imported:
        return ()
    result: list[Remark] = []
    for kind, table in _tables(_document(mappings.imported)).items():
        rows = frozenset(mappings.users if kind == "users" else mappings.groups)
        for raw in table["attributeMappings"]:
            row = _row(raw) if isinstance(raw, Mapping) else None
            if row is not None and row in rows:
                result += (Remark(kind, row.target, message) for message in _row_remarks(raw))
        scope = table.get("scope")
        result += (
            Remark(kind, "", Message("imported-clause-unknown", clause=clause))
            for clause in filter_of_scope(scope).unknown
        )
        result += (
            Remark(kind, "", Message("imported-filter-ignored", filter=name))
            for name in _OTHER_FILTERS
            if _list(scope, name)
        )
        if table.get("enabled") is False:
            result.append(Remark(kind, "", Message("imported-mapping-off")))
    return tuple(result)


# --- documents and their tables -------------------------------------------------------------------------------------


def _document(text: str) -> Json:
    if len(text) > LONGEST:
        raise SchemaError("schema-too-large", limit=LONGEST)
    try:
        document = json.loads(text.removeprefix("\ufeff"))
    except RecursionError:
        raise SchemaError("schema-nested-too-deeply") from None
    except ValueError as error:
        line, column = (error.lineno, error.colno) if isinstance(error, json.JSONDecodeError) else (0, 0)
        raise SchemaError("schema-not-json", line=line, column=column) from None
    if not _tables(document):
        raise SchemaError("schema-without-mappings")
    return document


def _tables(document: Json) -> dict[TableKind, dict[str, Json]]:
    """The object mapping of people and that of groups, each the first of its kind; parts of `document` itself."""
    if isinstance(document, list) and any(
        isinstance(one, Mapping) and "targetAttributeName" in one for one in document
    ):
        document = {"attributeMappings": document}
    tables: dict[TableKind, dict[str, Json]] = {}
    for node in _object_mappings(document, 0):
        tables.setdefault(_kind(node), node)
    return tables


def _object_mappings(node: Json, depth: int) -> Iterator[dict[str, Json]]:
    if depth > DEEPEST:
        return
    if isinstance(node, dict) and isinstance(node.get("attributeMappings"), list):
        yield node
    elif isinstance(node, dict | list):
        for inner in node.values() if isinstance(node, dict) else node:
            yield from _object_mappings(inner, depth + 1)


def _kind(node: Mapping[str, Json]) -> TableKind:
    name = str(node.get("sourceObjectName") or node.get("targetObjectName") or "").rpartition(":")[2].casefold()
    if name in ("user", "group"):
        return "users" if name == "user" else "groups"
    targets = {raw.get("targetAttributeName") for raw in node["attributeMappings"] if isinstance(raw, Mapping)}
    return "groups" if "members" in targets else "users"


def _flow(node: Mapping[str, Json], default: ObjectFlow) -> ObjectFlow:
    """The allowed actions; Graph writes them as one text, with or without spaces."""
    flow_types = node.get("flowTypes")
    if node.get("enabled") is False:
        return ObjectFlow(create=False, update=False, delete=False)
    if not isinstance(flow_types, str):
        return default
    names = {name.strip().casefold() for name in flow_types.split(",")}
    return ObjectFlow(create="add" in names, update="update" in names, delete="delete" in names)


def _empty_schema() -> Json:
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


# --- rows -----------------------------------------------------------------------------------------------------------


def _row(raw: Mapping[str, Json]) -> AttributeMapping:
    kind, source, _ = _source(raw.get("source"))
    priority, default = raw.get("matchingPriority"), raw.get("defaultValue")
    always = str(raw.get("flowType") or FlowType.ALWAYS).casefold() == FlowType.ALWAYS.casefold()
    return AttributeMapping(
        str(raw.get("targetAttributeName") or ""),
        kind,
        source,
        default if isinstance(default, str) else "",
        # ValueAddOnly and the like never change an existing value: the closest flow here is creation only.
        FlowType.ALWAYS if always else FlowType.OBJECT_ADD_ONLY,
        priority if isinstance(priority, int) and not isinstance(priority, bool) else 0,
    )


def _row_remarks(raw: Mapping[str, Json]) -> Iterator[Message]:
    _, _, problem = _source(raw.get("source"))
    if problem:
        yield problem
    flow = str(raw.get("flowType") or FlowType.ALWAYS)
    if flow.casefold() not in {one.casefold() for one in FlowType}:
        yield Message("imported-flow-unknown", flow=flow)


def _merged(raws: Sequence[Json], rows: Sequence[AttributeMapping]) -> list[Json]:
    """The rows as JSON: an unchanged row as it is in the document, else with the changes written into it."""
    imported = [(raw, _row(raw)) for raw in raws if isinstance(raw, Mapping)]
    places: dict[AttributeMapping | str, deque[int]] = defaultdict(deque)
    for place, (_, row) in enumerate(imported):
        places[row].append(place)
        places[row.target].append(place)
    used: set[int] = set()

    def first_unused(key: AttributeMapping | str) -> int | None:
        left = places.get(key, deque())
        while left and left[0] in used:
            left.popleft()
        return left[0] if left else None

    merged = []
    for row in rows:
        own = first_unused(row)
        own = first_unused(row.target) if own is None else own
        if own is not None:
            used.add(own)
            merged.append(_changed(imported[own][0], row))
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
    before = _row(raw)
    new = dict(raw)
    if (before.kind, before.source) != (row.kind, row.source):
        new["source"] = _source_json(row)
    if before.default != row.default:
        new["defaultValue"] = row.default or None
    if before.flow is not row.flow:
        new["flowType"] = str(row.flow)
    if before.matching_priority != row.matching_priority:
        new["matchingPriority"] = row.matching_priority
    return new


# --- sources: Graph's attributeMappingSource, an attribute, a constant, or a function with its parameters ------------

_PARAMETERS = {
    "Replace": (
        *("source", "Find", "RegularExpression", "RegularExpressionGroupName", "Replacement"),
        *("ReplacementPropertyName", "Template"),
    ),
    "Switch": ("source", "defaultValue", "switchValue"),
    "Join": ("separator", "source"),
}
"""Graph's own keys where they differ from the names in Microsoft's reference (filterOperators and functions of 2021)."""


def _source(source: Json) -> tuple[MappingKind, str, Message | None]:
    """(kind, source, unsupported part)."""
    if not isinstance(source, Mapping):
        return MappingKind.NONE, "", None
    name, text = source.get("name"), source.get("expression")
    name, text = name if isinstance(name, str) else "", text if isinstance(text, str) else ""
    match str(source.get("type") or "Attribute").casefold():
        case "attribute":
            inner = text[1:-1].strip() if text.startswith("[") and text.endswith("]") else ""
            return MappingKind.ATTRIBUTE, name or inner, None
        case "constant":
            return MappingKind.CONSTANT, name, None
        case "function":
            error = expression_of(text) if text else None
            if isinstance(error, ExpressionError):
                problem = Message("imported-expression-unusable", expression=text, error=error.message)
                return MappingKind.FUNCTION, text, problem
            missing = None if text else Message("imported-function-without-expression", function=name)
            return MappingKind.FUNCTION, text, missing
        case other:
            return MappingKind.NONE, "", Message("imported-source-unknown", kind=other)


def _source_json(row: AttributeMapping) -> Json:
    match row.kind:
        case MappingKind.NONE:
            return None
        case MappingKind.ATTRIBUTE:
            return _leaf("Attribute", row.source, f"[{row.source}]")
        case MappingKind.CONSTANT:
            return _leaf("Constant", row.source, _quoted(row.source))
        case MappingKind.FUNCTION:
            return _function_json(row.source)


def _leaf(kind: str, name: str, text: str) -> Json:
    return {"expression": text, "name": name, "parameters": [], "type": kind}


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _function_json(text: str) -> Json:
    """The function with its parameters as a tree; only the text where the expression cannot be parsed."""
    expression = expression_of(text)
    if isinstance(expression, ExpressionError):
        return {"expression": text, "name": text.partition("(")[0].strip(), "parameters": [], "type": "Function"}
    return {**_node_json(expression.tree), "expression": text}


def _node_json(node: Node) -> Json:
    text = print_expression(node)
    if isinstance(node, Attribute):
        return _leaf("Attribute", node.name, text)
    if not isinstance(node, Call):  # Graph has every constant as text
        value = str(getattr(node, "value", text))
        return _leaf("Constant", value, _quoted(value))
    # How Graph writes the parts of a comparison is not documented: then the expression alone says it.
    plain = not any(isinstance(part, Comparison) for part in walk(node))
    parameters = [
        {"key": _parameter(node.name, place), "value": _node_json(argument)}
        for place, argument in enumerate(node.arguments)
        if argument is not None and plain
    ]
    return {"expression": text, "name": node.name, "parameters": parameters, "type": "Function"}


def _parameter(function: str, place: int) -> str:
    from wizard.mapping.expression.functions import FUNCTIONS  # with the first expression, as in `resources`

    names = _PARAMETERS.get(function)
    if names:
        return names[min(place, len(names) - 1)]
    return FUNCTIONS[function].parameter(place).name


# --- scopes: groups of clauses with operatorName and targetOperand ---------------------------------------------------

_OTHER_FILTERS = ("inputFilterGroups", "categoryFilterGroups")
"""Filters that Entra has and this program does not apply."""


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter not in " _-")


_OPERATORS = {_letters(operator): operator for operator in Operator}
"""The portal's spellings differ from Graph's by case, spaces and underscores only."""


def filter_of_scope(scope: Json) -> ScopingFilter:
    """The filter of a `scope`. A clause that is not understood is kept in `unknown`, as text."""
    groups: list[FilterGroup] = []
    unknown: list[str] = []
    for group in _list(scope, "groups"):
        clauses = []
        for raw in _list(group, "clauses"):
            clause = _clause(raw)
            if isinstance(clause, Clause):
                clauses.append(clause)
            else:
                unknown.append(clause)
        groups.append(FilterGroup(tuple(clauses)))
    return ScopingFilter(tuple(groups), tuple(unknown))


def _clause(raw: Json) -> Clause | str:
    if not isinstance(raw, Mapping):
        return str(raw)
    name, operator_name = str(raw.get("sourceOperandName") or ""), str(raw.get("operatorName") or "")
    values = [str(value) for value in _list(raw.get("targetOperand"), "values")]
    operator = _OPERATORS.get(_letters(operator_name))
    if operator is not None and name and (operator.unary or len(values) == 1):
        # Graph may give a unary operator a value; it is ignored.
        return Clause(name, operator, "" if operator.unary else values[0])
    return " ".join(part for part in (name, operator_name, ", ".join(values)) if part)


def _scope(raw: Json, wanted: ScopingFilter) -> Json:
    """The `scope` for a filter; unchanged groups stay as they are in `raw`, with their names."""
    if filter_of_scope(raw) == wanted:
        return raw
    scope: dict[str, Json] = copy.deepcopy(dict(raw)) if isinstance(raw, Mapping) else {}
    old = _list(raw, "groups")
    scope["groups"] = [
        _group_json(old[place] if place < len(old) else None, group) for place, group in enumerate(wanted.groups)
    ]
    if not isinstance(raw, Mapping):
        scope |= {name: [] for name in _OTHER_FILTERS}
    return scope if scope["groups"] or isinstance(raw, Mapping) else None


def _group_json(raw: Json, group: FilterGroup) -> Json:
    if filter_of_scope({"groups": [raw]}) == ScopingFilter((group,)):
        return raw
    old = dict(raw) if isinstance(raw, Mapping) else {"name": None}
    return old | {"clauses": [_clause_json(clause) for clause in group.clauses]}


def _clause_json(clause: Clause) -> Json:
    return {
        "operatorName": str(clause.operator),
        "sourceOperandName": clause.attribute,
        "targetOperand": {"values": [] if clause.operator.unary else [clause.value]},
    }


def _list(holder: Json, name: str) -> list[Json]:
    value = holder.get(name) if isinstance(holder, Mapping) else None
    return value if isinstance(value, list) else []
