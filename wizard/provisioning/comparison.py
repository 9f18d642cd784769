"""Compares the directory with AWS: who is desired, who can be provisioned, which account is whose, who leaves.

Everything here is pure: both sides were read before.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from wizard.aws.interface import Adapted, ObjectKind, Target
from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser, RowProblem
from wizard.errors import Message
from wizard.mapping.attribute_mapping import AttributeMapping, ObjectFlow
from wizard.mapping.resources import Mapped, Table, matching_paths, redacted_targets, run_context
from wizard.mapping.scoping import ScopeResult, Skipped, in_scope
from wizard.names import name_key
from wizard.provisioning.change import Action, Change
from wizard.provisioning.diff import Desired, merged
from wizard.provisioning.job import Job, LeaverAction, Scope
from wizard.provisioning.ledger import Link
from wizard.provisioning.plan import Rejected
from wizard.provisioning.read_aws import AnyExisting, Links, Reading
from wizard.scim.resource import Resource, redact, short_name, value_text

if TYPE_CHECKING:
    from wizard.mapping.expression.expression import Context

MISSING = "required-attribute-missing"
NOT_CREATED: Mapping[ObjectKind, str] = {"user": "people-not-created", "group": "groups-not-created"}
"""Reason of an object that is not in AWS and that the mappings do not create."""
_NAMED = 3
"""Other objects that a message names."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything a plan is made from, except the memberships."""

    job: Job
    snapshot: DirectorySnapshot
    scope: ScopeResult
    reading: Reading
    links: Links
    people: tuple[Desired, ...]
    """In scope, enabled and not rejected."""
    groups: tuple[Desired, ...]
    pairs: Mapping[str, AnyExisting]
    """People: source id -> account in AWS."""
    group_pairs: Mapping[str, AnyExisting]
    adopted: frozenset[tuple[ObjectKind, str]]
    """Paired by a matching attribute, without a link."""
    vanished: frozenset[tuple[ObjectKind, str]]
    """Linked, but no longer in AWS."""
    rejected: tuple[Rejected, ...]
    uncreated: tuple[Skipped, ...]
    """In scope and not in AWS, but the mappings do not create them."""
    held: frozenset[tuple[ObjectKind, str]]
    """Linked objects that an unreadable row may mean: never leavers, never removed from a group."""
    reserved: frozenset[tuple[ObjectKind, str]]
    """Never leavers: in scope (rejected and blocked ones too), or held."""
    governed: frozenset[str]
    """Paths of people that follow the directory."""
    governed_groups: frozenset[str]
    limit: int
    """Members that one request may carry."""
    moment: datetime
    """Time of the plan: who left long enough before it is deleted."""


def compare(
    job: Job,
    snapshot: DirectorySnapshot,
    target: Target,
    reading: Reading,
    links: Links,
    context: "Context | None" = None,
) -> Comparison:
    """Scope, map, check and match. All expressions share the context: one clock, one time limit."""
    context = context or run_context()
    scope = in_scope(snapshot, job.scope)
    reading = _redacted(job, reading)
    groups_wanted = job.scope.groups and snapshot.has_groups
    on_hold = held(snapshot, tuple(links.values()))
    ids: set[tuple[ObjectKind, str]] = {("user", user.id) for user in (*scope.users, *scope.blocked)}
    ids |= {("group", group.id) for group in scope.groups}
    reserved = frozenset({*on_hold, *ids})
    keeping = reserved | _keeping(job, snapshot, links)

    def side(kind: ObjectKind, rows: tuple[AttributeMapping, ...], known: tuple[str, ...]) -> _Side:
        own = tuple(link for link in links.values() if link.kind == kind)
        going = deleted(kind, job, leavers(kind, job, snapshot, own, reserved, reading), context.now)
        table = Table(rows, known, clear_emptied=job.mappings.clear_emptied)
        flow = job.mappings.users_flow if kind == "user" else job.mappings.groups_flow
        return _Side(kind, table, flow, reading.of(kind), own, keeping, going)

    people = side("user", job.mappings.users, snapshot.attributes)
    groups = side("group", job.mappings.groups, ())
    of_people = _compare_kind(people, desired_people(scope.users, people.table, target, context), target)
    desired = desired_groups(scope.groups, groups.table, target, context) if groups_wanted else ()
    of_groups = _compare_kind(groups, desired, target)
    return Comparison(
        job=job,
        snapshot=snapshot,
        scope=scope,
        reading=reading,
        links=links,
        people=of_people.passed,
        groups=of_groups.passed,
        pairs=of_people.pairs,
        group_pairs=of_groups.pairs,
        adopted=of_people.adopted | of_groups.adopted,
        vanished=of_people.vanished | of_groups.vanished,
        rejected=(
            *rejected_rows(snapshot, job.scope),
            *(of_people.rejected if job.scope.people else ()),
            *of_groups.rejected,
        ),
        uncreated=(*of_people.uncreated, *of_groups.uncreated),
        held=on_hold,
        reserved=reserved,
        governed=people.table.governed,
        governed_groups=groups.table.governed,
        limit=target.members_per_request,
        moment=context.now,
    )


