"""Runs one change from its turn to its log row: noted in the ledger, sent, confirmed, reported."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

import anyio

from wizard.aws.interface import Landed, ObjectKind, OutcomeUnknown, Refused, TargetSession
from wizard.errors import Message, NoAccess
from wizard.provisioning.change import Action, Change, differing
from wizard.provisioning.events import ChangeEnded, ObjectReported, RunEvent, Status
from wizard.provisioning.ledger import Confirmed, Ledger, Link
from wizard.provisioning.order import Wait
from wizard.provisioning.plan import Plan
from wizard.provisioning.report import change_row, done_message, names_of, now, warning_row
from wizard.scim.resource import MANAGER, Known, Planned, Redacted, Reference, Resource, Sealed, Value

Ids = Mapping[tuple[ObjectKind, str], str]
"""(kind, source id) -> AWS id of everything that exists in AWS by now."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A change with nothing but `Known` references."""

    change: Change
    left_out: tuple[str, ...] = ()
    """Source ids of a manager or members who are not in AWS: it is sent without them."""


@dataclass(frozen=True, slots=True)
class Unsendable:
    """Nothing is left to send."""

    why: Message
    left_out: tuple[str, ...] = ()


class ChangeRunner:
    """Runs the changes of one plan; everything happens on one thread."""

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
        """A change was cancelled while its request was under way; it is recorded as unknown."""
        self._changes, self._graph = plan.changes, graph
        self._session, self._ledger, self._emit = session, ledger, emit
        self._names = names_of(plan)
        self._links: dict[tuple[ObjectKind, str], Link] = {(k.kind, k.source_id): k for k in plan.links}
        self._ids = {key: link.target_id for key, link in self._links.items()}
        self._sources = {link.target_id: link.source_id for link in plan.links if link.kind == "user"}

    async def run(self, index: int) -> None:
        """Run one change. Raises NoAccess and the ledger's errors, after the change has ended."""
        change = self._changes[index]
        blocked = self._in_the_way(index)
        if blocked is not None:
            self._end(index, change, *blocked)
            return
        ready = resolved(change, self._ids)
        if not isinstance(ready, Resolved):
            self._warn(change, ready.left_out)
            self._end(index, change, "skipped", ready.why)
            return
        await self._sent(index, ready)

    def skip_rest(self, why: Message) -> None:
        """End everything that has not ended."""
        for index, change in enumerate(self._changes):
            if index not in self.ended:
                self._end(index, change, "skipped", why)

    def _in_the_way(self, index: int) -> tuple[Status, Message] | None:
        """Why this change must not be tried: a name it takes was not freed, and AWS would give us its owner."""
        for wait in self._graph[index]:
            if wait.why != "reference" and self.ended.get(wait.on) != "success":
                other = self._changes[wait.on]
                if wait.why == "object":
                    return "skipped", Message("step-before-failed")
                return "failure", Message("name-not-freed", owner=other.label)
        return None

    async def _sent(self, index: int, ready: Resolved) -> None:
        change = ready.change
        number = await self._ledger.begin(change, lookup_keys(change, self._links.get(change.key)))
        began = time.monotonic()
        try:
            landed = await send(self._session, change)
        except (Refused, NoAccess) as failure:
            self._failed(index, change, number, failure, began)
            if isinstance(failure, NoAccess):
                raise
        except OutcomeUnknown:
            self._unknown(index, change, Message("no-answer"), began)
        except anyio.get_cancelled_exc_class():
            self.cut_off = True
            self._unknown(index, change, Message("cut-off-by-cancel"), began)
            raise
        except Exception as error:
            self._unknown(index, change, Message("unexpected-error", kind=type(error).__name__), began)
            raise
        else:
            self._landed(index, ready, landed, number, began)

    def _failed(self, index: int, change: Change, number: int, failure: Refused | NoAccess, began: float) -> None:
        """AWS did not accept it, so nothing changed; if that is not certain, it stays in doubt."""
        refused = failure if isinstance(failure, Refused) else None
        if not failure.may_have_landed:
            self._ledger.end(number, None)
        status = refused.status if refused else 0
        message = Message("not-written", why=failure.message, status=status, in_doubt=failure.may_have_landed)
        unknown = refused is None and failure.may_have_landed
        self._end(index, change, "failure", message, refused=refused, began=began, unknown=unknown)

    def _landed(self, index: int, ready: Resolved, landed: Landed, number: int, began: float) -> None:
        change, key = ready.change, ready.change.key
        result = confirmed(change, landed, self._links.get(key), self._sources)
        try:
            self._ledger.end(number, result)
        except Exception:
            self._unknown(index, change, Message("done-not-noted"), began)
            raise
        if result.link is not None:
            self._links[key] = result.link
            self._ids[key] = landed.id
            if result.link.kind == "user":
                self._sources[landed.id] = result.link.source_id
            self._names.setdefault(landed.id, change.label)
        elif result.forget is not None:
            self._gone(key)
        elif key in self._links:
            members = (self._links[key].members | set(result.members_added)) - set(result.members_removed)
            self._links[key] = replace(self._links[key], members=members)
        self._warn(change, ready.left_out)
        done = Message("deleted-elsewhere") if landed.gone else done_message(change)
        self._end(index, change, "success", done, landed=landed, left_out=ready.left_out, began=began)

    def _gone(self, key: tuple[ObjectKind, str]) -> None:
        # A deleted person is in no group: a group confirmed later must not add them again.
        self._links.pop(key, None)
        self._ids.pop(key, None)
        kind, source_id = key
        for other, link in self._links.items():
            if kind == "user" and source_id in link.members:
                self._links[other] = replace(link, members=link.members - {source_id})

    def _warn(self, change: Change, absent: tuple[str, ...]) -> None:
        if absent:
            self._emit(ObjectReported(warning_row(change, absent, self._names)))

    def _unknown(self, index: int, change: Change, message: Message, began: float) -> None:
        self._end(index, change, "failure", message, began=began, unknown=True)

    def _end(
        self,
        index: int,
        change: Change,
        status: Status,
        message: Message,
        *,
        landed: Landed | None = None,
        refused: Refused | None = None,
        left_out: tuple[str, ...] = (),
        began: float | None = None,
        unknown: bool = False,
    ) -> None:
        row = change_row(
            change,
            status,
            message,
            names=self._names,
            left_out=left_out,
            landed=landed,
            refused=refused,
            milliseconds=0 if began is None else _since(began),
        )
        self.ended[index] = status
        self._emit(ChangeEnded(self._changes[index], row, unknown))


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


