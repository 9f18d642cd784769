"""Filters on the Scope page: attributes and values to choose from, edits, and explained results."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from wizard.directory import AttributeValue, DirectoryGroup, DirectorySnapshot, DirectoryUser
from wizard.flow.scope.filter_text import condition, trouble, why_not
from wizard.mapping.dotnet.patterns import Patience
from wizard.mapping.scoping import UNUSABLE, judge
from wizard.mapping.scoping_filter import Clause, FilterGroup, Operator, ScopingFilter
from wizard.mapping.source_values import group_value, user_value
from wizard.messages.attribute_names import friendly_name
from wizard.messages.formats import listed
from wizard.messages.row import sentences
from wizard.messages.translation import _
from wizard.provisioning.job import Job, Scope

FilterKind = Literal["people", "groups"]
MOST_VALUES = 300
"""Values of one attribute that are offered at most."""
_FEW_ENDINGS = 40
_COMPUTED = {"people": ("userPrincipalName", "accountEnabled", "objectId"), "groups": ("displayName", "objectId")}
_USUAL = ("department", "displayName")


@dataclass(frozen=True, slots=True)
class RealValues:
    """The values of one attribute in the directory."""

    counts: tuple[tuple[str, int], ...] = ()
    """(value, number of objects), most frequent first, at most `MOST_VALUES`."""
    endings: tuple[tuple[str, int], ...] = ()
    """(ending from the last @ on, number of objects), most frequent first."""


def filter_of(scope: Scope, kind: FilterKind) -> ScopingFilter:
    """Return the filter for people, or for groups."""
    return scope.user_filter if kind == "people" else scope.group_filter


def with_filter(job: Job, kind: FilterKind, changed: ScopingFilter) -> Job:
    """Return the job with another filter, without groups that have no clauses: they would match everyone."""
    kept = replace(changed, groups=tuple(group for group in changed.groups if group.clauses))
    scope = replace(job.scope, user_filter=kept) if kind == "people" else replace(job.scope, group_filter=kept)
    return replace(job, scope=scope)


def unfinished(scope: Scope) -> str:
    """Return what the first unusable condition lacks, as text for the footer, or ""."""
    asked = ((scope.people, scope.user_filter), (scope.groups, scope.group_filter))
    for wanted, scoping_filter in asked:
        if wanted and scoping_filter.unknown:
            text = _("The imported condition {condition} is not supported. Replace or remove it.")
            return text.format(condition=scoping_filter.unknown[0])
        for clause in clauses_of(scoping_filter) if wanted else ():
            problem = trouble(clause)
            if problem and clause.attribute:
                text = _("The condition on {attribute} is incomplete. {problem}")
                return text.format(attribute=friendly_name(clause.attribute), problem=problem)
            if problem:
                return _("A condition is incomplete. {problem}").format(problem=problem)
    return ""


def clauses_of(scoping_filter: ScopingFilter) -> tuple[Clause, ...]:
    """Return every clause, group after group."""
    return tuple(clause for group in scoping_filter.groups for clause in group.clauses)


def new_clause(names: Iterable[str]) -> Clause:
    """Return the clause of a new row: a frequently used attribute without a value."""
    names = tuple(names)
    usual = next((name for name in _USUAL if name in names), names[0] if names else "")
    return Clause(usual, Operator.EQUALS)


def filter_attributes(snapshot: DirectorySnapshot | None, kind: FilterKind) -> tuple[str, ...]:
    """Return attributes to choose from: those of the directory, and those that every object has."""
    if snapshot is None:
        return _COMPUTED[kind]
    if kind == "people":
        own = snapshot.attributes
    else:
        own = tuple(dict.fromkeys(name for group in snapshot.groups[:1000] for name in group.attributes))
    return tuple(name for name in dict.fromkeys((*own, *_COMPUTED[kind])) if name not in UNUSABLE)


def real_values(snapshot: DirectorySnapshot, kind: FilterKind, name: str) -> RealValues:
    """Return the values of one attribute; run it on a worker (slow for 100,000 people)."""
    counts: Counter[str] = Counter()
    endings: Counter[str] = Counter()
    for value in _values(snapshot, kind, name):
        if value is None or value == "":
            continue
        for one in value if isinstance(value, tuple) else (value,):
            text = str(one).lower() if isinstance(one, bool) else one
            counts[text] += 1
            before, at, domain = text.rpartition("@")
            if at and before:
                endings[f"@{domain}"] += 1
    return RealValues(tuple(counts.most_common(MOST_VALUES)), tuple(endings.most_common(_FEW_ENDINGS)))


def explained(
    scoping_filter: ScopingFilter, one: DirectoryUser | DirectoryGroup, patience: Patience | None = None
) -> str:
    """Return the conditions that hold, as part of a sentence; else whole sentences why the filter does not match.

    Raises PatternProblem.
    """

    def source(name: str) -> AttributeValue | None:
        return user_value(one, name) if isinstance(one, DirectoryUser) else group_value(one, name)

    found = judge(scoping_filter, source, patience)
    if found.in_scope:
        return listed([condition(clause) for clause in found.deciding])
    return sentences(*(why_not(clause, source(clause.attribute)) for clause in found.deciding))


def without(scoping_filter: ScopingFilter, at: int) -> ScopingFilter:
    """Return the filter without one of its groups."""
    return replace(scoping_filter, groups=(*scoping_filter.groups[:at], *scoping_filter.groups[at + 1 :]))


def with_group(scoping_filter: ScopingFilter, clause: Clause) -> ScopingFilter:
    """Return the filter with another group."""
    return replace(scoping_filter, groups=(*scoping_filter.groups, FilterGroup((clause,))))


def _values(snapshot: DirectorySnapshot, kind: FilterKind, name: str) -> Iterable[AttributeValue | None]:
    if kind == "people":
        return (user_value(user, name) for user in snapshot.users)
    return (group_value(group, name) for group in snapshot.groups)
