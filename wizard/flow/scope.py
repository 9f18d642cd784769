"""What the Scope page asks: who is in, who is out and why, and edits of the choice."""

from collections import Counter
from dataclasses import dataclass, replace

from wizard.directory import DirectorySnapshot
from wizard.mapping.scoping import in_scope
from wizard.provisioning.job import Job, Scope


@dataclass(frozen=True, slots=True)
class ScopeCounts:
    """How many are in scope, and why the others are not."""

    people: int
    people_total: int
    groups: int
    groups_total: int
    reasons: tuple[tuple[str, int], ...]
    """Reason people are out -> how many, most first."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person or group that can be ticked."""

    id: str
    label: str
    detail: str
    """User principal name, or how many members."""
    group: bool = False


def counts(snapshot: DirectorySnapshot, scope: Scope) -> ScopeCounts:
    """The numbers beside the choice."""
    result = in_scope(snapshot, scope)
    reasons = Counter(s.reason for s in result.skipped if s.kind == "user")
    return ScopeCounts(
        len(result.users),
        len(snapshot.users),
        len(result.groups),
        len(snapshot.groups),
        tuple(reasons.most_common()),
    )


def candidates(snapshot: DirectorySnapshot) -> tuple[Candidate, ...]:
    """Everybody who can be ticked: people in the order of the source, then groups."""
    people = [Candidate(u.id, u.label, u.text("userPrincipalName") or u.id) for u in snapshot.users]
    groups = [Candidate(g.id, g.label, _members(len(g.members)), group=True) for g in snapshot.groups]
    return (*people, *groups)


def why(snapshot: DirectorySnapshot, scope: Scope, candidate: Candidate) -> str:
    """Why this person or group is in or out, one sentence."""
    kind = "group" if candidate.group else "user"
    for skipped in in_scope(snapshot, scope).skipped:
        if (skipped.kind, skipped.source_id) == (kind, candidate.id):
            return f"{candidate.label} is out: {skipped.reason}."
    return f"{candidate.label} is in scope."


def chosen(job: Job, user_ids: frozenset[str], group_ids: frozenset[str]) -> Job:
    """The job with these people and groups ticked (the first ones, where it starts small)."""
    users, groups = tuple(sorted(user_ids)), tuple(sorted(group_ids))
    if job.scope.start_small:
        return replace(job, scope=replace(job.scope, first_user_ids=users, first_group_ids=groups))
    return replace(job, scope=replace(job.scope, user_ids=users, group_ids=groups))


def _members(count: int) -> str:
    return "1 member" if count == 1 else f"{count:,} members"
