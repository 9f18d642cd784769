"""Scoping filters: the documented rules, the text form both ways, and why someone is out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.mapping.dotnet.patterns import Patience, PatternTooSlow
from wizard.mapping.scoping_filter import (
    Clause,
    FilterGroup,
    Operator,
    ScopingFilter,
    filter_problems,
    judge,
    judged,
)
from wizard.mapping.scoping_filter_text import FilterError, parse_filter, print_filter

CASES = [
    ("o1", "department EQUALS sales", "department", "sales", True),
    ("o1 case", "department EQUALS sales", "department", "Sales", False),
    ("o1 NULL", "department EQUALS sales", "department", None, False),
    ("o2 in", r"userPrincipalName REGEX MATCH .*\@domain.com", "userPrincipalName", "a@domain.com", True),
    ("o2 out", r"userPrincipalName REGEX MATCH .*\@domain.com", "userPrincipalName", "a@x.com", False),
    ("o3 in", r"userPrincipalName NOT REGEX MATCH .*\@domain.com", "userPrincipalName", "a@x.com", True),
    ("o3 out", r"userPrincipalName NOT REGEX MATCH .*\@domain.com", "userPrincipalName", "a@domain.com", False),
    ("o3 NULL", r"userPrincipalName NOT REGEX MATCH .*\@domain.com", "userPrincipalName", None, False),
    ("o4 in", "workerID REGEX MATCH (1[0-9][0-9][0-9][0-9][0-9][0-9])", "workerID", "1500000", True),
    ("o4 out", "workerID REGEX MATCH (1[0-9][0-9][0-9][0-9][0-9][0-9])", "workerID", "2500000", False),
    ("o5 in", "number REGEX MATCH ([1-9][0-9])", "number", "42", True),
    ("o5 longer", "number REGEX MATCH ([1-9][0-9])", "number", "142", False),
    ("o6", "department NOT EQUALS sales", "department", None, False),
    ("o6 empty", "department NOT EQUALS sales", "department", "", False),
    ("not equal", "department NOT EQUALS sales", "department", "Sales", True),
    ("o7", "jobTitle IS NULL", "jobTitle", "", True),
    ("o7 absent", "jobTitle IS NULL", "jobTitle", None, True),
    ("o7 not", "jobTitle IS NOT NULL", "jobTitle", "", False),
    ("not null", "jobTitle IS NOT NULL", "jobTitle", "Baker", True),
    ("o8 case", "displayName Includes smi", "displayName", "Smith", False),
    ("o8", "displayName Includes smi", "displayName", "smith", True),
    ("ends", "mail ENDS_WITH .org", "mail", "a@b.org", True),
    ("ends case", "mail ENDS_WITH .org", "mail", "a@b.ORG", False),
    ("greater", "employeeId Greater_Than 99", "employeeId", "100", True),
    ("greater equal", "employeeId Greater_Than 99", "employeeId", "99", False),
    ("greater or equal", "employeeId Greater_Than_OR_EQUALS 99", "employeeId", "99", True),
    ("greater by number", "employeeId Greater_Than 9", "employeeId", "10", True),
    ("no number", "employeeId Greater_Than 9", "employeeId", "A10", False),
    ("true", "accountEnabled IS TRUE", "accountEnabled", True, True),
    ("true of false", "accountEnabled IS TRUE", "accountEnabled", False, False),
    ("false", "accountEnabled IS FALSE", "accountEnabled", "False", True),
    ("false of NULL", "accountEnabled IS FALSE", "accountEnabled", None, False),
    ("truth as text", 'accountEnabled EQUALS "True"', "accountEnabled", True, True),
    ("in value", "state & WA,OR", "state", "WA", True),
    ("not in value", "state !& WA,OR", "state", "WA", False),
    ("not in value of NULL", "state !& WA", "state", None, False),
    ("all of several", "proxyAddresses Includes smtp", "proxyAddresses", ("smtp:a", "smtp:b"), True),
    ("one of several", "proxyAddresses Includes smtp", "proxyAddresses", ("smtp:a", "x500:b"), False),
]


@pytest.mark.parametrize(("text", "name", "value", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_operator(text: str, name: str, value: str | None, expected: bool) -> None:
    values = {} if value is None else {name: value}
    assert judged(parse_filter(text), values).in_scope is expected


def test_groups_are_joined_by_or_and_their_clauses_by_and() -> None:
    for text in ("a IS TRUE AND b IS TRUE OR c IS TRUE", "(a IS TRUE AND b IS TRUE) OR (c IS TRUE)"):
        wanted = parse_filter(text)
        assert [len(group.clauses) for group in wanted.groups] == [2, 1]
        assert judged(wanted, {"a": False, "b": True, "c": True}).in_scope
        assert judged(wanted, {"a": True, "b": True}).in_scope
        assert not judged(wanted, {"a": True}).in_scope


def test_nobody_is_left_out_without_a_filter() -> None:
    assert parse_filter("  ") == ScopingFilter()
    assert judged(ScopingFilter(), {}).in_scope


def test_who_is_out_hears_of_the_first_clause_of_each_group_that_fails() -> None:
    wanted = parse_filter('department EQUALS Sales AND state EQUALS WA OR jobTitle EQUALS "Head of IT"')
    verdict = judged(wanted, {"department": "Sales", "state": "NY"})
    assert verdict.reason == (
        'state EQUALS WA does not hold, state is NY; jobTitle EQUALS "Head of IT" does not hold, jobTitle has no value.'
    )
    assert [clause.attribute for clause in verdict.deciding] == ["state", "jobTitle"]
    inside = judged(wanted, {"department": "Sales", "state": "WA"})
    assert inside.reason == "department EQUALS Sales and state EQUALS WA hold."
    assert inside.deciding == wanted.groups[0].clauses


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
        ("department", 10, "an operator"),
        ("department IS", 11, "an operator"),
        ("department EQUALS", 17, "a value"),
        ("department EQUALS AND state IS NULL", 18, "a value"),
        ("department EQUALS Sales AND", 27, "the name"),
        ('department EQUALS "Sales', 18, "a quote"),
        ('department EQUALS "Sales" x', 26, "AND, OR or the end"),
        ("department IsMemberOf Sales", 11, "another operator"),
        ("(department IS NULL", 19, "AND or a closing parenthesis"),
        ("department IS NULL )", 19, "AND, OR or the end"),
        ("[department", 0, "the name"),
        ("a IS NULL AND ", 14, "the name"),
        ("x" * 10_001, 10_000, "the end"),
    ],
)
def test_what_is_no_filter_says_where_and_why(text: str, position: int, expected: str) -> None:
    with pytest.raises(FilterError) as error:
        parse_filter(text)
    assert error.value.position == position
    assert error.value.expected.startswith(expected)


def test_clauses_that_cannot_be_asked_are_told_beforehand() -> None:
    wanted = parse_filter(
        'manager EQUALS x AND number Greater_Than ten OR mail REGEX MATCH (a AND city EQUALS "" AND state EQUALS WA'
    )
    problems = filter_problems(wanted)
    assert [(p.group, p.clause) for p in problems] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert "closing parenthesis" in problems[2].sentence


def test_a_pathological_pattern_ends_in_time() -> None:
    wanted = ScopingFilter((FilterGroup((Clause("mail", Operator.REGEX_MATCH, r"(a|aa)+"),)),))
    with pytest.raises(PatternTooSlow):
        judge(wanted, {"mail": "a" * 200 + "!"}.get, Patience(0.1))


names = st.text("abcXYZ _.-ä\"()'1", min_size=1).map(str.strip).filter(bool)
clauses = st.builds(Clause, names, st.sampled_from(Operator), st.text()).map(
    lambda c: Clause(c.attribute, c.operator) if c.operator.unary else c
)
filters = st.builds(
    ScopingFilter,
    st.lists(st.builds(FilterGroup, st.lists(clauses, min_size=1, max_size=4).map(tuple)), max_size=4).map(tuple),
)


@given(filters)
def test_what_is_printed_reads_the_same(wanted: ScopingFilter) -> None:
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
