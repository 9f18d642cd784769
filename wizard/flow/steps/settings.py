"""Checks of the Settings page, and what the threshold means in numbers."""

import re

from wizard.flow.steps.session import Session
from wizard.flow.steps.steps import Problem
from wizard.messages import Noun, counted

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def settings_problems(session: Session) -> tuple[Problem, ...]:
    """Check that the numbers are in range and the address has the form of one."""
    policy = session.draft.policy
    problems = []
    if policy.threshold_count < 0:
        problems.append(Problem("The number of people must be 0 or more.", "thresholdCount"))
    if not 0 <= policy.threshold_percent <= 100:
        problems.append(Problem("The share must be between 0 and 100 %.", "thresholdPercent"))
    if policy.delete_after_days < 0:
        problems.append(Problem("The days until people are deleted must be 0 or more.", "deleteAfterDays"))
    address = policy.notification_address
    if address and not _ADDRESS.fullmatch(address):
        problems.append(
            Problem("The notification address needs the form name@company.example.", "notificationAddress")
        )
    return tuple(problems)


def people_counted(session: Session) -> int:
    """Return the number of people that the share is taken of; 0 = unknown.

    The people this job provisions; before the first plan those in scope, once they are counted.
    """
    found = session.found
    if found.plan is not None and found.plan.linked:
        return found.plan.linked
    check = found.scope_check
    if check is None or found.snapshot is None or not check.is_about(found.snapshot, session.draft.scope):
        return 0
    return check.people or 0


def threshold_effect(count: int, percent: int, people: int) -> str:
    """Return what the two numbers mean for `people` people: "10 % of 312 is 31 people …".

    A plan asks if it exceeds both numbers, or reaches half of at least three people (docs/architecture.md, the guard).
    """
    if not people:
        both = f"more than {count:,} people and more than {percent} % of them"
        return f"A plan that disables or deletes {both} asks you first."
    share = people * percent // 100
    limit = max(count, share)
    half = (people + 1) // 2
    asked = (
        f"more than {limit:,} people"
        if people < 3 or limit + 1 <= half
        else f"{half:,} people or more, which is half of all,"
    )
    return (
        f"{percent} % of {people:,} is {counted(share, Noun.PERSON)}. "
        f"A plan that disables or deletes {asked} asks you first."
    )
