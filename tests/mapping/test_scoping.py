import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.provisioning.company import directory, group, person
from wizard import messages
from wizard.directory import AttributeValue, DirectoryUser
from wizard.errors import Message, WizardError
from wizard.mapping.dotnet.patterns import Patience, PatternTooSlow
from wizard.mapping.scoping import (
    BLOCKED,
    ENTRA_CODES,
    FILTERED,
    NOT_CHOSEN,
    NOT_FIRST,
    FilterNotUnderstood,
    clause_problem,
    compile_filter,
    in_scope,
    judge,
)
from wizard.mapping.scoping_filter import Clause, FilterGroup, Operator, ScopingFilter, parse_filter
from wizard.provisioning.job import Scope

ALL = directory(
    [person("ada"), person("bo"), person("cy", enabled=False)], group("g", "ada", "cy"), group("h", "bo")
)


def told(result):
    return {(one.source_id, one.reason) for one in result.skipped}


def ids(found):
    return [one.id for one in found]


def test_everyone():
    result = in_scope(ALL, Scope())
    assert (ids(result.users), ids(result.blocked), ids(result.groups)) == (["ada", "bo"], ["cy"], ["g", "h"])
    assert told(result) == {("cy", BLOCKED)}


def test_members_are_in_scope_with_their_group():
    result = in_scope(ALL, Scope(everyone=False, user_ids=("bo",), group_ids=("g",)))
    assert (ids(result.users), ids(result.blocked), ids(result.groups)) == (["ada", "bo"], ["cy"], ["g"])
    assert told(result) == {("cy", BLOCKED), ("h", NOT_CHOSEN)}


def test_start_small_is_exactly_the_first():
    result = in_scope(ALL, Scope(start_small=True, first_user_ids=("bo",), first_group_ids=("g",)))
    assert (ids(result.users), ids(result.groups)) == (["bo"], ["g"])
    assert told(result) == {("ada", NOT_FIRST), ("cy", NOT_FIRST), ("h", NOT_FIRST)}


STAFF = directory(
    [
        person("ada", department="Sales", city="Bern"),
        person("bo", department="IT", city="Bern"),
        person("cy", enabled=False, department="Sales"),
        person("di"),
    ],
    group("g", "ada", "bo", name="Sales EU"),
    group("h", "bo", name="IT"),
)


def test_a_filter_leaves_people_out_and_says_by_which_clause():
    scope = Scope(
        user_filter=parse_filter("department EQUALS Sales AND city IS NOT NULL OR displayName EQUALS Di")
    )
    result = in_scope(STAFF, scope)
    assert (ids(result.users), ids(result.blocked), ids(result.groups)) == (["ada", "di"], [], ["g", "h"])
    assert {one.source_id: one.message for one in result.skipped} == {
        "bo": Message(FILTERED, clauses=("department EQUALS Sales", "displayName EQUALS Di")),
        "cy": Message(FILTERED, clauses=("city IS NOT NULL", "displayName EQUALS Di")),
    }


def test_a_group_that_is_filtered_out_keeps_its_members_in_scope():
    scope = Scope(everyone=False, group_ids=("g", "h"), group_filter=parse_filter("displayName ENDS_WITH EU"))
    result = in_scope(STAFF, scope)
    assert (ids(result.users), ids(result.groups)) == (["ada", "bo"], ["g"])
    assert told(result) >= {("h", FILTERED), ("di", NOT_CHOSEN)}


def test_the_filter_is_asked_besides_the_choice_and_before_the_first_few():
    scope = Scope(
        everyone=False,
        user_ids=("ada", "bo", "cy"),
        user_filter=parse_filter("department EQUALS Sales"),
        start_small=True,
        first_user_ids=("ada", "bo"),
    )
    result = in_scope(STAFF, scope)
    assert ids(result.users) == ["ada"]
    assert told(result) == {
        ("bo", FILTERED), ("di", NOT_CHOSEN), ("cy", NOT_FIRST),
        ("g", NOT_CHOSEN), ("h", NOT_CHOSEN),
    }  # fmt: skip


def test_computed_attributes_and_graphs_names_are_asked():
    assert ids(in_scope(STAFF, Scope(user_filter=parse_filter("accountEnabled IS TRUE"))).users) == [
        "ada", "bo", "di",
    ]  # fmt: skip
    assert in_scope(STAFF, Scope(user_filter=parse_filter("accountEnabled IS FALSE"))).blocked[0].id == "cy"
    office = directory([person("ada", physicalDeliveryOfficeName="4.12"), person("bo")])
    assert ids(in_scope(office, Scope(user_filter=parse_filter('officeLocation EQUALS "4.12"'))).users) == ["ada"]


