from tests.provisioning.company import directory, group, person
from wizard.mapping.scoping import BLOCKED, NOT_CHOSEN, NOT_FIRST, in_scope
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
