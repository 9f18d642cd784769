"""What the Scope page asks of the flow."""

import gc
from dataclasses import replace

import pytest

from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser
from wizard.flow.scope.scope import (
    Candidate,
    candidates,
    divide,
    explain,
    first_candidates,
    quick_check,
    tick,
    tick_first,
)
from wizard.flow.steps.session import Session, new_draft
from wizard.flow.steps.steps import scope_problems
from wizard.mapping.scoping import BLOCKED, NOT_CHOSEN, in_scope
from wizard.provisioning.job import Scope, SourceChoice


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
    assert (quick_check(SNAPSHOT, scope).left == "someone") is bool(whole.users or whole.groups)


def test_numbers_and_reasons() -> None:
    division = divide(SNAPSHOT, Scope(everyone=False, user_ids=("1",), group_ids=("g",)))
    assert (division.counts.people, division.counts.people_total) == (2, 4)
    assert (division.counts.groups, division.counts.groups_total) == (1, 1)
    assert dict(division.counts.reasons) == {NOT_CHOSEN: 1, BLOCKED: 1}
    assert division.out == {("user", "3"): NOT_CHOSEN, ("user", "4"): BLOCKED}


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
    ("scope", "number", "inside", "code", "group"),
    [
        (Scope(), 0, True, "", ""),
        (Scope(), 3, False, "NotEffectivelyEntitled", ""),
        (Scope(everyone=False, user_ids=("1",)), 0, True, "", ""),
        (Scope(everyone=False, user_ids=("1",)), 2, False, "NotEffectivelyEntitled", ""),
        (Scope(everyone=False, group_ids=("g",)), 1, True, "", "Optics"),
        (Scope(start_small=True, first_user_ids=("1",)), 0, True, "", ""),
        (Scope(start_small=True, first_user_ids=("1",)), 1, False, "", ""),
    ],
)
def test_why(scope: Scope, number: int, inside: bool, code: str, group: str) -> None:
    candidate: Candidate = candidates(SNAPSHOT)[number]
    reason = explain(SNAPSHOT, scope, divide(SNAPSHOT, scope), candidate)
    assert reason.inside is inside
    assert reason.word == code
    assert group in reason.sentence


def test_ticks_go_where_they_belong() -> None:
    job = tick(new_draft(), frozenset({"2", "1"}), frozenset({"g"}))
    assert (job.scope.user_ids, job.scope.group_ids) == (("1", "2"), ("g",))
    first = tick_first(job, frozenset({"3"}), frozenset())
    assert (first.scope.first_user_ids, first.scope.first_group_ids) == (("3",), ())
    assert replace(first.scope, first_user_ids=()) == job.scope


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("new_job", [True, False])
def test_no_answer_about_the_scope_outlives_its_directory(counted: bool, new_job: bool) -> None:
    session = Session()
    session.found.snapshot = DirectorySnapshot((person(7001),))
    if counted:
        session.found.scope_check = divide(session.found.snapshot, session.draft.scope).check
    assert scope_problems(session) == ()
    if new_job:
        session.begin()
    else:
        session.answer(replace(session.draft, source=SourceChoice("sample")))
    gc.collect()
    snapshots = [one for one in gc.get_objects() if isinstance(one, DirectorySnapshot)]
    assert "7001" not in {user.id for snapshot in snapshots for user in snapshot.users}
