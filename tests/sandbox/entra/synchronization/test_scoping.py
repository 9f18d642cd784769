"""Scoping filters: Microsoft's own examples for every operator; clauses and groups."""

from typing import Any

import pytest

from wizard.sandbox.entra.gallery import install
from wizard.sandbox.entra.synchronization.scoping import Scope
from wizard.sandbox.entra.synchronization.source import read
from wizard.sandbox.entra.tenant import SERVICE_PRINCIPAL, Tenant

Group = list[tuple[str, str, str]]


def _passes(person: dict[str, Any], *groups: Group) -> bool:
    """Whether a person passes filter groups of (attribute, operator, value)."""
    tenant = Tenant("9c2f6d4e-0b6a-4c6e-8a39-6f1f3c1d7b52")
    install(tenant)
    user = tenant.add_user({"userPrincipalName": "ada@domain.com", **person})
    clauses = [
        [
            {"sourceOperandName": a, "operatorName": o, "targetOperand": {"values": [v] if v else []}}
            for a, o, v in group
        ]
        for group in groups
    ]
    scope = {"groups": [{"name": f"g{number}", "clauses": inner} for number, inner in enumerate(clauses)]}
    mappings = {"User": {"scope": scope if groups else None}, "Group": None}
    return Scope(read(tenant, SERVICE_PRINCIPAL), mappings, sync_all=True).standing(("User", user)).filtered


@pytest.mark.parametrize(
    ("value", "operator", "wanted", "passes"),
    [
        ("sales", "EQUALS", "sales", True), ("Sales", "EQUALS", "sales", False), (None, "EQUALS", "sales", False),
        ("x", "NOT EQUALS", "sales", True), (None, "NOT EQUALS", "sales", False),
        ("", "IS NULL", "", True), ("x", "IS NULL", "", False),
        ("", "IS NOT NULL", "", False), ("x", "IS NOT NULL", "", True),
        ("1500000", "REGEX MATCH", "(1[0-9]{6})", True), ("2500000", "REGEX MATCH", "(1[0-9]{6})", False),
        ("142", "REGEX MATCH", "([1-9][0-9])", False), ("x", "REGEX MATCH", "(", False),
        ("ada@x.com", "NOT REGEX MATCH", r".*\@domain.com", True),
        ("ada@domain.com", "NOT REGEX MATCH", ".*@domain.com", False),
        (None, "NOT REGEX MATCH", "x", False), ("x", "NOT REGEX MATCH", "(", False),
        ("12", "Greater_Than", "3", True), ("3", "Greater_Than", "3", False), ("x", "Greater_Than", "3", False),
        ("3", "Greater_Than_OR_EQUALS", "3", True),
        ("Smith", "Includes", "mit", True), ("Smith", "Includes", "smi", False), ("Smith", "ENDS_WITH", "th", True),
        ("x", "IsMemberOf", "x", False),
    ],
)  # fmt: skip
def test_an_operator(value: str | None, operator: str, wanted: str, passes: bool) -> None:
    assert _passes({"department": value}, [("department", operator, wanted)]) is passes


def test_truth_is_compared_as_such() -> None:
    assert _passes({"accountEnabled": True}, [("accountEnabled", "IS TRUE", "")])
    assert not _passes({"accountEnabled": True}, [("accountEnabled", "IS FALSE", "")])


def test_clauses_are_joined_by_and_groups_by_or() -> None:
    first: Group = [("department", "EQUALS", "A"), ("jobTitle", "EQUALS", "B")]
    second: Group = [("city", "EQUALS", "C")]
    assert not _passes({"department": "A"}, first, second)
    assert _passes({"department": "A", "jobTitle": "B"}, first, second)
    assert _passes({"city": "C"}, first, second)
    assert _passes({})
