"""Reading a tenant, in full or by delta queries, into a local copy of it (`Mirror`)."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

import msgspec

from wizard.entra_names import GRAPH_PROPERTIES, guest_user_name
from wizard.errors import Message
from wizard.graph.client import GraphClient, InconsistentAnswer, Inner, failure
from wizard.progress import Progress, ReportProgress

# The local copy

FORMAT = 2
"""Of stored mirrors; another format is not read."""


class MirrorGroup(msgspec.Struct):
    """One group and its direct members."""

    properties: dict[str, Any]
    members: list[str] = []
    """Ids of people, also deleted ones: a membership returns when its person is restored."""
    nested: list[str] = []
    """Ids of groups."""

    @property
    def is_unreadable(self) -> bool:
        """Whether its members are hidden and none was received: without Member.Read.Hidden, Graph sends an empty list."""
        return self.properties.get("visibility") == "HiddenMembership" and not self.members and not self.nested


class Mirror(msgspec.Struct):
    """The requested part of a tenant. A reading changes it in place; it is stored once the reading is complete."""

    asked: str
    """`Wanted.as_text` of the reading: a mirror of another request is not reused."""
    users: dict[str, dict[str, Any]] = {}
    """Id -> Graph's properties that have a value; `manager` holds an id."""
    groups: dict[str, MirrorGroup] = {}
    deleted: dict[str, dict[str, Any]] = {}
    """Soft-deleted people, restorable for 30 days."""
    assigned_users: list[str] = []
    assigned_groups: list[str] = []
    users_link: str = ""
    """The delta link of people, without Graph's address."""
    groups_link: str = ""
    format: int = FORMAT

    def put_user(self, payload: Mapping[str, Any]) -> None:
        """Merge a person's properties from Graph; those not in the payload stay."""
        known = self.users.setdefault(_id_of(payload), {})
        for name, value in payload.items():
            if name == "manager@delta":
                _change_manager(known, value)
            elif value in (None, [], {}):
                known.pop(name, None)  # empty values are not stored: they would enlarge the dictionary
            elif name == "manager":
                known["manager"] = _id_of(value)
            elif "@" not in name:
                known[name] = value

    def drop_user(self, user_id: str, restorable: bool) -> None:
        """Remove a person, soft-deleted or permanently deleted; then `forget` removes the memberships too."""
        known = self.users.pop(user_id, None)
        if restorable:
            self.deleted.setdefault(user_id, known or {})
        else:
            self.deleted.pop(user_id, None)

    def forget(self, user_ids: Set[str]) -> None:
        """Remove the memberships of permanently deleted people, in one pass over all groups."""
        for group in self.groups.values():
            if not user_ids.isdisjoint(group.members):
                group.members = [member for member in group.members if member not in user_ids]

    def put_group(self, payload: Mapping[str, Any]) -> None:
        """Merge a group's properties and changes of members from Graph."""
        group = self.groups.setdefault(_id_of(payload), MirrorGroup({}))
        group.properties.update({name: value for name, value in payload.items() if "@" not in name})
        self.put_members(_id_of(payload), payload.get("members@delta", ()))

    def put_members(self, group_id: str, changes: Iterable[Mapping[str, Any]]) -> None:
        """Add and remove (`@removed`) members; devices and other objects are ignored."""
        group = self.groups[group_id]
        people, nested = dict.fromkeys(group.members), dict.fromkeys(group.nested)
        for change in changes:
            member, kind = _id_of(change), str(change.get("@odata.type", ""))
            if "@removed" in change:
                people.pop(member, None)
                nested.pop(member, None)
            elif kind.endswith(".group"):
                nested[member] = None
            elif kind.endswith(".user"):
                people[member] = None
        group.members, group.nested = list(people), list(nested)

    def drop_group(self, group_id: str) -> None:
        """Remove a deleted group."""
        self.groups.pop(group_id, None)
        for group in self.groups.values():
            if group_id in group.nested:
                group.nested.remove(group_id)

    def family(self, group_id: str) -> tuple[str, ...]:
        """The ids of a group and of all known groups nested in it, each once; cycles are allowed."""
        family, pending = dict[str, None](), [group_id]
        while pending:
            current = pending.pop()
            if current not in family and current in self.groups:
                family[current] = None
                pending += reversed(self.groups[current].nested)
        return tuple(family)


