import subprocess
import sys
from dataclasses import replace

import pytest

from wizard.aws.schema import GROUP_ATTRIBUTES, MORE_USER_ATTRIBUTES, USER_ATTRIBUTES
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind, default_mappings
from wizard.mapping.table_problems import table_problems

ATTRIBUTES = (*USER_ATTRIBUTES, *MORE_USER_ATTRIBUTES)
ROWS = default_mappings().users

PHONE = AttributeMapping('phoneNumbers[type eq "mobile"].value', MappingKind.ATTRIBUTE, "mobile")


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
        (changed("title", kind=MappingKind.FUNCTION, source="ToLower([jobTitel])"), "unknown-source", "title"),
        (changed("title", kind=MappingKind.FUNCTION, source="ToLowr([jobTitle])"), "expression", "title"),
        ((*ROWS, PHONE), "twice", PHONE.target),
    ],
)
def test_each_problem_is_named(rows, code, target):
    found = table_problems(rows, ATTRIBUTES, ("userPrincipalName", "displayName"))
    assert [(problem.code, problem.target) for problem in found] == [(code, target)]
    assert found[0].sentence.endswith((".", "?"))


def test_a_column_of_ones_own_is_known():
    rows = changed("title", source="Badge colour")
    assert table_problems(rows, ATTRIBUTES, ("Badge colour",)) == ()


def test_an_expression_that_cannot_be_read_says_where_and_what_is_near():
    rows = changed("title", kind=MappingKind.FUNCTION, source="ToLowr([jobTitle])")
    (found,) = table_problems(rows, ATTRIBUTES, None)
    assert (found.position, found.nearest) == (0, "ToLower")
    assert found.sentence.startswith("title: ")


def test_two_sources_on_one_target_say_what_aws_would_answer():
    (found,) = table_problems((*ROWS, replace(ROWS[3], source="department")), ATTRIBUTES, None)
    assert "400" in found.sentence
    assert "single item" in found.sentence


def test_columns_a_file_lost_are_named():
    rows = changed("title", kind=MappingKind.FUNCTION, source='Join("/", [Badge], [city], [Colour])')
    (found,) = table_problems(rows, ATTRIBUTES, ("userPrincipalName",))
    assert "no attribute Badge and no attribute Colour" in found.sentence


def test_an_expression_that_is_not_written_yet_stands_in_the_way():
    rows = (*ROWS, AttributeMapping("nickName", MappingKind.FUNCTION, ""))
    problems = table_problems(rows, ATTRIBUTES, None)
    assert [(problem.code, problem.target) for problem in problems] == [("expression", "nickName")]


def test_the_default_expressions_are_judged_without_the_grammar():
    code = (
        "import sys\n"
        "from wizard.mapping.attribute_mapping import default_mappings\n"
        "from wizard.mapping.table_problems import table_problems\n"
        "from wizard.aws.schema import USER_ATTRIBUTES\n"
        "assert table_problems(default_mappings().users, USER_ATTRIBUTES, frozenset()) == ()\n"
        "print('lark' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
