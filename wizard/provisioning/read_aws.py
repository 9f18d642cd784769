"""Reads people, groups and memberships from AWS, at the start of every run."""

import math
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import anyio

from wizard.aws.interface import Existing, ExistingGroup, ObjectKind, OutcomeUnknown, Refused, TargetSession
from wizard.errors import Message, NoAccess
from wizard.progress import Progress, ReportProgress
from wizard.provisioning.events import RunEvent
from wizard.provisioning.ledger import LastReading, Link

T = TypeVar("T")
AnyExisting = Existing | ExistingGroup
Links = Mapping[tuple[ObjectKind, str], Link]
Members = Mapping[str, frozenset[str]]
"""AWS id of a group -> AWS ids of its members."""
Call = Callable[[], Awaitable[None]]

READS_AT_ONCE = 10
PAGE = 100
"""Rows of one answer."""
LISTS_MAY_LACK = timedelta(minutes=15)
"""What was confirmed so short a time ago may be missing from a list, and is looked up by its id in any case."""
MISSING_LOOKED_UP = 100
"""Of all others that a list lacks, about so many are looked up first; if none is in AWS, the rest is gone too."""
_EVERY_GROUP_WITHIN = timedelta(hours=24)
_READING_MEMBERSHIPS = Message("reading-memberships")


@dataclass(frozen=True, slots=True)
class Reading:
    """People and groups in AWS by their id."""

    users: Mapping[str, AnyExisting]
    groups: Mapping[str, AnyExisting]
    late: frozenset[str] = frozenset()
    """Ids that no list showed yet: they were looked up."""

    def of(self, kind: ObjectKind) -> Mapping[str, AnyExisting]:
        """The objects of one kind."""
        return self.users if kind == "user" else self.groups

    def plus(self, kind: ObjectKind, found: Iterable[AnyExisting]) -> "Reading":
        """The reading with these objects of one kind too, which no list showed."""
        more = {one.id: one for one in found}
        if not more:
            return self
        late = self.late | more.keys()
        if kind == "user":
            return replace(self, users={**self.users, **more}, late=late)
        return replace(self, groups={**self.groups, **more}, late=late)


async def read_lists(
    session: TargetSession, emit: Callable[[RunEvent], None], beside: Sequence[Call] = ()
) -> Reading:
    """Read all people and groups, and make these other calls at the same time; raises WizardError.

    Pages of one list come one after another, so the other calls use the time meanwhile: both lists beside as many
    calls as are made at once without them.
    """
    users: dict[str, AnyExisting] = {}
    groups: dict[str, AnyExisting] = {}

    async def read_users() -> None:
        users.update({user.id: user async for user in session.users(emit)})

    async def read_groups() -> None:
        groups.update({group.id: group async for group in session.groups(emit)})

    lists = (read_users, read_groups)
    await end_on_refusal(run_together([*lists, *beside], READS_AT_ONCE + len(lists)))
    return Reading(users, groups)


