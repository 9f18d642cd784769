"""The target as it stands: read from AWS, or as the ledger last saw it confirmed."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeVar

from wizard.aws.interface import Existing, ExistingGroup, ObjectKind, OutcomeUnknown, Refused, TargetSession
from wizard.errors import Message, WizardError
from wizard.progress import Progress, ReportProgress
from wizard.provisioning.events import RunEvent
from wizard.provisioning.ledger import Link
from wizard.provisioning.side_by_side import side_by_side

T = TypeVar("T")
_READING_MEMBERSHIPS = Message("reading-memberships")
AnyExisting = Existing | ExistingGroup
Links = Mapping[tuple[ObjectKind, str], Link]
Members = Mapping[str, frozenset[str]]
"""Group id -> ids of its members, both the target's."""
BESIDE = 4
"""Lists of members asked for at once beside the pages of people, which share their limit and would wait behind more."""


@dataclass(frozen=True, slots=True)
class Reading:
    """People and groups of the target by their id there."""

    users: Mapping[str, AnyExisting]
    groups: Mapping[str, AnyExisting]
    read_from: Literal["target", "journal"]

    def of(self, kind: ObjectKind) -> Mapping[str, AnyExisting]:
        """The objects of one kind."""
        return self.users if kind == "user" else self.groups


async def read_target(
    session: TargetSession, emit: Callable[[RunEvent], None], likely: Collection[str] = ()
) -> tuple[Reading, Members]:
    """Everyone in AWS, people and groups side by side, and the members of the `likely` groups; raises WizardError.

    Pages of people come one after another; lists of members need not wait for the last of them.
    """
    members: Members = {}

    async def groups_and_members() -> Mapping[str, AnyExisting]:
        nonlocal members
        groups = await _groups(session, emit)
        members = await read_members(session, [found for found in groups if found in likely], emit, limit=BESIDE)
        return groups

    both: list[Callable[[], Awaitable[Mapping[str, AnyExisting]]]] = [
        partial(_users, session, emit),
        groups_and_members,
    ]
    users, groups = await plainly(side_by_side(both))
    return Reading(users, groups, "target"), members


def read_ledger(links: Links) -> Reading:
    """What this job made or adopted, as AWS last confirmed it; nobody else is known."""
    users = {k.target_id: Existing(k.target_id, k.confirmed) for k in links.values() if k.kind == "user"}
    groups = {k.target_id: ExistingGroup(k.target_id, k.confirmed) for k in links.values() if k.kind == "group"}
    return Reading(users, groups, "journal")


async def read_members(
    session: TargetSession, group_ids: Sequence[str], emit: Callable[[RunEvent], None], limit: int = 10
) -> Members:
    """Group id -> ids of its members, one list for each group, several at once; raises WizardError."""
    done = 0

    async def one(group_id: str) -> frozenset[str]:
        nonlocal done
        members = await session.member_ids(group_id)
        done += 1
        emit(Progress(_READING_MEMBERSHIPS, done, len(group_ids)))
        return members

    found = await plainly(side_by_side([partial(one, group_id) for group_id in group_ids], limit))
    return dict(zip(group_ids, found, strict=True))


def members_of_ledger(links: Links, group_ids: Collection[str]) -> Members:
    """Group id -> ids of its members as last confirmed."""
    targets = {link.source_id: link.target_id for link in links.values() if link.kind == "user"}
    return {
        link.target_id: frozenset(targets[source] for source in link.members if source in targets)
        for link in links.values()
        if link.kind == "group" and link.target_id in group_ids
    }


async def _users(session: TargetSession, report: ReportProgress) -> Mapping[str, AnyExisting]:
    return {found.id: found async for found in session.users(report)}


async def _groups(session: TargetSession, report: ReportProgress) -> Mapping[str, AnyExisting]:
    return {found.id: found async for found in session.groups(report)}


async def plainly(reading: Awaitable[T]) -> T:
    """Wait for a reading. Half of one would make people look gone: any refusal ends the whole, as WizardError."""
    try:
        return await reading
    except Refused as refused:
        raise WizardError("aws-not-readable", why=refused.message) from refused
    except OutcomeUnknown as lost:
        raise WizardError("aws-answer-lost") from lost
