"""A target and a ledger in memory: they refuse what AWS refuses, and break off where a test tells them to."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import anyio
import anyio.lowlevel

from wizard.aws.interface import (
    Adapted,
    ConnectionTest,
    Existing,
    ExistingGroup,
    Landed,
    ObjectKind,
    OutcomeUnknown,
    Refused,
    Updated,
    Violation,
)
from wizard.errors import NoAccess, recorded
from wizard.progress import ReportProgress, ReportRequest, RequestMade
from wizard.provisioning.change import Action, Change
from wizard.provisioning.ledger import Confirmed, InDoubt, LastReading, Link
from wizard.scim.resource import MANAGER, Known, Resource

REQUIRED = {"user": ("userName", "displayName", "name.givenName", "name.familyName"), "group": ("displayName",)}
UNIQUE = {
    "user": ("userName", 'emails[type eq "work"].value', "externalId"),
    "group": ("displayName", "externalId"),
}


class Killed(BaseException):
    """The process ended here."""


@dataclass
class Store:
    """The contents of AWS; it outlives sessions."""

    users: dict[str, Resource] = field(default_factory=dict)
    groups: dict[str, Resource] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    made: int = 0
    kept: Callable[[Mapping], dict] = dict
    """Returns the stored form of a written resource."""
    unlisted: set[str] = field(default_factory=set)
    """Ids that no list shows yet."""

    def of(self, kind: ObjectKind) -> dict[str, Resource]:
        return self.users if kind == "user" else self.groups

    def add(self, kind: ObjectKind, resource: Mapping, members: Iterable[str] = ()) -> str:
        self.made += 1
        new = f"{kind}-{self.made}"
        self.of(kind)[new] = self.kept(resource)
        if kind == "group":
            self.members[new] = set(members)
        return new

    def by(self, path: str, value: str, kind: ObjectKind = "user") -> str:
        return next(i for i, r in self.of(kind).items() if str(r.get(path, "")).casefold() == value.casefold())

    def picture(self) -> object:
        """The end state, without ids."""
        name = {i: str(r.get("externalId") or r["userName"]) for i, r in self.users.items()}

        def told(resource: Mapping) -> dict:
            return {p: f"-> {name.get(v.id, '?')}" if isinstance(v, Known) else v for p, v in resource.items()}

        groups = {
            str(r["displayName"]): (told(r), sorted(name[m] for m in self.members[i]))
            for i, r in self.groups.items()
        }
        return sorted((name[i], sorted(told(r).items(), key=str)) for i, r in self.users.items()), groups


@dataclass
class Trouble:
    """What goes wrong, and when. `write` is called before each write with its number (1 = first) and its words."""

    write: Callable[[int, str], None] = lambda number, words: None
    after: Callable[[int, str], None] = lambda number, words: None
    """Called when the write has landed."""
    read: Callable[[str], None] = lambda words: None
    """Called before each read with its words."""
    seconds: float = 0.0
    """Every write takes this long."""


class FakeTarget:
    """Identity Center's rules, as far as the engine depends on them."""

    def __init__(
        self, store: Store | None = None, trouble: Trouble | None = None, members_per_request: int = 100
    ) -> None:
        self.store = store or Store()
        self.trouble = trouble or Trouble()
        self.members_per_request = members_per_request
        self.linked: frozenset[str] = frozenset()
        """Target ids that the job manages: never adopted for another person or group."""

    def adapt_user(self, resource: Resource) -> Adapted:
        return Adapted(resource)

    def adapt_group(self, resource: Resource) -> Adapted:
        return Adapted(resource)

    def user_violations(self, resource: Resource) -> tuple[Violation, ...]:
        return self._violations("user", resource)

    def group_violations(self, resource: Resource) -> tuple[Violation, ...]:
        return self._violations("group", resource)

    def _violations(self, kind: ObjectKind, resource: Resource) -> tuple[Violation, ...]:
        missing = [p for p in REQUIRED[kind] if not resource.get(p)]
        found = [Violation("required-attribute-missing", p, recorded(f"{p} is missing.")) for p in missing]
        found += [
            Violation("more-than-one-value", p, recorded(f"{p} has several values."))
            for p, v in resource.items()
            if isinstance(v, tuple)
        ]
        return tuple(found)

    def unique_keys(self, kind: ObjectKind, resource: Resource) -> tuple[tuple[str, str], ...]:
        return tuple((p, v.casefold()) for p in UNIQUE[kind] if isinstance(v := resource.get(p), str))

    @asynccontextmanager
    async def connect(self, report: ReportRequest) -> AsyncIterator["FakeSession"]:
        yield FakeSession(self, report)

    def session(self, report: ReportRequest = lambda request: None) -> "FakeSession":
        return FakeSession(self, report)

    async def test(self, report: ReportRequest) -> ConnectionTest:
        return ConnectionTest((), 0.0, recorded("Connected", ""), True)


