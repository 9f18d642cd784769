"""What AWS would refuse, found before any request: by rule, by two claiming one name, by a row that cannot be read."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard.aws.interface import Adapted, ObjectKind, Target
from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser, RowProblem
from wizard.errors import Message
from wizard.mapping.resources import Failure, Mapped, Table, run_context
from wizard.provisioning.job import Scope
from wizard.provisioning.ledger import Link
from wizard.provisioning.plan import Rejected
from wizard.provisioning.read_aws import AnyExisting
from wizard.provisioning.words import folded, short_name, shown
from wizard.scim.resource import Resource

if TYPE_CHECKING:
    from wizard.mapping.expression.expression import Context

MISSING = "required-attribute-missing"


@dataclass(frozen=True, slots=True)
class Desired:
    """One object in scope as it shall be in the target."""

    kind: ObjectKind
    source_id: str
    label: str
    resource: Resource
    """Mapped and adapted to the target; also what flows only when the object is made."""
    notes: tuple[Message, ...] = ()
    """What the target's rules changed in it."""
    untouched: frozenset[str] = frozenset()
    """Paths left alone where it stands already."""
    failures: tuple[Failure, ...] = ()
    """Expressions that give no value for it."""


@dataclass(frozen=True, slots=True)
class Preflight:
    """Who may go on to matching, and who was rejected."""

    passed: tuple[Desired, ...]
    rejected: tuple[Rejected, ...]


def desired_people(
    users: Iterable[DirectoryUser], table: Table, target: Target, context: "Context | None" = None
) -> tuple[Desired, ...]:
    """People in scope, mapped and adapted; all share one context."""
    context = context or run_context()
    return tuple(_desired("user", user, table, table.user(user, context), target.adapt_user) for user in users)


def desired_groups(
    groups: Iterable[DirectoryGroup], table: Table, target: Target, context: "Context | None" = None
) -> tuple[Desired, ...]:
    """Groups in scope, mapped and adapted, without their members."""
    context = context or run_context()
    return tuple(
        _desired("group", group, table, table.group(group, context), target.adapt_group) for group in groups
    )


def _desired(
    kind: ObjectKind,
    one: DirectoryUser | DirectoryGroup,
    table: Table,
    mapped: Mapped,
    adapt: Callable[[Resource], Adapted],
) -> Desired:
    adapted = adapt(mapped.resource)
    untouched = mapped.untouched
    if not table.clear_emptied:  # also what the target's rules leave nothing of
        untouched |= {path for path in table.governed if path not in adapted.resource}
    return Desired(kind, one.id, one.label, adapted.resource, adapted.notes, untouched, mapped.failures)


def preflight(
    desired: Sequence[Desired], target: Target, standing: Mapping[str, Resource] | None = None
) -> Preflight:
    """Divide what is desired; two who claim one value that must be unique are both rejected.

    `standing` is source id -> what a link says stands for it: what is left alone there is not missing.
    """
    rejected = {r.source_id: r for r in _duplicates(desired, target)}
    # A broken rule is told before a duplicate.
    rejected |= {r.source_id: r for r in _by_rule(desired, target, standing or {})}
    passed = tuple(one for one in desired if one.source_id not in rejected)
    return Preflight(passed, tuple(rejected[one.source_id] for one in desired if one.source_id in rejected))


def _by_rule(desired: Iterable[Desired], target: Target, standing: Mapping[str, Resource]) -> Iterable[Rejected]:
    for one in desired:
        if one.failures:
            first = one.failures[0]
            yield Rejected(one.kind, one.source_id, one.label, "expression", first.path, first.message)
            continue
        check = target.user_violations if one.kind == "user" else target.group_violations
        violations = check(one.resource)
        if violations and one.untouched:
            kept = one.untouched & standing.get(one.source_id, {}).keys()
            violations = tuple(v for v in violations if not (v.rule == MISSING and v.path in kept))
        if violations:
            found = tuple(dict.fromkeys(violation.message for violation in violations))
            message = found[0] if len(found) == 1 else Message("several-violations", violations=found)
            yield Rejected(one.kind, one.source_id, one.label, violations[0].rule, violations[0].path, message)