# The request


def resolved(change: Change, ids: Ids) -> Resolved | Unsendable:
    """The change as it can be sent now; references to objects that are not in AWS are left out."""
    if change.is_membership:
        return _membership(change, ids)
    if change.action is Action.CREATE and change.kind == "group":
        members, absent = _present(change.members, ids)
        return Resolved(replace(change, members=members), absent)
    if change.action in (Action.CREATE, Action.UPDATE) and change.kind == "user":
        return _person(change, ids)
    return Resolved(change)


def _membership(change: Change, ids: Ids) -> Resolved | Unsendable:
    group_id = change.target_id or ids.get(change.key)
    if group_id is None:
        return Unsendable(Message("group-not-in-aws"))
    members, absent = _present(change.members, ids)
    if not members:
        return Unsendable(Message("members-not-in-aws"), absent)
    return Resolved(replace(change, target_id=group_id, members=members), absent)


def _person(change: Change, ids: Ids) -> Resolved | Unsendable:
    if change.action is Action.UPDATE and not change.target_id:
        target_id = ids.get(change.key)
        if target_id is None:
            return Unsendable(Message("person-not-in-aws"))
        change = replace(change, target_id=target_id)
    wished = change.after.get(MANAGER)
    if not isinstance(wished, Planned):
        return Resolved(change)
    manager = _known(wished, "user", ids)
    after = {path: value for path, value in change.after.items() if path != MANAGER}
    if manager is not None:
        return Resolved(replace(change, after={**after, MANAGER: manager}))
    if change.action is Action.CREATE:
        return Resolved(replace(change, after=after), (wished.source_id,))
    before = {path: value for path, value in change.before.items() if path != MANAGER}
    if not after and not before:
        return Unsendable(Message("manager-not-in-aws"), (wished.source_id,))
    return Resolved(replace(change, before=before, after=after), (wished.source_id,))


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


def lookup_keys(change: Change, link: Link | None) -> tuple[tuple[str, str], ...]:
    """(path, value) by which the object can be found if this change is cut off.

    First the value after the change, then the one before: it may have landed, or not.
    """
    paths = ("userName", "externalId") if change.kind == "user" else ("displayName", "externalId")
    stands: Resource = link.confirmed if link else {}
    found: dict[tuple[str, str], None] = {}
    for resource in (change.after, stands):
        for path in paths:
            value: Value | None = resource.get(path)
            if isinstance(value, str) and not isinstance(value, Sealed):
                found[path, value.text if isinstance(value, Redacted) else value] = None
    return tuple(found)


