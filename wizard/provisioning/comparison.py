"""Both sides, put side by side: who is desired, who stands in the target, who is whose."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from wizard.aws.interface import ObjectKind, Target
from wizard.directory import DirectorySnapshot
from wizard.mapping.attribute_mapping import AttributeMapping, ObjectFlow
from wizard.mapping.resources import Table, matching_paths, redacted_targets, run_context
from wizard.mapping.scoping import ScopeResult, Skipped, in_scope
from wizard.provisioning.diff import merged
from wizard.provisioning.job import Job
from wizard.provisioning.leavers import deleted, leavers
from wizard.provisioning.ledger import Link
from wizard.provisioning.matching import Matches, match
from wizard.provisioning.plan import Rejected
from wizard.provisioning.preflight import (
    Desired,
    desired_groups,
    desired_people,
    held,
    preflight,
    rejected_rows,
    taken_in_target,
)
from wizard.provisioning.read_aws import AnyExisting, Links, Reading
from wizard.scim.resource import Resource, redact

if TYPE_CHECKING:
    from wizard.mapping.expression.expression import Context

NOT_CREATED: Mapping[ObjectKind, str] = {
    "user": "people-not-created",
    "group": "groups-not-created",
}


@dataclass(frozen=True, slots=True)
class Sides:
    """Everything a plan is made from, but the memberships."""

    job: Job
    snapshot: DirectorySnapshot
    scope: ScopeResult
    reading: Reading
    links: Links
    people: tuple[Desired, ...]
    """In scope, enabled and not rejected."""
    groups: tuple[Desired, ...]
    pairs: Mapping[str, AnyExisting]
    """People: source id -> what stands for them."""
    group_pairs: Mapping[str, AnyExisting]
    adopted: frozenset[tuple[ObjectKind, str]]
    """Paired by a matching attribute."""
    vanished: frozenset[tuple[ObjectKind, str]]
    """Linked, but no longer in the target."""
    rejected: tuple[Rejected, ...]
    uncreated: tuple[Skipped, ...]
    """In scope and not in the target, but the mappings' switch says not to create them."""
    held: frozenset[tuple[ObjectKind, str]]
    reserved: frozenset[tuple[ObjectKind, str]]
    """Never leavers: in scope (also the rejected and the blocked), or held."""
    governed: frozenset[str]
    """Paths of people that follow the directory."""
    governed_groups: frozenset[str]
    limit: int
    """Members one request may carry."""
    moment: datetime
    """When the plan is made: who left long enough ago is deleted."""


def matched(
    job: Job,
    snapshot: DirectorySnapshot,
    target: Target,
    reading: Reading,
    links: Links,
    context: "Context | None" = None,
) -> Sides:
    """Scope, map, check and match; pure. All expressions share the context: one clock, one patience."""
    context = context or run_context()
    scope = in_scope(snapshot, job.scope)
    reading = _veiled(job, reading)
    groups_wanted = job.scope.groups and snapshot.has_groups
    waiting = held(snapshot, tuple(links.values()))
    ids: set[tuple[ObjectKind, str]] = {("user", user.id) for user in (*scope.users, *scope.blocked)}
    ids |= {("group", group.id) for group in scope.groups}
    reserved = frozenset({*waiting, *ids})
    keeping = reserved | _keeping(job, snapshot, links)

    def one_kind(kind: ObjectKind, rows: tuple[AttributeMapping, ...], known: tuple[str, ...]) -> _Kind:
        own = tuple(link for link in links.values() if link.kind == kind)
        going = deleted(kind, job, leavers(kind, job, snapshot, own, reserved, reading), context.now)
        table = Table(rows, known, clear_emptied=job.mappings.clear_emptied)
        flow = job.mappings.users_flow if kind == "user" else job.mappings.groups_flow
        return _Kind(kind, table, flow, reading.of(kind), own, keeping, going)

    people = one_kind("user", job.mappings.users, snapshot.attributes)
    groups = one_kind("group", job.mappings.groups, ())
    found_people = _one_kind(people, desired_people(scope.users, people.table, target, context), target)
    desired = desired_groups(scope.groups, groups.table, target, context) if groups_wanted else ()
    found_groups = _one_kind(groups, desired, target)
    rejected = (
        *rejected_rows(snapshot, job.scope),
        *(found_people.rejected if job.scope.people else ()),
        *found_groups.rejected,
    )
    return Sides(
        job=job,
        snapshot=snapshot,
        scope=scope,
        reading=reading,
        links=links,
        people=found_people.passed,
        groups=found_groups.passed,
        pairs=found_people.pairs,
        group_pairs=found_groups.pairs,
        adopted=frozenset({*found_people.adopted, *found_groups.adopted}),
        vanished=frozenset({*found_people.vanished, *found_groups.vanished}),
        rejected=rejected,
        uncreated=(*found_people.uncreated, *found_groups.uncreated),
        held=waiting,
        reserved=reserved,
        governed=people.table.governed,
        governed_groups=groups.table.governed,
        limit=target.members_per_request,
        moment=context.now,
    )


