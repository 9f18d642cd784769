"""The threshold in numbers follows the rule of the engine's concern, and the answers have their ranges."""

from dataclasses import replace

import pytest

from tests.provisioning.changes import disable_user
from tests.provisioning.company import directory, person
from tests.provisioning.test_guard import facts
from tests.provisioning.test_guard import person as linked_person
from wizard.flow.scope.scope import divide
from wizard.flow.steps.session import Session
from wizard.flow.steps.settings import most_without_approval, people_counted, settings_problems
from wizard.mapping.scoping_filter import parse_filter
from wizard.provisioning.guard import concerns
from wizard.provisioning.job import Policy


def asks(count: int, percent: int, people: int, disabled: int) -> bool:
    changes = [disable_user(f"p{number}", "", f"aws-p{number}") for number in range(disabled)]
    known = facts(linked_person(number) for number in range(people))
    return bool(concerns(changes, known, Policy(threshold_count=count, threshold_percent=percent)))


@pytest.mark.parametrize(
    ("count", "percent", "people"), [(5, 10, 312), (5, 10, 20), (5, 10, 8), (0, 0, 50), (5, 5, 312), (500, 10, 60)]
)
def test_the_most_without_approval_is_one_less_than_the_engine_asks_at(
    count: int, percent: int, people: int
) -> None:
    first = next(n for n in range(people + 1) if asks(count, percent, people, n))
    assert most_without_approval(count, percent, people) == first - 1


@pytest.mark.parametrize("address", ["nobody", "a@b", "a b@c.example", "@c.example"])
def test_an_address_has_a_form(address: str) -> None:
    session = Session()
    session.draft = replace(session.draft, policy=Policy(notification_address=address))
    assert [problem.field for problem in settings_problems(session)] == ["notificationAddress"]


def test_ranges() -> None:
    session = Session()
    assert settings_problems(session) == ()
    session.draft = replace(session.draft, policy=Policy(threshold_count=-1, threshold_percent=101))
    assert [problem.field for problem in settings_problems(session)] == ["thresholdCount", "thresholdPercent"]
    session.draft = replace(session.draft, policy=Policy(delete_after_days=-1))
    assert [problem.field for problem in settings_problems(session)] == ["deleteAfterDays"]
    session.draft = replace(session.draft, policy=Policy(results_kept_days=0))
    assert [problem.field for problem in settings_problems(session)] == ["resultsKeptDays"]


def test_the_number_of_people_is_known_once_they_are_counted() -> None:
    session = Session()
    snapshot = session.found.snapshot = directory([person("ada"), person("bo", department="Sales")])
    assert people_counted(session) == 0, "nothing is counted on the GUI thread"
    session.found.scope_check = divide(snapshot, session.draft.scope).check
    assert people_counted(session) == 2
    scope = replace(session.draft.scope, user_filter=parse_filter("department EQUALS Sales"))
    session.draft = replace(session.draft, scope=scope)
    assert people_counted(session) == 0, "counted for another scope"
    session.found.scope_check = divide(snapshot, scope).check
    assert people_counted(session) == 1
