"""Scoping filters: the documented rules, the text form both ways, and why someone is out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.mapping.scoping_filter import (
    Clause,
    FilterError,
    FilterGroup,
    Operator,
    ScopingFilter,
    parse_filter,
    print_filter,
)


def test_a_value_may_have_words_and_a_name_blanks() -> None:
    wanted = parse_filter("[Cost Center] equals Human Resources and more AND mail  ends_with  x.org")
    assert wanted.groups[0].clauses == (
        Clause("Cost Center", Operator.EQUALS, "Human Resources and more"),
        Clause("mail", Operator.ENDS_WITH, "x.org"),
    )
    assert print_filter(wanted) == '[Cost Center] EQUALS "Human Resources and more" AND mail ENDS_WITH x.org'


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("department", 10, "expected-operator"),
        ("department IS", 11, "expected-operator"),
        ("department EQUALS", 17, "expected-filter-value"),
        ("department EQUALS AND state IS NULL", 18, "expected-filter-value"),
        ("department EQUALS Sales AND", 27, "expected-filter-attribute"),
        ('department EQUALS "Sales', 18, "expected-closing-quote-of-value"),
        ('department EQUALS "Sales" x', 26, "expected-and-or-end"),
        ("department IsMemberOf Sales", 11, "expected-other-operator"),
        ("(department IS NULL", 19, "expected-and-or-parenthesis"),
        ("department IS NULL )", 19, "expected-and-or-end"),
        ("[department", 0, "expected-filter-attribute"),
        ("a IS NULL AND ", 14, "expected-filter-attribute"),
        ("[ ] IS NULL", 0, "expected-attribute-inside-brackets"),
        ("(a IS NULL OR b IS NULL)", 11, "expected-or-between-parentheses"),
        ("x" * 10_001, 10_000, "expected-end-of-long-filter"),
    ],
)
def test_an_invalid_filter_reports_position_and_reason(text: str, position: int, expected: str) -> None:
    with pytest.raises(FilterError) as error:
        parse_filter(text)
    assert error.value.position == position
    assert error.value.expected.code == expected
    assert error.value.message.args["expected"] == error.value.expected


names = st.text("abcXYZ _.-ä\"()'1", min_size=1).map(str.strip).filter(bool)
clauses = st.builds(Clause, names, st.sampled_from(Operator), st.text()).map(
    lambda c: Clause(c.attribute, c.operator) if c.operator.unary else c
)
filters = st.builds(
    ScopingFilter,
    st.lists(st.builds(FilterGroup, st.lists(clauses, min_size=1, max_size=4).map(tuple)), max_size=4).map(tuple),
)


@pytest.mark.slow
@given(filters)
def test_printed_text_is_parsed_back_unchanged(wanted: ScopingFilter) -> None:
    assert parse_filter(print_filter(wanted)) == wanted


@given(st.one_of(st.text(), st.text('a IS NULLEQ"()[]&!\\ANDOR ', max_size=60)))
def test_no_text_breaks_the_reader(text: str) -> None:
    read = _read_or_refused(text)
    if isinstance(read, FilterError):
        assert 0 <= read.position <= len(text)
    else:
        assert parse_filter(print_filter(read)) == read


def _read_or_refused(text: str) -> ScopingFilter | FilterError:
    try:
        return parse_filter(text)
    except FilterError as error:
        return error