async def with_late_ones(session: TargetSession, reading: Reading, links: Links, moment: datetime) -> Reading:
    """The reading with what is linked and no list shows, where a look-up by id finds it. Raises WizardError.

    A list can lag behind, or lack rows. An object that counts as gone loses its link, and would then keep its access
    when the person leaves.
    """
    since = (moment - LISTS_MAY_LACK).isoformat(timespec="seconds")
    absent = [link for link in links.values() if link.target_id not in reading.of(link.kind)]
    lately = [link for link in absent if link.confirmed_at >= since]
    others = [link for link in absent if link.confirmed_at < since]
    step = max(1, len(others) // MISSING_LOOKED_UP)  # spread evenly: a page that is lost holds neighbours
    found = await _looked_up(session, [*lately, *others[::step]])
    if any(link.target_id in found for link in others):
        found |= await _looked_up(session, [link for number, link in enumerate(others) if number % step])
    for kind in ("user", "group"):
        of_kind = [link.target_id for link in absent if link.kind == kind and link.target_id in found]
        reading = reading.plus(kind, [found[target_id] for target_id in of_kind])
    return reading


async def _looked_up(session: TargetSession, links: Sequence[Link]) -> dict[str, AnyExisting]:
    """AWS id -> each of these that is in AWS."""
    calls = [partial(read_one, session, link.kind, link.target_id) for link in links]
    return {one.id: one for one in await end_on_refusal(run_together(calls)) if one is not None}


async def read_one(session: TargetSession, kind: ObjectKind, target_id: str) -> AnyExisting | None:
    """Look up one object by its id; None = it is not in AWS."""
    return await (session.read_user(target_id) if kind == "user" else session.read_group(target_id))


class LookUps:
    """Single objects as they were looked up in AWS; of all others what was last confirmed."""

    def __init__(self, session: TargetSession, links: Links) -> None:
        self._session, self._links = session, links
        self._found: dict[tuple[ObjectKind, str], AnyExisting | None] = {}

    def was_read(self, kind: ObjectKind, target_id: str) -> bool:
        """Whether this id was looked up."""
        return (kind, target_id) in self._found

    async def read(self, wanted: Iterable[tuple[ObjectKind, str]]) -> None:
        """Look up these ids; raises `Refused` and `OutcomeUnknown`."""
        new = [one for one in dict.fromkeys(wanted) if one not in self._found]
        answers = await run_together([partial(read_one, self._session, *one) for one in new])
        self._found.update(zip(new, answers, strict=True))

    async def find(self, kind: ObjectKind, names: Iterable[tuple[str, str]]) -> None:
        """Look up who has these values, as (path, value); raises `Refused` and `OutcomeUnknown`."""
        find = self._session.find_user if kind == "user" else self._session.find_group
        for found in await run_together([partial(find, *name) for name in names]):
            if found is not None:
                self._found[kind, found.id] = found

    def reading(self) -> Reading:
        """Everything that is linked, and what was found beside it."""
        objects: dict[ObjectKind, dict[str, AnyExisting]] = {"user": {}, "group": {}}
        for link in self._links.values():
            made = Existing if link.kind == "user" else ExistingGroup
            objects[link.kind][link.target_id] = made(link.target_id, link.confirmed)
        for (kind, target_id), found in self._found.items():
            if found is None:
                objects[kind].pop(target_id, None)
            else:
                objects[kind][target_id] = found
        return Reading(objects["user"], objects["group"])


# Memberships


def pages(rows: int) -> int:
    """Requests that a list of so many rows takes."""
    return max(1, -(-rows // PAGE))


def as_read(sizes: Mapping[str, int], last: LastReading | None) -> Mapping[str, int]:
    """AWS id of a group -> members, where the last full reading is more exact than `sizes`."""
    if last is None:
        return sizes
    read = {group: found.members for group, found in last.memberships.items()}
    return {group: max(size, read.get(group, 0)) for group, size in sizes.items()}


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose memberships are read where not all can be."""

    groups: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


def choose_some(
    sizes: Mapping[str, int],
    wanted: Mapping[str, frozenset[str]],
    inside: Mapping[str, int],
    last: LastReading | None,
    moment: datetime,
    limit: int,
) -> Choice:
    """Objects to read with about `limit` requests: first those to change, then a share that covers all within a day.

    `sizes` is AWS id of a group -> members; `wanted` AWS id of a group -> AWS ids of who would join or leave it; `inside`
    AWS id of a person -> groups. A group larger than the limit is read alone.
    """
    budget = _Budget(limit)
    seen = last.memberships if last is not None else {}
    unseen = sorted((group for group in sizes if group not in seen), key=sizes.__getitem__)
    known = sorted((group for group in wanted if group in seen), key=sizes.__getitem__)
    people = sorted({person for group in known for person in wanted[group]})
    groups: list[str] = []
    if sum(pages(inside.get(one, 0)) for one in people) < sum(pages(sizes[group]) for group in known):
        people = [one for one in people if budget.takes(pages(inside.get(one, 0)))]
    else:
        people, groups = [], [group for group in known if budget.takes(pages(sizes[group]))]
    groups += [group for group in unseen if budget.takes(pages(sizes[group]))]
    made_at = datetime.fromisoformat(last.made_at) if last is not None else moment - _EVERY_GROUP_WITHIN
    elapsed = min(moment - made_at, _EVERY_GROUP_WITHIN)
    if elapsed < timedelta():  # the clock was set back: how long ago that was is unknown
        elapsed = _EVERY_GROUP_WITHIN
    share = math.ceil(sum(map(pages, sizes.values())) * (elapsed / _EVERY_GROUP_WITHIN))
    due = (moment + elapsed - _EVERY_GROUP_WITHIN).isoformat(timespec="seconds")
    chosen, spent = set(groups), 0
    now = moment.isoformat(timespec="seconds")
    read_at = {
        one: seen[one].at if seen[one].at <= now else "" for one in seen if one in sizes and one not in chosen
    }
    for group in sorted(read_at, key=read_at.__getitem__):
        if (spent < share or read_at[group] <= due) and budget.takes(pages(sizes[group])):
            groups.append(group)
            spent += pages(sizes[group])
    return Choice(tuple(groups), tuple(people))


class _Budget:
    """Requests that are left; the first may be more than all."""

    def __init__(self, limit: int) -> None:
        self._limit, self._spent = limit, 0

    def takes(self, requests: int) -> bool:
        """Spend so many, unless they are too many."""
        if self._spent and self._spent + requests > self._limit:
            return False
        self._spent += requests
        return True


class Memberships:
    """Memberships as they are read in this run: of whole groups, and of single people in all their groups."""

    def __init__(self, session: TargetSession, report: ReportProgress) -> None:
        self.groups: dict[str, frozenset[str]] = {}
        """AWS id of each group that was read -> AWS ids of its members."""
        self.people: dict[str, frozenset[str]] = {}
        """AWS id of each person who was read -> AWS ids of their groups."""
        self._session, self._report = session, report
        self._asked: set[str] = set()
        self._done = 0

    def calls(self, groups: Iterable[str] = (), people: Iterable[str] = ()) -> list[Call]:
        """The calls that read these, each once in a run."""
        new_groups = [one for one in dict.fromkeys(groups) if one not in self._asked]
        new_people = [one for one in dict.fromkeys(people) if one not in self._asked]
        self._asked.update(new_groups, new_people)
        session = self._session
        return [
            *(partial(self._read, one, session.member_ids, self.groups) for one in new_groups),
            *(partial(self._read, one, session.group_ids, self.people) for one in new_people),
        ]

    async def read(self, groups: Iterable[str] = (), people: Iterable[str] = ()) -> None:
        """Read these; raises WizardError."""
        await end_on_refusal(run_together(self.calls(groups, people)))

    async def _read(
        self, target_id: str, ask: Callable[[str], Awaitable[frozenset[str]]], into: dict[str, frozenset[str]]
    ) -> None:
        try:
            into[target_id] = await ask(target_id)
        except Refused as refused:
            if refused.status != 404:
                raise
            into[target_id] = frozenset()  # not in AWS: no list shows it either
        self._done += 1
        self._report(Progress(_READING_MEMBERSHIPS, self._done, len(self._asked)))

    def of(self, known: Members, late: Collection[str] = ()) -> Members:
        """The members of each group in `known`: as read; where only people were read, of the others as `known`.

        `late` people and groups are missing from lists, so that those in `known` stay.
        """
        inside: dict[str, set[str]] = defaultdict(set)
        for person, their_groups in self.people.items():
            for group in their_groups:
                inside[group].add(person)
        read = self.people.keys()
        found: dict[str, frozenset[str]] = {}
        for group, members in known.items():
            if group in self.groups:
                found[group] = self.groups[group]
            else:
                found[group] = members if group in late else (members - read) | inside[group]
            if late:
                found[group] |= members.intersection(late)
        return found


async def groups_of_each(
    session: TargetSession, people: Iterable[str], report: ReportProgress
) -> Mapping[str, frozenset[str]]:
    """AWS id of each person -> AWS ids of all their groups; without those whose look-up failed. Raises NoAccess."""
    asked = tuple(dict.fromkeys(people))
    found: dict[str, frozenset[str]] = {}
    done = 0

    async def ask(person: str) -> None:
        nonlocal done
        with suppress(Refused, OutcomeUnknown):
            found[person] = await session.group_ids(person)
        done += 1
        report(Progress(_READING_MEMBERSHIPS, done, len(asked)))

    await run_together([partial(ask, person) for person in asked])
    return found


def members_as_confirmed(links: Links, group_ids: Collection[str]) -> Members:
    """The members of these groups as last confirmed: to estimate requests, and to choose what to read."""
    targets = {link.source_id: link.target_id for link in links.values() if link.kind == "user"}
    confirmed: dict[str, frozenset[str]] = dict.fromkeys(group_ids, frozenset())
    for link in links.values():
        if link.kind == "group" and link.target_id in confirmed:
            confirmed[link.target_id] = frozenset(targets[one] for one in link.members if one in targets)
    return confirmed


# Calls to AWS


async def end_on_refusal(reading: Awaitable[T]) -> T:
    """Await a reading. With part of one, people would look deleted: any refusal ends it all, as NoAccess."""
    try:
        return await reading
    except Refused as refused:
        raise NoAccess("aws-not-readable", why=refused.message) from refused
    except OutcomeUnknown as lost:
        raise NoAccess("aws-answer-lost") from lost


async def run_together(calls: Sequence[Callable[[], Awaitable[T]]], limit: int = READS_AT_ONCE) -> list[T]:
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
