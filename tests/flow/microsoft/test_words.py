"""Values of Microsoft's configuration in words."""

import json

import pytest

from wizard.entra_provisioning.differences import Value
from wizard.flow.microsoft.words import value_words
from wizard.flow.scope.filter_text import condition
from wizard.mapping.scoping_filter import Clause, Operator

CLAUSE = {"sourceOperandName": "department", "operatorName": "EQUALS", "targetOperand": {"values": ["Optics"]}}
GUEST = {"sourceOperandName": "userType", "operatorName": "IS NOT NULL", "targetOperand": {"values": []}}
DEPARTMENT = condition(Clause("department", Operator.EQUALS, "Optics"))
TYPE = condition(Clause("userType", Operator.IS_NOT_NULL, ""))


@pytest.mark.parametrize(
    ("key", "stored", "words"),
    [
        ("users.scope", [{"clauses": [CLAUSE, GUEST]}], f"{DEPARTMENT}, {TYPE}"),
        ("groups.scope", [{"clauses": [CLAUSE]}, {"clauses": None}], DEPARTMENT),
        ("users.actions", {"enabled": True, "flowTypes": ["Add", "Update"]}, "Add, Update"),
    ],
)
def test_filters_and_actions_are_no_json(key: str, stored: object, words: str) -> None:
    assert value_words(key, Value(json.dumps(stored))) == words


@pytest.mark.parametrize(
    ("key", "stored"),
    [
        ("users.scope", [{"clauses": []}]),
        ("users.scope", [{}]),
        ("groups.actions", {"enabled": False, "flowTypes": ["Add"]}),
    ],
)
def test_no_filter_and_no_actions_have_a_word(key: str, stored: object) -> None:
    words = value_words(key, Value(json.dumps(stored)))
    assert words
    assert not set(words) & set("[]{}")


def test_without_a_value_there_are_no_words() -> None:
    assert value_words("users.scope", Value("")) == ""
    assert value_words("users.scope", None) == ""