def test_reasons_bear_entras_word():
    result = in_scope(STAFF, Scope(everyone=False, user_ids=("ada", "cy")))
    assert {one.source_id for one in result.skipped if one.kind == "user"} == {"bo", "di", "cy"}
    assert {ENTRA_CODES[one.reason] for one in result.skipped} == {"NotEffectivelyEntitled"}
    assert all(ENTRA_CODES[one.reason] in messages.advice(one) for one in result.skipped)


@pytest.mark.slow
@pytest.mark.parametrize(
    "scoping_filter",
    [
        ScopingFilter((), ("department MATCHES_ANY Sales",)),
        parse_filter('displayName REGEX MATCH "("'),
        parse_filter('displayName REGEX MATCH "(a|aa)+"'),
    ],
)
def test_a_filter_that_cannot_be_asked_takes_nobody_for_out(scoping_filter):
    many = directory([person("ada", displayName="a" * 200 + "!")])
    with pytest.raises(WizardError):
        in_scope(many, Scope(user_filter=scoping_filter))


NAMES = st.sampled_from(["department", "city", "flag", "number"])
VALUES = st.sampled_from(
    ["Sales", "sales", "Bern", "12", "7", "True", "S", "", True, False, ("Sales", "Bern"), ()]
)
CLAUSES = st.builds(
    lambda name, operator, value: Clause(name, operator, "" if operator.unary else value),
    NAMES,
    st.sampled_from(Operator),
    st.sampled_from(["Sales", "sales", "12", "S", "True", "true", ".*", "[0-9]+", "Bern,Sales", ""]),
)


def holds(clause: Clause, value: AttributeValue | None) -> bool:
    """What one clause says, spelled out: the documented rules without any speed-up."""
    if value is None or value in ("", ()):
        return clause.operator is Operator.IS_NULL
    texts = value if isinstance(value, tuple) else (str(value),)
    wanted = clause.value
    if isinstance(value, bool) and clause.operator in (Operator.EQUALS, Operator.NOT_EQUALS):
        texts, wanted = (texts[0].casefold(),), wanted.casefold()
    numbers = [int(text) if re.fullmatch(r"[0-9]+", text) else None for text in (*texts, wanted)]
    greater = [n is not None and numbers[-1] is not None and n > numbers[-1] for n in numbers[:-1]]
    match clause.operator:
        case Operator.IS_NULL | Operator.IS_NOT_NULL:
            return clause.operator is Operator.IS_NOT_NULL
        case Operator.IS_TRUE | Operator.IS_FALSE:
            return all(text.casefold() == clause.operator.removeprefix("IS ").lower() for text in texts)
        case Operator.EQUALS:
            return all(text == wanted for text in texts)
        case Operator.NOT_EQUALS:
            return all(text != wanted for text in texts)
        case Operator.REGEX_MATCH:
            return all(re.fullmatch(wanted, text) for text in texts)
        case Operator.NOT_REGEX_MATCH:
            return not any(re.fullmatch(wanted, text) for text in texts)
        case Operator.GREATER_THAN:
            return all(greater)
        case Operator.GREATER_THAN_OR_EQUALS:
            equal = [n is not None and n == numbers[-1] for n in numbers[:-1]]
            return all(more or same for more, same in zip(greater, equal, strict=True))
        case Operator.INCLUDES:
            return all(wanted in text for text in texts)
        case Operator.ENDS_WITH:
            return all(text.endswith(wanted) for text in texts)
        case Operator.IN_VALUE:
            return all(text in wanted for text in texts)
        case Operator.NOT_IN_VALUE:
            return all(text not in wanted for text in texts)


