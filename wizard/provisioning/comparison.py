"""Compares the directory with AWS: who is desired, who can be provisioned, which account is whose, who leaves.

Everything here is pure: both sides were read before.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from wizard.aws.interface import Adapted, ObjectKind, Target
from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser, RowProblem
from wizard.errors import Message
from wizard.mapping.attribute_mapping import AttributeMapping, ObjectFlow
from wizard.mapping.resources import Mapped, Table, redacted_targets, run_context
from wizard.mapping.scoping import ScopeResult, Skipped, in_scope
from wizard.names import name_key
from wizard.provisioning.change import Action, Change, Match
from wizard.provisioning.diff import Desired, merged
from wizard.provisioning.job import Job, LeaverAction, Scope
from wizard.provisioning.ledger import Link
from wizard.provisioning.match import (
    EXTERNAL_ID,
    HELD_CODES,
    NO_DECISIONS,
    PROTECTED,
    Decisions,
    Matches,
    Rules,
    accepted_name,
    marked_paths,
    match,
)
from wizard.provisioning.plan import HeldBack, LeftOut, Rejected
from wizard.provisioning.read_aws import AnyExisting, Links, Reading
from wizard.scim.resource import Known, Planned, Resource, Value, is_active, redact, short_name, value_text

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
    blocked: tuple[Desired, ...]
    """People blocked in the directory who have no link, with what they are matched by."""
    blocked_pairs: Mapping[str, AnyExisting]
    """People blocked in the directory who have no link: source id -> account in AWS."""
    how: Mapping[tuple[ObjectKind, str], Match]
    """Pairs without a link, and how they came about; "" = found again after the links were lost."""
    held_back: tuple[HeldBack, ...]
    """Would be taken over or inherited, and nobody has accepted that yet."""
    untouchable: frozenset[str]
    """AWS ids of protected accounts and groups: nothing of them is changed."""
    own: frozenset[str]
    """AWS ids that this job had linked at any time; without a link now if the journal was lost."""
    automatic: frozenset[str]
    """AWS ids of accounts of others that the job's policy takes over without asking."""
    waiting: frozenset[str]
    """AWS ids of objects that are held back: not deleted before a person decides."""
    vanished: frozenset[tuple[ObjectKind, str]]
    """Linked, but no longer in AWS."""
    rejected: tuple[Rejected, ...]
    left_alone: tuple[Skipped, ...]
    """In scope, but protected, or not in AWS while the mappings create nobody."""
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
    not_kept: Mapping[tuple[ObjectKind, str], Resource] = field(default_factory=dict)
    """What AWS does not keep as it was sent, so that it is not sent again: attribute path -> value that was sent,
    "" = cleared."""


def compare(
    job: Job,
    snapshot: DirectorySnapshot,
    target: Target,
    reading: Reading,
    links: Links,
    context: "Context | None" = None,
    decisions: Decisions = NO_DECISIONS,
) -> Comparison:
    """Scope, map, check and match. All expressions share the context: one clock, one time limit."""
    context = context or run_context()
    scope = in_scope(snapshot, job.scope)
    reading = _redacted(job, reading)
    groups_wanted = job.scope.groups and snapshot.has_groups
    on_hold = held(snapshot, tuple(links.values()))
    reserved = on_hold | _ids(scope)
    around = _Around(job, snapshot, reading, links, reserved, decisions, context.now)
    people = _side("user", job.mappings.users, snapshot.attributes, around)
    groups = _side("group", job.mappings.groups, (), around)
    of_people = _compare_kind(people, desired_people(scope.users, people.table, target, context), target)
    desired = desired_groups(scope.groups, groups.table, target, context) if groups_wanted else ()
    of_groups = _compare_kind(groups, desired, target)
    of_blocked = _blocked(job, scope.blocked, people, of_people, target, context)
    protected = _protected(links, around.untouchable, (of_people, of_groups, of_blocked))
    held_back = (*of_people.held_back, *of_groups.held_back, *of_blocked.held_back)
    return Comparison(
        job=job,
        snapshot=snapshot,
        scope=_without_named(scope, protected, held_back),
        reading=reading,
        links=links,
        people=of_people.passed,
        groups=of_groups.passed,
        pairs=of_people.pairs,
        group_pairs=of_groups.pairs,
        blocked=of_blocked.passed,
        blocked_pairs=of_blocked.pairs,
        how={**of_people.how, **of_groups.how, **of_blocked.how},
        held_back=held_back,
        untouchable=around.untouchable,
        own=decisions.own,
        automatic=decisions.automatic,
        waiting=of_people.waiting | of_groups.waiting | of_blocked.waiting,
        vanished=of_people.vanished | of_groups.vanished,
        rejected=(
            *rejected_rows(snapshot, job.scope),
            *(of_people.rejected if job.scope.people else ()),
            *of_groups.rejected,
            *of_blocked.rejected,
        ),
        left_alone=(*protected, *of_people.uncreated, *of_groups.uncreated),
        held=on_hold,
        reserved=reserved,
        governed=people.table.governed,
        governed_groups=groups.table.governed,
        limit=target.members_per_request,
        moment=context.now,
        not_kept={**of_people.not_kept, **of_groups.not_kept},
    )