def _redacted(job: Job, reading: Reading) -> Reading:
    """The reading with values redacted where a mapping says Redact: from here they go to plan, log and journal."""
    users, groups = redacted_targets(job.mappings.users), redacted_targets(job.mappings.groups)
    if not users and not groups:
        return reading

    def hidden(existing: Mapping[str, AnyExisting], paths: frozenset[str]) -> Mapping[str, AnyExisting]:
        return {key: replace(one, resource=redact(one.resource, paths)) for key, one in existing.items()}

    return replace(reading, users=hidden(reading.users, users), groups=hidden(reading.groups, groups))


def _keeping(job: Job, snapshot: DirectorySnapshot, links: Links) -> frozenset[tuple[ObjectKind, str]]:
    """Links that are not given to another source: theirs is still in the directory, in scope or not.

    A source whose id is gone from the directory may have come back under another id.
    """
    if job.scope.start_small:
        return frozenset(links)
    present: set[tuple[ObjectKind, str]] = {("user", user.id) for user in snapshot.users}
    present |= {("group", group.id) for group in snapshot.groups}
    return frozenset(present & links.keys())


# One kind of object


@dataclass(frozen=True, slots=True)
class _Side:
    """What is known about one kind of object before its desired ones are looked at."""

    kind: ObjectKind
    table: Table
    flow: ObjectFlow
    existing: Mapping[str, AnyExisting]
    links: tuple[Link, ...]
    keeping: frozenset[tuple[ObjectKind, str]]
    """Links that are not given to another source."""
    deleted: frozenset[str]
    """AWS ids that this plan deletes: their names are free."""


@dataclass(frozen=True, slots=True)
class _Compared:
    passed: tuple[Desired, ...]
    pairs: Mapping[str, AnyExisting]
    adopted: frozenset[tuple[ObjectKind, str]]
    vanished: frozenset[tuple[ObjectKind, str]]
    rejected: tuple[Rejected, ...]
    uncreated: tuple[Skipped, ...]


def _compare_kind(of: _Side, desired: tuple[Desired, ...], target: Target) -> _Compared:
    own = {link.source_id: link for link in of.links}
    existing = of.existing
    standing = {s: existing[link.target_id].resource for s, link in own.items() if link.target_id in existing}
    checked = preflight(desired, target, standing)
    kept = {source_id for kind, source_id in of.keeping if kind == of.kind}
    matches = match(checked.passed, own, existing, matching_paths(of.table.rows), kept)
    rejected = [*checked.rejected, *matches.rejected]
    passed = _without(checked.passed, rejected)
    names = _names(own, existing)
    while True:  # a rejected object keeps its old values, which may be what the next one needs
        final = _final(passed, matches, of)
        taken = taken_in_target(passed, final, matches.pairs, target, lambda target_id: names[target_id])
        if not taken:
            break
        rejected += taken
        passed = _without(passed, rejected)
    uncreated = () if of.flow.create else tuple(one for one in passed if one.source_id not in matches.pairs)
    passed = tuple(one for one in passed if of.flow.create or one.source_id in matches.pairs)
    ids = {one.source_id for one in passed}
    return _Compared(
        passed,
        {source_id: pair for source_id, pair in matches.pairs.items() if source_id in ids},
        frozenset((of.kind, source_id) for source_id in matches.adopted if source_id in ids),
        frozenset((of.kind, source_id) for source_id in matches.vanished),
        tuple(rejected),
        tuple(Skipped(of.kind, one.source_id, one.label, NOT_CREATED[of.kind]) for one in uncreated),
    )


