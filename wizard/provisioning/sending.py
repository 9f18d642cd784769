"""One operation as one request: its references resolved, sent, and what the target confirmed by it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from wizard.aws.interface import Landed, ObjectKind, TargetSession
from wizard.errors import Message
from wizard.provisioning.ledger import Confirmed, Link
from wizard.provisioning.operations import (
    AddMembers,
    CreateGroup,
    CreateUser,
    DeleteGroup,
    DeleteUser,
    DisableUser,
    Operation,
    RemoveMembers,
    UpdateGroup,
    UpdateUser,
)
from wizard.provisioning.order import subject
from wizard.scim.resource import MANAGER, Known, Planned, Redacted, Reference, Resource, Sealed, Value

Ids = Mapping[tuple[ObjectKind, str], str]
"""(kind, source id) -> target id of everything that stands in the target by now."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """An operation with nothing but `Known` references."""

    operation: Operation
    left_out: tuple[str, ...] = ()
    """Source ids of a manager or members who are not there: it goes without them."""


@dataclass(frozen=True, slots=True)
class Unsendable:
    """Nothing is left to send."""

    why: Message
    left_out: tuple[str, ...] = ()


def resolved(op: Operation, ids: Ids) -> Resolved | Unsendable:
    """The operation as it can be sent now. References are soft: who is not there is left out."""
    match op:
        case CreateUser() | UpdateUser():
            return _person(op, ids)
        case CreateGroup():
            members, absent = _present(op.members, ids)
            return Resolved(replace(op, members=members), absent)
        case AddMembers() | RemoveMembers():
            group = _known(op.group, "group", ids)
            if group is None:
                return Unsendable(Message("group-not-in-aws"))
            members, absent = _present(op.members, ids)
            if not members:
                return Unsendable(Message("members-not-in-aws"), absent)
            return Resolved(replace(op, group=group, members=members), absent)
        case DisableUser() | DeleteUser() | UpdateGroup() | DeleteGroup():
            return Resolved(op)
        case _:
            assert_never(op)


def _person(op: CreateUser | UpdateUser, ids: Ids) -> Resolved | Unsendable:
    if isinstance(op, UpdateUser) and not op.id:
        target_id = ids.get(("user", op.source_id))
        if target_id is None:
            return Unsendable(Message("person-not-in-aws"))
        op = replace(op, id=target_id)
    wished = op.after.get(MANAGER)
    if not isinstance(wished, Planned):
        return Resolved(op)
    manager = _known(wished, "user", ids)
    after = {path: value for path, value in op.after.items() if path != MANAGER}
    if manager is not None:
        return Resolved(replace(op, after={**after, MANAGER: manager}))
    if isinstance(op, CreateUser):
        return Resolved(replace(op, after=after), (wished.source_id,))
    before = {path: value for path, value in op.before.items() if path != MANAGER}
    if not after and not before:
        return Unsendable(Message("manager-not-in-aws"), (wished.source_id,))
    return Resolved(replace(op, before=before, after=after), (wished.source_id,))


def _known(reference: Reference, kind: ObjectKind, ids: Ids) -> Known | None:
    if isinstance(reference, Known):
        return reference
    target_id = ids.get((kind, reference.source_id))
    return None if target_id is None else Known(target_id)


def _present(members: tuple[Reference, ...], ids: Ids) -> tuple[tuple[Known, ...], tuple[str, ...]]:
    present, absent = [], []
    for member in members:
        known = _known(member, "user", ids)
        if known is not None:
            present.append(known)
        elif isinstance(member, Planned):
            absent.append(member.source_id)
    return tuple(present), tuple(absent)


def lookup_keys(op: Operation, link: Link | None) -> tuple[tuple[str, str], ...]:
    """(path, value) by which the object can be found if this operation is cut off.

    The value after the operation first, then the one before: it may have landed, or not.
    """
    kind, _ = subject(op)
    paths = ("userName", "externalId") if kind == "user" else ("displayName", "externalId")
    stands: Resource = link.confirmed if link else {}
    after: Resource = op.after if isinstance(op, CreateUser | UpdateUser | CreateGroup | UpdateGroup) else {}
    found: dict[tuple[str, str], None] = {}
    for resource in (after, stands):
        for path in paths:
            value: Value | None = resource.get(path)
            if isinstance(value, str) and not isinstance(value, Sealed):
                found[path, value.text if isinstance(value, Redacted) else value] = None
    return tuple(found)


async def send(session: TargetSession, op: Operation) -> Landed:
    """The request. `op` holds only `Known` references; raises as `TargetSession` tells."""
    match op:
        case CreateUser():
            return await session.create_user(op.after)
        case UpdateUser():
            return Landed(op.id, request_id=await session.update_user(op.id, op.before, op.after))
        case DisableUser():
            request_id = await session.update_user(op.id, {"active": True}, {"active": False})
            return Landed(op.id, request_id=request_id)
        case DeleteUser():
            return Landed(op.id, request_id=await session.delete_user(op.id))
        case CreateGroup():
            return await session.create_group(op.after, _ids(op.members))
        case UpdateGroup():
            return Landed(op.id, request_id=await session.update_group(op.id, op.before, op.after))
        case DeleteGroup():
            return Landed(op.id, request_id=await session.delete_group(op.id))
        case AddMembers():
            group = _id(op.group)
            return Landed(group, request_id=await session.add_members(group, _ids(op.members)))
        case RemoveMembers():
            group = _id(op.group)
            return Landed(group, request_id=await session.remove_members(group, _ids(op.members)))
        case _:
            assert_never(op)


def _id(reference: Reference) -> str:
    assert isinstance(reference, Known)
    return reference.id


def _ids(members: tuple[Reference, ...]) -> tuple[str, ...]:
    return tuple(_id(member) for member in members)


def confirmed(op: Operation, landed: Landed, link: Link | None, sources: Mapping[str, str]) -> Confirmed:
    """How the links change now that the target confirmed the operation.

    `link` is the object's link before, `sources` target id -> source id of people.
    """
    kind, source_id = subject(op)
    match op:
        case CreateUser():
            return Confirmed(Link(kind, source_id, landed.id, op.label, op.after, active=_active(op.after)))
        case CreateGroup():
            return Confirmed(Link(kind, source_id, landed.id, op.label, op.after, _sources(op.members, sources)))
        case UpdateUser() | UpdateGroup():
            stands = link.confirmed if link else {}
            after = {path: value for path, value in stands.items() if path not in op.before} | dict(op.after)
            members = link.members if link else frozenset()
            return Confirmed(Link(kind, source_id, landed.id, op.label, after, members, _active(after)))
        case DisableUser():
            stands = {**(link.confirmed if link else {}), "active": False}
            left = link.left_at if link else ""
            return Confirmed(Link(kind, source_id, landed.id, op.label, stands, active=False, left_at=left))
        case DeleteUser() | DeleteGroup():
            return Confirmed(forget=(kind, source_id))
        case AddMembers():
            return Confirmed(members_added=tuple(sorted(_sources(op.members, sources))))
        case RemoveMembers():
            return Confirmed(members_removed=tuple(sorted(_sources(op.members, sources))))
        case _:
            assert_never(op)


def _sources(members: tuple[Reference, ...], sources: Mapping[str, str]) -> frozenset[str]:
    return frozenset(
        sources[member.id] for member in members if isinstance(member, Known) and member.id in sources
    )


def _active(resource: Resource) -> bool:
    return resource.get("active") is not False