def _duplicates(desired: Sequence[Desired], target: Target) -> Iterable[Rejected]:
    first: dict[tuple[str, str], Desired] = {}
    claims: dict[tuple[str, str], list[Desired]] = {}
    """Only what is claimed more than once: a list for each of a hundred thousand names is the dear part."""
    for one in desired:
        for key in target.unique_keys(one.kind, one.resource):
            if (other := first.setdefault(key, one)) is not one:
                claims.setdefault(key, [other]).append(one)
    for (path, _), claimants in claims.items():
        for one in claimants:
            others = [other.label for other in claimants if other is not one]
            message = Message(
                "duplicate-value",
                attribute=short_name(path),
                value=shown(one.resource.get(path)),
                others=tuple(others[:3]),
                count=len(others),
            )
            yield Rejected(one.kind, one.source_id, one.label, "duplicate-value", path, message)


def taken_in_target(
    desired: Iterable[Desired],
    final: Mapping[str, Resource],
    paired: Mapping[str, AnyExisting],
    target: Target,
    names: Callable[[str], str],
) -> tuple[Rejected, ...]:
    """Whose new unique values another object in AWS keeps: the write would be refused, or adopt the wrong object.

    `final` is target id -> the resource as it will stand after this plan, `paired` source id -> what stands for it.
    """
    desired = tuple(desired)
    owners: dict[tuple[str, str], tuple[str, ...]] = {}
    for kind in {one.kind for one in desired}:
        for target_id, resource in final.items():
            for key in target.unique_keys(kind, resource):
                owners[key] = (*owners[key], target_id) if key in owners else (target_id,)
    rejected = []
    for one in desired:
        own = paired.get(one.source_id)
        for key in target.unique_keys(one.kind, one.resource):
            others = [owner for owner in owners.get(key, ()) if own is None or owner != own.id]
            if others and not (own and key in target.unique_keys(one.kind, own.resource)):
                rejected.append(_taken(one, key[0], names(others[0])))
                break
    return tuple(rejected)


def _taken(one: Desired, path: str, owner: str) -> Rejected:
    message = Message("value-taken", attribute=short_name(path), value=shown(one.resource.get(path)), owner=owner)
    return Rejected(one.kind, one.source_id, one.label, "value-taken", path, message)


def rejected_rows(snapshot: DirectorySnapshot, scope: Scope) -> tuple[Rejected, ...]:
    """Rows that give no person or group although they are in scope."""
    everyone = scope.everyone and not scope.start_small
    chosen = {*scope.first_user_ids, *scope.first_group_ids} if scope.start_small else set(scope.user_ids)
    if not scope.start_small and not scope.everyone:
        chosen |= {*scope.group_ids, *(m for g in snapshot.groups if g.id in scope.group_ids for m in g.members)}
    rejected = []
    for problem in snapshot.problems:
        wanted = scope.groups if problem.of_group else scope.people
        if problem.excluded and wanted and (everyone or problem.source_id in chosen):
            rejected.append(_row(problem))
    return tuple(rejected)


def _row(problem: RowProblem) -> Rejected:
    kind: ObjectKind = "group" if problem.of_group else "user"
    label = problem.label or problem.user_name or problem.source_id or f"Line {problem.line}"
    return Rejected(kind, problem.source_id, label, "row-problem", problem.column, problem.message, problem.line)


def held(snapshot: DirectorySnapshot, links: Collection[Link]) -> frozenset[tuple[ObjectKind, str]]:
    """Linked objects that a row which cannot be read may mean: never taken for gone, never taken out of a group.

    Where a file was cut off, that is everybody: whoever is missing may have stood behind the cut.
    """
    if any(problem.cut for problem in snapshot.problems):
        return frozenset((link.kind, link.source_id) for link in links)
    ids = {(_row(p).kind, p.source_id) for p in snapshot.problems if p.source_id}
    user_names = {folded(p.user_name) for p in snapshot.problems if p.user_name and not p.of_group}
    named = {folded(cell.strip()) for p in snapshot.problems for cell in p.cells if cell.strip()}
    labels = {(_row(p).kind, folded(p.label)) for p in snapshot.problems if p.label and not p.source_id}
    return frozenset(
        (link.kind, link.source_id)
        for link in links
        if (link.kind, link.source_id) in ids
        or (link.kind == "user" and _user_name(link) in user_names)
        or (link.kind == "user" and (folded(link.source_id) in named or _user_name(link) in named))
        or (link.kind, folded(link.label)) in labels
    )


def _user_name(link: Link) -> str:
    return folded(link.confirmed.get("userName", ""))
