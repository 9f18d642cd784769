"""A scoping filter as Graph writes it: `groups` of clauses with `operatorName` and `targetOperand`."""

import copy
from collections.abc import Mapping
from typing import Any

from wizard.mapping.scoping_clauses import Clause, FilterGroup, Operator, ScopingFilter

Json = Any


def _key(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter not in " _-")


_OPERATORS = {_key(operator): operator for operator in Operator}
"""Spellings differ between the portal and Graph; letters and marks do not."""


def filter_of(scope: Json) -> ScopingFilter:
    """The filter a `scope` holds. A clause that is not understood stands in `unknown`, in words."""
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


def scope_json(raw: Json, wanted: ScopingFilter) -> Json:
    """The `scope` that says `wanted`; what `raw` says already stays as it stands there, with its names."""
    if filter_of(raw) == wanted:
        return raw
    scope: dict[str, Json] = copy.deepcopy(dict(raw)) if isinstance(raw, Mapping) else {}
    old = _list(raw, "groups")
    scope["groups"] = [
        _group(old[place] if place < len(old) else None, group) for place, group in enumerate(wanted.groups)
    ]
    if not isinstance(raw, Mapping):
        scope |= {"inputFilterGroups": [], "categoryFilterGroups": []}
    return scope if scope["groups"] or isinstance(raw, Mapping) else None


def further_filters(scope: Json) -> tuple[str, ...]:
    """Names of filters in a `scope` that Entra has and nobody is judged by here."""
    return tuple(name for name in ("inputFilterGroups", "categoryFilterGroups") if _list(scope, name))


def _group(raw: Json, group: FilterGroup) -> Json:
    if filter_of({"groups": [raw]}) == ScopingFilter((group,)):
        return raw
    kept = dict(raw) if isinstance(raw, Mapping) else {"name": None}
    return kept | {"clauses": [_clause_json(clause) for clause in group.clauses]}


def _clause_json(clause: Clause) -> Json:
    values = [] if clause.operator.unary else [clause.value]
    return {
        "operatorName": str(clause.operator),
        "sourceOperandName": clause.attribute,
        "targetOperand": {"values": values},
    }


def _clause(raw: Json) -> Clause | str:
    if not isinstance(raw, Mapping):
        return str(raw)
    name, operator_name = str(raw.get("sourceOperandName") or ""), str(raw.get("operatorName") or "")
    values = [str(value) for value in _list(raw.get("targetOperand"), "values")]
    operator = _OPERATORS.get(_key(operator_name))
    if operator is not None and name and (operator.unary or len(values) == 1):
        # Graph may give a comparison without a value one nevertheless; it says nothing.
        return Clause(name, operator, "" if operator.unary else values[0])
    return " ".join(part for part in (name, operator_name, ", ".join(values)) if part)


def _list(holder: Json, name: str) -> list[Json]:
    value = holder.get(name) if isinstance(holder, Mapping) else None
    return value if isinstance(value, list) else []
