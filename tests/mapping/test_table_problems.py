import subprocess
import sys
from dataclasses import replace

import pytest

from wizard import messages
from wizard.aws.schema import GROUP_ATTRIBUTES, MORE_USER_ATTRIBUTES, USER_ATTRIBUTES
from wizard.errors import Message
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
        (changed("name.givenName", kind=MappingKind.NONE), "required-target-unmapped", "name.givenName"),
        (tuple(row for row in ROWS if row.target != "displayName"), "required-target-unmapped", "displayName"),
        ((*ROWS, ROWS[3]), "target-mapped-twice", "title"),
        (changed("title", matching_priority=3), "matching-attribute-not-filterable", "title"),
        (changed("externalId", kind=MappingKind.NONE), "matching-attribute-unmapped", "externalId"),
        (tuple(replace(row, matching_priority=0) for row in ROWS), "no-matching-attribute", ""),
        (changed("title", source="jobTitel"), "source-attribute-unknown", "title"),
        (
            changed("title", kind=MappingKind.FUNCTION, source="ToLower([jobTitel])"),
            "source-attribute-unknown",
            "title",
        ),
        (
            changed("title", kind=MappingKind.FUNCTION, source="ToLowr([jobTitle])"),
            "mapped-expression-unreadable",
            "title",
        ),
        ((*ROWS, PHONE), "several-items-of-a-list-mapped", PHONE.target),
    ],
)
def test_each_problem_is_named(rows, code, target):
    found = table_problems(rows, ATTRIBUTES, ("userPrincipalName", "displayName"))
    assert [(problem.message.code, problem.target) for problem in found] == [(code, target)]
    assert messages.text(found[0]).endswith((".", "?"))


def test_a_column_of_ones_own_is_known():
    rows = changed("title", source="Badge colour")
    assert table_problems(rows, ATTRIBUTES, ("Badge colour",)) == ()


def test_an_unreadable_expression_reports_position_and_context():
    rows = changed("title", kind=MappingKind.FUNCTION, source="ToLowr([jobTitle])")
    (found,) = table_problems(rows, ATTRIBUTES, None)
    error = found.message.args["error"]
    assert isinstance(error, Message)
    assert (error.args["position"], error.args["nearest"]) == (0, "ToLower")


def test_two_sources_on_one_target_say_what_aws_would_answer():
    (found,) = table_problems((*ROWS, replace(ROWS[3], source="department")), ATTRIBUTES, None)
    assert found.message == Message("target-mapped-twice", target="title", times=2)


def test_columns_a_file_lost_are_named():
    rows = changed("title", kind=MappingKind.FUNCTION, source='Join("/", [Badge], [city], [Colour])')
    (found,) = table_problems(rows, ATTRIBUTES, ("userPrincipalName",))
    assert found.message == Message("source-attribute-unknown", target="title", missing=("Badge", "Colour"))


def test_an_empty_expression_is_a_problem():
    rows = (*ROWS, AttributeMapping("nickName", MappingKind.FUNCTION, ""))
    problems = table_problems(rows, ATTRIBUTES, None)
    assert [(problem.message.code, problem.target) for problem in problems] == [
        ("mapped-expression-unreadable", "nickName")
    ]


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