def _without(desired: tuple[Desired, ...], rejected: list[Rejected]) -> tuple[Desired, ...]:
    out = {one.source_id for one in rejected}
    return tuple(one for one in desired if one.source_id not in out)


def _names(links: Mapping[str, Link], existing: Mapping[str, AnyExisting]) -> Mapping[str, str]:
    labels = {link.target_id: link.label for link in links.values()}

    def name(one: AnyExisting) -> str:
        own = one.resource.get("displayName") or one.resource.get("userName") or one.id
        return labels.get(one.id) or str(own)

    return {one.id: name(one) for one in existing.values()}


def _final(passed: tuple[Desired, ...], matches: "Matches", of: _Side) -> Mapping[str, Resource]:
    """AWS id -> resource after this plan."""
    adopted = {pair.id for pair in matches.pairs.values()}
    final = {
        target_id: one.resource
        for target_id, one in of.existing.items()
        if target_id not in of.deleted or target_id in adopted
    }
    for one in passed:
        pair = matches.pairs.get(one.source_id)
        if pair is not None and of.flow.update:
            paths = of.table.governed - one.untouched if one.untouched else of.table.governed
            final[pair.id] = merged(pair.resource, one.resource, paths)
    return final


# Desired objects


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
    if not table.clear_emptied:  # also values of which AWS's rules leave nothing
        untouched |= {path for path in table.governed if path not in adapted.resource}
    return Desired(kind, one.id, one.label, adapted.resource, adapted.notes, untouched, mapped.failures)


# What AWS would refuse, found before any request


@dataclass(frozen=True, slots=True)
class Preflight:
    """Desired objects that can be matched, and rejected ones."""

    passed: tuple[Desired, ...]
    rejected: tuple[Rejected, ...]


def preflight(
    desired: Sequence[Desired], target: Target, standing: Mapping[str, Resource] | None = None
) -> Preflight:
    """Check AWS's rules; two objects that claim one unique value are both rejected.

    `standing` is source id -> resource in AWS by its link: what is left alone there is not missing.
    """
    rejected = {r.source_id: r for r in _duplicates(desired, target)}
    # A broken rule is reported before a duplicate.
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
            broken = tuple(dict.fromkeys(violation.message for violation in violations))
            message = broken[0] if len(broken) == 1 else Message("several-violations", violations=broken)
            yield Rejected(one.kind, one.source_id, one.label, violations[0].rule, violations[0].path, message)


