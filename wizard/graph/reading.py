"""Reading a tenant: in full, or what has changed since; only what is in scope where that is cheaper."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from wizard.entra_names import GRAPH_PROPERTIES, guest_user_name
from wizard.errors import Message
from wizard.graph.client import GraphClient, InconsistentAnswer, Inner, failure
from wizard.progress import Progress, ReportProgress

FORMAT = 1


class MirrorGroup(msgspec.Struct):
    """One group and its direct members."""

    properties: dict[str, Any]
    members: list[str] = []
    """Ids of people, deleted ones included: a membership comes back with its person."""
    nested: list[str] = []
    """Ids of groups."""


class Mirror(msgspec.Struct):
    """A tenant as far as it was asked for. Changed in place by a reading, kept once the reading is whole."""

    asked: str
    """What was asked for, as one text: a mirror of another question is not gone on with."""
    users: dict[str, dict[str, Any]] = {}
    """Id -> Graph's properties that have a value; `manager` holds an id."""
    groups: dict[str, MirrorGroup] = {}
    deleted: dict[str, dict[str, Any]] = {}
    """Softly deleted people, restorable for 30 days."""
    assigned_users: list[str] = []
    assigned_groups: list[str] = []
    users_link: str = ""
    """The delta link of people, without Graph's address."""
    groups_link: str = ""
    format: int = FORMAT

    def put_user(self, payload: Mapping[str, Any]) -> None:
        """Take what was told of a person over what is known; what is not told stays."""
        known = self.users.setdefault(str(payload["id"]), {})
        for name, value in payload.items():
            if name == "manager@delta":
                _follow_manager(known, value)
            elif value in (None, [], {}):
                known.pop(name, None)  # never put in: a dictionary that was large once stays so
            elif name == "manager":
                known["manager"] = str(value["id"])
            elif "@" not in name:
                known[name] = value

    def drop_user(self, user_id: str, restorable: bool) -> None:
        """A person was deleted, softly or for good; after the latter `forget` takes the memberships."""
        known = self.users.pop(user_id, None)
        if restorable:
            self.deleted.setdefault(user_id, known or {})
        else:
            self.deleted.pop(user_id, None)

    def forget(self, user_ids: Set[str]) -> None:
        """Take memberships of people who were deleted for good: one walk through the groups, however many they are."""
        for group in self.groups.values():
            if not user_ids.isdisjoint(group.members):
                group.members = [one for one in group.members if one not in user_ids]

    def put_group(self, payload: Mapping[str, Any]) -> None:
        """Take what was told of a group, and which members came and went."""
        group = self.groups.setdefault(str(payload["id"]), MirrorGroup({}))
        group.properties.update({name: value for name, value in payload.items() if "@" not in name})
        self.put_members(str(payload["id"]), payload.get("members@delta", ()))

    def put_members(self, group_id: str, told: Iterable[Mapping[str, Any]]) -> None:
        """Members that came, or went (`@removed`); devices and other things are none of ours."""
        group = self.groups[group_id]
        people, nested = dict.fromkeys(group.members), dict.fromkeys(group.nested)
        for one in told:
            member, kind = str(one["id"]), str(one.get("@odata.type", ""))
            if "@removed" in one:
                people.pop(member, None)
                nested.pop(member, None)
            elif kind.endswith(".group"):
                nested[member] = None
            elif kind.endswith(".user"):
                people[member] = None
        group.members, group.nested = list(people), list(nested)

    def drop_group(self, group_id: str) -> None:
        """A group was deleted."""
        self.groups.pop(group_id, None)
        for group in self.groups.values():
            if group_id in group.nested:
                group.nested.remove(group_id)

    def family(self, group_id: str) -> tuple[str, ...]:
        """A group and every group below it that is known, each once, circles included."""
        found, waiting = dict[str, None](), [group_id]
        while waiting:
            one = waiting.pop()
            if one not in found and one in self.groups:
                found[one] = None
                waiting += reversed(self.groups[one].nested)
        return tuple(found)


