"""The Settings page in numbers: when its answers can stand, and what the threshold means."""

import re

from wizard.flow.session import Session
from wizard.flow.values import Problem

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def settings_problems(session: Session) -> tuple[Problem, ...]:
    """Values are in their ranges and the address looks like one."""
    policy = session.draft.policy
    problems = []
    if policy.threshold_count < 0:
        problems.append(Problem("The number of people must be 0 or more.", "thresholdCount"))
    if not 0 <= policy.threshold_percent <= 100:
        problems.append(Problem("The share must be between 0 and 100 %.", "thresholdPercent"))
    address = policy.notification_address
    if address and not _ADDRESS.fullmatch(address):
        problems.append(Problem("The notification address needs the form name@company.example.", "notificationAddress"))
    return tuple(problems)


def threshold_effect(count: int, percent: int, people: int) -> str:
    """What the two numbers mean for a directory of `people`: "10 % of 312 is 31 people …"."""
    share = people * percent // 100
    limit = max(count, share)
    return f"{percent} % of {people:,} is {share:,} people: a plan that disables or deletes more than {limit:,} asks you first."
