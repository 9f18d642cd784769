"""Scoping filters in plain words."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wizard.directory import AttributeValue
from wizard.flow.scope.filter_text import (
    COMPARISONS,
    clause_of,
    comparison,
    comparison_of,
    condition,
    joined,
    pattern_of_values,
    separated,
    shown_value,
    trouble,
    values_of_pattern,
    why_not,
)
from wizard.mapping.scoping import judge
from wizard.mapping.scoping_filter import Clause, FilterGroup, Operator, ScopingFilter

VALUES = st.lists(st.text(min_size=1, max_size=8).map(str.strip).filter(bool), min_size=1, max_size=4, unique=True)


def holds(clause: Clause, value: AttributeValue | None) -> bool:
    return judge(ScopingFilter((FilterGroup((clause,)),)), lambda name: value).in_scope


def test_every_operator_of_entra_can_be_chosen_and_has_its_spelling() -> None:
    assert {one.operator for one in COMPARISONS} == set(Operator)
    assert all(f"In Entra: {one.operator.value}" in one.help for one in COMPARISONS if one.takes != "several")
    assert len({one.words for one in COMPARISONS}) == len(COMPARISONS)


@pytest.mark.parametrize("chosen", [one.id for one in COMPARISONS])
def test_what_stands_in_a_row_comes_back(chosen: str) -> None:
    text = "" if comparison(chosen).takes == "nothing" else "12"
    clause = clause_of("employeeId", comparison(chosen), text)
    assert comparison_of(clause).id == chosen
    assert shown_value(clause) == text
    assert trouble(clause) == ""


@pytest.mark.slow
@given(VALUES)
@example(["CORP\\", "X"])
def test_a_list_of_values_survives_field_and_pattern(values: list[str]) -> None:
    wanted = tuple(values)
    assert separated(joined(wanted)) == wanted
    assert values_of_pattern(pattern_of_values(wanted)) == wanted


@given(VALUES, st.text(max_size=8))
def test_is_one_of_means_exactly_these(values: list[str], other: str) -> None:
    clause = Clause("a", Operator.REGEX_MATCH, pattern_of_values(tuple(values)))
    for value in (*values, other):
        assert holds(clause, value) is (value in values)


@pytest.mark.parametrize("pattern", ["Optics|Sales", "^(a|b.)$", "^(a|)$", "^(a+)$", r"^(\d|a)$", "^(a)|(b)$"])
def test_other_patterns_stay_patterns(pattern: str) -> None:
    assert values_of_pattern(pattern) is None
    assert comparison_of(Clause("a", Operator.REGEX_MATCH, pattern)).id == "pattern"


@pytest.mark.parametrize(
    ("chosen", "text", "value", "words"),
    [
        ("equals", "Optics", "Logistics", "d is “Logistics”, not “Optics”."),
        ("equals", "Optics", "optics", "d is “optics”, not “Optics”: capitals count."),
        ("equals", "Optics", None, "d is empty."),
        ("not", "Optics", "Optics", "d is “Optics”, which is left out."),
        ("one_of", "Optics, Metrology", "IT", "d is “IT”, which is neither Optics nor Metrology."),
        ("one_of", "A, B, C", "IT", "d is “IT”, which is none of A, B and C."),
        ("one_of", "A", "IT", "d is “IT”, not “A”."),
        ("one_of", "A, B, C, D, E, F", "IT", "d is “IT”, which is none of A, B, C and 3 more."),
        ("none_of", "A, B", "A", "d is “A”, which is left out."),
        ("contains", "x", "abc", "d is “abc”, which does not contain “x”."),
        ("ends", "@x", "a@y", "d is “a@y”, which does not end with “@x”."),
        ("pattern", "x+", "y", "d is “y”, which does not match “x+”."),
        ("not_pattern", "x+", "x", "d is “x”, which matches “x+”."),
        ("empty", "", "x", "d is “x”, not empty."),
        ("true", "", False, "d is “false”, not true."),
        ("above", "7", "5", "d is “5”, not above 7."),
        ("at_least", "7", "5", "d is “5”, not at least 7."),
        ("within", "abc", "x", "d is “x”, which is no part of “abc”."),
        ("not_within", "abc", "b", "d is “b”, which is part of “abc”."),
        ("equals", "x", ("a", "b"), "d is “a, b”, not “x”."),
    ],
)
def test_why_a_condition_does_not_hold(chosen: str, text: str, value: AttributeValue | None, words: str) -> None:
    clause = clause_of("d", comparison(chosen), text)
    assert not holds(clause, value)
    assert why_not(clause, value) == words


def test_conditions_are_said_plainly() -> None:
    assert condition(clause_of("d", comparison("one_of"), "A, B")) == "d is one of A and B"
    assert condition(clause_of("d", comparison("ends"), "@x")) == "d ends with “@x”"
    assert condition(clause_of("d", comparison("empty"), "")) == "d is empty"


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        (Clause("", Operator.EQUALS, "x"), "Choose an attribute."),
        (Clause("d", Operator.EQUALS), "Enter a value, or choose “is empty”."),
        (Clause("d", Operator.GREATER_THAN, "ten"), "“ten” is not a whole number."),
        (Clause("manager", Operator.IS_NULL), "Entra takes no manager"),
        (Clause("d", Operator.REGEX_MATCH, "("), "regular expression"),
    ],
)
def test_what_a_row_lacks(clause: Clause, words: str) -> None:
    assert words in trouble(clause)