def _id_of(payload: object) -> str:
    """The id of an object of Graph; raises `InconsistentAnswer` for what has none."""
    found = payload.get("id") if isinstance(payload, Mapping) else None
    if not isinstance(found, str) or not found:
        raise InconsistentAnswer("graph-answer-without-object")
    return found


def _change_manager(known: dict[str, Any], changes: Iterable[Mapping[str, Any]]) -> None:
    for change in changes:
        if "@removed" not in change:
            known["manager"] = _id_of(change)
        elif known.get("manager") == _id_of(change):
            del known["manager"]


def encode_mirror(mirror: Mirror) -> tuple[str, bytes]:
    """(cursor, bytes): the cursor is the hash of the bytes."""
    content = msgspec.json.encode(mirror)
    return hashlib.sha256(content).hexdigest(), content


def decode_mirror(cursor: str, content: bytes | None, asked: str) -> Mirror | None:
    """The mirror with this cursor; None if the bytes differ, are damaged, or hold another format or request."""
    if not cursor or content is None or hashlib.sha256(content).hexdigest() != cursor:
        return None
    try:
        mirror = msgspec.json.decode(content, type=Mirror)
    except msgspec.DecodeError:
        return None
    return mirror if mirror.format == FORMAT and mirror.asked == asked else None


# Attributes of people

ALWAYS = ("id", "accountEnabled", "displayName", "userPrincipalName", "userType")
"""Properties that are always read."""
COMPUTED = ("manager", "accountEnabled", "IsSoftDeleted", "id")


def selected(attributes: Iterable[str]) -> tuple[str, ...]:
    """Graph's properties for attributes of a mapping, and those that are always read; sorted."""
    properties = {GRAPH_PROPERTIES.get(name, name) for name in attributes if name not in COMPUTED}
    return tuple(sorted({*properties, *ALWAYS}))


def attributes_of(person: Mapping[str, Any], wanted: Iterable[str]) -> dict[str, str | bool | tuple[str, ...]]:
    """A person's attributes by Entra's names, from Graph's properties; empty ones are left out."""
    attributes: dict[str, str | bool | tuple[str, ...]] = {}
    for name in wanted:
        raw = person.get(GRAPH_PROPERTIES.get(name, name))
        if raw is None:
            continue
        value = _attribute_value(name, raw)
        if value not in (None, "", ()):
            attributes[name] = value if isinstance(value, str | bool | tuple) else str(value)
    return attributes


def _attribute_value(name: str, raw: Any) -> Any:
    """The value of an attribute, from the value of its property."""
    if name == "userPrincipalName":
        return guest_user_name(str(raw))
    if name in ("costCenter", "division") or name.startswith("extensionAttribute"):
        return raw.get(name) if isinstance(raw, Mapping) else None
    if name == "telephoneNumber":
        return raw[0] if isinstance(raw, list) and raw else None
    if isinstance(raw, list):
        return tuple(map(str, raw))
    return raw


# Reading

PAGE = 999
"""Microsoft Graph, paging: the greatest `$top` of people and groups."""
FEW = 200
"""Up to this many missing people are read by id without counting the people of the tenant."""
PORTION = 400
"""Objects read by id at a time, so that their answers fit into memory."""
_GROUP_SELECT = "id,displayName,description,securityEnabled,visibility"
_READING_PEOPLE = Message("reading-people-from-entra")
_READING_GROUPS = Message("reading-groups-from-entra")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to read from a tenant."""

    select: tuple[str, ...]
    """Graph's properties of people, sorted."""
    scope: Literal["assigned", "all"] = "assigned"
    service_principal: str = ""
    """Object id of the enterprise application whose assignments are read."""
    nested: bool = False
    """Groups nested in assigned groups are read too."""

    @property
    def as_text(self) -> str:
        """Equal for equal requests; stored in the mirror."""
        return "|".join((self.scope, self.service_principal, str(self.nested), ",".join(self.select)))


