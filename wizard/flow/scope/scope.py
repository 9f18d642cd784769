"""Who is in scope: divides the directory, explains why one person or group is in or out, edits the choice.

The answer to "is anyone in scope" is needed after every tick. `quick_check` gives it within 50 ms, or says that it does
not know; `divide` counts everybody and belongs on a worker. The latest answer is kept in the session.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from wizard import messages
from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser
from wizard.errors import WizardError
from wizard.flow.scope.filters import verdict
from wizard.mapping.dotnet.patterns import Patience
from wizard.mapping.scoping import BLOCKED, ENTRA_CODES, FILTERED, NOT_CHOSEN, NOT_FIRST, compile_filter, in_scope
from wizard.mapping.scoping_filter import ScopingFilter
from wizard.messages import Noun, counted
from wizard.provisioning.job import Job, Scope

QUICK_CHECK_PEOPLE = 2000
"""People whom `quick_check` compares with a filter at most."""
_QUICK_CHECK_SECONDS = 0.05
"""Time that regular expressions may take in `quick_check`."""
Left = Literal["somebody", "nobody", "none match", "uncounted"]


@dataclass(frozen=True, slots=True)
class ScopeCounts:
    """How many are in scope, and why the others are not."""

    people: int
    people_total: int
    groups: int
    groups_total: int
    reasons: tuple[tuple[str, int], ...]
    """(reason, number of people who are out for it), the most frequent first."""


@dataclass(frozen=True, slots=True)
class ScopeCheck:
    """Whether anyone is in scope, for one snapshot and one scope."""

    snapshot: DirectorySnapshot
    scope: Scope
    left: Left
    """none match: the filter for people matches nobody of those chosen. uncounted: only `divide` can tell."""
    people: int | None = None
    """People in scope; None = not counted."""

    def is_about(self, snapshot: DirectorySnapshot, scope: Scope) -> bool:
        """Whether it was made for these two."""
        return self.snapshot is snapshot and (self.scope is scope or self.scope == scope)


@dataclass(frozen=True, slots=True)
class ScopeDivision:
    """The directory divided by a scope."""

    counts: ScopeCounts
    out: Mapping[tuple[str, str], str]
    """("user" or "group", source id) -> why it is out; everything else is in."""
    check: ScopeCheck


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person or group that can be ticked."""

    id: str
    label: str
    detail: str
    """User principal name, or the number of members."""
    group: bool = False
    search: str = ""
    """Casefolded text that a search looks into."""

    @property
    def key(self) -> tuple[str, str]:
        """Identifies it among people and groups."""
        return ("group" if self.group else "user", self.id)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one person or group is in or out."""

    inside: bool
    sentence: str
    """What follows the name: "is out. Not selected, and not a member of a selected group."."""
    word: str = ""
    """What Entra's log calls it, or ""."""


# --- Counting ------------------------------------------------------------------------------------------------------


def divide(snapshot: DirectorySnapshot, scope: Scope) -> ScopeDivision:
    """Divide the directory; run it on a worker (seconds for 100,000 people). Raises PatternProblem."""
    result = in_scope(snapshot, scope)
    reasons = Counter(s.reason for s in result.skipped if s.kind == "user")
    counts = ScopeCounts(
        len(result.users),
        len(snapshot.users),
        len(result.groups),
        len(snapshot.groups),
        tuple(reasons.most_common()),
    )
    filtered, chosen = reasons[FILTERED], len(snapshot.users) - reasons[NOT_CHOSEN]
    left: Left = "somebody" if result.users or result.groups else "nobody"
    if scope.people and filtered and filtered == chosen:
        left = "none match"
    out: dict[tuple[str, str], str] = {(s.kind, s.source_id): s.reason for s in result.skipped}
    return ScopeDivision(counts, out, ScopeCheck(snapshot, scope, left, len(result.users)))


def quick_check(snapshot: DirectorySnapshot, scope: Scope) -> ScopeCheck:
    """Return whether anyone is in scope, fast enough for the GUI thread; "uncounted" if that takes too long."""
    return ScopeCheck(snapshot, scope, _left(snapshot, scope))


def _left(snapshot: DirectorySnapshot, scope: Scope) -> Left:
    users, groups, everyone = set(scope.user_ids), set(scope.group_ids), scope.everyone
    if not everyone:
        users |= {member for group in snapshot.groups if group.id in groups for member in group.members}
    if scope.people and scope.user_filter.groups:
        chosen = (user for user in snapshot.users if everyone or user.id in users)
        match = _any_matches(chosen, scope.user_filter)
        if match == "uncounted":
            return match
        if match == "nobody" and any(everyone or user.id in users for user in snapshot.users):
            return "none match"
    small, first_users, first_groups = scope.start_small, set(scope.first_user_ids), set(scope.first_group_ids)
    people_in = (
        user
        for user in snapshot.users
        if user.enabled and (everyone or user.id in users) and (not small or user.id in first_users)
    )
    groups_in = (
        group
        for group in snapshot.groups
        if (everyone or group.id in groups) and (not small or group.id in first_groups)
    )
    of_groups = _any_matches(groups_in, scope.group_filter)
    return of_groups if of_groups == "somebody" else _any_matches(people_in, scope.user_filter)


