from dataclasses import replace

import pytest

from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind
from wizard.mapping.defaults import default_mappings
from wizard.mapping.table import table_problems
from wizard.target.schema import GROUP_ATTRIBUTES, MORE_USER_ATTRIBUTES, USER_ATTRIBUTES

ATTRIBUTES = (*USER_ATTRIBUTES, *MORE_USER_ATTRIBUTES)
ROWS = default_mappings().users


def changed(target: str, **values) -> tuple[AttributeMapping, ...]:
    return tuple(replace(row, **values) if row.target == target else row for row in ROWS)


def test_the_default_tables_stand():
    assert table_problems(ROWS, ATTRIBUTES, None) == ()
    assert table_problems(ROWS, ATTRIBUTES, ("userPrincipalName",)) == ()
    assert table_problems(default_mappings().groups, GROUP_ATTRIBUTES, None) == ()


@pytest.mark.parametrize(
    ("rows", "code", "target"),
    [
        (changed("name.givenName", kind=MappingKind.NONE), "required-unmapped", "name.givenName"),
        (tuple(row for row in ROWS if row.target != "displayName"), "required-unmapped", "displayName"),
        ((*ROWS, ROWS[3]), "twice", "title"),
        (changed("title", matching_priority=3), "not-filterable", "title"),
        (changed("externalId", kind=MappingKind.NONE), "matching-unmapped", "externalId"),
        (tuple(replace(row, matching_priority=0) for row in ROWS), "no-matching", ""),
        (changed("title", source="jobTitel"), "unknown-source", "title"),
    ],
)
def test_each_problem_is_named(rows, code, target):
    found = table_problems(rows, ATTRIBUTES, ("userPrincipalName", "displayName"))
    assert [(problem.code, problem.target) for problem in found] == [(code, target)]
    assert found[0].sentence.endswith(".")


def test_a_column_of_ones_own_is_known():
    rows = changed("title", source="Badge colour")
    assert table_problems(rows, ATTRIBUTES, ("Badge colour",)) == ()
