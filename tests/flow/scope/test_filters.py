"""Filters on the Scope page: what there is to choose from, who is left, and why."""

from dataclasses import replace

import pytest

from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser
from wizard.flow.scope.filters import (
    RealValues,
    filter_attributes,
    filter_of,
    new_clause,
    real_values,
    unfinished,
    with_filter,
)
from wizard.flow.scope.scope import QUICK_CHECK_PEOPLE, Candidate, divide, explain, quick_check
from wizard.flow.steps.session import Session, new_draft
from wizard.flow.steps.steps import scope_problems
from wizard.mapping.dotnet.patterns import Patience
from wizard.mapping.scoping_filter import Clause, FilterGroup, Operator, ScopingFilter, parse_filter
from wizard.provisioning.job import Scope


def person(number: int, department: str, enabled: bool = True) -> DirectoryUser:
    given = {"displayName": f"P{number}", "userPrincipalName": f"p{number}@x.example", "department": department}
    return DirectoryUser(str(number), enabled, {name: value for name, value in given.items() if value})


SNAPSHOT = DirectorySnapshot(
    (
        person(1, "Optics"),
        person(2, "Sales"),
        person(3, "Optics"),
        person(4, ""),
        person(5, "Sales", enabled=False),
    ),
    (
        DirectoryGroup("g", {"displayName": "Lab", "mail": "lab@x"}, ("1", "2")),
        DirectoryGroup("h", {"displayName": "Hall"}),
    ),
    attributes=("department", "displayName", "manager", "userType"),
)


def scope_of(for_people: str = "", for_groups: str = "", **more: object) -> Scope:
    return Scope(user_filter=parse_filter(for_people), group_filter=parse_filter(for_groups), **more)  # type: ignore[arg-type]


def test_attributes_to_choose_from_leave_out_what_entra_does_not_take() -> None:
    assert filter_attributes(SNAPSHOT, "people") == (
        "department",
        "displayName",
        "userPrincipalName",
        "accountEnabled",
        "objectId",
    )
    assert filter_attributes(SNAPSHOT, "groups") == ("displayName", "mail", "objectId")
    assert "accountEnabled" in filter_attributes(None, "people")


def test_real_values_come_most_frequent_first() -> None:
    assert real_values(SNAPSHOT, "people", "department") == RealValues((("Optics", 2), ("Sales", 2)), ())
    assert real_values(SNAPSHOT, "people", "accountEnabled").counts == (("true", 4), ("false", 1))
    assert real_values(SNAPSHOT, "people", "userPrincipalName").endings == (("@x.example", 5),)
    assert real_values(SNAPSHOT, "groups", "mail") == RealValues((("lab@x", 1),), (("@x", 1),))


def test_a_filter_is_edited_in_the_job() -> None:
    wanted = parse_filter("department EQUALS Optics")
    job = with_filter(new_draft(), "people", ScopingFilter((*wanted.groups, FilterGroup(()))))
    assert filter_of(job.scope, "people") == wanted, "a group without conditions would let everybody in"
    assert filter_of(job.scope, "groups") == ScopingFilter()
    assert new_clause(("city", "department")) == Clause("department", Operator.EQUALS)
    assert new_clause(()) == Clause("", Operator.EQUALS)


@pytest.mark.parametrize(
    ("scope", "left"),
    [
        (scope_of("department EQUALS Optics"), "someone"),
        (scope_of("department EQUALS Nowhere"), "none match"),
        (scope_of("department EQUALS Nowhere", start_small=True, first_group_ids=("g",)), "none match"),
        (scope_of("", "displayName EQUALS Nowhere"), "someone"),
        (scope_of("department EQUALS Nowhere", people=False), "someone"),
        (scope_of("department EQUALS Sales", start_small=True, first_user_ids=("1",)), "nobody"),
        (scope_of("department EQUALS Optics", everyone=False, user_ids=("2",)), "none match"),
        (scope_of("department EQUALS Optics", everyone=False), "nobody"),
    ],
)
def test_the_quick_answer(scope: Scope, left: str) -> None:
    assert quick_check(SNAPSHOT, scope).left == left
    assert divide(SNAPSHOT, scope).check.left == left


