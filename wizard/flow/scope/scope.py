"""Divides the directory by the scope, explains why a person or group is in or out, edits the selection.

The window needs to know after every tick whether anyone is in scope. `quick_check` answers within 50 ms, or with
"uncounted"; `divide` counts everyone and runs on a worker. The session stores the latest answer.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from wizard import messages
from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser
from wizard.errors import WizardError
from wizard.flow.scope.filters import explained
from wizard.mapping.dotnet.patterns import Patience
from wizard.mapping.scoping import BLOCKED, ENTRA_CODES, FILTERED, NOT_CHOSEN, NOT_FIRST, compile_filter, in_scope
from wizard.mapping.scoping_filter import ScopingFilter
from wizard.messages import Noun, counted
from wizard.messages.formats import listed
from wizard.messages.translation import N_, _
from wizard.provisioning.job import Job, Scope

QUICK_CHECK_PEOPLE = 2000
"""Most people that `quick_check` compares with a filter."""
_QUICK_CHECK_SECONDS = 0.05
"""Time that regular expressions may take in `quick_check`."""
Left = Literal["someone", "nobody", "none match", "uncounted"]


@dataclass(frozen=True, slots=True)
class ScopeCounts:
    """Numbers of people and groups in scope, and the reasons of the others."""

    people: int
    people_total: int
    groups: int
    groups_total: int
    reasons: tuple[tuple[str, int], ...]
    """(reason, number of people out of scope), most frequent first."""


@dataclass(frozen=True, slots=True)
class ScopeCheck:
    """Whether anyone is in scope, for one snapshot and one scope."""

    snapshot: DirectorySnapshot
    scope: Scope
    left: Left
    """none match: the filter matches no selected person. uncounted: only `divide` knows."""
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
    """("user" or "group", source id) -> reason why it is out; everything else is in."""
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
    """Casefolded text for the search."""

    @property
    def key(self) -> tuple[str, str]:
        """Identifies it among people and groups."""
        return ("group" if self.group else "user", self.id)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one person or group is in or out."""

    inside: bool
    sentence: str
    """With the name in bold: "**Ada** is not in scope. Not selected, and not a member of a selected group."."""
    word: str = ""
    """Entra's code for it in the provisioning log, or ""."""


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
    left: Left = "someone" if result.users or result.groups else "nobody"
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
    return of_groups if of_groups == "someone" else _any_matches(people_in, scope.user_filter)


def _any_matches(things: Iterable[DirectoryUser | DirectoryGroup], scoping_filter: ScopingFilter) -> Left:
    if not scoping_filter.groups:
        return "someone" if any(True for _ in things) else "nobody"
    try:
        failed = compile_filter(scoping_filter, Patience(_QUICK_CHECK_SECONDS))
        for number, thing in enumerate(things):
            if number == QUICK_CHECK_PEOPLE:
                return "uncounted"
            if not failed(thing):
                return "someone"
    except WizardError:
        return "uncounted"
    return "nobody"


# --- People and groups that can be ticked --------------------------------------------------------------------------


def candidates(snapshot: DirectorySnapshot) -> tuple[Candidate, ...]:
    """Return everyone who can be ticked: people in the order of the source, then groups."""
    people = [_candidate(u.id, u.label, u.text("userPrincipalName") or u.id, False) for u in snapshot.users]
    groups = [_candidate(g.id, g.label, counted(len(g.members), Noun.MEMBER), True) for g in snapshot.groups]
    return (*people, *groups)


def first_candidates(snapshot: DirectorySnapshot, scope: Scope) -> tuple[Candidate, ...]:
    """Return who can be selected to start with: everyone in scope without that limit."""
    out = divide(snapshot, replace(scope, start_small=False)).out
    return tuple(candidate for candidate in candidates(snapshot) if candidate.key not in out)


def tick(job: Job, user_ids: frozenset[str], group_ids: frozenset[str]) -> Job:
    """Return the job with exactly these people and groups selected."""
    return replace(
        job, scope=replace(job.scope, user_ids=tuple(sorted(user_ids)), group_ids=tuple(sorted(group_ids)))
    )


def tick_first(job: Job, user_ids: frozenset[str], group_ids: frozenset[str]) -> Job:
    """Return the job with exactly these people and groups to start with."""
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
        why = _(_OUT[reason]) if reason in _OUT else reason
        if reason == FILTERED:
            why = _explained(snapshot, scoping_filter, candidate) or _("Does not match the filter.")
        sentence = _("**{name}** is not in scope. {reason}").format(name=candidate.label, reason=why)
        return Reason(False, sentence, ENTRA_CODES.get(reason, ""))
    met = _explained(snapshot, scoping_filter, candidate) if scoping_filter.groups else ""
    chosen = set(scope.group_ids)
    through = [group.label for group in snapshot.groups if group.id in chosen and candidate.id in group.members]
    text = _in_scope_text(scope, candidate, bool(met))
    return Reason(
        True, _(text).format(name=candidate.label, conditions=met, groups=listed(through[:_NAMED_GROUPS]))
    )


def _in_scope_text(scope: Scope, candidate: Candidate, with_conditions: bool) -> str:
    """Return the text for someone in scope, not translated, with {name}, {conditions} and {groups}."""
    if scope.start_small:
        return N_("**{name}** is in scope: selected to start with.")
    if scope.everyone:
        if with_conditions:
            return N_("**{name}** is in scope: {conditions}.")
        return N_("**{name}** is in scope, like everyone in the directory.")
    if candidate.id in (scope.group_ids if candidate.group else scope.user_ids):
        if with_conditions:
            return N_("**{name}** is in scope: selected, and {conditions}.")
        return N_("**{name}** is in scope: selected.")
    if with_conditions:
        return N_("**{name}** is in scope as a member of {groups}, and {conditions}.")
    return N_("**{name}** is in scope as a member of {groups}.")


def short_reason(reason: str) -> str:
    """Return a reason in two or three words, for a row of numbers."""
    return _(_SHORT[reason]) if reason in _SHORT else reason


def _explained(snapshot: DirectorySnapshot, scoping_filter: ScopingFilter, candidate: Candidate) -> str:
    things: Sequence[DirectoryUser | DirectoryGroup] = snapshot.groups if candidate.group else snapshot.users
    thing = next((thing for thing in things if thing.id == candidate.id), None)
    try:
        return explained(scoping_filter, thing) if thing is not None else ""
    except WizardError as error:
        return messages.advice(error)


_SHORT = {
    FILTERED: N_("Filtered out"),
    NOT_CHOSEN: N_("Not selected"),
    NOT_FIRST: N_("Not selected yet"),
    BLOCKED: N_("Account disabled"),
}
_OUT = {
    NOT_CHOSEN: N_("Not selected, and not a member of a selected group."),
    NOT_FIRST: N_("Not selected to start with."),
    BLOCKED: N_(
        "The account is disabled in the directory. It is not created in AWS; if this job created it, it is disabled."
    ),
}
_NAMED_GROUPS = 3
