"""What the Scope page asks: who is in, who is out and why, and edits of the choice."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from wizard.directory import DirectorySnapshot
from wizard.mapping.scoping import BLOCKED, NOT_CHOSEN, NOT_FIRST, in_scope
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
    search: str = ""
    """Casefolded text that a search looks into."""

    @property
    def key(self) -> tuple[str, str]:
        """What tells it among people and groups alike."""
        return ("group" if self.group else "user", self.id)


@dataclass(frozen=True, slots=True)
class Standing:
    """The directory divided by the scope, to be asked about one person at a time."""

    counts: ScopeCounts
    out: Mapping[tuple[str, str], str]
    """("user" or "group", source id) -> why it is out; whoever is not here is in."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one person or group is in or out."""

    inside: bool
    sentence: str
    """What follows the name: "is out. Neither ticked nor a member of a ticked group."."""


def standing(snapshot: DirectorySnapshot, scope: Scope) -> Standing:
    """Divide the directory; takes a while for 100,000 people, so it belongs on a worker."""
    result = in_scope(snapshot, scope)
    reasons = Counter(s.reason for s in result.skipped if s.kind == "user")
    counts = ScopeCounts(
        len(result.users),
        len(snapshot.users),
        len(result.groups),
        len(snapshot.groups),
        tuple(reasons.most_common()),
    )
    return Standing(counts, {(s.kind, s.source_id): s.reason for s in result.skipped})


class _Latest:
    """The last answer of `somebody_in_scope`: rail and footer ask it many times about the same two values."""

    asked: tuple[DirectorySnapshot, Scope] | None = None
    answer = False


def somebody_in_scope(snapshot: DirectorySnapshot, scope: Scope) -> bool:
    """Whether anyone is in scope; quick enough to be asked at every tick."""
    if _Latest.asked is None or _Latest.asked[0] is not snapshot or _Latest.asked[1] is not scope:
        _Latest.answer = _somebody(snapshot, scope)
        _Latest.asked = (snapshot, scope)
    return _Latest.answer


def _somebody(snapshot: DirectorySnapshot, scope: Scope) -> bool:
    users, groups, everyone = set(scope.user_ids), set(scope.group_ids), scope.everyone
    if not everyone:
        users |= {member for group in snapshot.groups if group.id in groups for member in group.members}
    small, first_users, first_groups = scope.start_small, set(scope.first_user_ids), set(scope.first_group_ids)
    return any(
        (everyone or group.id in groups) and (not small or group.id in first_groups) for group in snapshot.groups
    ) or any(
        user.enabled and (everyone or user.id in users) and (not small or user.id in first_users)
        for user in snapshot.users
    )


def candidates(snapshot: DirectorySnapshot) -> tuple[Candidate, ...]:
    """Everybody who can be ticked: people in the order of the source, then groups."""
    people = [_candidate(u.id, u.label, u.text("userPrincipalName") or u.id, False) for u in snapshot.users]
    groups = [_candidate(g.id, g.label, _members(len(g.members)), True) for g in snapshot.groups]
    return (*people, *groups)


def first_candidates(snapshot: DirectorySnapshot, scope: Scope) -> tuple[Candidate, ...]:
    """Who can be among the first few: whoever would be in scope without them."""
    out = standing(snapshot, replace(scope, start_small=False)).out
    return tuple(candidate for candidate in candidates(snapshot) if candidate.key not in out)


def why(snapshot: DirectorySnapshot, scope: Scope, stand: Standing, candidate: Candidate) -> Reason:
    """Why this person or group is in or out."""
    reason = stand.out.get(candidate.key)
    if reason is not None:
        return Reason(False, f"is out. {_OUT.get(reason, f'{reason}.')}")
    if scope.start_small:
        return Reason(True, "is in, ticked as one of the first few.")
    if scope.everyone:
        return Reason(True, "is in, because everyone in the directory is.")
    if candidate.id in (scope.group_ids if candidate.group else scope.user_ids):
        return Reason(True, "is in, ticked by hand.")
    chosen = set(scope.group_ids)
    through = [group.label for group in snapshot.groups if group.id in chosen and candidate.id in group.members]
    return Reason(True, f"is in as a member of {' and '.join(through[:3])}.")


def people_out(snapshot: DirectorySnapshot, stand: Standing, reason: str, limit: int) -> tuple[str, ...]:
    """The first few people who are out for this reason, by name."""
    names: list[str] = []
    for user in snapshot.users:
        if stand.out.get(("user", user.id)) == reason:
            names.append(user.label)
            if len(names) == limit:
                break
    return tuple(names)


def tick(job: Job, user_ids: frozenset[str], group_ids: frozenset[str]) -> Job:
    """The job with exactly these people and groups chosen."""
    return replace(
        job, scope=replace(job.scope, user_ids=tuple(sorted(user_ids)), group_ids=tuple(sorted(group_ids)))
    )


def tick_first(job: Job, user_ids: frozenset[str], group_ids: frozenset[str]) -> Job:
    """The job with exactly these people and groups as the first few."""
    first = replace(job.scope, first_user_ids=tuple(sorted(user_ids)), first_group_ids=tuple(sorted(group_ids)))
    return replace(job, scope=first)


_OUT = {
    NOT_CHOSEN: "Neither ticked nor a member of a ticked group.",
    NOT_FIRST: "Start small is on, and not ticked there.",
    BLOCKED: "accountEnabled is “false”: whoever is blocked is not created, and is disabled where this job made them.",
}


def _candidate(id_: str, label: str, detail: str, group: bool) -> Candidate:
    return Candidate(id_, label, detail, group, (label if group else f"{label}\n{detail}").casefold())


def _members(count: int) -> str:
    return "1 member" if count == 1 else f"{count:,} members"
