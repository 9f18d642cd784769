"""Runs one change from its turn to its log row: noted in the ledger, sent, confirmed, reported."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never

import anyio

from wizard.aws.interface import Landed, ObjectKind, OutcomeUnknown, Refused, TargetSession
from wizard.errors import Message, NoAccess
from wizard.provisioning.change import Action, Change, differing
from wizard.provisioning.events import ChangeEnded, ObjectReported, RunEvent, Status
from wizard.provisioning.ledger import Confirmed, Ledger, Link
from wizard.provisioning.order import TEMPORARY, Schedule, undoing
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


@dataclass(frozen=True, slots=True)
class _Result:
    """How one step ended."""

    change: Change
    """As it was sent."""
    status: Status
    message: Message
    left_out: tuple[str, ...] = ()
    landed: Landed | None = None
    refused: Refused | None = None
    milliseconds: int = 0
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class _Answer:
    """What became of one request."""

    why: Message = field(default=Message(""))
    """Why it did not land, or may not have."""
    landed: Landed | None = None
    refused: Refused | None = None
    unknown: bool = False
    """It may have landed."""
    error: BaseException | None = None
    """To be raised once the step has ended."""


class ChangeRunner:
    """Runs the changes of one plan, step by step; everything happens on one thread."""

    def __init__(
        self,
        plan: Plan,
        session: TargetSession,
        ledger: Ledger,
        emit: Callable[[RunEvent], None],
    ) -> None:
        self.ended: dict[int, Status] = {}
        """Step -> how it ended, in the order in which they ended."""
        self.reported: set[int] = set()
        """Places of the changes that have ended."""
        self.cut_off = False
        """A change was cancelled while its request was under way; it is recorded as unknown."""
        self.broken: Exception | None = None
        """What the session raised although it does not document it."""
        self.schedule = Schedule((), (), {}, {})
        """The steps; none before `follow`."""
        self._changes = plan.changes
        self._session, self._ledger, self._emit = session, ledger, emit
        self.names = names_of(plan)
        """Source id or AWS id -> label."""
        self._links: dict[ObjectKind, dict[str, Link]] = {"user": {}, "group": {}}
        """Kind -> source id -> link as it is by now."""
        for link in plan.links:
            self._links[link.kind][link.source_id] = link
        self._ids = {(link.kind, link.source_id): link.target_id for link in plan.links}
        self._sources = {link.target_id: link.source_id for link in plan.links if link.kind == "user"}
        self._results: dict[int, _Result] = {}
        """Step -> its result, where a change has several or takes part in an exchange."""
        self._sequence: dict[int, int] = {}
        """Step with a result -> how many had ended before it."""
        self._unsettled: set[int] = set()
        """Places of the changes whose exchange has not ended."""
        self._undone: dict[int, str] = {}
        """Place of a change whose names were given back -> label of the object that caused it."""
        self._temporary: dict[int, str] = {}
        """Place of a change whose object is left with a temporary name -> that name."""

    def follow(self, schedule: Schedule) -> None:
        """Take the steps of the plan's changes, before the first of them runs."""
        self.schedule = schedule
        self._unsettled = {place for places in schedule.exchanges.values() for place in places}

    async def run(self, index: int) -> None:
        """Run one step. Raises NoAccess and the ledger's errors, after the step has ended."""
        step = self.schedule.steps[index]
        if step.part == "settle":
            await self._settle(index)
            return
        blocked = self._in_the_way(index)
        if blocked is not None:
            self._end(index, _Result(step.change, *blocked))
            return
        ready = resolved(step.change, self._ids)
        if isinstance(ready, Resolved):
            await self._sent(index, ready)
        else:
            self._end(index, _Result(step.change, "skipped", ready.why, ready.left_out))

    def skip_rest(self, why: Message) -> None:
        """End every change that has not ended."""
        for place, change in enumerate(self._changes):
            if place not in self.reported:
                results = self._results_of(place)
                if place in self._unsettled:
                    self._note_temporary_name(place)
                if place in self._temporary or (results and place not in self._undone):
                    self._report_parts(place, why)
                else:
                    self._report(place, _Result(change, "skipped", why))

    def _in_the_way(self, index: int) -> tuple[Status, Message] | None:
        """Why this step must not be tried: a name it takes was not freed, and AWS would give us its owner."""
        owner = ""
        for wait in self.schedule.waits[index]:
            other = self.schedule.steps[wait.on]
            if wait.why == "value" and other.part != "settle":
                owner = other.change.label
            if wait.why in ("value", "object") and self.ended.get(wait.on) != "success":
                if wait.why == "object":
                    return "skipped", Message("step-before-failed")
                return "failure", Message("name-not-freed", owner=owner)
        return None

    # One request

    async def _sent(self, index: int, ready: Resolved) -> None:
        change, began = ready.change, time.monotonic()
        answer = await self._written(change)
        status: Status = "failure"
        message = answer.why
        if answer.landed is not None:
            status = "success"
            message = Message("deleted-elsewhere") if answer.landed.gone else done_message(change)
        self._end(
            index,
            _Result(
                change,
                status,
                message,
                ready.left_out,
                answer.landed,
                answer.refused,
                _since(began),
                answer.unknown,
            ),
        )
        if answer.error is not None:
            raise answer.error

    async def _written(self, change: Change) -> _Answer:
        """Note, send and confirm one change; raises the ledger's errors before it was sent."""
        number = await self._ledger.begin(
            change, lookup_keys(change, self._links[change.kind].get(change.source_id))
        )
        try:
            landed = await send(self._session, change)
        except (Refused, NoAccess) as failure:
            if not failure.may_have_landed:  # nothing changed; if that is not certain, it stays in doubt
                self._ledger.end(number, None)
            if isinstance(failure, Refused):
                return _Answer(_refusal(failure, failure.status), refused=failure)
            return _Answer(_refusal(failure, 0), unknown=failure.may_have_landed, error=failure)
        except OutcomeUnknown:
            return _Answer(Message("no-answer"), unknown=True)
        except anyio.get_cancelled_exc_class() as cancelled:
            self.cut_off = True
            return _Answer(Message("cut-off-by-cancel"), unknown=True, error=cancelled)
        except Exception as error:
            self.broken = self.broken or error
            return _Answer(Message("unexpected-error"), unknown=True, error=error)
        try:
            self._confirm(number, change, landed)
        except Exception as error:
            return _Answer(Message("done-not-noted"), unknown=True, error=error)
        return _Answer(landed=landed)

    def _confirm(self, number: int, change: Change, landed: Landed) -> None:
        links, source_id = self._links[change.kind], change.source_id
        result = confirmed(change, landed, links.get(source_id), self._sources)
        self._ledger.end(number, result)
        if result.link is not None:
            links[source_id] = result.link
            self._ids[change.key] = landed.id
            if result.link.kind == "user":
                self._sources[landed.id] = result.link.source_id
            self.names.setdefault(landed.id, change.label)
        elif result.forget is not None:
            self._gone(change.kind, source_id)
        elif source_id in links:
            members = (links[source_id].members | set(result.members_added)) - set(result.members_removed)
            links[source_id] = replace(links[source_id], members=members)

    def _gone(self, kind: ObjectKind, source_id: str) -> None:
        self._links[kind].pop(source_id, None)
        self._ids.pop((kind, source_id), None)
        if kind == "group":
            return
        # A deleted person is in no group: a group confirmed later must not add them again.
        groups = self._links["group"]
        for group, link in groups.items():
            if source_id in link.members:
                groups[group] = replace(link, members=link.members - {source_id})

    # Exchanges of names

    async def settle_started(self) -> None:
        """Undo every exchange that has begun and can no longer be completed, because the run was cancelled."""
        for index, places in self.schedule.exchanges.items():
            steps = (step for place in places for step in self.schedule.parts[place])
            if index not in self.ended and any(self.ended.get(step) == "success" for step in steps):
                await self._settle(index, cancelled=True)

    async def _settle(self, index: int, *, cancelled: bool = False) -> None:
        """End an exchange: all of it was carried out, or it is undone."""
        places = self.schedule.exchanges[index]
        steps = [step for place in places for step in self._names_steps(place)]
        complete = all(self.ended.get(step) == "success" for step in steps)
        if not complete:
            await self._undo(places, steps)
        self.ended[index] = "success" if complete else "failure"
        self._unsettled.difference_update(places)
        for place in places:
            if cancelled and not complete and place not in self._temporary and not self._failed(place):
                continue  # it ends as not done
            if all(step in self.ended for step in self.schedule.parts[place]):
                self._report_parts(place)

    async def _undo(self, places: Sequence[int], steps: Sequence[int]) -> None:
        """Give back the names in the opposite order, so that each is free when its owner takes it again."""
        failed = [place for place in places if self._failed(place)] or places
        cause = self._changes[failed[0]].label
        done = [step for step in steps if self.ended.get(step) == "success"]
        for step in sorted(done, key=self._sequence.__getitem__, reverse=True):
            answer = await self._written(undoing(self._results[step].change))
            if answer.landed is not None:
                self._undone[self.schedule.steps[step].place] = cause
                self.ended[step] = "skipped"
                del self._results[step]
            if answer.error is not None:
                raise answer.error
        for place in places:
            self._note_temporary_name(place)

    def _note_temporary_name(self, place: int) -> None:
        room, *others = self._names_steps(place)
        if others and self.ended.get(room) == "success" and self.ended.get(others[0]) != "success":
            after = self.schedule.steps[room].change.after
            names = (value for value in after.values() if isinstance(value, str) and value.startswith(TEMPORARY))
            self._temporary[place] = next(names, "")

    def _names_steps(self, place: int) -> tuple[int, ...]:
        """The steps of a change that write names: one, or room and names."""
        parts = self.schedule.parts[place]
        return tuple(step for step in parts if self.schedule.steps[step].part != "manager")

    def _failed(self, place: int) -> bool:
        """Whether a step of this change was refused or got no answer, rather than not tried."""
        return any(
            result.status == "failure" and result.message.code != "name-not-freed"
            for result in self._results_of(place)
        )

    # Reporting

    def _end(self, index: int, result: _Result) -> None:
        place = self.schedule.steps[index].place
        self.ended[index] = result.status
        parts = self.schedule.parts.get(place)
        if parts is None:
            self._report(place, result)
            return
        self._sequence[index] = len(self._sequence)
        self._results[index] = result
        if place not in self._unsettled and all(step in self.ended for step in parts):
            self._report_parts(place)

    def _results_of(self, place: int) -> list[_Result]:
        return [self._results[step] for step in self.schedule.parts.get(place, ()) if step in self._results]

    def _report_parts(self, place: int, not_done: Message | None = None) -> None:
        """Report a change by the results of its steps; `not_done` says why some were not tried."""
        self._report(place, self._joined(place, not_done))

    def _joined(self, place: int, not_done: Message | None) -> _Result:
        results, change = self._results_of(place), self._changes[place]
        left_out = tuple(dict.fromkeys(one for result in results for one in result.left_out))
        if left_out and MANAGER in change.after:
            change = replace(change, after={p: value for p, value in change.after.items() if p != MANAGER})
        milliseconds = sum(result.milliseconds for result in results)
        landed = [result.landed for result in results if result.landed is not None]
        last = replace(landed[0], request_id=landed[-1].request_id) if landed else None
        bad = [one for one in results if one.status != "success" and one.message.code != "manager-not-in-aws"]
        if place in self._temporary:
            left = Message("temporary-name-left", name=self._temporary[place])
            refused = bad[0].refused if bad else None
            return _Result(change, "failure", left, left_out, last, refused, milliseconds)
        if place in self._undone and not self._failed(place):
            return _Result(change, "failure", Message("exchange-undone", owner=self._undone[place]))
        if bad:
            return replace(bad[0], change=change, left_out=left_out, landed=last, milliseconds=milliseconds)
        if not_done is not None and len(results) < len(self.schedule.parts[place]):
            return _Result(change, "skipped", not_done, left_out, last, None, milliseconds)
        done = done_message(change)
        return _Result(change, "success", done, left_out, last, None, milliseconds)

    def _report(self, place: int, result: _Result) -> None:
        if result.left_out and result.status != "failure":
            self._emit(ObjectReported(warning_row(result.change, result.left_out, self.names)))
        row = change_row(
            result.change,
            result.status,
            result.message,
            names=self.names,
            left_out=result.left_out if result.status == "success" else (),
            landed=result.landed,
            refused=result.refused,
            milliseconds=result.milliseconds,
        )
        self.reported.add(place)
        self._emit(ChangeEnded(self._changes[place], row, result.unknown))


