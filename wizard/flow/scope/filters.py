"""What the Scope page asks about filters: attributes and real values to choose from, edits, and verdicts in plain words."""

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
from wizard.provisioning.job import Job, Scope

FilterKind = Literal["people", "groups"]
MOST_VALUES = 300
"""Values of one attribute that are offered at most."""
_FEW_ENDINGS = 40
_COMPUTED = {"people": ("userPrincipalName", "accountEnabled", "objectId"), "groups": ("displayName", "objectId")}
_USUAL = ("department", "displayName")


@dataclass(frozen=True, slots=True)
class RealValues:
    """What the directory has in one attribute."""

    counts: tuple[tuple[str, int], ...] = ()
    """(value, how many have it), most frequent first, the first `MOST_VALUES`."""
    endings: tuple[tuple[str, int], ...] = ()
    """The same of what follows the last @, with it."""
    empty: int = 0
    """How many have none."""


@dataclass(frozen=True, slots=True)
class FilterVerdict:
    """What a filter says of one person or group."""

    inside: bool
    sentence: str


def filter_of(scope: Scope, kind: FilterKind) -> ScopingFilter:
    """The filter for people, or for groups."""
    return scope.user_filter if kind == "people" else scope.group_filter


def with_filter(job: Job, kind: FilterKind, changed: ScopingFilter) -> Job:
    """The job with another filter; a group without clauses would let everybody in, so it is left out."""
    kept = replace(changed, groups=tuple(group for group in changed.groups if group.clauses))
    scope = replace(job.scope, user_filter=kept) if kind == "people" else replace(job.scope, group_filter=kept)
    return replace(job, scope=scope)


def unfinished(scope: Scope) -> str:
    """What the first condition that cannot be asked lacks, a sentence for the footer, or ""."""
    asked = ((scope.people, scope.user_filter), (scope.groups, scope.group_filter))
    for wanted, scoping_filter in asked:
        if wanted and scoping_filter.unknown:
            return f"The imported condition {scoping_filter.unknown[0]} is not supported. Replace or remove it."
        for clause in clauses_of(scoping_filter) if wanted else ():
            problem = trouble(clause)
            if problem:
                about = f"The condition on {clause.attribute}" if clause.attribute else "A condition"
                return f"{about} is not finished. {problem}"
    return ""


def clauses_of(scoping_filter: ScopingFilter) -> tuple[Clause, ...]:
    """Every clause, group after group."""
    return tuple(clause for group in scoping_filter.groups for clause in group.clauses)


def new_clause(names: Iterable[str]) -> Clause:
    """The clause a new row begins with: a usual attribute, without a value yet."""
    names = tuple(names)
    usual = next((name for name in _USUAL if name in names), names[0] if names else "")
    return Clause(usual, Operator.EQUALS)


def filter_attributes(snapshot: DirectorySnapshot | None, kind: FilterKind) -> tuple[str, ...]:
    """Attributes to choose from: the directory's own, and those everybody has."""
    if snapshot is None:
        return _COMPUTED[kind]
    if kind == "people":
        own = snapshot.attributes
    else:
        own = tuple(dict.fromkeys(name for group in snapshot.groups[:1000] for name in group.attributes))
    return tuple(name for name in dict.fromkeys((*own, *_COMPUTED[kind])) if name not in UNUSABLE)


def real_values(snapshot: DirectorySnapshot, kind: FilterKind, name: str) -> RealValues:
    """What the directory has in one attribute; takes a moment for 100,000 people, so it belongs on a worker."""
    counts: Counter[str] = Counter()
    endings: Counter[str] = Counter()
    empty = 0
    for value in _values(snapshot, kind, name):
        if value is None or value in ("", ()):
            empty += 1
            continue
        for one in value if isinstance(value, tuple) else (value,):
            text = str(one).lower() if isinstance(one, bool) else one
            counts[text] += 1
            before, at, domain = text.rpartition("@")
            if at and before:
                endings[f"@{domain}"] += 1
    return RealValues(tuple(counts.most_common(MOST_VALUES)), tuple(endings.most_common(_FEW_ENDINGS)), empty)


def verdict(
    scoping_filter: ScopingFilter, one: DirectoryUser | DirectoryGroup, patience: Patience | None = None
) -> FilterVerdict:
    """Whether a filter keeps one person or group, in plain words; raises PatternProblem."""

    def source(name: str) -> AttributeValue | None:
        return user_value(one, name) if isinstance(one, DirectoryUser) else group_value(one, name)

    found = judge(scoping_filter, source, patience)
    if found.in_scope:
        return FilterVerdict(True, " and ".join(condition(clause) for clause in found.deciding))
    return FilterVerdict(False, " ".join(why_not(clause, source(clause.attribute)) for clause in found.deciding))


def without(scoping_filter: ScopingFilter, at: int) -> ScopingFilter:
    """The filter without one of its groups."""
    return replace(scoping_filter, groups=(*scoping_filter.groups[:at], *scoping_filter.groups[at + 1 :]))


def with_group(scoping_filter: ScopingFilter, clause: Clause) -> ScopingFilter:
    """The filter with one group more."""
    return replace(scoping_filter, groups=(*scoping_filter.groups, FilterGroup((clause,))))


def _values(snapshot: DirectorySnapshot, kind: FilterKind, name: str) -> Iterable[AttributeValue | None]:
    if kind == "people":
        return (user_value(user, name) for user in snapshot.users)
    return (group_value(group, name) for group in snapshot.groups)
