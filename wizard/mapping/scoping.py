"""Who of the directory is provisioned, and why the others are not."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, Protocol

from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser
from wizard.errors import Message
from wizard.mapping.scoping_clauses import Clause, ScopingFilter

FILTERED = "filtered-out"
NOT_CHOSEN = "not-chosen"
NOT_FIRST = "not-among-first"
BLOCKED = "blocked-in-directory"
ENTRA_CODES = {
    NOT_CHOSEN: "NotEffectivelyEntitled",
    BLOCKED: "NotEffectivelyEntitled",
    FILTERED: "EntrySynchronizationSkipped",
}
"""What Entra's provisioning log says of the same: not assigned or not active, and outside the scoping filter."""


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

    @property
    def user_filter(self) -> ScopingFilter:
        """What people must pass besides."""

    @property
    def group_filter(self) -> ScopingFilter:
        """What groups must pass besides."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Out of scope: nothing happens to it."""

    kind: Literal["user", "group"]
    source_id: str
    label: str
    reason: str
    """Code of the message, the same for all who are out for one reason."""
    failed: tuple[Clause, ...] = ()
    """Of each group of the scoping filter the first clause that does not hold."""

    @property
    def message(self) -> Message:
        """Why, in a few words and as a whole sentence."""
        return _why(self.reason, self.failed)


@lru_cache(maxsize=1024)
def _why(reason: str, failed: tuple[Clause, ...]) -> Message:
    if not failed:
        return Message(reason)
    from wizard.mapping.scoping_filter_text import print_clause

    return Message(reason, clauses=tuple(print_clause(clause) for clause in dict.fromkeys(failed)))


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
    people are left out. A filter that cannot be asked raises WizardError: nobody may be taken for a leaver because
    of it.
    """
    people, groups, skipped = _chosen(snapshot, scope)
    if scope.user_filter != _NO_FILTER or scope.group_filter != _NO_FILTER:
        people, groups = _filtered(people, groups, scope, skipped)
    if scope.start_small:
        first_users, first_groups = set(scope.first_user_ids), set(scope.first_group_ids)
        rest = DirectorySnapshot(tuple(people), tuple(groups))
        skipped += _skipped(rest, first_users, first_groups, NOT_FIRST)
        people = [user for user in people if user.id in first_users]
        groups = [group for group in groups if group.id in first_groups]
    blocked = tuple(user for user in people if not user.enabled)
    skipped += [Skipped("user", user.id, user.label, BLOCKED) for user in blocked]
    return ScopeResult(tuple(user for user in people if user.enabled), blocked, tuple(groups), tuple(skipped))


_NO_FILTER = ScopingFilter()


def _filtered(
    people: list[DirectoryUser], groups: list[DirectoryGroup], scope: ScopeChoice, skipped: list[Skipped]
) -> tuple[list[DirectoryUser], list[DirectoryGroup]]:
    """Who passes the filters; the others go to `skipped`. A group that is left out keeps its members in scope."""
    from wizard.mapping.dotnet.patterns import patience_for_run
    from wizard.mapping.scoping_sieve import group_sieve, user_sieve

    patience = patience_for_run()
    passes_user = user_sieve(scope.user_filter, patience) if scope.user_filter != _NO_FILTER else None
    passes_group = group_sieve(scope.group_filter, patience) if scope.group_filter != _NO_FILTER else None
    users_in, groups_in = [], []
    for user in people:
        failed = passes_user(user) if passes_user else ()
        if failed:
            skipped.append(Skipped("user", user.id, user.label, FILTERED, failed))
        else:
            users_in.append(user)
    for group in groups:
        failed = passes_group(group) if passes_group else ()
        if failed:
            skipped.append(Skipped("group", group.id, group.label, FILTERED, failed))
        else:
            groups_in.append(group)
    return users_in, groups_in


def _chosen(
    snapshot: DirectorySnapshot, scope: ScopeChoice
) -> tuple[list[DirectoryUser], list[DirectoryGroup], list[Skipped]]:
    if scope.everyone:
        return [*snapshot.users], [*snapshot.groups], []
    group_ids = set(scope.group_ids)
    members = {member for group in snapshot.groups if group.id in group_ids for member in group.members}
    user_ids = set(scope.user_ids) | members
    people = [user for user in snapshot.users if user.id in user_ids]
    groups = [group for group in snapshot.groups if group.id in group_ids]
    return people, groups, [*_skipped(snapshot, user_ids, group_ids, NOT_CHOSEN)]


def _skipped(snapshot: DirectorySnapshot, users: set[str], groups: set[str], reason: str) -> Iterable[Skipped]:
    for user in snapshot.users:
        if user.id not in users:
            yield Skipped("user", user.id, user.label, reason)
    for group in snapshot.groups:
        if group.id not in groups:
            yield Skipped("group", group.id, group.label, reason)