def _ids(scope: ScopeResult) -> frozenset[tuple[ObjectKind, str]]:
    people: set[tuple[ObjectKind, str]] = {("user", user.id) for user in (*scope.users, *scope.blocked)}
    return frozenset(people | {("group", group.id) for group in scope.groups})


def _without_named(
    scope: ScopeResult, protected: tuple[Skipped, ...], held_back: tuple[HeldBack, ...]
) -> ScopeResult:
    """The scope without skipped objects that have a more specific reason."""
    named = {(one.kind, one.source_id) for one in protected} | {(one.kind, one.source_id) for one in held_back}
    return replace(scope, skipped=tuple(one for one in scope.skipped if (one.kind, one.source_id) not in named))


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
    if job.scope.start_small or not links:
        return frozenset(links)
    present: set[tuple[ObjectKind, str]] = {("user", user.id) for user in snapshot.users}
    present |= {("group", group.id) for group in snapshot.groups}
    return frozenset(present & links.keys())


# One kind of object


class _Around:
    """What both kinds of objects are compared with."""

    def __init__(
        self,
        job: Job,
        snapshot: DirectorySnapshot,
        reading: Reading,
        links: Links,
        reserved: frozenset[tuple[ObjectKind, str]],
        decisions: Decisions,
        moment: datetime,
    ) -> None:
        self.job, self.snapshot, self.reading, self.links = job, snapshot, reading, links
        self.reserved, self.decisions, self.moment = reserved, decisions, moment
        self.keeping = (reserved & links.keys()) | _keeping(job, snapshot, links)
        self.untouchable = _untouchable(reading, decisions)


