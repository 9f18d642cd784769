import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.provisioning.company import directory, group, person
from wizard import messages
from wizard.directory import DirectoryUser
from wizard.errors import Message, WizardError
from wizard.mapping.dotnet.patterns import Patience
from wizard.mapping.scoping import BLOCKED, ENTRA_CODES, FILTERED, NOT_CHOSEN, NOT_FIRST, in_scope
from wizard.mapping.scoping_filter import Clause, FilterGroup, Operator, ScopingFilter, judged
from wizard.mapping.scoping_filter_text import parse_filter
from wizard.mapping.scoping_sieve import user_sieve
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
    st.sampled_from(["Sales", "sales", "12", "S", "True", ".*", "[0-9]+", "Bern,Sales", ""]),
)


@given(
    st.lists(st.lists(CLAUSES, max_size=3).map(lambda c: FilterGroup(tuple(c))), max_size=3),
    st.lists(st.dictionaries(NAMES, VALUES), min_size=1, max_size=4),
)
def test_the_sieve_judges_as_one_by_one(groups, people):
    scoping_filter = ScopingFilter(tuple(groups))
    sieve = user_sieve(scoping_filter, Patience())
    for attributes in people:
        slow = judged(scoping_filter, attributes)
        failed = sieve(DirectoryUser("1", True, attributes))
        assert (not failed) is slow.in_scope
        if failed:
            assert tuple(dict.fromkeys(failed)) == slow.deciding