def _follow_manager(known: dict[str, Any], told: Iterable[Mapping[str, Any]]) -> None:
    for one in told:
        if "@removed" not in one:
            known["manager"] = str(one["id"])
        elif known.get("manager") == one["id"]:
            del known["manager"]


def written(mirror: Mirror) -> tuple[str, bytes]:
    """A mirror as bytes, and the cursor that names exactly these bytes."""
    content = msgspec.json.encode(mirror)
    return hashlib.sha256(content).hexdigest(), content


def read(cursor: str, content: bytes | None, asked: str) -> Mirror | None:
    """The mirror a cursor names; None where it is another, broken, of an older program or of another question."""
    if not cursor or content is None or hashlib.sha256(content).hexdigest() != cursor:
        return None
    try:
        mirror = msgspec.json.decode(content, type=Mirror)
    except msgspec.DecodeError:
        return None
    return mirror if mirror.format == FORMAT and mirror.asked == asked else None


ALWAYS = ("id", "accountEnabled", "displayName", "userPrincipalName", "userType")
"""What a person is recognised by, whatever is mapped."""
COMPUTED = ("manager", "accountEnabled", "IsSoftDeleted", "id")


def selected(attributes: Iterable[str]) -> tuple[str, ...]:
    """Graph's properties behind attributes of a mapping, and those that are always read; sorted."""
    asked = {GRAPH_PROPERTIES.get(name, name) for name in attributes if name not in COMPUTED}
    return tuple(sorted({*asked, *ALWAYS}))


def attributes_of(person: Mapping[str, Any], wanted: Iterable[str]) -> dict[str, str | bool | tuple[str, ...]]:
    """A person's attributes under the names of mappings, from Graph's properties; empty ones are left out."""
    found: dict[str, str | bool | tuple[str, ...]] = {}
    for name in wanted:
        kept = person.get(GRAPH_PROPERTIES.get(name, name))
        if kept is None:
            continue  # most of what can be asked for: nobody has everything
        value = _attribute_value(name, kept)
        if value not in (None, "", ()):
            found[name] = value if isinstance(value, str | bool | tuple) else str(value)
    return found


def _attribute_value(name: str, kept: Any) -> Any:
    """What a mapping reads of a property that has a value."""
    if name == "userPrincipalName":
        return guest_user_name(str(kept))
    if name in ("costCenter", "division") or name.startswith("extensionAttribute"):
        return kept.get(name) if isinstance(kept, Mapping) else None
    if name == "telephoneNumber":
        return kept[0] if isinstance(kept, list) and kept else None
    if isinstance(kept, list):
        return tuple(str(one) for one in kept)
    return kept


PAGE = 999
"""Microsoft Graph, paging: the greatest `$top` of people and groups."""
FEW = 200
"""So many missing people are asked for one by one without looking how large the tenant is."""
PORTION = 400
"""How many objects are asked for in batches before the next ones are thought of."""
_GROUP_SELECT = "id,displayName,description,securityEnabled"
_READING_PEOPLE = Message("reading-people-from-entra")
_READING_GROUPS = Message("reading-groups-from-entra")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a tenant."""

    select: tuple[str, ...]
    """Graph's properties of people, sorted."""
    scope: Literal["assigned", "all"] = "assigned"
    service_principal: str = ""
    """Object id of the enterprise application whose assignments count."""
    nested: bool = False
    """Groups inside assigned groups count too."""

    @property
    def as_text(self) -> str:
        """The same question has the same text."""
        return "|".join((self.scope, self.service_principal, str(self.nested), ",".join(self.select)))


