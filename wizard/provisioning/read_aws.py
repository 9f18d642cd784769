"""Reads people, groups and memberships from AWS, or takes them from the journal as they were last confirmed."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeVar

import anyio

from wizard.aws.interface import Existing, ExistingGroup, ObjectKind, OutcomeUnknown, Refused, TargetSession
from wizard.errors import Message, WizardError
from wizard.progress import Progress, ReportProgress
from wizard.provisioning.events import RunEvent
from wizard.provisioning.ledger import Link

T = TypeVar("T")
AnyExisting = Existing | ExistingGroup
Links = Mapping[tuple[ObjectKind, str], Link]
Members = Mapping[str, frozenset[str]]
"""AWS id of a group -> AWS ids of its members."""

_MEMBERS_BESIDE_PAGES = 4
"""Member lists requested at once while people are read: both share one rate limit, and more would delay the pages."""
_READING_MEMBERSHIPS = Message("reading-memberships")


@dataclass(frozen=True, slots=True)
class Reading:
    """People and groups by their AWS id."""

    users: Mapping[str, AnyExisting]
    groups: Mapping[str, AnyExisting]
    read_from: Literal["target", "journal"]

    def of(self, kind: ObjectKind) -> Mapping[str, AnyExisting]:
        """The objects of one kind."""
        return self.users if kind == "user" else self.groups


async def read_target(
    session: TargetSession, emit: Callable[[RunEvent], None], likely: Collection[str] = ()
) -> tuple[Reading, Members]:
    """Read everybody in AWS, and the members of the `likely` groups; raises WizardError.

    Pages of people come one after another, so groups and member lists are read at the same time.
    """
    members: Members = {}

    async def groups_and_members() -> Mapping[str, AnyExisting]:
        nonlocal members
        groups = await _groups(session, emit)
        wanted = [group_id for group_id in groups if group_id in likely]
        members = await read_members(session, wanted, emit, limit=_MEMBERS_BESIDE_PAGES)
        return groups

    both: list[Callable[[], Awaitable[Mapping[str, AnyExisting]]]] = [
        partial(_users, session, emit),
        groups_and_members,
    ]
    users, groups = await end_on_refusal(run_together(both))
    return Reading(users, groups, "target"), members


def read_ledger(links: Links) -> Reading:
    """What the job created or adopted, as last confirmed. It knows nobody else."""
    users = {k.target_id: Existing(k.target_id, k.confirmed) for k in links.values() if k.kind == "user"}
    groups = {k.target_id: ExistingGroup(k.target_id, k.confirmed) for k in links.values() if k.kind == "group"}
    return Reading(users, groups, "journal")


async def read_members(
    session: TargetSession, group_ids: Sequence[str], emit: Callable[[RunEvent], None], limit: int = 10
) -> Members:
    """Read the member lists of these groups, at most `limit` at once; raises WizardError."""
    done = 0

    async def read(group_id: str) -> frozenset[str]:
        nonlocal done
        members = await session.member_ids(group_id)
        done += 1
        emit(Progress(_READING_MEMBERSHIPS, done, len(group_ids)))
        return members

    lists = await end_on_refusal(run_together([partial(read, group_id) for group_id in group_ids], limit))
    return dict(zip(group_ids, lists, strict=True))


def members_of_ledger(links: Links, group_ids: Collection[str]) -> Members:
    """The members of these groups as last confirmed."""
    targets = {link.source_id: link.target_id for link in links.values() if link.kind == "user"}
    return {
        link.target_id: frozenset(targets[source] for source in link.members if source in targets)
        for link in links.values()
        if link.kind == "group" and link.target_id in group_ids
    }


async def _users(session: TargetSession, report: ReportProgress) -> Mapping[str, AnyExisting]:
    return {user.id: user async for user in session.users(report)}


async def _groups(session: TargetSession, report: ReportProgress) -> Mapping[str, AnyExisting]:
    return {group.id: group async for group in session.groups(report)}


async def end_on_refusal(reading: Awaitable[T]) -> T:
    """Await a reading. With part of one, people would look deleted: any refusal ends it all, as WizardError."""
    try:
        return await reading
    except Refused as refused:
        raise WizardError("aws-not-readable", why=refused.message) from refused
    except OutcomeUnknown as lost:
        raise WizardError("aws-answer-lost") from lost


async def run_together(calls: Sequence[Callable[[], Awaitable[T]]], limit: int = 10) -> list[T]:
    """Run calls concurrently, at most `limit` at once; results are in the order of the calls.

    The first exception cancels the others and is raised as it is, not in a group: callers tell errors by type.
    """
    results: dict[int, T] = {}
    failures: list[Exception] = []
    limiter = anyio.CapacityLimiter(limit)

    async def run(index: int, call: Callable[[], Awaitable[T]]) -> None:
        async with limiter:
            try:
                results[index] = await call()
            except Exception as error:
                failures.append(error)
                tasks.cancel_scope.cancel()

    async with anyio.create_task_group() as tasks:
        for index, call in enumerate(calls):
            tasks.start_soon(run, index, call)
    if failures:
        raise failures[0]
    return [results[index] for index in range(len(calls))]