def _side(
    kind: ObjectKind, rows: tuple[AttributeMapping, ...], known: tuple[str, ...], around: _Around
) -> "_Side":
    job, decisions = around.job, around.decisions
    own = tuple(link for link in around.links.values() if link.kind == kind)
    leaving = leavers(kind, job, around.snapshot, own, around.reserved, around.reading, around.untouchable)
    if kind == "user" and not job.scope.people:  # looked up for their groups only: nothing of them is changed
        decisions = replace(decisions, options=frozenset(HELD_CODES.values()))
    return _Side(
        kind,
        Table(rows, known, clear_emptied=job.mappings.clear_emptied),
        job.mappings.users_flow if kind == "user" else job.mappings.groups_flow,
        around.reading.of(kind),
        own,
        around.keeping,
        deleted(kind, job, leaving, around.moment),
        Rules(kind, marked_paths(kind, rows), decisions, job.source.kind == "entra"),
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """State of one kind of object before the desired ones are compared."""

    kind: ObjectKind
    table: Table
    flow: ObjectFlow
    existing: Mapping[str, AnyExisting]
    links: tuple[Link, ...]
    keeping: frozenset[tuple[ObjectKind, str]]
    """Links that are not given to another source."""
    deleted: frozenset[str]
    """AWS ids that this plan deletes: their names are free."""
    rules: Rules


@dataclass(frozen=True, slots=True)
class _Compared:
    passed: tuple[Desired, ...]
    pairs: Mapping[str, AnyExisting]
    how: Mapping[tuple[ObjectKind, str], Match]
    held_back: tuple[HeldBack, ...]
    waiting: frozenset[str]
    protected: tuple[Skipped, ...]
    vanished: frozenset[tuple[ObjectKind, str]] = frozenset()
    rejected: tuple[Rejected, ...] = ()
    uncreated: tuple[Skipped, ...] = ()
    not_kept: Mapping[tuple[ObjectKind, str], Resource] = field(default_factory=dict)


def _compare_kind(of: _Side, desired: tuple[Desired, ...], target: Target) -> _Compared:
    own = {link.source_id: link for link in of.links}
    existing = of.existing
    standing = {s: existing[link.target_id].resource for s, link in own.items() if link.target_id in existing}
    checked = preflight(desired, target, standing)
    kept = {source_id for kind, source_id in of.keeping if kind == of.kind}
    matches = match(checked.passed, own, existing, kept, of.rules)
    rejected = [*checked.rejected, *matches.rejected]
    passed = _without(checked.passed, (*rejected, *matches.held, *matches.protected))
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
    not_kept = _not_kept(passed, own, matches.pairs)
    return _Compared(
        tuple(_leaving(one, not_kept.get(one.source_id)) for one in passed) if not_kept else passed,
        {source_id: pair for source_id, pair in matches.pairs.items() if source_id in ids},
        {(of.kind, source_id): how for source_id, how in matches.how.items() if source_id in ids},
        matches.held,
        matches.held_ids,
        matches.protected,
        frozenset((of.kind, source_id) for source_id in matches.vanished),
        tuple(rejected),
        tuple(Skipped(of.kind, one.source_id, one.label, NOT_CREATED[of.kind]) for one in uncreated),
        {(of.kind, source_id): resource for source_id, resource in not_kept.items()},
    )


def _not_kept(
    desired: Sequence[Desired], links: Mapping[str, Link], pairs: Mapping[str, AnyExisting]
) -> Mapping[str, Resource]:
    """Source id -> what AWS answered otherwise when it was sent, still has like that, and the directory still wants."""

    def is_wanted(value: Value | None, sent: Value) -> bool:
        if isinstance(value, Planned) and isinstance(sent, Known):
            return value.source_id in links and links[value.source_id].target_id == sent.id
        return value == sent or (value is None and sent == "")

    found = {}
    for one in desired:
        link, pair = links.get(one.source_id), pairs.get(one.source_id)
        if link is not None and link.not_kept and pair is not None and pair.id == link.target_id:
            found[one.source_id] = {
                path: sent
                for path, sent in link.not_kept.items()
                if is_wanted(one.resource.get(path), sent) and pair.resource.get(path) == link.confirmed.get(path)
            }
    return {source_id: resource for source_id, resource in found.items() if resource}


def _leaving(one: Desired, paths: Resource | None) -> Desired:
    """The desired object, with these attributes left as they are."""
    return replace(one, untouched=one.untouched | paths.keys()) if paths else one


def _blocked(
    job: Job, users: Iterable[DirectoryUser], of: _Side, people: _Compared, target: Target, context: "Context"
) -> _Compared:
    """Accounts of people who are blocked in the directory and have no link: they lose access also after a loss."""
    own = {link.source_id: link for link in of.links}
    unlinked = [user for user in users if user.id not in own or own[user.id].target_id not in of.existing]
    if not (unlinked and job.scope.people and of.flow.update):
        return _Compared((), {}, {}, (), frozenset(), ())
    paths = {*of.rules.paths, EXTERNAL_ID}
    table = Table([row for row in of.table.rows if row.target in paths])
    taken = {account.id for account in people.pairs.values()} | people.waiting
    kept = {source_id for kind, source_id in of.keeping if kind == of.kind}
    desired = desired_people(unlinked, table, target, context)
    matches = match(desired, own, of.existing, kept, of.rules, taken)
    pairs = {source_id: pair for source_id, pair in matches.pairs.items() if matches.how[source_id] != "inherited"}
    asked = [one for one in matches.held if one.message.code == HELD_CODES["taken-over"]]
    return _Compared(
        desired,
        pairs,
        {(of.kind, source_id): matches.how[source_id] for source_id in pairs},
        tuple(one for one in asked if is_active(of.existing[matches.held_by[one.source_id]].resource)),
        frozenset(),
        matches.protected,
        rejected=matches.rejected,
    )


def _untouchable(reading: Reading, decisions: Decisions) -> frozenset[str]:
    if not decisions.protected:
        return frozenset()
    kinds: tuple[ObjectKind, ...] = ("user", "group")
    return frozenset(
        one.id for kind in kinds for one in reading.of(kind).values() if decisions.protects(kind, one.resource)
    )


def _protected(links: Links, untouchable: Collection[str], sides: Iterable[_Compared]) -> tuple[Skipped, ...]:
    """Everybody of this job whose account or group is protected, or who would get a protected name."""
    found = {(one.kind, one.source_id): one for side in sides for one in side.protected}
    found |= {
        key: Skipped(link.kind, link.source_id, link.label, PROTECTED)
        for key, link in (links.items() if untouchable else ())
        if link.target_id in untouchable
    }
    return tuple(found.values())


def _without(desired: tuple[Desired, ...], out: Iterable[Rejected | HeldBack | Skipped]) -> tuple[Desired, ...]:
    ids = {one.source_id for one in out}
    return tuple(one for one in desired if one.source_id not in ids)


def _names(links: Mapping[str, Link], existing: Mapping[str, AnyExisting]) -> Mapping[str, str]:
    labels = {link.target_id: link.label for link in links.values()}

    def name(one: AnyExisting) -> str:
        own = one.resource.get("displayName") or one.resource.get("userName") or one.id
        return labels.get(one.id) or str(own)

    return {one.id: name(one) for one in existing.values()}


def _final(passed: tuple[Desired, ...], matches: "Matches", of: _Side) -> Mapping[str, Resource]:
    """AWS id -> resource after this plan."""
    staying = {pair.id for pair in matches.pairs.values()} | matches.held_ids
    final = {
        target_id: one.resource
        for target_id, one in of.existing.items()
        if target_id not in of.deleted or target_id in staying
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

    `standing` is source id -> resource in AWS by its link: objects left unchanged there are not missing.
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
    if not final:
        return ()
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
    code = "external-id-taken" if path == EXTERNAL_ID else "value-taken"
    message = Message(code, attribute=short_name(path), value=value_text(one.resource.get(path)), owner=owner)
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
    named = {name_key(cell.strip()) for p in snapshot.problems for cell in p.cells if cell.strip()}
    by_cells = frozenset(
        (link.kind, link.source_id)
        for link in links
        if link.kind == "user" and (name_key(link.source_id) in named or _user_name(link) in named)
    )
    return by_cells | _of_rows(snapshot, links)


def _of_rows(snapshot: DirectorySnapshot, links: Collection[Link]) -> frozenset[tuple[ObjectKind, str]]:
    """Linked objects whose own row cannot be read: it is reported as such."""
    ids = {(_row(p).kind, p.source_id) for p in snapshot.problems if p.source_id}
    user_names = {name_key(p.user_name) for p in snapshot.problems if p.user_name and not p.of_group}
    labels = {(_row(p).kind, name_key(p.label)) for p in snapshot.problems if p.label and not p.source_id}
    return frozenset(
        (link.kind, link.source_id)
        for link in links
        if (link.kind, link.source_id) in ids
        or (link.kind == "user" and _user_name(link) in user_names)
        or (link.kind, name_key(link.label)) in labels
    )


def _user_name(link: Link) -> str:
    return name_key(link.confirmed.get("userName", ""))


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
    untouchable: Collection[str] = (),
) -> tuple[Link, ...]:
    """Linked objects of one kind that are in AWS, and neither in scope nor held nor protected (`untouchable`).

    Only linked objects can leave. Nobody leaves while a job starts small, and no group if the directory was not asked
    for groups.
    """
    asked = job.scope.people if kind == "user" else job.scope.groups and snapshot.has_groups
    if not asked or job.scope.start_small:
        return ()
    return tuple(
        link
        for link in links
        if link.kind == kind
        and (kind, link.source_id) not in reserved
        and link.target_id in reading.of(kind)
        and link.target_id not in untouchable
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


def deleted_now(comparison: Comparison, leaving: Iterable[Link]) -> frozenset[str]:
    """AWS ids of the people that this plan deletes; not those whose account another person may inherit."""
    return deleted("user", comparison.job, leaving, comparison.moment) - comparison.waiting


def people_leaving(comparison: Comparison, leaving: Sequence[Link]) -> Iterator[Change]:
    """What the policy does with leavers; those who are disabled already need no request."""
    job, reading = comparison.job, comparison.reading
    present, action = {user.id for user in comparison.snapshot.users}, leaver_action(job)
    due = deleted_now(comparison, leaving)
    disables = action is not LeaverAction.LEAVE and job.mappings.users_flow.update
    for link in leaving:
        why = _OUT_OF_SCOPE if link.source_id in present else _GONE
        current = reading.users[link.target_id].resource
        if link.target_id in due:
            yield _deletion(link, current, why)
        elif disables and is_active(current):
            yield disabling(link.source_id, link.label, link.target_id, why)


def people_blocked(comparison: Comparison) -> Iterator[Change]:
    """Disable people in scope who are blocked in the directory and still active in AWS."""
    links, accounts = comparison.links, comparison.reading.users
    for user in comparison.scope.blocked:
        link, account = links.get(("user", user.id)), comparison.blocked_pairs.get(user.id)
        if account is None and link is not None:
            account = accounts.get(link.target_id)
        if account is None or account.id in comparison.untouchable:
            continue
        if is_active(account.resource):
            yield disabling(user.id, user.label, account.id, _BLOCKED)


def groups_leaving(comparison: Comparison, leaving: Iterable[Link]) -> Iterator[Change]:
    """What the policy does with leaving groups; one that another group may inherit is not deleted meanwhile."""
    present = {group.id for group in comparison.snapshot.groups}
    for link in leaving if groups_are_deleted(comparison.job) else ():
        if link.target_id not in comparison.waiting:
            why = _OUT_OF_SCOPE if link.source_id in present else _GONE
            yield _deletion(link, comparison.reading.groups[link.target_id].resource, why)


def disabling(source_id: str, label: str, target_id: str, reason: Message) -> Change:
    """Set `active` to false, for a leaver or a person blocked in the directory."""
    return Change(
        "user", Action.DISABLE, source_id, label, target_id, {"active": True}, {"active": False}, reason=reason
    )


def _deletion(link: Link, resource: Resource, reason: Message) -> Change:
    return Change(link.kind, Action.DELETE, link.source_id, link.label, link.target_id, resource, reason=reason)


def leavers_unknown(comparison: Comparison) -> Iterator[LeftOut]:
    """Name people who left while the links were lost: their accounts are active, and nobody in scope matches them."""
    if not comparison.own or not comparison.job.scope.people or comparison.job.scope.start_small:
        return
    ours = {link.target_id for link in comparison.links.values()} | comparison.waiting | comparison.untouchable
    ours |= {account.id for account in (*comparison.pairs.values(), *comparison.blocked_pairs.values())}
    for target_id in sorted(comparison.own - ours):
        account = comparison.reading.users.get(target_id)
        if account is not None and is_active(account.resource):
            yield LeftOut(accepted_name("user", account), Message("leaver-unknown"))


def leavers_held(comparison: Comparison) -> Iterator[LeftOut]:
    """Name people who would leave but stay, because an unreadable row names them."""
    if any(problem.cut for problem in comparison.snapshot.problems):  # everybody is held: the guard asks about it
        return
    present: set[tuple[ObjectKind, str]] = {("user", user.id) for user in comparison.snapshot.users}
    present |= {("group", group.id) for group in comparison.snapshot.groups}
    pairs = {"user": comparison.pairs, "group": comparison.group_pairs}
    taken = {(kind, account.id) for kind, found in pairs.items() for account in found.values()}
    own_rows = _of_rows(comparison.snapshot, tuple(comparison.links.values()))
    for key in sorted(comparison.held - present - own_rows):
        link = comparison.links[key]
        account = comparison.reading.of(link.kind).get(link.target_id)
        if account is None or not is_active(account.resource) or (link.kind, account.id) in taken:
            continue
        yield LeftOut(link.label, Message("leaver-held", kind=link.kind))
