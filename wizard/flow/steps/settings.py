"""Checks of the Safety settings, and what their limits mean in numbers."""

from wizard import messages
from wizard.flow.steps.session import Session
from wizard.flow.steps.steps import Problem
from wizard.provisioning.job import policy_problems

_FIELDS = {
    "threshold_count": "thresholdCount",
    "threshold_percent": "thresholdPercent",
    "results_kept_days": "resultsKeptDays",
    "membership_requests": "membershipRequests",
    "delete_after_days": "deleteAfterDays",
    "notification_address": "notificationAddress",
}
"""Field of `Policy` -> object name of its control."""


def settings_problems(session: Session) -> tuple[Problem, ...]:
    """Check the settings by the rules that hold for job files too."""
    problems = policy_problems(session.draft.policy)
    return tuple(Problem(messages.text(problem.message), _FIELDS[problem.field]) for problem in problems)


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


def most_without_approval(count: int, percent: int, people: int) -> int:
    """Return how many of `people` people a plan may disable, delete, enable or rename without approval.

    A plan asks if it exceeds both numbers, or reaches half of at least three people (docs/architecture.md, the guard).
    """
    limit = max(count, people * percent // 100)
    return limit if people < 3 else min(limit, (people + 1) // 2 - 1)
