"""Reads both sides, compares them and makes the plan; changes nothing in the target."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

from anyio import to_thread

from wizard.aws.interface import Target, TargetSession
from wizard.directory import DirectorySnapshot
from wizard.mapping.resources import maps_members, run_context, sources_of
from wizard.provisioning.comparison import matched
from wizard.provisioning.events import PhaseBegan, RunEvent
from wizard.provisioning.in_doubt import settle_by_lookup, settle_by_reading
from wizard.provisioning.job import Job
from wizard.provisioning.ledger import Ledger
from wizard.provisioning.only_some import Only
from wizard.provisioning.plan import Plan
from wizard.provisioning.planning import plan_of
from wizard.provisioning.read_aws import (
    Members,
    Reading,
    members_of_ledger,
    read_ledger,
    read_members,
    read_target,
)
from wizard.provisioning.side_by_side import side_by_side
from wizard.provisioning.uncollected import uncollected


async def prepare(
    job: Job,
    snapshot: DirectorySnapshot,
    target: Target,
    session: TargetSession | None,
    ledger: Ledger,
    emit: Callable[[RunEvent], None],
    *,
    full: bool,
    last_people: int = 0,
    now: datetime | None = None,
    only: Only | None = None,
) -> Plan:
    """What a run would do.

    `full` False, or no session: the ledger's last confirmed state stands for the target (the caller knows whether it
    is sound). `last_people` is how many people the last whole snapshot had, 0 = none yet. With `only` the plan is
    about these objects alone. Raises WizardError where the target cannot be read.
    """
    emit(PhaseBegan("read"))
    # Where people are only looked up for their groups, no link keeps them: they must be read.
    full = full or not job.scope.people
    likely = _likely(job, snapshot, ledger) if full and session is not None else frozenset()
    found: list[tuple[Reading, Members]] = []

    async def read() -> None:
        found.append(await _read(session, ledger, emit, likely, full=full))

    both: list[Callable[[], Awaitable[None]]] = [read, partial(_learn, job)]
    await side_by_side(both)
    reading, early = found[0]
    emit(PhaseBegan("compare"))
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    with uncollected():
        sides = matched(job, snapshot, target, reading, ledger.links(), run_context(moment))
    wanted = [found.id for found in sides.group_pairs.values()] if maps_members(job.mappings.groups) else []
    members: Members
    if session is not None and reading.read_from == "target":
        rest = [group_id for group_id in wanted if group_id not in early]
        members = {**early, **await read_members(session, rest, emit)}
    else:
        members = members_of_ledger(ledger.links(), wanted)
    made_at = moment.isoformat(timespec="seconds")
    with uncollected():
        return plan_of(sides, members, last_people=last_people, made_at=made_at, only=only)


async def _learn(job: Job) -> None:
    """Read the mappings' expressions while the target is asked: making their grammar takes as long as two answers."""
    rows = (*job.mappings.users, *job.mappings.groups)
    await to_thread.run_sync(lambda: [sources_of(row) for row in rows], abandon_on_cancel=True)


def _likely(job: Job, snapshot: DirectorySnapshot, ledger: Ledger) -> frozenset[str]:
    """Target ids of the groups whose members will be asked for, as far as that is known before anything is read."""
    if not job.scope.groups or not maps_members(job.mappings.groups):
        return frozenset()
    present = {group.id for group in snapshot.groups}
    links = ledger.links().values()
    return frozenset(link.target_id for link in links if link.kind == "group" and link.source_id in present)


async def _read(
    session: TargetSession | None,
    ledger: Ledger,
    emit: Callable[[RunEvent], None],
    likely: frozenset[str],
    *,
    full: bool,
) -> tuple[Reading, Members]:
    if session is None:
        return read_ledger(ledger.links()), {}
    # Without a single link the ledger knows nothing: a first run must see who is already there.
    if not full and ledger.links() and await settle_by_lookup(session, ledger):
        return read_ledger(ledger.links()), {}
    reading, members = await read_target(session, emit, likely)
    await settle_by_reading(session, ledger, reading)
    return reading, members
