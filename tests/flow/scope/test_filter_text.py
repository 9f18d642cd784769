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
    assert all(one.operator.value in one.help for one in COMPARISONS if one.takes != "several")
    assert len({one.words for one in COMPARISONS}) == len(COMPARISONS)


@pytest.mark.parametrize("chosen", [one.id for one in COMPARISONS])
def test_a_value_of_a_row_survives_a_round_trip(chosen: str) -> None:
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
    ("chosen", "text", "value", "shown"),
    [
        ("equals", "Optics", "Logistics", ("Logistics", "Optics")),
        ("equals", "Optics", "optics", ("optics", "Optics")),
        ("equals", "Optics", None, ()),
        ("not", "Optics", "Optics", ("Optics",)),
        ("one_of", "Optics, Metrology", "IT", ("IT", "Optics", "Metrology")),
        ("one_of", "A", "IT", ("IT", "A")),
        ("one_of", "A, B, C, D, E, F", "IT", ("IT", "A", "B", "C", "3")),
        ("none_of", "A, B", "A", ("A",)),
        ("contains", "x", "abc", ("abc", "x")),
        ("ends", "@x", "a@y", ("a@y", "@x")),
        ("pattern", "x+", "y", ("y", "x+")),
        ("not_pattern", "x+", "x", ("x", "x+")),
        ("empty", "", "x", ("x",)),
        ("filled", "", "", ()),
        ("true", "", False, ("false",)),
        ("false", "", True, ("true",)),
        ("above", "7", "5", ("5", "7")),
        ("at_least", "7", "5", ("5", "7")),
        ("within", "abc", "x", ("x", "abc")),
        ("not_within", "abc", "b", ("b", "abc")),
        ("equals", "x", ("a", "b"), ("a, b", "x")),
    ],
)
def test_why_a_condition_does_not_hold(
    chosen: str, text: str, value: AttributeValue | None, shown: tuple[str, ...]
) -> None:
    clause = clause_of("jobTitle", comparison(chosen), text)
    assert not holds(clause, value)
    sentence = why_not(clause, value)
    assert sentence.startswith("Job title ")
    assert [part for part in shown if part not in sentence] == []
    assert "D" not in sentence or "D" not in text, "of many values only the first are named"


def test_capitals_are_named_as_the_cause() -> None:
    clause = clause_of("d", comparison("equals"), "Optics")
    assert why_not(clause, "optics") != why_not(clause, "Metrology").replace("Metrology", "optics")


def test_conditions_have_friendly_names_and_their_values() -> None:
    for chosen, text, shown in (("one_of", "A, B", ("“A”", "“B”")), ("ends", "@x", ("@x",)), ("empty", "", ())):
        said = condition(clause_of("department", comparison(chosen), text))
        assert said.startswith("Department ")
        assert all(value in said for value in shown)


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        (Clause("", Operator.EQUALS, "x"), ""),
        (Clause("d", Operator.EQUALS), ""),
        (Clause("d", Operator.GREATER_THAN, "ten"), "ten"),
        (Clause("manager", Operator.IS_NULL), "manager"),
        (Clause("d", Operator.REGEX_MATCH, "("), ""),
    ],
)
def test_what_a_row_lacks(clause: Clause, words: str) -> None:
    assert trouble(clause)
    assert words in trouble(clause)
