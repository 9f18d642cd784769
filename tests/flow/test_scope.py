"""What the Scope page asks of the flow."""

from dataclasses import replace

import pytest

from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser
from wizard.flow.scope.scope import (
    Candidate,
    candidates,
    first_candidates,
    somebody_in_scope,
    standing,
    tick,
    tick_first,
    why,
)
from wizard.flow.steps.session import new_draft
from wizard.mapping.scoping import BLOCKED, NOT_CHOSEN, in_scope
from wizard.provisioning.job import Scope


def person(number: int, enabled: bool = True) -> DirectoryUser:
    return DirectoryUser(str(number), enabled, {"displayName": f"P{number}", "userPrincipalName": f"p{number}@x"})


SNAPSHOT = DirectorySnapshot(
    (person(1), person(2), person(3), person(4, enabled=False)),
    (DirectoryGroup("g", {"displayName": "Optics"}, ("2", "4")),),
)
SCOPES = [
    Scope(),
    Scope(everyone=False),
    Scope(everyone=False, user_ids=("4",)),
    Scope(everyone=False, user_ids=("gone",)),
    Scope(everyone=False, group_ids=("g",)),
    Scope(start_small=True),
    Scope(start_small=True, first_user_ids=("1",)),
    Scope(start_small=True, first_user_ids=("4",)),
    Scope(everyone=False, user_ids=("2",), start_small=True, first_user_ids=("1",)),
    Scope(everyone=False, group_ids=("g",), start_small=True, first_group_ids=("g",)),
]


@pytest.mark.parametrize("scope", SCOPES)
def test_the_quick_answer_is_the_whole_one(scope: Scope) -> None:
    whole = in_scope(SNAPSHOT, scope)
    assert somebody_in_scope(SNAPSHOT, scope) is bool(whole.users or whole.groups)
    assert somebody_in_scope(SNAPSHOT, scope) is bool(whole.users or whole.groups)


def test_numbers_and_reasons() -> None:
    stand = standing(SNAPSHOT, Scope(everyone=False, user_ids=("1",), group_ids=("g",)))
    assert (stand.counts.people, stand.counts.people_total) == (2, 4)
    assert (stand.counts.groups, stand.counts.groups_total) == (1, 1)
    assert dict(stand.counts.reasons) == {NOT_CHOSEN: 1, BLOCKED: 1}
    assert stand.out == {("user", "3"): NOT_CHOSEN, ("user", "4"): BLOCKED}


def test_everybody_can_be_ticked_and_is_found_by_name_or_user_name() -> None:
    found = candidates(SNAPSHOT)
    assert [(one.label, one.group) for one in found] == [
        ("P1", False),
        ("P2", False),
        ("P3", False),
        ("P4", False),
        ("Optics", True),
    ]
    assert "p1@x" in found[0].search
    assert found[-1].detail == "2 members"


def test_only_those_in_scope_can_be_the_first() -> None:
    scope = Scope(everyone=False, group_ids=("g",), start_small=True, first_user_ids=("1",))
    assert [one.label for one in first_candidates(SNAPSHOT, scope)] == ["P2", "Optics"]


@pytest.mark.parametrize(
    ("scope", "number", "inside", "words"),
    [
        (Scope(), 0, True, "everyone in the directory"),
        (Scope(), 3, False, "accountEnabled is “false”"),
        (Scope(everyone=False, user_ids=("1",)), 0, True, "ticked by hand"),
        (Scope(everyone=False, user_ids=("1",)), 2, False, "Neither ticked nor a member"),
        (Scope(everyone=False, group_ids=("g",)), 1, True, "as a member of Optics"),
        (Scope(start_small=True, first_user_ids=("1",)), 0, True, "one of the first few"),
        (Scope(start_small=True, first_user_ids=("1",)), 1, False, "Start small is on"),
    ],
)
def test_why(scope: Scope, number: int, inside: bool, words: str) -> None:
    candidate: Candidate = candidates(SNAPSHOT)[number]
    reason = why(SNAPSHOT, scope, standing(SNAPSHOT, scope), candidate)
    assert reason.inside is inside
    assert words in reason.sentence


def test_ticks_go_where_they_belong() -> None:
    job = tick(new_draft(), frozenset({"2", "1"}), frozenset({"g"}))
    assert (job.scope.user_ids, job.scope.group_ids) == (("1", "2"), ("g",))
    first = tick_first(job, frozenset({"3"}), frozenset())
    assert (first.scope.first_user_ids, first.scope.first_group_ids) == (("3",), ())
    assert replace(first.scope, first_user_ids=()) == job.scope