class Reader:
    """One reading of one tenant."""

    def __init__(self, client: GraphClient, wanted: Wanted, report: ReportProgress) -> None:
        self._client, self._wanted, self._report = client, wanted, report
        self._left: set[str] = set()
        """Softly deleted since the last reading."""
        self._person = f"$select={','.join(wanted.select)}&$expand=manager($select=id)"

    async def whole(self) -> Mirror:
        """Everything that was asked for, and from where changes are told; raises `WizardError`."""
        mirror = Mirror(self._wanted.as_text)
        # The feeds' places first: what changes while we read is told again by the next reading.
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
        """A mirror brought up to date; raises `WizardError`, or `DeltaExpired` where it must be read anew."""
        people, groups = await self._changed_people(mirror), await self._changed_groups(mirror)
        if self._wanted.scope == "assigned":
            await self._assigned(mirror, people, groups)
            return mirror
        await self._add_people(mirror, list(people), people)
        await self._add_groups(mirror, list(groups), groups)
        # The feed tells that somebody was deleted, and not what had changed before.
        if self._left or any(not known for known in mirror.deleted.values()):
            await self._deleted(mirror)
        return mirror

    # Changes

    async def _changed_people(self, mirror: Mirror) -> dict[str, dict[str, Any]]:
        """Take changes of people we know; returns what was told of the others, by id."""
        strangers: dict[str, dict[str, Any]] = {}
        gone: set[str] = set()
        async for page in self._client.pages(mirror.users_link, feed=True):
            for told in page.value:
                user_id = str(told["id"])
                self._left.discard(user_id)
                if "@removed" in told:
                    restorable = told["@removed"].get("reason") == "changed"
                    (self._left if restorable else gone).add(user_id)
                    strangers.pop(user_id, None)
                    mirror.drop_user(user_id, restorable)
                    continue
                # Who was restored is read anew: what was known before may lack the manager.
                mirror.deleted.pop(user_id, None)
                if user_id in mirror.users:
                    mirror.put_user(told)
                else:
                    strangers[user_id] = {**strangers.get(user_id, {}), **told}
            mirror.users_link = page.delta_link or mirror.users_link
        mirror.forget(gone)
        return strangers

    async def _changed_groups(self, mirror: Mirror) -> dict[str, list[dict[str, Any]]]:
        """Take changes of groups we know; returns what was told of the others, by id."""
        strangers: dict[str, list[dict[str, Any]]] = {}
        async for page in self._client.pages(mirror.groups_link, feed=True):
            for told in page.value:
                group_id = str(told["id"])
                if "@removed" in told:
                    strangers.pop(group_id, None)
                    mirror.drop_group(group_id)
                elif group_id in mirror.groups:
                    mirror.put_group(told)
                else:
                    strangers.setdefault(group_id, []).append(told)
            mirror.groups_link = page.delta_link or mirror.groups_link
        return strangers

    # Everybody

    async def _everyone(self, mirror: Mirror) -> None:
        """All people; read again once, and then refused, where fewer come than Microsoft counts."""
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
        """Softly deleted people; their names carry their ids in front, as Entra keeps them.

        Who has just been deleted may not be listed yet, and stays known.
        """
        path = f"/directory/deletedItems/microsoft.graph.user?$select={','.join(self._wanted.select)}&$top={PAGE}"
        apart = Mirror("")
        async for page in self._client.pages(path):
            for person in page.value:
                mark = str(person["id"]).replace("-", "")
                name = str(person.get("userPrincipalName") or "").removeprefix(mark)
                apart.put_user({**person, "userPrincipalName": name})
        listed = {key: known for key, known in apart.users.items() if key not in mirror.users}
        mirror.deleted = {key: mirror.deleted[key] for key in self._left if key in mirror.deleted} | listed

    # Those assigned

    async def _assigned(
        self, mirror: Mirror, people: dict[str, dict[str, Any]], groups: dict[str, list[dict[str, Any]]]
    ) -> None:
        """Bring assignments up to date, read what is newly in scope, forget what no longer is."""
        assigned: dict[str, list[str]] = {"User": [], "Group": []}
        path = f"/servicePrincipals/{self._wanted.service_principal}/appRoleAssignedTo?$top={PAGE}"
        async for page in self._client.pages(path):
            for row in page.value:
                assigned.setdefault(str(row["principalType"]), []).append(str(row["principalId"]))
        mirror.assigned_users, mirror.assigned_groups = assigned["User"], assigned["Group"]
        lost: set[str] = set()
        while missing := [
            one for one in self._needed_groups(mirror) if one not in mirror.groups and one not in lost
        ]:
            lost.update(await self._add_groups(mirror, missing, groups))
        needed = [one for one in self._needed_groups(mirror) if one in mirror.groups]
        mirror.groups = {key: mirror.groups[key] for key in needed}
        in_scope = dict.fromkeys(mirror.assigned_users)
        for group in mirror.groups.values():
            in_scope.update(dict.fromkeys(group.members))
        await self._add_people(mirror, [one for one in in_scope if one not in mirror.deleted], people)
        mirror.users = {key: known for key, known in mirror.users.items() if key in in_scope}
        mirror.deleted = {key: {} for key in mirror.deleted if key in in_scope}

    def _needed_groups(self, mirror: Mirror) -> list[str]:
        """Assigned groups; with those inside them, as far as known, where nested groups count."""
        needed = dict.fromkeys(mirror.assigned_groups)
        if self._wanted.nested:
            for assigned in mirror.assigned_groups:
                for one in mirror.family(assigned):
                    needed.update(dict.fromkeys((one, *mirror.groups[one].nested)))
        return list(needed)

    # One by one

    async def _add_people(self, mirror: Mirror, ids: Sequence[str], told: dict[str, dict[str, Any]]) -> None:
        """Read people we do not know yet; what the feed told of them is newer than what they are read as."""
        missing = [one for one in ids if one not in mirror.users]
        if len(missing) > FEW and len(missing) > 20 * -(-(total := await self._total()) // PAGE):
            await self._pages_of_people(mirror, total, frozenset(missing))
            missing = [one for one in missing if one not in mirror.users]
        for some in _portions(missing):
            answers = await self._client.batch([f"/users/{one}?{self._person}" for one in some])
            for user_id, answer in zip(some, answers, strict=True):
                if _found(answer, "/users"):
                    mirror.put_user(answer.body)
                    mirror.put_user({"id": user_id, **told.get(user_id, {})})
                else:
                    mirror.drop_user(user_id, restorable=True)

    async def _add_groups(
        self, mirror: Mirror, ids: Sequence[str], told: dict[str, list[dict[str, Any]]]
    ) -> tuple[str, ...]:
        """Read groups we do not know yet, with their members; returns those that do not exist."""
        lost = []
        for some in _portions(ids):
            answers = await self._client.batch([f"/groups/{one}?$select={_GROUP_SELECT}" for one in some])
            for group_id, answer in zip(some, answers, strict=True):
                if _found(answer, "/groups"):
                    mirror.put_group(answer.body)
                else:
                    lost.append(group_id)
        await self._members(mirror, [one for one in ids if one not in lost])
        for group_id in ids:
            for one in told.get(group_id, ()):
                if group_id not in lost:
                    mirror.put_group(one)
        return tuple(lost)

    async def _members(self, mirror: Mirror, ids: Sequence[str]) -> None:
        """Direct members of groups; a group that went meanwhile is dropped."""
        read = 0
        self._report(Progress(_READING_GROUPS, 0, len(ids)))
        for some in _portions(ids):
            answers = await self._client.batch([f"/groups/{one}/members?$select=id&$top={PAGE}" for one in some])
            for group_id, answer in zip(some, answers, strict=True):
                if not _found(answer, "/groups"):
                    mirror.drop_group(group_id)
                    continue
                mirror.groups[group_id] = MirrorGroup(mirror.groups[group_id].properties)
                async for page in self._client.rest(answer.body):
                    mirror.put_members(group_id, page.value)
            read += len(some)
            self._report(Progress(_READING_GROUPS, read, len(ids)))

    async def _latest(self, path: str) -> str:
        link = ""
        async for page in self._client.pages(f"{path}&$deltatoken=latest", feed=True):
            link = page.delta_link
        return link


def _portions(ids: Sequence[str]) -> list[Sequence[str]]:
    """So many at a time that their answers fit well into memory."""
    return [ids[at : at + PORTION] for at in range(0, len(ids), PORTION)]


def _found(answer: Inner, area: str) -> bool:
    """Whether an inner answer holds its object; raises `WizardError` for all but "does not exist"."""
    if answer.status == 200:
        return True
    if answer.status == 404 and answer.code == "Request_ResourceNotFound":
        return False
    raise failure(answer.status, answer.code, area)