def _refusal(failure: Refused | NoAccess, status: int) -> Message:
    return Message("not-written", why=failure.message, status=status, in_doubt=failure.may_have_landed)


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
    manager = _known(wished, ids)
    after = {path: value for path, value in change.after.items() if path != MANAGER}
    if manager is not None:
        return Resolved(replace(change, after={**after, MANAGER: manager}))
    if change.action is Action.CREATE:
        return Resolved(replace(change, after=after), (wished.source_id,))
    before = {path: value for path, value in change.before.items() if path != MANAGER}
    if not after and not before:
        return Unsendable(Message("manager-not-in-aws"), (wished.source_id,))
    return Resolved(replace(change, before=before, after=after), (wished.source_id,))


def _known(reference: Reference, ids: Ids) -> Known | None:
    if isinstance(reference, Known):
        return reference
    target_id = ids.get(("user", reference.source_id))
    return None if target_id is None else Known(target_id)


def _present(members: tuple[Reference, ...], ids: Ids) -> tuple[tuple[Known, ...], tuple[str, ...]]:
    present, absent = [], []
    for member in members:
        known = _known(member, ids)
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
    confirmed: Resource = link.confirmed if link else {}
    found: dict[tuple[str, str], None] = {}
    for resource in (change.after, confirmed):
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
            confirmed = link.confirmed if link else {}
            after = {path: value for path, value in confirmed.items() if path not in change.before}
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
    return replace(link, not_kept=not_kept, confirmed_at=now())


def _sources(members: tuple[Reference, ...], sources: Mapping[str, str]) -> frozenset[str]:
    return frozenset(
        sources[member.id] for member in members if isinstance(member, Known) and member.id in sources
    )