class FakeSession:
    """An open connection to a `FakeTarget`; keeps the words of every request."""

    def __init__(self, target: FakeTarget, report: ReportRequest) -> None:
        self.target, self.store, self.report = target, target.store, report
        self.said: list[str] = []
        self.writes = 0
        self.in_flight = self.most_in_flight = 0

    async def users(self, report: ReportProgress) -> AsyncIterator[Existing]:
        await self._ask("list users")
        for found_id, resource in list(self.store.users.items()):
            if found_id not in self.store.unlisted:
                yield Existing(found_id, dict(resource))

    async def groups(self, report: ReportProgress) -> AsyncIterator[ExistingGroup]:
        await self._ask("list groups")
        for found_id, resource in list(self.store.groups.items()):
            if found_id not in self.store.unlisted:
                yield ExistingGroup(found_id, dict(resource))

    async def member_ids(self, group_id: str) -> frozenset[str]:
        await self._ask(f"members of {group_id}")
        if group_id not in self.store.groups:
            raise Refused(404, recorded("The group does not exist", ""))
        return frozenset(self.store.members[group_id])

    async def group_ids(self, user_id: str) -> frozenset[str]:
        await self._ask(f"groups of {user_id}")
        if user_id not in self.store.users:
            raise Refused(404, recorded("The person does not exist", ""))
        return frozenset(group for group, members in self.store.members.items() if user_id in members)

    async def read_user(self, user_id: str) -> Existing | None:
        await self._ask(f"read user {user_id}")
        return Existing(user_id, dict(self.store.users[user_id])) if user_id in self.store.users else None

    async def read_group(self, group_id: str) -> ExistingGroup | None:
        await self._ask(f"read group {group_id}")
        found = self.store.groups.get(group_id)
        return None if found is None else ExistingGroup(group_id, dict(found))

    async def find_user(self, path: str, value: str) -> Existing | None:
        await self._ask(f"find user {path} {value}")
        found = self._find("user", path, value)
        return Existing(found, dict(self.store.users[found])) if found else None

    async def find_group(self, path: str, value: str) -> ExistingGroup | None:
        await self._ask(f"find group {path} {value}")
        found = self._find("group", path, value)
        return ExistingGroup(found, dict(self.store.groups[found])) if found else None

    async def create_user(self, resource: Resource) -> Landed:
        return await self._write(
            f"create user {resource.get('userName')}", lambda: self._create("user", resource, ())
        )

    async def create_group(self, resource: Resource, member_ids: Sequence[str]) -> Landed:
        return await self._write(
            f"create group {resource.get('displayName')}", lambda: self._create("group", resource, member_ids)
        )

    async def update_user(self, user_id: str, before: Resource, after: Resource) -> Updated:
        name = self.store.users.get(user_id, {}).get("userName")
        return await self._write(f"update user {name}", lambda: self._update("user", user_id, before, after))

    async def update_group(self, group_id: str, before: Resource, after: Resource) -> Updated:
        name = self.store.groups.get(group_id, {}).get("displayName")
        return await self._write(f"update group {name}", lambda: self._update("group", group_id, before, after))

    async def delete_user(self, user_id: str) -> str:
        return await self._write(f"delete user {user_id}", lambda: self._delete("user", user_id))

    async def delete_group(self, group_id: str) -> str:
        return await self._write(f"delete group {group_id}", lambda: self._delete("group", group_id))

    async def add_members(self, group_id: str, member_ids: Sequence[str]) -> str:
        return await self._write(f"add to {group_id}", lambda: self._members(group_id, member_ids, add=True))

    async def remove_members(self, group_id: str, member_ids: Sequence[str]) -> str:
        return await self._write(f"remove from {group_id}", lambda: self._members(group_id, member_ids, add=False))

    async def _ask(self, words: str) -> None:
        self.said.append(words)
        self.report(RequestMade(words, 200, 0.0))
        await anyio.lowlevel.checkpoint()
        self.target.trouble.read(words)

    async def _write(self, words, effect):
        self.said.append(words)
        self.writes += 1
        number = self.writes
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await anyio.sleep(self.target.trouble.seconds)
            self.target.trouble.write(number, words)
            result = effect()
            self.target.trouble.after(number, words)
            self.report(RequestMade(words, 200, 0.0))
            return result
        finally:
            self.in_flight -= 1

    def _find(self, kind: ObjectKind, path: str, value: str) -> str:
        found = (i for i, r in self.store.of(kind).items() if str(r.get(path, "")).casefold() == value.casefold())
        return next(found, "")

    def _refuse(self, kind: ObjectKind, resource: Resource, own: str = "") -> None:
        if self.target._violations(kind, resource):
            raise Refused(
                400, recorded("AWS did not accept the attributes", "Look at them."), "violates schema", "r-400"
            )
        if any(v == "" for v in resource.values()):
            raise Refused(400, recorded("An attribute is empty", ""))
        manager = resource.get(MANAGER)
        current = self.store.users.get(own, {}).get(MANAGER)  # may still name a deleted user
        if manager not in (None, current) and (
            not isinstance(manager, Known) or manager.id not in self.store.users
        ):
            raise Refused(400, recorded("The manager is not in AWS", ""))
        for path, value in self.target.unique_keys(kind, resource):
            holder = self._find(kind, path, value)
            if holder not in ("", own):
                raise Refused(
                    409, recorded(f"{path} is taken in AWS", "Change one of them."), "duplicate", "r-409"
                )

    def _create(self, kind: ObjectKind, resource: Resource, members: Sequence[str]) -> Landed:
        assert len(members) <= self.target.members_per_request
        for path in ("userName", "externalId") if kind == "user" else ("displayName", "externalId"):
            value = resource.get(path)
            found = self._find(kind, path, value) if isinstance(value, str) else ""
            if found:  # as the real target: looked up, and refused
                raise Refused(409, recorded(f"{path} is taken in AWS", "By its owner."), "duplicate")
        self._refuse(kind, resource)
        made = self.store.add(kind, resource, members)
        return Landed(made, request_id=f"r-{self.writes}", resource=dict(self.store.of(kind)[made]))

    def _update(self, kind: ObjectKind, own: str, before: Resource, after: Resource) -> Updated:
        assert before or after, "a request that changes nothing"
        objects = self.store.of(kind)
        if own not in objects:
            raise Refused(404, recorded("It no longer exists in AWS", ""))
        changed = {p: v for p, v in objects[own].items() if p not in before} | dict(after)
        touched = {p.partition("[")[0] for p in (*before, *after) if "[" in p and before.get(p) != after.get(p)}
        for path in objects[own]:  # a list is written whole: what the request does not carry is gone
            if path.partition("[")[0] in touched and path not in after:
                changed.pop(path, None)
        self._refuse(kind, changed, own)
        objects[own] = self.store.kept(changed)
        return Updated(f"r-{self.writes}", dict(objects[own]) if kind == "user" else None)

    def _delete(self, kind: ObjectKind, own: str) -> str:
        self.store.of(kind).pop(own, None)
        self.store.members.pop(own, None)
        for members in self.store.members.values():
            members.discard(own)
        return f"r-{self.writes}"

    def _members(self, group_id: str, member_ids: Sequence[str], *, add: bool) -> str:
        assert 0 < len(member_ids) <= self.target.members_per_request
        if group_id not in self.store.groups:
            raise Refused(404, recorded("The group does not exist", ""))
        if any(member not in self.store.users for member in member_ids):
            raise Refused(404, recorded("A member does not exist", ""))
        if add:
            self.store.members[group_id] |= set(member_ids)
        else:
            self.store.members[group_id] -= set(member_ids)
        return f"r-{self.writes}"


