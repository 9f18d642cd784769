"""Who is in scope: assignments, roles and scoping filters.

Sources: Microsoft's pages "How provisioning works" and "Scoping filters". Only direct members of directly assigned,
security-enabled groups count; nested groups are not expanded. Who has the role msiam_access alone is not effectively
entitled. Clauses of a filter group are joined by and, groups by or; a clause on an empty attribute is false but for
IS NULL. REGEX MATCH is taken as a full match, as all samples suggest.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import regex

from wizard.sandbox.entra.synchronization.functions import Value, text_of
from wizard.sandbox.entra.synchronization.job import Key
from wizard.sandbox.entra.synchronization.source import Directory, attributes

NOT_ENTITLING = "msiam_access"


@dataclass(frozen=True, slots=True)
class Standing:
    """Relation of an object to an application."""

    active: bool
    """It lives, and a person is not blocked."""
    assigned: bool
    """Directly, as a member of an assigned group, or because all are provisioned."""
    entitled: bool
    """With a role that provisions."""
    filtered: bool
    """The scoping filter lets it through."""
    results: Mapping[str, bool]
    """What each clause of the filter said."""

    @property
    def in_scope(self) -> bool:
        """Whether it is to be provisioned, blocked or not."""
        return self.assigned and self.entitled and self.filtered

    def details(self, shape: str) -> dict[str, str]:
        """The scoping step's details, in one of the two spellings seen."""
        values = (str(self.active), str(self.assigned), str(self.entitled), str(self.filtered))
        names = (
            ("IsActive", "Assigned", "IsEffectivelyEntitledForProvisioning", "IsInProvisioningScopeDisplayName")
            if shape == "object"
            else (
                "Active in the source system",
                "Assigned to the application",
                "User has the required role",
                "Scoping filter evaluation passed",
            )
        )
        return {**dict(zip(names, values, strict=True)), "ScopeEvaluationResult": json.dumps(dict(self.results))}


class Scope:
    """The scope of one application over one reading of the directory."""

    def __init__(
        self, directory: Directory, mappings: Mapping[str, Mapping[str, Any] | None], sync_all: bool
    ) -> None:
        self._directory, self._mappings, self._all = directory, mappings, sync_all
        self._through: dict[str, set[str]] = {}
        for group, roles in directory.assigned.items():
            thing = directory.objects.get(("Group", group))
            if thing and ("Group", group) not in directory.soft_deleted and thing.get("securityEnabled"):
                for member in directory.members.get(group, ()):
                    self._through.setdefault(member, set()).update(roles)

    def standing(self, key: Key) -> Standing:
        """Return the relation of one object."""
        kind, object_id = key
        thing = self._directory.objects.get(key)
        mapping = self._mappings.get(kind)
        if thing is None or mapping is None:
            return Standing(False, False, False, False, {})
        active = key not in self._directory.soft_deleted and thing.get("accountEnabled") is not False
        roles = set(self._directory.assigned.get(object_id, ())) | self._through.get(object_id, set())
        if kind == "Group":
            roles = set(self._directory.assigned.get(object_id, ())) if thing.get("securityEnabled") else set()
        results = _results(mapping.get("scope"), attributes(self._directory, key, False))
        return Standing(
            active=active,
            assigned=self._all or bool(roles),
            entitled=self._all or bool(roles - {NOT_ENTITLING}),
            filtered=any(all(group.values()) for group in results) if results else True,
            results={title: found for group in results for title, found in group.items()},
        )

    def entitled(self) -> frozenset[Key]:
        """All objects that are in scope and active."""
        found = []
        for key in self._directory.objects:
            standing = self.standing(key)
            if standing.in_scope and standing.active:
                found.append(key)
        return frozenset(found)


def _results(scope: Mapping[str, Any] | None, values: Mapping[str, Value]) -> list[dict[str, bool]]:
    """What every clause says, by filter group; titles as the service writes them."""
    told = []
    for group in (scope or {}).get("groups") or ():
        clauses = {}
        for clause in group.get("clauses") or ():
            name, operator = str(clause.get("sourceOperandName")), str(clause.get("operatorName"))
            wanted = ((clause.get("targetOperand") or {}).get("values") or [""])[0]
            title = f"{group.get('name') or ''}.{name} {operator} '{wanted}'"
            clauses[title] = _holds(text_of(values.get(name)), operator, str(wanted))
        told.append(clauses)
    return told


def _holds(value: str, operator: str, wanted: str) -> bool:
    if operator == "IS NULL":
        return not value
    return bool(value) and _compared(value, operator, wanted)


def _compared(value: str, operator: str, wanted: str) -> bool:
    match operator.upper():
        case "EQUALS":
            return value == wanted
        case "NOT EQUALS":
            return value != wanted
        case "IS TRUE" | "IS FALSE":
            return value == operator.upper().removeprefix("IS ").capitalize()
        case "IS NOT NULL":
            return True
        case "REGEX MATCH":
            return _matches(wanted, value) is True
        case "NOT REGEX MATCH":
            return _matches(wanted, value) is False
        case "GREATER_THAN":
            return value.isdecimal() and wanted.isdecimal() and int(value) > int(wanted)
        case "GREATER_THAN_OR_EQUALS":
            return value.isdecimal() and wanted.isdecimal() and int(value) >= int(wanted)
        case "INCLUDES":
            return wanted in value
        case "ENDS_WITH":
            return value.endswith(wanted)
    return False


def _matches(pattern: str, value: str) -> bool | None:
    """Whether a pattern matches the whole value; None where it cannot be used."""
    try:
        return bool(regex.fullmatch(pattern, value, timeout=1))
    except (regex.error, TimeoutError):
        return None


_OPERATORS = (
    ("EQUALS", "Binary", "Integer,String"),
    ("NOT EQUALS", "Binary", "Integer,String"),
    ("IS TRUE", "Unary", "Boolean"),
    ("IS FALSE", "Unary", "Boolean"),
    ("IS NULL", "Unary", "Integer,String,Binary,Boolean"),
    ("IS NOT NULL", "Unary", "Integer,String,Binary,Boolean"),
    ("REGEX MATCH", "Binary", "Integer,String"),
    ("NOT REGEX MATCH", "Binary", "Integer,String"),
    ("Greater_Than", "Binary", "Integer,String"),
    ("Greater_Than_OR_EQUALS", "Binary", "Integer,String"),
    ("Includes", "Binary", "String"),
    ("ENDS_WITH", "Binary", "String"),
)


def operator_schemas() -> list[dict[str, Any]]:
    """`GET …/schema/filterOperators`; the spelling of the last four is not documented."""
    return [
        {
            "id": name,
            "arity": arity,
            "multivaluedComparisonType": "All",
            "supportedAttributeTypes": types.split(","),
        }
        for name, arity, types in _OPERATORS
    ]
