"""Runs one operation from its turn to its log row: noted in the ledger, sent, confirmed, reported."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

import anyio

from wizard.aws.interface import Landed, ObjectKind, OutcomeUnknown, Refused, TargetSession, Updated
from wizard.errors import Message, NoAccess
from wizard.provisioning.events import ObjectReported, OperationEnded, RunEvent, Status
from wizard.provisioning.ledger import Confirmed, Ledger, Link
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
from wizard.provisioning.order import Wait, subject
from wizard.provisioning.plan import Plan
from wizard.provisioning.report import done_message, names_of, operation_row, warning_row
from wizard.scim.resource import MANAGER, Known, Planned, Redacted, Reference, Resource, Sealed, Value

Ids = Mapping[tuple[ObjectKind, str], str]
"""(kind, source id) -> AWS id of everything that exists in AWS by now."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """An operation with nothing but `Known` references."""

    operation: Operation
    left_out: tuple[str, ...] = ()
    """Source ids of a manager or members who are not in AWS: it is sent without them."""


@dataclass(frozen=True, slots=True)
class Unsendable:
    """Nothing is left to send."""

    why: Message
    left_out: tuple[str, ...] = ()


class OperationRunner:
    """Runs the operations of one plan; everything happens on one thread."""

    def __init__(
        self,
        plan: Plan,
        session: TargetSession,
        ledger: Ledger,
        emit: Callable[[RunEvent], None],
        graph: Sequence[tuple[Wait, ...]],
    ) -> None:
        self.ended: dict[int, Status] = {}
        """Index in the plan -> how it ended."""
        self.cut_off = False
        """An operation was cancelled while its request was under way; it is recorded as unknown."""
        self._operations, self._graph = plan.operations, graph
        self._session, self._ledger, self._emit = session, ledger, emit
        self._names = names_of(plan)
        self._links: dict[tuple[ObjectKind, str], Link] = {(k.kind, k.source_id): k for k in plan.links}
        self._ids = {key: link.target_id for key, link in self._links.items()}
        self._sources = {link.target_id: link.source_id for link in plan.links if link.kind == "user"}

    async def run(self, index: int) -> None:
        """Run one operation. Raises NoAccess and the ledger's errors, after the operation has ended."""
        op = self._operations[index]
        blocked = self._in_the_way(index)
        if blocked is not None:
            self._end(index, op, *blocked)
            return
        ready = resolved(op, self._ids)
        if not isinstance(ready, Resolved):
            self._warn(op, ready.left_out)
            self._end(index, op, "skipped", ready.why)
            return
        await self._sent(index, ready)

    def skip_rest(self, why: Message) -> None:
        """End everything that has not ended."""
        for index, op in enumerate(self._operations):
            if index not in self.ended:
                self._end(index, op, "skipped", why)

    def _in_the_way(self, index: int) -> tuple[Status, Message] | None:
        """Why this operation must not be tried: a name it takes was not freed, and AWS would give us its owner."""
        for wait in self._graph[index]:
            if wait.why != "reference" and self.ended.get(wait.on) != "success":
                other = self._operations[wait.on]
                if wait.why == "object":
                    return "skipped", Message("step-before-failed")
                return "failure", Message("name-not-freed", owner=other.label)
        return None

    async def _sent(self, index: int, ready: Resolved) -> None:
        op = ready.operation
        number = await self._ledger.begin(op, lookup_keys(op, self._links.get(subject(op))))
        began = time.monotonic()
        try:
            landed = await send(self._session, op)
        except (Refused, NoAccess) as failure:
            self._failed(index, op, number, failure, began)
            if isinstance(failure, NoAccess):
                raise
        except OutcomeUnknown:
            self._unknown(index, op, Message("no-answer"), began)
        except anyio.get_cancelled_exc_class():
            self.cut_off = True
            self._unknown(index, op, Message("cut-off-by-cancel"), began)
            raise
        except Exception as error:
            self._unknown(index, op, Message("unexpected-error", kind=type(error).__name__), began)
            raise
        else:
            self._landed(index, ready, landed, number, began)

    def _failed(self, index: int, op: Operation, number: int, failure: Refused | NoAccess, began: float) -> None:
        """AWS did not accept it, so nothing changed; if that is not certain, it stays in doubt."""
        refused = failure if isinstance(failure, Refused) else None
        if not failure.may_have_landed:
            self._ledger.end(number, None)
        status = refused.status if refused else 0
        message = Message("not-written", why=failure.message, status=status, in_doubt=failure.may_have_landed)
        unknown = refused is None and failure.may_have_landed
        self._end(index, op, "failure", message, refused=refused, began=began, unknown=unknown)

    def _landed(self, index: int, ready: Resolved, landed: Landed, number: int, began: float) -> None:
        op, key = ready.operation, subject(ready.operation)
        result = confirmed(op, landed, self._links.get(key), self._sources)
        try:
            self._ledger.end(number, result)
        except Exception:
            self._unknown(index, op, Message("done-not-noted"), began)
            raise
        if result.link is not None:
            self._links[key] = result.link
            self._ids[key] = landed.id
            if result.link.kind == "user":
                self._sources[landed.id] = result.link.source_id
            self._names.setdefault(landed.id, op.label)
        elif result.forget is not None:
            self._gone(key)
        elif key in self._links:
            members = (self._links[key].members | set(result.members_added)) - set(result.members_removed)
            self._links[key] = replace(self._links[key], members=members)
        self._warn(op, ready.left_out)
        done = done_message(op, adopted=landed.adopted)
        self._end(index, op, "success", done, landed=landed, left_out=ready.left_out, began=began)

    def _gone(self, key: tuple[ObjectKind, str]) -> None:
        # A deleted person is in no group: a group confirmed later must not add them again.
        self._links.pop(key, None)
        self._ids.pop(key, None)
        kind, source_id = key
        for other, link in self._links.items():
            if kind == "user" and source_id in link.members:
                self._links[other] = replace(link, members=link.members - {source_id})

    def _warn(self, op: Operation, absent: tuple[str, ...]) -> None:
        if absent:
            self._emit(ObjectReported(warning_row(op, absent, self._names)))

    def _unknown(self, index: int, op: Operation, message: Message, began: float) -> None:
        self._end(index, op, "failure", message, began=began, unknown=True)

    def _end(
        self,
        index: int,
        op: Operation,
        status: Status,
        message: Message,
        *,
        landed: Landed | None = None,
        refused: Refused | None = None,
        left_out: tuple[str, ...] = (),
        began: float | None = None,
        unknown: bool = False,
    ) -> None:
        row = operation_row(
            op,
            status,
            message,
            names=self._names,
            left_out=left_out,
            landed=landed,
            refused=refused,
            milliseconds=0 if began is None else _since(began),
        )
        self.ended[index] = status
        self._emit(OperationEnded(self._operations[index], row, unknown))


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


