"""Mappings travel to Entra and back: byte for byte where nothing was edited, with the edits alone where something was."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard import messages
from wizard.aws.schema import MORE_USER_ATTRIBUTES, USER_ATTRIBUTES
from wizard.mapping.attribute_mapping import (
    ACTIVE,
    FULL_NAME,
    AttributeMapping,
    FlowType,
    MappingKind,
    Mappings,
    ObjectFlow,
    default_mappings,
)
from wizard.mapping.schema_json import SchemaError, export_schema, import_schema
from wizard.mapping.scoping_filter import Clause, Operator, ScopingFilter, parse_filter
from wizard.mapping.table_problems import table_problems

NOBODY = ScopingFilter()


def raw_row(target: str, source: object, **more: object) -> dict[str, object]:
    return {
        "defaultValue": None,
        "exportMissingReferences": False,
        "flowBehavior": "FlowWhenChanged",
        "flowType": "Always",
        "matchingPriority": 0,
        "targetAttributeName": target,
        "source": source,
    } | more


def attribute(name: str) -> dict[str, object]:
    return {"expression": f"[{name}]", "name": name, "type": "Attribute", "parameters": []}


def function(text: str, name: str, *parameters: object) -> dict[str, object]:
    return {"expression": text, "name": name, "type": "Function", "parameters": [*parameters]}


MID = function("Mid([userPrincipalName], 1, 8)", "Mid", {"key": "source", "value": attribute("userPrincipalName")})
UNKNOWN = function('Frobnicate([mail], "x")', "Frobnicate")
USERS = [
    raw_row("userName", attribute("userPrincipalName"), matchingPriority=1),
    raw_row("active", function("Not([IsSoftDeleted])", "Not"), defaultValue="True"),
    raw_row("title", MID, flowType="ObjectAddOnly", custom={"kept": [1, 2.50]}),
    raw_row("locale", {"expression": '"de-DE"', "name": "de-DE", "type": "Constant", "parameters": []}),
    raw_row("nickName", UNKNOWN),
    raw_row("userType", attribute("employeeType"), flowType="ValueAddOnly"),
    raw_row(
        "timezone", {"type": "Workflow", "name": "w", "expression": None, "parameters": []}, defaultValue="UTC"
    ),
]
GROUPS = [
    raw_row("displayName", attribute("displayName"), matchingPriority=1),
    raw_row("members", attribute("members")),
]
SCOPE = {
    "groups": [
        {
            "name": "Sales EU",
            "clauses": [
                {
                    "sourceOperandName": "department",
                    "operatorName": "EQUALS",
                    "targetOperand": {"values": ["Sales"]},
                },
                {"sourceOperandName": "jobTitle", "operatorName": "IS NOT NULL", "targetOperand": {"values": []}},
            ],
        },
        {
            "name": None,
            "clauses": [
                {
                    "sourceOperandName": "employeeId",
                    "operatorName": "GREATER_THAN",
                    "targetOperand": {"values": ["99"]},
                },
            ],
        },
    ],
    "inputFilterGroups": [],
    "categoryFilterGroups": [],
}


def table(source: str, rows: list[dict[str, object]], scope: object = None, **more: object) -> dict[str, object]:
    return {
        "enabled": True,
        "flowTypes": "Add,Update,Delete",
        "name": f"Provision Azure Active Directory {source}s",
        "scope": scope,
        "sourceObjectName": source,
        "targetObjectName": "x",
        "attributeMappings": rows,
        "metadata": [{"key": "OriginalJoiningProperty", "value": "displayName"}],
    } | more


def schema(*tables: dict[str, object]) -> dict[str, object]:
    rule = {"id": "03f7d90d", "priority": 1, "objectMappings": [*tables]}
    return {"id": "j", "version": "6.0", "synchronizationRules": [rule], "directories": [{"name": "AAD"}]}


WHOLE = schema(table("Group", GROUPS), table("User", USERS, SCOPE, flowTypes="Add, Update"))
TEMPLATES = {"value": [{"id": "aWSSingleSignon", "default": True, "schema": schema(table("Group", GROUPS))}]}


def read(document: object, base: Mappings | None = None) -> tuple[Mappings, ScopingFilter, ScopingFilter]:
    found = import_schema(json.dumps(document), base or default_mappings())
    return found.mappings, found.user_filter, found.group_filter


def rewritten(document: object, **changes: object) -> object:
    mappings, users, groups = read(document)
    return json.loads(export_schema(replace(mappings, **changes), users, groups))


@pytest.mark.parametrize(
    "document", [WHOLE, TEMPLATES, WHOLE["synchronizationRules"][0], table("User", USERS, SCOPE), USERS, GROUPS]
)
@pytest.mark.parametrize("indent", [None, 2, 4])
def test_what_was_not_edited_comes_out_as_the_same_bytes(document: object, indent: int | None) -> None:
    text = json.dumps(document, indent=indent)
    found = import_schema(text, default_mappings())
    assert export_schema(found.mappings, found.user_filter, found.group_filter) == text


def test_the_rows_mean_what_they_say() -> None:
    mappings, user_filter, group_filter = read(WHOLE)
    assert mappings.users == (
        AttributeMapping("userName", MappingKind.ATTRIBUTE, "userPrincipalName", matching_priority=1),
        AttributeMapping("active", MappingKind.FUNCTION, "Not([IsSoftDeleted])", "True"),
        AttributeMapping(
            "title", MappingKind.FUNCTION, "Mid([userPrincipalName], 1, 8)", flow=FlowType.OBJECT_ADD_ONLY
        ),
        AttributeMapping("locale", MappingKind.CONSTANT, "de-DE"),
        AttributeMapping("nickName", MappingKind.FUNCTION, 'Frobnicate([mail], "x")'),
        AttributeMapping("userType", MappingKind.ATTRIBUTE, "employeeType", flow=FlowType.OBJECT_ADD_ONLY),
        AttributeMapping("timezone", MappingKind.NONE, default="UTC"),
    )
    assert [row.target for row in mappings.groups] == ["displayName", "members"]
    assert (mappings.users_flow, mappings.groups_flow) == (ObjectFlow(delete=False), ObjectFlow())
    assert user_filter == parse_filter(
        "department EQUALS Sales AND jobTitle IS NOT NULL OR employeeId Greater_Than 99"
    )
    assert group_filter == NOBODY


def test_unknown_parts_are_marked_and_preserved() -> None:
    found = import_schema(json.dumps(WHOLE), default_mappings())
    assert [(remark.kind, remark.target, remark.message.code) for remark in found.remarks] == [
        ("users", "nickName", "imported-expression-unusable"),
        ("users", "userType", "imported-flow-unknown"),
        ("users", "timezone", "imported-source-unknown"),
    ]
    marked = table_problems(found.mappings.users, (*USER_ATTRIBUTES, *MORE_USER_ATTRIBUTES), None)
    assert ("mapped-expression-unreadable", "nickName") in [(one.message.code, one.target) for one in marked]


def test_an_edit_changes_its_own_row_alone() -> None:
    mappings, _, _ = read(WHOLE)
    edited = tuple(replace(row, source="mail") if row.target == "userName" else row for row in mappings.users)
    out = rewritten(WHOLE, users=edited)
    wanted = json.loads(json.dumps(WHOLE))
    wanted["synchronizationRules"][0]["objectMappings"][1]["attributeMappings"][0]["source"] = {
        **attribute("mail"),
    }
    assert out == wanted


def test_rows_come_and_go() -> None:
    mappings, _, _ = read(WHOLE)
    new = AttributeMapping("name.formatted", MappingKind.FUNCTION, FULL_NAME, default="?", matching_priority=0)
    out = rewritten(WHOLE, users=(new, *mappings.users[1:]))
    rows = out["synchronizationRules"][0]["objectMappings"][1]["attributeMappings"]
    assert [row["targetAttributeName"] for row in rows][:2] == ["name.formatted", "active"]
    assert len(rows) == len(USERS)
    assert rows[0]["source"] == {
        "expression": FULL_NAME,
        "name": "Join",
        "type": "Function",
        "parameters": [
            {
                "key": "separator",
                "value": {"expression": '" "', "name": " ", "type": "Constant", "parameters": []},
            },
            {"key": "source", "value": attribute("givenName")},
            {"key": "source", "value": attribute("surname")},
        ],
    }


def test_switches_and_filters_are_written() -> None:
    mappings, _, _ = read(WHOLE)
    wanted = parse_filter("department EQUALS Sales AND jobTitle IS NOT NULL OR city IS NULL")
    text = export_schema(
        replace(mappings, groups_flow=ObjectFlow(create=False)), wanted, parse_filter("displayName ENDS_WITH x")
    )
    groups, users = json.loads(text)["synchronizationRules"][0]["objectMappings"]
    assert groups["flowTypes"] == "Update,Delete"
    assert users["flowTypes"] == "Add, Update"
    assert users["scope"]["groups"][0] == SCOPE["groups"][0]
    assert users["scope"]["groups"][1]["clauses"][0]["operatorName"] == "IS NULL"
    assert groups["scope"]["groups"][0]["clauses"][0] == {
        "operatorName": "ENDS_WITH", "sourceOperandName": "displayName", "targetOperand": {"values": ["x"]},
    }  # fmt: skip
    again = import_schema(text, default_mappings())
    assert (again.user_filter, again.group_filter) == (wanted, parse_filter("displayName ENDS_WITH x"))


def test_an_unknown_operator_is_kept_marked_and_judges_nobody() -> None:
    scope = json.loads(json.dumps(SCOPE))
    scope["groups"][0]["clauses"][1]["operatorName"] = "MATCHES_ANY"
    scope["groups"][0]["clauses"][1]["targetOperand"]["values"] = ["Sales", "IT"]
    text = json.dumps(table("User", USERS, scope))
    found = import_schema(text, default_mappings())
    assert found.user_filter.unknown == ("jobTitle MATCHES_ANY Sales, IT",)
    assert ("users", "") in [(remark.kind, remark.target) for remark in found.remarks]
    assert export_schema(found.mappings, found.user_filter, found.group_filter) == text


def test_a_table_the_document_lacks_stays() -> None:
    found = import_schema(json.dumps(TEMPLATES), default_mappings())
    assert found.tables == ("groups",)
    assert found.mappings.users == default_mappings().users


def test_without_an_import_the_schema_of_the_aws_application_is_written() -> None:
    text = export_schema(default_mappings(), parse_filter("department EQUALS Sales"), NOBODY)
    users, groups = json.loads(text)["synchronizationRules"][0]["objectMappings"]
    assert [len(users["attributeMappings"]), len(groups["attributeMappings"])] == [20, 3]
    again = import_schema(text, default_mappings())
    fed = tuple(row for row in default_mappings().users if row.kind is not MappingKind.NONE)
    assert (again.mappings.users, again.mappings.groups) == (fed, default_mappings().groups)
    assert again.user_filter == ScopingFilter(parse_filter("department EQUALS Sales").groups)
    assert again.remarks == ()
    switch = next(row for row in users["attributeMappings"] if row["targetAttributeName"] == "active")["source"]
    assert switch["expression"] == ACTIVE
    assert [one["key"] for one in switch["parameters"]] == ["source"] + ["switchValue"] * 4


ROW_KEYS = {
    "defaultValue": (str, type(None)), "exportMissingReferences": bool, "flowBehavior": str, "flowType": str,
    "matchingPriority": int, "source": (dict, type(None)), "targetAttributeName": str,
}  # fmt: skip


def test_written_schemas_have_the_shape_of_graph() -> None:
    text = export_schema(default_mappings(), parse_filter("a EQUALS b OR c IS NULL"), NOBODY)

    def check_source(source: dict[str, object] | None) -> None:
        if source is not None:
            assert source.keys() == {"expression", "name", "parameters", "type"}
            assert source["type"] in ("Attribute", "Constant", "Function")
            for pair in source["parameters"]:
                assert pair.keys() == {"key", "value"}
                check_source(pair["value"])

    for node in json.loads(text)["synchronizationRules"][0]["objectMappings"]:
        for row in node["attributeMappings"]:
            assert row.keys() == ROW_KEYS.keys()
            assert all(isinstance(row[key], kind) for key, kind in ROW_KEYS.items())
            check_source(row["source"])
        for group in (node["scope"] or {"groups": []})["groups"]:
            assert group.keys() == {"name", "clauses"}
            for clause in group["clauses"]:
                assert clause.keys() == {"operatorName", "sourceOperandName", "targetOperand"}
                assert clause["targetOperand"].keys() == {"values"}


@pytest.mark.parametrize("operator", Operator)
def test_every_operator_travels(operator: Operator) -> None:
    one = Clause("department", operator, "" if operator.unary else "1")
    text = export_schema(
        default_mappings(), ScopingFilter((type(parse_filter("a IS NULL").groups[0])((one,)),)), NOBODY
    )
    assert import_schema(text, default_mappings()).user_filter.groups[0].clauses == (one,)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["attributeMappings", "scope", "groups", "clauses", "source", "type"]), inner
        )
    ),
    max_leaves=15,
)


@pytest.mark.slow
@given(JSON, JSON, JSON)
def test_no_document_breaks_the_reader(row: object, scope: object, outside: object) -> None:
    document = {"x": outside, "objectMappings": [{"scope": scope, "attributeMappings": [row, USERS[0]]}]}
    text = json.dumps(document)
    found = import_schema(text, default_mappings())
    json.loads(export_schema(found.mappings, found.user_filter, found.group_filter))


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"a": 1}', "[" * 100_000, '"' * 3, "\x00"])
def test_an_invalid_schema_is_refused_with_words(text: str) -> None:
    with pytest.raises(SchemaError) as error:
        import_schema(text, default_mappings())
    assert messages.title(error.value)
    assert messages.advice(error.value).endswith(".")