class Reader:
    """Reads one tenant once."""

    def __init__(self, client: GraphClient, wanted: Wanted, report: ReportProgress) -> None:
        self._client, self._wanted, self._report = client, wanted, report
        self._left: set[str] = set()
        """Ids soft-deleted since the last reading."""
        self._person = f"$select={','.join(wanted.select)}&$expand=manager($select=id)"

    async def whole(self) -> Mirror:
        """Everything requested, with the delta links for the next reading; raises `WizardError`."""
        mirror = Mirror(self._wanted.as_text)
        # Delta links first: changes during this reading are returned again by the next one.
        mirror.users_link = await self._latest(f"/users/delta?$select={','.join(self._wanted.select)},manager")
        mirror.groups_link = await self._latest(f"/groups/delta?$select={_GROUP_SELECT},members")
        if self._wanted.scope == "all":
            await self._everyone(mirror)
            await self._every_group(mirror)
            await self._deleted(mirror)
        else:
            await self._assigned(mirror, {}, {})
        return mirror

    async def changes(self, mirror: Mirror) -> Mirror:
        """Update a mirror; raises `WizardError`, or `DeltaExpired` if everything must be read."""
        people, groups = await self._changed_people(mirror), await self._changed_groups(mirror)
        if self._wanted.scope == "assigned":
            await self._assigned(mirror, people, groups)
            return mirror
        await self._add_people(mirror, list(people), people)
        await self._add_groups(mirror, list(groups), groups)
        # The delta query says who was deleted, but not what had changed before.
        if self._left or any(not known for known in mirror.deleted.values()):
            await self._deleted(mirror)
        return mirror

    # Changes

    async def _changed_people(self, mirror: Mirror) -> dict[str, dict[str, Any]]:
        """Apply changes of known people; returns the changes of the others, by id."""
        unknown: dict[str, dict[str, Any]] = {}
        gone: set[str] = set()
        async for page in self._client.pages(mirror.users_link, feed=True):
            for change in page.value:
                user_id = _id_of(change)
                self._left.discard(user_id)
                if "@removed" in change:
                    removed = change["@removed"]
                    restorable = isinstance(removed, Mapping) and removed.get("reason") == "changed"
                    (self._left if restorable else gone).add(user_id)
                    unknown.pop(user_id, None)
                    mirror.drop_user(user_id, restorable)
                    continue
                # A restored person is read again: the stored properties may lack the manager.
                mirror.deleted.pop(user_id, None)
                if user_id in mirror.users:
                    mirror.put_user(change)
                else:
                    unknown[user_id] = {**unknown.get(user_id, {}), **change}
            mirror.users_link = page.delta_link or mirror.users_link
        mirror.forget(gone)
        return unknown

    async def _changed_groups(self, mirror: Mirror) -> dict[str, list[dict[str, Any]]]:
        """Apply changes of known groups; returns the changes of the others, by id."""
        unknown: dict[str, list[dict[str, Any]]] = {}
        async for page in self._client.pages(mirror.groups_link, feed=True):
            for change in page.value:
                group_id = _id_of(change)
                if "@removed" in change:
                    unknown.pop(group_id, None)
                    mirror.drop_group(group_id)
                elif group_id in mirror.groups:
                    mirror.put_group(change)
                else:
                    unknown.setdefault(group_id, []).append(change)
            mirror.groups_link = page.delta_link or mirror.groups_link
        return unknown

    # Everything

    async def _everyone(self, mirror: Mirror) -> None:
        """All people; if fewer arrive than Microsoft counts, reads them once more, then raises."""
        for _ in range(2):
            total = await self._total()
            mirror.users = {}
            await self._pages_of_people(mirror, total, None)
            if len(mirror.users) >= total:
                return
        raise InconsistentAnswer("graph-people-missing", total=total, received=len(mirror.users))

    async def _pages_of_people(self, mirror: Mirror, total: int, only: Collection[str] | None) -> None:
        self._report(Progress(_READING_PEOPLE, 0, total))
        read = 0
        async for page in self._client.pages(f"/users?{self._person}&$top={PAGE}"):
            for person in page.value:
                if only is None or person["id"] in only:
                    mirror.put_user(person)
            read += len(page.value)
            self._report(Progress(_READING_PEOPLE, read, max(read, total)))

    async def _total(self) -> int:
        counted = (await self._client.one("/users?$select=id&$top=1&$count=true", eventual=True)).get(
            "@odata.count"
        )
        if not isinstance(counted, int):
            raise InconsistentAnswer("graph-people-not-counted")
        return counted

    async def _every_group(self, mirror: Mirror) -> None:
        async for page in self._client.pages(f"/groups?$select={_GROUP_SELECT}&$top={PAGE}"):
            for group in page.value:
                mirror.put_group(group)
        await self._members(mirror, list(mirror.groups))

    async def _deleted(self, mirror: Mirror) -> None:
        """Soft-deleted people; Entra prefixes their user names with their ids.

        A person deleted a moment ago may not be listed yet and is kept.
        """
        path = f"/directory/deletedItems/microsoft.graph.user?$select={','.join(self._wanted.select)}&$top={PAGE}"
        current = Mirror("")
        async for page in self._client.pages(path):
            for person in page.value:
                prefix = _id_of(person).replace("-", "")
                name = str(person.get("userPrincipalName") or "").removeprefix(prefix)
                current.put_user({**person, "userPrincipalName": name})
        deleted = {key: known for key, known in current.users.items() if key not in mirror.users}
        mirror.deleted = {key: mirror.deleted[key] for key in self._left if key in mirror.deleted} | deleted

    # Assigned people and groups

    async def _assigned(
        self, mirror: Mirror, people: dict[str, dict[str, Any]], groups: dict[str, list[dict[str, Any]]]
    ) -> None:
        """Read the assignments, read objects that are newly in scope, remove those that left it."""
        assigned: dict[str, list[str]] = {"User": [], "Group": []}
        path = f"/servicePrincipals/{self._wanted.service_principal}/appRoleAssignedTo?$top={PAGE}"
        async for page in self._client.pages(path):
            for row in page.value:
                kind, principal = row.get("principalType"), row.get("principalId")
                if not isinstance(kind, str) or not isinstance(principal, str):
                    raise InconsistentAnswer("graph-page-without-rows")
                assigned.setdefault(kind, []).append(principal)
        mirror.assigned_users, mirror.assigned_groups = assigned["User"], assigned["Group"]
        lost: set[str] = set()
        while missing := [
            key for key in self._needed_groups(mirror) if key not in mirror.groups and key not in lost
        ]:
            lost.update(await self._add_groups(mirror, missing, groups))
        needed = [key for key in self._needed_groups(mirror) if key in mirror.groups]
        mirror.groups = {key: mirror.groups[key] for key in needed}
        in_scope = dict.fromkeys(mirror.assigned_users)
        for group in mirror.groups.values():
            in_scope.update(dict.fromkeys(group.members))
        await self._add_people(mirror, [key for key in in_scope if key not in mirror.deleted], people)
        mirror.users = {key: known for key, known in mirror.users.items() if key in in_scope}
        mirror.deleted = {key: {} for key in mirror.deleted if key in in_scope}

    def _needed_groups(self, mirror: Mirror) -> list[str]:
        """Ids of the assigned groups; with `nested`, also of the known groups nested in them."""
        needed = dict.fromkeys(mirror.assigned_groups)
        if self._wanted.nested:
            for assigned in mirror.assigned_groups:
                for group_id in mirror.family(assigned):
                    needed.update(dict.fromkeys((group_id, *mirror.groups[group_id].nested)))
        return list(needed)

    # By id

    async def _add_people(self, mirror: Mirror, ids: Sequence[str], changes: dict[str, dict[str, Any]]) -> None:
        """Read people who are not in the mirror; `changes` from the delta query are newer and applied on top."""
        missing = [user_id for user_id in ids if user_id not in mirror.users]
        if len(missing) > FEW and len(missing) > 20 * -(-(total := await self._total()) // PAGE):
            await self._pages_of_people(mirror, total, frozenset(missing))
            missing = [user_id for user_id in missing if user_id not in mirror.users]
        for portion in _portions(missing):
            answers = await self._client.batch(
                [f"/users/{quote(user_id, safe='')}?{self._person}" for user_id in portion]
            )
            for user_id, answer in zip(portion, answers, strict=True):
                if _found(answer, "/users", user_id):
                    mirror.put_user(answer.body)
                    mirror.put_user({"id": user_id, **changes.get(user_id, {})})
                else:
                    mirror.drop_user(user_id, restorable=True)

    async def _add_groups(
        self, mirror: Mirror, ids: Sequence[str], changes: dict[str, list[dict[str, Any]]]
    ) -> tuple[str, ...]:
        """Read groups that are not in the mirror, with their members; returns those that do not exist."""
        lost = []
        for portion in _portions(ids):
            answers = await self._client.batch(
                [f"/groups/{quote(each, safe='')}?$select={_GROUP_SELECT}" for each in portion]
            )
            for group_id, answer in zip(portion, answers, strict=True):
                if _found(answer, "/groups", group_id):
                    mirror.put_group(answer.body)
                else:
                    lost.append(group_id)
        await self._members(mirror, [group_id for group_id in ids if group_id not in lost])
        for group_id in ids:
            for change in changes.get(group_id, ()):
                if group_id not in lost:
                    mirror.put_group(change)
        return tuple(lost)

    async def _members(self, mirror: Mirror, ids: Sequence[str]) -> None:
        """Read the direct members of groups; a group that was deleted meanwhile is dropped."""
        read = 0
        self._report(Progress(_READING_GROUPS, 0, len(ids)))
        for portion in _portions(ids):
            paths = [f"/groups/{quote(group_id, safe='')}/members?$select=id&$top={PAGE}" for group_id in portion]
            answers = await self._client.batch(paths)
            for group_id, answer in zip(portion, answers, strict=True):
                hidden = mirror.groups[group_id].properties.get("visibility") == "HiddenMembership"
                if answer.status == 403 and hidden:
                    mirror.groups[group_id] = MirrorGroup(mirror.groups[group_id].properties)
                    continue
                if not _found(answer, "/groups"):
                    mirror.drop_group(group_id)
                    continue
                mirror.groups[group_id] = MirrorGroup(mirror.groups[group_id].properties)
                async for page in self._client.rest(answer.body):
                    mirror.put_members(group_id, page.value)
            read += len(portion)
            self._report(Progress(_READING_GROUPS, read, len(ids)))

    async def _latest(self, path: str) -> str:
        link = ""
        async for page in self._client.pages(f"{path}&$deltatoken=latest", feed=True):
            link = page.delta_link
        return link


def _portions(ids: Sequence[str]) -> list[Sequence[str]]:
    """The ids in parts of at most `PORTION`."""
    return [ids[at : at + PORTION] for at in range(0, len(ids), PORTION)]


def _found(answer: Inner, area: str, object_id: str = "") -> bool:
    """Whether an answer has its object; raises `WizardError` for all errors except "does not exist".

    object_id: the object that was asked for; "" = the answer is a list.
    """
    if answer.status == 200:
        if object_id and answer.body.get("id") != object_id:
            raise InconsistentAnswer("graph-answer-without-object")
        return True
    if answer.status == 404 and answer.code == "Request_ResourceNotFound":
        return False
    raise failure(answer.status, answer.code, area)