@given(
    st.lists(st.lists(CLAUSES, max_size=3).map(lambda c: FilterGroup(tuple(c))), max_size=3),
    st.lists(st.dictionaries(NAMES, VALUES), min_size=1, max_size=4),
)
def test_a_filter_says_what_its_clauses_say_one_by_one(groups, people):
    scoping_filter = ScopingFilter(tuple(groups))
    failing = compile_filter(scoping_filter, Patience())
    for attributes in people:
        false = [[c for c in group.clauses if not holds(c, attributes.get(c.attribute))] for group in groups]
        first = tuple(clauses[0] for clauses in false) if all(false) else ()
        assert failing(DirectoryUser("1", True, attributes)) == first
        verdict = judge(scoping_filter, attributes.get)
        assert verdict.in_scope is not bool(first)
        if first:
            assert verdict.deciding == tuple(dict.fromkeys(first))
        elif groups:
            assert verdict.deciding == next(
                g.clauses for g, clauses in zip(groups, false, strict=True) if not clauses
            )


# --- filters -----------------------------------------------------------------------------------------------------------

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
    ("truth in any case", "accountEnabled EQUALS true", "accountEnabled", True, True),
    ("truth in another case", "accountEnabled NOT EQUALS true", "accountEnabled", True, False),
    ("part of a truth value", "accountEnabled Includes true", "accountEnabled", True, False),
    ("in value", "state & WA,OR", "state", "WA", True),
    ("not in value", "state !& WA,OR", "state", "WA", False),
    ("not in value of NULL", "state !& WA", "state", None, False),
    ("all of several", "proxyAddresses Includes smtp", "proxyAddresses", ("smtp:a", "smtp:b"), True),
    ("one of several", "proxyAddresses Includes smtp", "proxyAddresses", ("smtp:a", "x500:b"), False),
]


@pytest.mark.parametrize(("text", "name", "value", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_operator(text: str, name: str, value: str | None, expected: bool) -> None:
    values = {} if value is None else {name: value}
    assert judge(parse_filter(text), values.get).in_scope is expected


def test_groups_are_joined_by_or_and_their_clauses_by_and() -> None:
    for text in ("a IS TRUE AND b IS TRUE OR c IS TRUE", "(a IS TRUE AND b IS TRUE) OR (c IS TRUE)"):
        wanted = parse_filter(text)
        assert [len(group.clauses) for group in wanted.groups] == [2, 1]
        assert judge(wanted, {"a": False, "b": True, "c": True}.get).in_scope
        assert judge(wanted, {"a": True, "b": True}.get).in_scope
        assert not judge(wanted, {"a": True}.get).in_scope


def test_nobody_is_left_out_without_a_filter() -> None:
    assert parse_filter("  ") == ScopingFilter()
    assert judge(ScopingFilter(), {}.get).in_scope


def test_who_is_out_hears_of_the_first_clause_of_each_group_that_fails() -> None:
    wanted = parse_filter('department EQUALS Sales AND state EQUALS WA OR jobTitle EQUALS "Head of IT"')
    verdict = judge(wanted, {"department": "Sales", "state": "NY"}.get)
    assert not verdict.in_scope
    assert [clause.attribute for clause in verdict.deciding] == ["state", "jobTitle"]
    inside = judge(wanted, {"department": "Sales", "state": "WA"}.get)
    assert inside.in_scope
    assert inside.deciding == wanted.groups[0].clauses


def test_one_person_is_judged_as_everyone_is() -> None:
    office = {"physicalDeliveryOfficeName": "4.12"}
    assert judge(
        parse_filter('officeLocation EQUALS "4.12"'), office.get
    ).in_scope  # Graph's name of the attribute
    with pytest.raises(FilterNotUnderstood) as error:
        judge(ScopingFilter((), ("department MATCHES_ANY Sales",)), office.get)
    assert error.value.message.code == "filter-with-unknown-operators"


def test_clauses_that_cannot_be_evaluated_have_a_problem() -> None:
    wanted = parse_filter(
        'manager EQUALS x AND number Greater_Than ten OR mail REGEX MATCH (a AND city EQUALS "" AND state EQUALS WA'
    )
    problems = [[clause_problem(clause) for clause in group.clauses] for group in wanted.groups]
    assert [[bool(problem) for problem in group] for group in problems] == [[True, True], [True, True, False]]
    assert [problem.code for group in problems for problem in group if problem] == [
        "clause-attribute-unusable",
        "clause-value-not-whole",
        "pattern-without-closing-parenthesis",
        "clause-without-value",
    ]


def test_a_pathological_pattern_ends_in_time() -> None:
    wanted = ScopingFilter((FilterGroup((Clause("mail", Operator.REGEX_MATCH, r"(a|aa)+"),)),))
    with pytest.raises(PatternTooSlow):
        judge(wanted, {"mail": "a" * 200 + "!"}.get, Patience(0.1))
