"""Who this job made or adopted and who is no longer in scope."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from wizard.aws.interface import ObjectKind
from wizard.directory import DirectorySnapshot, DirectoryUser
from wizard.errors import Message
from wizard.provisioning.job import Job, LeaverAction
from wizard.provisioning.ledger import Link
from wizard.provisioning.operations import DeleteGroup, DeleteUser, DisableUser
from wizard.provisioning.read_aws import Reading

_OUT_OF_SCOPE = Message("no-longer-in-scope")
_GONE = Message("no-longer-in-directory")
_BLOCKED = Message("blocked-in-directory")


def leavers(
    kind: ObjectKind,
    job: Job,
    snapshot: DirectorySnapshot,
    links: Iterable[Link],
    kept: Collection[tuple[ObjectKind, str]],
    reading: Reading,
) -> tuple[Link, ...]:
    """Linked objects of one kind that stand in the target and are neither in scope nor held.

    Only what is linked can leave: what was never ours is never touched. Nobody leaves while a job starts small, and
    no group where the directory was not asked for groups.
    """
    asked = job.scope.people if kind == "user" else job.scope.groups and snapshot.has_groups
    if not asked or job.scope.start_small:
        return ()
    return tuple(
        link
        for link in links
        if link.kind == kind and (kind, link.source_id) not in kept and link.target_id in reading.of(kind)
    )


def leaver_action(job: Job) -> LeaverAction:
    """What happens to people who leave: the policy, as far as the switches of the mappings let it."""
    flow, policy = job.mappings.users_flow, job.policy.leavers
    allowed = {LeaverAction.DELETE: flow.delete, LeaverAction.DISABLE: flow.update, LeaverAction.LEAVE: True}
    return policy if allowed[policy] else LeaverAction.LEAVE


def groups_are_deleted(job: Job) -> bool:
    """Whether groups that are gone are deleted: the policy says so and the mappings' switch lets it."""
    return job.policy.groups_gone == "delete" and job.mappings.groups_flow.delete


def deleted(kind: ObjectKind, job: Job, leaving: Iterable[Link], moment: datetime) -> frozenset[str]:
    """Target ids of the leavers whom the policy deletes now."""
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
    """How many leavers are only disabled so far, and deleted later."""
    whole = tuple(leaving) if leaver_action(job) is LeaverAction.DELETE else ()
    return len(whole) - len(deleted("user", job, whole, moment))


def people_leaving(
    job: Job, snapshot: DirectorySnapshot, leaving: Sequence[Link], reading: Reading, moment: datetime
) -> Iterator[DisableUser | DeleteUser]:
    """What the policy does with leavers; who is disabled already stays so without a request."""
    present, action = {user.id for user in snapshot.users}, leaver_action(job)
    due = deleted("user", job, leaving, moment)
    disables = action is not LeaverAction.LEAVE and job.mappings.users_flow.update
    for link in leaving:
        why = _OUT_OF_SCOPE if link.source_id in present else _GONE
        stands = reading.users[link.target_id].resource
        if link.target_id in due:
            yield DeleteUser(link.source_id, link.label, link.target_id, stands, why)
        elif disables and stands.get("active") is not False:
            yield DisableUser(link.source_id, link.label, link.target_id, why)


def people_blocked(
    blocked: Iterable[DirectoryUser], links: Iterable[Link], reading: Reading
) -> Iterator[DisableUser]:
    """People in scope whom the directory blocked and who can still sign in to AWS."""
    own = {link.source_id: link for link in links if link.kind == "user"}
    for user in blocked:
        link = own.get(user.id)
        stands = reading.users.get(link.target_id) if link else None
        if stands is not None and stands.resource.get("active") is not False:
            yield DisableUser(user.id, user.label, stands.id, _BLOCKED)


def groups_leaving(
    job: Job, snapshot: DirectorySnapshot, leaving: Iterable[Link], reading: Reading
) -> Iterator[DeleteGroup]:
    """What the policy does with groups that are gone."""
    present = {group.id for group in snapshot.groups}
    for link in leaving if groups_are_deleted(job) else ():
        why = _OUT_OF_SCOPE if link.source_id in present else _GONE
        yield DeleteGroup(link.source_id, link.label, link.target_id, reading.groups[link.target_id].resource, why)
