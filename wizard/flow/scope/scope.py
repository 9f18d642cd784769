"""What the Scope page asks: who is in, who is out and why, and edits of the choice."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from wizard import messages
from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser
from wizard.errors import WizardError
from wizard.flow.scope.filters import verdict
from wizard.mapping.dotnet.patterns import Patience
from wizard.mapping.scoping import BLOCKED, ENTRA_CODES, FILTERED, NOT_CHOSEN, NOT_FIRST, in_scope
from wizard.mapping.scoping_filter import ScopingFilter
from wizard.provisioning.job import Job, Scope

JUDGED_AT_ONCE = 2000
"""People that are held against the filter while the screen waits; of more the worker's count tells."""
_SECONDS_AT_ONCE = 0.05
"""What regular expressions may take of that."""
Left = Literal["somebody", "nobody", "none match", "uncounted"]


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
    word: str = ""
    """What Entra's log calls it, or ""."""


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
    out: dict[tuple[str, str], str] = {(s.kind, s.source_id): s.reason for s in result.skipped}
    filtered, chosen = reasons[FILTERED], len(snapshot.users) - reasons[NOT_CHOSEN]
    left: Left = "somebody" if result.users or result.groups else "nobody"
    if scope.people and filtered and filtered == chosen:
        left = "none match"
    _Latest.people = len(result.users)
    _Latest.counted = (snapshot, scope, left)
    return Standing(counts, out)


class _Latest:
    """The last answers: rail and footer ask many times about the same two values, and the worker counts them."""

    asked: tuple[DirectorySnapshot, Scope, Left] | None = None
    counted: tuple[DirectorySnapshot, Scope, Left] | None = None
    people = 0
    """In scope, by the count."""


def left_in_scope(snapshot: DirectorySnapshot, scope: Scope) -> Left:
    """Whether anyone is in scope, quick enough to be asked at every tick.

    "none match": the filter for people leaves nobody of those chosen. "uncounted": many people must be asked; `standing`
    answers.
    """
    for known in (_Latest.counted, _Latest.asked):
        if known is not None and known[0] is snapshot and (known[1] is scope or known[1] == scope):
            return known[2]
    found = _left(snapshot, scope)
    _Latest.asked = (snapshot, scope, found)
    return found


def people_in_scope(snapshot: DirectorySnapshot, scope: Scope) -> int:
    """How many people are in scope; at once where the Scope page has counted them already."""
    known = _Latest.counted
    if known is None or known[0] is not snapshot or (known[1] is not scope and known[1] != scope):
        standing(snapshot, scope)
    return _Latest.people


def somebody_in_scope(snapshot: DirectorySnapshot, scope: Scope) -> bool:
    """Whether anyone is known to be in scope."""
    return left_in_scope(snapshot, scope) == "somebody"


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
    first = (
        user
        for user in snapshot.users
        if user.enabled and (everyone or user.id in users) and (not small or user.id in first_users)
    )
    here = (
        group
        for group in snapshot.groups
        if (everyone or group.id in groups) and (not small or group.id in first_groups)
    )
    of_groups = _any_matches(here, scope.group_filter)
    return of_groups if of_groups == "somebody" else _any_matches(first, scope.user_filter)


def _any_matches(found: Iterable[DirectoryUser | DirectoryGroup], scoping_filter: ScopingFilter) -> Left:
    """Asks as many as a screen can wait for."""
    patience = Patience(_SECONDS_AT_ONCE)
    for number, one in enumerate(found):
        if not scoping_filter.groups:
            return "somebody"
        if number == JUDGED_AT_ONCE:
            return "uncounted"
        try:
            if verdict(scoping_filter, one, patience).inside:
                return "somebody"
        except WizardError:
            return "uncounted"
    return "nobody"


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
    asked = scope.group_filter if candidate.group else scope.user_filter
    if reason is not None:
        told = _OUT.get(reason, f"{reason}.")
        if reason == FILTERED:
            told = _verdict(snapshot, asked, candidate) or "No condition is met."
        return Reason(False, f"is out. {told}", ENTRA_CODES.get(reason, ""))
    if scope.start_small:
        return Reason(True, "is in, ticked as one of the first few.")
    met = _verdict(snapshot, asked, candidate) if asked.groups else ""
    if scope.everyone:
        return Reason(True, f"is in: {met}." if met else "is in, because everyone in the directory is.")
    besides = f", and {met}" if met else ""
    if candidate.id in (scope.group_ids if candidate.group else scope.user_ids):
        return Reason(True, f"is in, ticked by hand{besides}.")
    chosen = set(scope.group_ids)
    through = [group.label for group in snapshot.groups if group.id in chosen and candidate.id in group.members]
    return Reason(True, f"is in as a member of {' and '.join(through[:3])}{besides}.")


def _verdict(snapshot: DirectorySnapshot, scoping_filter: ScopingFilter, candidate: Candidate) -> str:
    among: Sequence[DirectoryUser | DirectoryGroup] = snapshot.groups if candidate.group else snapshot.users
    one = next((one for one in among if one.id == candidate.id), None)
    try:
        return verdict(scoping_filter, one).sentence if one is not None else ""
    except WizardError as error:
        return messages.advice(error)


def in_words(reason: str) -> str:
    """A reason in two or three words, for a row of numbers."""
    return _SHORTLY.get(reason, reason)


def tick(job: Job, user_ids: frozenset[str], group_ids: frozenset[str]) -> Job:
    """The job with exactly these people and groups chosen."""
    return replace(
        job, scope=replace(job.scope, user_ids=tuple(sorted(user_ids)), group_ids=tuple(sorted(group_ids)))
    )


def tick_first(job: Job, user_ids: frozenset[str], group_ids: frozenset[str]) -> Job:
    """The job with exactly these people and groups as the first few."""
    first = replace(job.scope, first_user_ids=tuple(sorted(user_ids)), first_group_ids=tuple(sorted(group_ids)))
    return replace(job, scope=first)


_SHORTLY = {
    FILTERED: "No condition met",
    NOT_CHOSEN: "Not ticked",
    NOT_FIRST: "Not among the first",
    BLOCKED: "Account blocked",
}
_OUT = {
    NOT_CHOSEN: "Neither ticked nor a member of a ticked group.",
    NOT_FIRST: "Start small is on, and not ticked there.",
    BLOCKED: "accountEnabled is “false”: whoever is blocked is not created, and is disabled where this job made them.",
}


def _candidate(id_: str, label: str, detail: str, group: bool) -> Candidate:
    return Candidate(id_, label, detail, group, (label if group else f"{label}\n{detail}").casefold())


def _members(count: int) -> str:
    return "1 member" if count == 1 else f"{count:,} members"