@dataclass
class FakeLedger:
    """Remembers as the journal does; `begun` counts, so that a test can end the process at any of its steps."""

    kept: dict[tuple[ObjectKind, str], Link] = field(default_factory=dict)
    open: dict[int, tuple[Change, InDoubt]] = field(default_factory=dict)
    begun: int = 0
    read: LastReading | None = None
    step: Callable[[str], None] = lambda words: None

    def links(self) -> Mapping[tuple[ObjectKind, str], Link]:
        return dict(self.kept)

    def last_reading(self) -> LastReading | None:
        return self.read

    def in_doubt(self) -> Sequence[InDoubt]:
        return [doubt for _, doubt in self.open.values()]

    def adopt(self, links: Sequence[Link]) -> None:
        self.kept.update({(link.kind, link.source_id): link for link in links})

    def forget(self, links: Sequence[Link]) -> None:
        for link in links:
            self._forget((link.kind, link.source_id))

    def _forget(self, key: tuple[ObjectKind, str]) -> None:
        self.kept.pop(key, None)
        for other, link in self.kept.items():
            if key[0] == "user" and key[1] in link.members:
                self.kept[other] = replace(link, members=link.members - {key[1]})

    def settle(self, doubt: InDoubt, link: Link | None) -> None:
        self.open = {n: one for n, one in self.open.items() if one[1] != doubt}
        if link is not None:
            self.kept[doubt.kind, doubt.source_id] = link

    async def begin(self, change: Change, keys: tuple[tuple[str, str], ...]) -> int:
        await anyio.lowlevel.checkpoint()
        self.step("begin")
        self.begun += 1
        assert change.target_id or change.action is Action.CREATE
        doubt = InDoubt(*change.key, change.label, _action(change), keys, change.target_id)
        self.open[self.begun] = (change, doubt)
        self.step("begun")
        return self.begun

    def end(self, number: int, confirmed: Confirmed | None) -> None:
        self.step("end")
        change, _ = self.open.pop(number)
        if confirmed is None:
            return
        if confirmed.forget is not None:
            self._forget(confirmed.forget)
        if confirmed.link is not None:
            self.kept[confirmed.link.kind, confirmed.link.source_id] = confirmed.link
        key = change.key
        if confirmed.members_added or confirmed.members_removed:
            link = self.kept[key]
            members = (link.members | set(confirmed.members_added)) - set(confirmed.members_removed)
            self.kept[key] = replace(link, members=members)
        self.step("ended")


def _action(change: Change):
    return "members" if change.is_membership else str(change.action)


def no_access() -> NoAccess:
    return NoAccess("aws-token-refused")


def unknown() -> OutcomeUnknown:
    return OutcomeUnknown("no answer")
