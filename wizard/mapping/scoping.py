"""Who of the directory is provisioned, and why the others are not."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser

NOT_CHOSEN = "Not in scope"
NOT_FIRST = "Not among the first few"
BLOCKED = "Blocked in the directory"


class ScopeChoice(Protocol):
    """The answers of the Scope step, as the job's `Scope` holds them."""

    @property
    def everyone(self) -> bool:
        """Everyone, or the chosen ones."""

    @property
    def user_ids(self) -> tuple[str, ...]:
        """Chosen people by source id."""

    @property
    def group_ids(self) -> tuple[str, ...]:
        """Chosen groups by source id."""

    @property
    def start_small(self) -> bool:
        """Only the first few."""

    @property
    def first_user_ids(self) -> tuple[str, ...]:
        """The first people."""

    @property
    def first_group_ids(self) -> tuple[str, ...]:
        """The first groups."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Out of scope: nothing happens to it."""

    kind: Literal["user", "group"]
    source_id: str
    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class ScopeResult:
    """The directory, divided by the scope."""

    users: tuple[DirectoryUser, ...]
    """In scope and enabled."""
    blocked: tuple[DirectoryUser, ...]
    """In scope, but blocked in the directory: never created, disabled where this job made them."""
    groups: tuple[DirectoryGroup, ...]
    skipped: tuple[Skipped, ...]
    """Everyone else with the reason, the blocked among them."""


def in_scope(snapshot: DirectorySnapshot, scope: ScopeChoice) -> ScopeResult:
    """Divide the directory. Members of a chosen group are in scope with it.

    With `start_small` exactly the first few remain; members of a first group who are not among the first
    people are left out.
    """
    user_ids, group_ids = _chosen(snapshot, scope)
    people = [user for user in snapshot.users if user.id in user_ids]
    groups = [group for group in snapshot.groups if group.id in group_ids]
    skipped = [*_skipped(snapshot, user_ids, group_ids, NOT_CHOSEN)]
    if scope.start_small:
        first_users, first_groups = set(scope.first_user_ids), set(scope.first_group_ids)
        rest = DirectorySnapshot(tuple(people), tuple(groups))
        skipped += _skipped(rest, first_users, first_groups, NOT_FIRST)
        people = [user for user in people if user.id in first_users]
        groups = [group for group in groups if group.id in first_groups]
    blocked = tuple(user for user in people if not user.enabled)
    skipped += [Skipped("user", user.id, user.label, BLOCKED) for user in blocked]
    return ScopeResult(tuple(user for user in people if user.enabled), blocked, tuple(groups), tuple(skipped))


def _chosen(snapshot: DirectorySnapshot, scope: ScopeChoice) -> tuple[set[str], set[str]]:
    if scope.everyone:
        return {user.id for user in snapshot.users}, {group.id for group in snapshot.groups}
    groups = set(scope.group_ids)
    members = {member for group in snapshot.groups if group.id in groups for member in group.members}
    return set(scope.user_ids) | members, groups


def _skipped(snapshot: DirectorySnapshot, users: set[str], groups: set[str], reason: str) -> Iterable[Skipped]:
    for user in snapshot.users:
        if user.id not in users:
            yield Skipped("user", user.id, user.label, reason)
    for group in snapshot.groups:
        if group.id not in groups:
            yield Skipped("group", group.id, group.label, reason)