def _any_matches(things: Iterable[DirectoryUser | DirectoryGroup], scoping_filter: ScopingFilter) -> Left:
    if not scoping_filter.groups:
        return "somebody" if any(True for _ in things) else "nobody"
    try:
        failed = compile_filter(scoping_filter, Patience(_QUICK_CHECK_SECONDS))
        for number, thing in enumerate(things):
            if number == QUICK_CHECK_PEOPLE:
                return "uncounted"
            if not failed(thing):
                return "somebody"
    except WizardError:
        return "uncounted"
    return "nobody"


# --- People and groups that can be ticked --------------------------------------------------------------------------


def candidates(snapshot: DirectorySnapshot) -> tuple[Candidate, ...]:
    """Everybody who can be ticked: people in the order of the source, then groups."""
    people = [_candidate(u.id, u.label, u.text("userPrincipalName") or u.id, False) for u in snapshot.users]
    groups = [_candidate(g.id, g.label, counted(len(g.members), Noun.MEMBER), True) for g in snapshot.groups]
    return (*people, *groups)


def first_candidates(snapshot: DirectorySnapshot, scope: Scope) -> tuple[Candidate, ...]:
    """Who can be among the first few: everybody who would be in scope without that limit."""
    out = divide(snapshot, replace(scope, start_small=False)).out
    return tuple(candidate for candidate in candidates(snapshot) if candidate.key not in out)


def tick(job: Job, user_ids: frozenset[str], group_ids: frozenset[str]) -> Job:
    """The job with exactly these people and groups chosen."""
    return replace(
        job, scope=replace(job.scope, user_ids=tuple(sorted(user_ids)), group_ids=tuple(sorted(group_ids)))
    )


def tick_first(job: Job, user_ids: frozenset[str], group_ids: frozenset[str]) -> Job:
    """The job with exactly these people and groups as the first few."""
    first = replace(job.scope, first_user_ids=tuple(sorted(user_ids)), first_group_ids=tuple(sorted(group_ids)))
    return replace(job, scope=first)


def _candidate(id_: str, label: str, detail: str, group: bool) -> Candidate:
    return Candidate(id_, label, detail, group, (label if group else f"{label}\n{detail}").casefold())


# --- Reasons -------------------------------------------------------------------------------------------------------


def explain(snapshot: DirectorySnapshot, scope: Scope, division: ScopeDivision, candidate: Candidate) -> Reason:
    """Return why this person or group is in or out."""
    reason = division.out.get(candidate.key)
    scoping_filter = scope.group_filter if candidate.group else scope.user_filter
    if reason is not None:
        sentence = _OUT.get(reason, f"{reason}.")
        if reason == FILTERED:
            sentence = _verdict(snapshot, scoping_filter, candidate) or "Does not match the filter."
        return Reason(False, f"is out. {sentence}", ENTRA_CODES.get(reason, ""))
    if scope.start_small:
        return Reason(True, "is in: selected for the first few.")
    met = _verdict(snapshot, scoping_filter, candidate) if scoping_filter.groups else ""
    if scope.everyone:
        return Reason(True, f"is in: {met}." if met else "is in: everyone in the directory is.")
    besides = f", and {met}" if met else ""
    if candidate.id in (scope.group_ids if candidate.group else scope.user_ids):
        return Reason(True, f"is in: selected{besides}.")
    chosen = set(scope.group_ids)
    through = [group.label for group in snapshot.groups if group.id in chosen and candidate.id in group.members]
    return Reason(True, f"is in as a member of {' and '.join(through[:3])}{besides}.")


def short_reason(reason: str) -> str:
    """A reason in two or three words, for a row of numbers."""
    return _SHORT.get(reason, reason)


def _verdict(snapshot: DirectorySnapshot, scoping_filter: ScopingFilter, candidate: Candidate) -> str:
    things: Sequence[DirectoryUser | DirectoryGroup] = snapshot.groups if candidate.group else snapshot.users
    thing = next((thing for thing in things if thing.id == candidate.id), None)
    try:
        return verdict(scoping_filter, thing).sentence if thing is not None else ""
    except WizardError as error:
        return messages.advice(error)


_SHORT = {
    FILTERED: "Did not match the filter",
    NOT_CHOSEN: "Not selected",
    NOT_FIRST: "Not in the first few",
    BLOCKED: "Account disabled",
}
_OUT = {
    NOT_CHOSEN: "Not selected, and not a member of a selected group.",
    NOT_FIRST: "Not selected for the first few.",
    BLOCKED: "The account is disabled in the directory: not created in AWS, and disabled there if this job created it.",
}
