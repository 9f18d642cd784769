"""A plan for one person or group on demand: the journal stands for the target, and this one is looked up there."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from wizard.aws.interface import Target, TargetSession
from wizard.directory import DirectorySnapshot
from wizard.mapping.resources import maps_members, matching_paths, run_context
from wizard.provisioning.comparison import Sides, matched
from wizard.provisioning.events import PhaseBegan, RunEvent
from wizard.provisioning.in_doubt import settle_by_lookup, settle_by_reading
from wizard.provisioning.job import Job
from wizard.provisioning.ledger import Ledger
from wizard.provisioning.only_some import Key, Only
from wizard.provisioning.plan import Plan
from wizard.provisioning.planning import plan_of
from wizard.provisioning.read_aws import (
    AnyExisting,
    Reading,
    members_of_ledger,
    plainly,
    read_ledger,
    read_members,
    read_target,
)
from wizard.scim.resource import Resource

_LOOKED_UP_BY = {"user": ("externalId", "userName"), "group": ("externalId", "displayName")}
"""What AWS filters by (aws-scim: ListUsers, ListGroups)."""


async def prepare_one(
    job: Job,
    snapshot: DirectorySnapshot,
    target: Target,
    session: TargetSession,
    ledger: Ledger,
    emit: Callable[[RunEvent], None],
    key: Key,
    *,
    now: datetime | None = None,
) -> Plan:
    """What a run would do with one person or group; a few requests, whatever the size of the tenant.

    Everyone in AWS is read only where a look-up cannot tell: by another matching attribute, or where what was linked
    is not found under its names. Raises WizardError where the target cannot be read.
    """
    emit(PhaseBegan("read"))
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    context = run_context(moment)
    settled = await settle_by_lookup(session, ledger)
    reading = read_ledger(ledger.links())
    sides = matched(job, snapshot, target, reading, ledger.links(), context)
    found = await plainly(_looked_up(sides, session, key)) if settled else None
    if found is None:
        reading, _ = await read_target(session, emit)
        await settle_by_reading(session, ledger, reading)
    else:
        reading = _with(reading, key, found)
    emit(PhaseBegan("compare"))
    sides = matched(job, snapshot, target, reading, ledger.links(), context)
    paired = {one.id for one in sides.group_pairs.values()}
    members = dict(members_of_ledger(ledger.links(), paired)) if maps_members(job.mappings.groups) else {}
    own = sides.group_pairs.get(key[1]) if key[0] == "group" else None
    if own is not None and maps_members(job.mappings.groups):
        members |= await read_members(session, [own.id], emit)
    made_at = moment.isoformat(timespec="seconds")
    return plan_of(sides, members, last_people=0, made_at=made_at, only=Only("on-demand", frozenset({key})))


async def _looked_up(sides: Sides, session: TargetSession, key: Key) -> Mapping[str, AnyExisting] | None:
    """Who stands in the target under this one's names, by id; None = only the whole list can tell."""
    kind = key[0]
    link = sides.links.get(key)
    wished: Resource = next(
        (one.resource for one in (*sides.people, *sides.groups) if (one.kind, one.source_id) == key), {}
    )
    rows = sides.job.mappings.users if kind == "user" else sides.job.mappings.groups
    if link is None and wished and not set(matching_paths(rows)) <= set(_LOOKED_UP_BY[kind]):
        return None
    find = session.find_user if kind == "user" else session.find_group
    found: dict[str, AnyExisting] = {}
    for path in _LOOKED_UP_BY[kind]:
        values = [wished.get(path), link.confirmed.get(path) if link else None]
        for value in dict.fromkeys(value for value in values if isinstance(value, str)):
            one: AnyExisting | None = await find(path, value)
            if one is not None:
                found[one.id] = one
    return None if link is not None and link.target_id not in found else found


def _with(reading: Reading, key: Key, found: Mapping[str, AnyExisting]) -> Reading:
    if key[0] == "user":
        return replace(reading, users={**reading.users, **found})
    return replace(reading, groups={**reading.groups, **found})