# The request


def resolved(op: Operation, ids: Ids) -> Resolved | Unsendable:
    """The operation as it can be sent now; references to objects that are not in AWS are left out."""
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

    First the value after the operation, then the one before: it may have landed, or not.
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
    """Send the request. `op` has only `Known` references; raises what `TargetSession` documents."""
    match op:
        case CreateUser():
            return await session.create_user(op.after)
        case UpdateUser():
            return _landed(op.id, await session.update_user(op.id, op.before, op.after))
        case DisableUser():
            return _landed(op.id, await session.update_user(op.id, {"active": True}, {"active": False}))
        case DeleteUser():
            return Landed(op.id, request_id=await session.delete_user(op.id))
        case CreateGroup():
            return await session.create_group(op.after, _ids(op.members))
        case UpdateGroup():
            return _landed(op.id, await session.update_group(op.id, op.before, op.after))
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


def _landed(target_id: str, updated: Updated) -> Landed:
    return Landed(target_id, request_id=updated.request_id, resource=updated.resource)


def _id(reference: Reference) -> str:
    assert isinstance(reference, Known)
    return reference.id


def _ids(members: tuple[Reference, ...]) -> tuple[str, ...]:
    return tuple(_id(member) for member in members)


def confirmed(op: Operation, landed: Landed, link: Link | None, sources: Mapping[str, str]) -> Confirmed:
    """How the links change after AWS confirmed the operation.

    `link` is the object's link before, `sources` AWS id -> source id of people.
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