def _duplicates(desired: Sequence[Desired], target: Target) -> Iterable[Rejected]:
    first: dict[tuple[str, str], Desired] = {}
    claims: dict[tuple[str, str], list[Desired]] = {}
    """Only values claimed more than once: a list for each of 100,000 names would be the expensive part."""
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
                value=value_text(one.resource.get(path)),
                others=tuple(others[:_NAMED]),
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
    """Reject objects whose new unique value another object in AWS keeps: AWS would refuse them, or adopt the wrong one.

    `final` is AWS id -> resource after this plan, `paired` source id -> account, `names` AWS id -> label.
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
    message = Message(
        "value-taken", attribute=short_name(path), value=value_text(one.resource.get(path)), owner=owner
    )
    return Rejected(one.kind, one.source_id, one.label, "value-taken", path, message)


# Rows of the directory that could not be read


def rejected_rows(snapshot: DirectorySnapshot, scope: Scope) -> tuple[Rejected, ...]:
    """Rows in scope that give no person or group."""
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
    """Linked objects that an unreadable row may mean.

    If a file was truncated, these are all: anybody missing may have been behind the cut.
    """
    if any(problem.cut for problem in snapshot.problems):
        return frozenset((link.kind, link.source_id) for link in links)
    ids = {(_row(p).kind, p.source_id) for p in snapshot.problems if p.source_id}
    user_names = {name_key(p.user_name) for p in snapshot.problems if p.user_name and not p.of_group}
    named = {name_key(cell.strip()) for p in snapshot.problems for cell in p.cells if cell.strip()}
    labels = {(_row(p).kind, name_key(p.label)) for p in snapshot.problems if p.label and not p.source_id}
    return frozenset(
        (link.kind, link.source_id)
        for link in links
        if (link.kind, link.source_id) in ids
        or (link.kind == "user" and _user_name(link) in user_names)
        or (link.kind == "user" and (name_key(link.source_id) in named or _user_name(link) in named))
        or (link.kind, name_key(link.label)) in labels
    )


def _user_name(link: Link) -> str:
    return name_key(link.confirmed.get("userName", ""))


# Matching: which account belongs to which source


@dataclass(frozen=True, slots=True)
class Matches:
    """Pairs of one kind of object."""

    pairs: Mapping[str, AnyExisting]
    """Source id -> account in AWS."""
    adopted: tuple[str, ...]
    """Source ids paired by a matching attribute, without a link."""
    vanished: tuple[str, ...]
    """Source ids that are linked, but whose object is no longer in AWS."""
    rejected: tuple[Rejected, ...]
    """More than one account matches."""


def match(
    desired: Sequence[Desired],
    links: Mapping[str, Link],
    existing: Mapping[str, AnyExisting],
    paths: Sequence[str],
    reserved: Collection[str],
) -> Matches:
    """Pair by links first, then by each matching path in order, ignoring case (AWS: `caseExact: false`).

    `links` and `reserved` have source ids, `existing` has AWS ids. An account linked to a reserved source (in scope,
    blocked or held) is never given to another; one linked to a source that is gone may be, so that a directory with a
    new identity column finds its people.
    """
    pairs: dict[str, AnyExisting] = {}
    for one in desired:
        link = links.get(one.source_id)
        if link is not None and link.target_id in existing:
            pairs[one.source_id] = existing[link.target_id]
    vanished = tuple(one.source_id for one in desired if one.source_id in links and one.source_id not in pairs)
    taken = {links[source_id].target_id for source_id in reserved if source_id in links}
    taken |= {account.id for account in pairs.values()}
    adopted: list[str] = []
    rejected: dict[str, Rejected] = {}
    for path in paths:
        index = _index(path, existing, taken)
        for one in desired:
            if one.source_id in pairs or one.source_id in rejected:
                continue
            candidates = index.get(name_key(one.resource.get(path)), []) if one.resource.get(path) else []
            candidates = [account for account in candidates if account.id not in taken]
            if len(candidates) == 1:
                pairs[one.source_id] = candidates[0]
                taken.add(candidates[0].id)
                adopted.append(one.source_id)
            elif candidates:
                rejected[one.source_id] = _ambiguous(one, path, len(candidates))
    return Matches(pairs, tuple(adopted), vanished, tuple(rejected.values()))


def _index(
    path: str, existing: Mapping[str, AnyExisting], taken: Collection[str]
) -> Mapping[str, list[AnyExisting]]:
    index: dict[str, list[AnyExisting]] = defaultdict(list)
    for account in existing.values():
        value = name_key(account.resource.get(path))
        if value and account.id not in taken:
            index[value].append(account)
    return index


def _ambiguous(one: Desired, path: str, count: int) -> Rejected:
    value = value_text(one.resource.get(path))
    message = Message("ambiguous-match", attribute=short_name(path), value=value, count=count)
    return Rejected(one.kind, one.source_id, one.label, "ambiguous-match", path, message)


# Leavers: created or adopted by this job, and no longer in scope

_OUT_OF_SCOPE = Message("no-longer-in-scope")
_GONE = Message("no-longer-in-directory")
_BLOCKED = Message("blocked-in-directory")


def leavers(
    kind: ObjectKind,
    job: Job,
    snapshot: DirectorySnapshot,
    links: Iterable[Link],
    reserved: Collection[tuple[ObjectKind, str]],
    reading: Reading,
) -> tuple[Link, ...]:
    """Linked objects of one kind that are in AWS, and neither in scope nor held.

    Only linked objects can leave. Nobody leaves while a job starts small, and no group if the directory was not asked
    for groups.
    """
    asked = job.scope.people if kind == "user" else job.scope.groups and snapshot.has_groups
    if not asked or job.scope.start_small:
        return ()
    return tuple(
        link
        for link in links
        if link.kind == kind and (kind, link.source_id) not in reserved and link.target_id in reading.of(kind)
    )


def leaver_action(job: Job) -> LeaverAction:
    """What happens to leavers: the policy, if the switches of the mappings allow it."""
    flow, policy = job.mappings.users_flow, job.policy.leavers
    allowed = {LeaverAction.DELETE: flow.delete, LeaverAction.DISABLE: flow.update, LeaverAction.LEAVE: True}
    return policy if allowed[policy] else LeaverAction.LEAVE


def groups_are_deleted(job: Job) -> bool:
    """Whether leaving groups are deleted: by the policy, if the switch of the mappings allows it."""
    return job.policy.groups_gone == "delete" and job.mappings.groups_flow.delete


def deleted(kind: ObjectKind, job: Job, leaving: Iterable[Link], moment: datetime) -> frozenset[str]:
    """AWS ids of the leavers that the policy deletes now."""
    if kind == "group":
        return frozenset(link.target_id for link in leaving) if groups_are_deleted(job) else frozenset()
    if leaver_action(job) is not LeaverAction.DELETE:
        return frozenset()
    return frozenset(link.target_id for link in leaving if _is_due(job, link, moment))


def _is_due(job: Job, link: Link, moment: datetime) -> bool:
    days = job.policy.delete_after_days
    if days <= 0 or not link.left_at:
        return days == 0  # a negative number, written by hand, deletes nobody
    return moment - datetime.fromisoformat(link.left_at) >= timedelta(days=days)


def waiting(job: Job, leaving: Iterable[Link], moment: datetime) -> int:
    """How many leavers are disabled first and deleted later."""
    whole = tuple(leaving) if leaver_action(job) is LeaverAction.DELETE else ()
    return len(whole) - len(deleted("user", job, whole, moment))


def people_leaving(
    job: Job, snapshot: DirectorySnapshot, leaving: Sequence[Link], reading: Reading, moment: datetime
) -> Iterator[Change]:
    """What the policy does with leavers; those who are disabled already need no request."""
    present, action = {user.id for user in snapshot.users}, leaver_action(job)
    due = deleted("user", job, leaving, moment)
    disables = action is not LeaverAction.LEAVE and job.mappings.users_flow.update
    for link in leaving:
        why = _OUT_OF_SCOPE if link.source_id in present else _GONE
        current = reading.users[link.target_id].resource
        if link.target_id in due:
            yield _deletion(link, current, why)
        elif disables and current.get("active") is not False:
            yield disabling(link.source_id, link.label, link.target_id, why)


def people_blocked(blocked: Iterable[DirectoryUser], links: Iterable[Link], reading: Reading) -> Iterator[Change]:
    """Disable people in scope who are blocked in the directory and still active in AWS."""
    own = {link.source_id: link for link in links if link.kind == "user"}
    for user in blocked:
        link = own.get(user.id)
        account = reading.users.get(link.target_id) if link else None
        if account is not None and account.resource.get("active") is not False:
            yield disabling(user.id, user.label, account.id, _BLOCKED)


def groups_leaving(
    job: Job, snapshot: DirectorySnapshot, leaving: Iterable[Link], reading: Reading
) -> Iterator[Change]:
    """What the policy does with leaving groups."""
    present = {group.id for group in snapshot.groups}
    for link in leaving if groups_are_deleted(job) else ():
        why = _OUT_OF_SCOPE if link.source_id in present else _GONE
        yield _deletion(link, reading.groups[link.target_id].resource, why)


def disabling(source_id: str, label: str, target_id: str, reason: Message) -> Change:
    """Set `active` to false, for a leaver or a person blocked in the directory."""
    return Change(
        "user", Action.DISABLE, source_id, label, target_id, {"active": True}, {"active": False}, reason=reason
    )


def _deletion(link: Link, resource: Resource, reason: Message) -> Change:
    return Change(link.kind, Action.DELETE, link.source_id, link.label, link.target_id, resource, reason=reason)