def _veiled(job: Job, reading: Reading) -> Reading:
    """What stands in the target, hidden where a mapping says Redact: from here it goes to plan, log and journal."""
    users, groups = redacted_targets(job.mappings.users), redacted_targets(job.mappings.groups)
    if not users and not groups:
        return reading

    def hidden(found: Mapping[str, AnyExisting], paths: frozenset[str]) -> Mapping[str, AnyExisting]:
        return {key: replace(one, resource=redact(one.resource, paths)) for key, one in found.items()}

    return replace(reading, users=hidden(reading.users, users), groups=hidden(reading.groups, groups))


def _keeping(job: Job, snapshot: DirectorySnapshot, links: Links) -> frozenset[tuple[ObjectKind, str]]:
    """Linked objects nobody else may be matched with: their owner is still in the directory, in scope or not.

    An owner whose identity is gone from it may have come back under another one.
    """
    if job.scope.start_small:
        return frozenset(links)
    present: set[tuple[ObjectKind, str]] = {("user", user.id) for user in snapshot.users}
    present |= {("group", group.id) for group in snapshot.groups}
    return frozenset(present & links.keys())


@dataclass(frozen=True, slots=True)
class _Kind:
    kind: ObjectKind
    table: Table
    flow: ObjectFlow
    existing: Mapping[str, AnyExisting]
    links: tuple[Link, ...]
    keeping: frozenset[tuple[ObjectKind, str]]
    """Links that are not given to another."""
    deleted: frozenset[str]
    """Target ids this plan deletes: their names are free again."""


@dataclass(frozen=True, slots=True)
class _Found:
    passed: tuple[Desired, ...]
    pairs: Mapping[str, AnyExisting]
    adopted: frozenset[tuple[ObjectKind, str]]
    vanished: frozenset[tuple[ObjectKind, str]]
    rejected: tuple[Rejected, ...]
    uncreated: tuple[Skipped, ...]


def _one_kind(of: _Kind, desired: tuple[Desired, ...], target: Target) -> _Found:
    own = {link.source_id: link for link in of.links}
    existing = of.existing
    standing = {s: existing[link.target_id].resource for s, link in own.items() if link.target_id in existing}
    checked = preflight(desired, target, standing)
    kept = {source_id for kind, source_id in of.keeping if kind == of.kind}
    found = match(checked.passed, own, existing, matching_paths(of.table.rows), kept)
    rejected = [*checked.rejected, *found.rejected]
    passed = _passed(checked.passed, rejected)
    names = _names(own, existing)
    while True:  # whoever is rejected keeps their old values, which may stand in the way of the next
        final = _final(passed, found, of)
        taken = taken_in_target(passed, final, found.pairs, target, lambda found_id: names[found_id])
        if not taken:
            break
        rejected += taken
        passed = _passed(passed, rejected)
    uncreated = () if of.flow.create else tuple(one for one in passed if one.source_id not in found.pairs)
    passed = tuple(one for one in passed if of.flow.create or one.source_id in found.pairs)
    ids = {one.source_id for one in passed}
    return _Found(
        passed,
        {source_id: pair for source_id, pair in found.pairs.items() if source_id in ids},
        frozenset((of.kind, source_id) for source_id in found.adopted if source_id in ids),
        frozenset((of.kind, source_id) for source_id in found.vanished),
        tuple(rejected),
        tuple(Skipped(of.kind, one.source_id, one.label, NOT_CREATED[of.kind]) for one in uncreated),
    )


def _passed(desired: tuple[Desired, ...], rejected: list[Rejected]) -> tuple[Desired, ...]:
    out = {one.source_id for one in rejected}
    return tuple(one for one in desired if one.source_id not in out)


def _names(links: Mapping[str, Link], existing: Mapping[str, AnyExisting]) -> Mapping[str, str]:
    labels = {link.target_id: link.label for link in links.values()}

    def name(found: AnyExisting) -> str:
        own = found.resource.get("displayName") or found.resource.get("userName") or found.id
        return labels.get(found.id) or str(own)

    return {found.id: name(found) for found in existing.values()}


def _final(passed: tuple[Desired, ...], found: Matches, of: _Kind) -> Mapping[str, Resource]:
    adopted = {pair.id for pair in found.pairs.values()}
    final = {
        found_id: one.resource
        for found_id, one in of.existing.items()
        if found_id not in of.deleted or found_id in adopted
    }
    for one in passed:
        pair = found.pairs.get(one.source_id)
        if pair is not None and of.flow.update:
            paths = of.table.governed - one.untouched if one.untouched else of.table.governed
            final[pair.id] = merged(pair.resource, one.resource, paths)
    return final