async def send(session: TargetSession, change: Change) -> Landed:
    """Send the request. `change` has only `Known` references; raises what `TargetSession` documents."""
    target_id, members = change.target_id, _ids(change.members)
    is_user = change.kind == "user"
    match change.action:
        case Action.CREATE if is_user:
            return await session.create_user(change.after)
        case Action.CREATE:
            return await session.create_group(change.after, members)
        case Action.DISABLE:
            return await _disable(session, change)
        case Action.UPDATE:
            update = session.update_user if is_user else session.update_group
            updated = await update(target_id, change.before, change.after)
            answer = updated.resource if is_user else updated.resource or await _group_now(session, target_id)
            return Landed(target_id, request_id=updated.request_id, resource=answer)
        case Action.DELETE:
            request_id = await (session.delete_user if is_user else session.delete_group)(target_id)
        case Action.ADD_MEMBERS:
            request_id = await session.add_members(target_id, members)
        case Action.REMOVE_MEMBERS:
            request_id = await session.remove_members(target_id, members)
        case _:
            assert_never(change.action)
    return Landed(target_id, request_id=request_id)


async def _disable(session: TargetSession, change: Change) -> Landed:
    """Disable a person; one who was deleted meanwhile has no access either."""
    try:
        updated = await session.update_user(change.target_id, change.before, change.after)
    except Refused as refused:
        if refused.status != 404 or not await _is_gone(session, change.target_id):
            raise
        return Landed(change.target_id, request_id=refused.request_id, gone=True)
    return Landed(change.target_id, request_id=updated.request_id, resource=updated.resource)


async def _is_gone(session: TargetSession, user_id: str) -> bool:
    try:
        return await session.read_user(user_id) is None
    except (Refused, OutcomeUnknown):
        return False


async def _group_now(session: TargetSession, group_id: str) -> Resource | None:
    """A group after its change, which AWS answers without it; None = it cannot be read now."""
    try:
        found = await session.read_group(group_id)
    except (Refused, OutcomeUnknown):
        return None
    return found.resource if found is not None else None


def _ids(members: tuple[Reference, ...]) -> tuple[str, ...]:
    return tuple(member.id for member in members if isinstance(member, Known))


def confirmed(change: Change, landed: Landed, link: Link | None, sources: Mapping[str, str]) -> Confirmed:
    """How the links change after AWS confirmed the change.

    `link` is the object's link before, `sources` AWS id -> source id of people.
    """
    kind, source_id = change.key
    members = _sources(change.members, sources)
    if landed.gone:
        return Confirmed(forget=change.key)
    match change.action:
        case Action.CREATE:
            link = Link(kind, source_id, landed.id, change.label, change.after, members)
            return Confirmed(_as_answered(link, change, landed.resource))
        case Action.UPDATE | Action.DISABLE:
            stands = link.confirmed if link else {}
            after = {path: value for path, value in stands.items() if path not in change.before}
            after |= change.after
            members = link.members if link else frozenset()
            left = link.left_at if link and change.action is Action.DISABLE else ""
            not_kept = link.not_kept if link else {}
            link = Link(kind, source_id, landed.id, change.label, after, members, left_at=left, not_kept=not_kept)
            return Confirmed(_as_answered(link, change, landed.resource))
        case Action.DELETE:
            return Confirmed(forget=change.key)
        case Action.ADD_MEMBERS:
            return Confirmed(members_added=tuple(sorted(members)))
        case Action.REMOVE_MEMBERS:
            return Confirmed(members_removed=tuple(sorted(members)))
        case _:
            assert_never(change.action)


def _as_answered(link: Link, change: Change, answer: Resource | None) -> Link:
    """The link with what AWS says that it stored; without an answer, with what was sent.

    That a person was disabled is sent again as long as AWS does not say so.
    """
    sent = {path: change.after.get(path) for path in differing(change.before, change.after)}
    not_kept = {path: value for path, value in link.not_kept.items() if path not in sent}
    if answer is not None:
        link = replace(link, confirmed=answer)
        not_kept |= {
            path: "" if value is None else value
            for path, value in sent.items()
            if value is not False and answer.get(path) != value
        }
    return replace(link, active=_active(link.confirmed), not_kept=not_kept, confirmed_at=now())


def _sources(members: tuple[Reference, ...], sources: Mapping[str, str]) -> frozenset[str]:
    return frozenset(
        sources[member.id] for member in members if isinstance(member, Known) and member.id in sources
    )


def _active(resource: Resource) -> bool:
    return resource.get("active") is not False