def test_a_slow_pattern_does_not_block_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = scope_of(r'department REGEX MATCH "(\\w|\\w\\w)+\\d"')
    limit, limits = Patience.limit, []
    monkeypatch.setattr(Patience, "limit", lambda self: limits.append(limit(self)) or limits[-1])
    assert quick_check(DirectorySnapshot((person(1, "a" * 60),)), slow).left == "uncounted"
    assert limits == [0.05]


def test_of_many_people_the_count_on_the_worker_tells() -> None:
    many = DirectorySnapshot(tuple(person(number, "Sales") for number in range(QUICK_CHECK_PEOPLE + 1)))
    session = Session()
    session.found.snapshot, session.draft = many, replace(new_draft(), scope=scope_of("department EQUALS Optics"))
    assert len(scope_problems(session)) == 1
    assert session.found.scope_check is not None
    assert session.found.scope_check.left == "uncounted"
    session.found.scope_check = divide(many, session.draft.scope).check
    assert session.found.scope_check.left == "none match"
    assert len(scope_problems(session)) == 1


@pytest.mark.parametrize(
    ("clause", "name"), [(Clause("department", Operator.EQUALS), "Department"), (Clause("", Operator.EQUALS), "")]
)
def test_an_unfinished_condition_is_a_problem(clause: Clause, name: str) -> None:
    scope = Scope(user_filter=ScopingFilter((FilterGroup((clause,)),)))
    assert name in unfinished(scope)
    assert unfinished(replace(scope, people=False)) == ""
    session = Session()
    session.found.snapshot, session.draft = SNAPSHOT, replace(new_draft(), scope=scope)
    assert [problem.sentence for problem in scope_problems(session)] == [unfinished(scope)]


def test_an_unknown_condition_blocks_the_next_step() -> None:
    assert "Odd 3" in unfinished(Scope(user_filter=ScopingFilter((), ("department Odd 3",))))


@pytest.mark.parametrize(
    ("who", "scope", "inside", "words", "code"),
    [
        (
            Candidate("2", "P2", ""),
            scope_of("department EQUALS Optics OR displayName EQUALS P9"),
            False,
            ("Department is “Sales”", "“Optics”", "Display name is “P2”", "“P9”"),
            "EntrySynchronizationSkipped",
        ),
        (Candidate("4", "P4", ""), scope_of("department EQUALS Optics"), False, ("Department is",), None),
        (
            Candidate("1", "P1", ""),
            scope_of("department EQUALS Optics AND displayName ENDS_WITH 1"),
            True,
            ("Department equals “Optics”", "Display name ends with “1”"),
            "",
        ),
        (
            Candidate("1", "P1", ""),
            scope_of("department EQUALS Optics", everyone=False, group_ids=("g",)),
            True,
            ("Lab", "Department equals “Optics”"),
            "",
        ),
        (
            Candidate("5", "P5", ""),
            scope_of("department EQUALS Sales"),
            False,
            (),
            "NotEffectivelyEntitled",
        ),
        (
            Candidate("1", "P1", ""),
            scope_of(everyone=False),
            False,
            (),
            "NotEffectivelyEntitled",
        ),
        (Candidate("h", "Hall", "", True), scope_of("", "mail IS NOT NULL"), False, ("Email is",), None),
    ],
)
def test_why_a_person_is_in_or_out(
    who: Candidate, scope: Scope, inside: bool, words: tuple[str, ...], code: str | None
) -> None:
    reason = explain(SNAPSHOT, scope, divide(SNAPSHOT, scope), who)
    assert reason.inside is inside
    assert reason.sentence.startswith(f"**{who.label}** ")
    assert [part for part in words if part not in reason.sentence] == []
    assert code is None or reason.word == code
