"""What we know of a tenant: people, groups and assignments as last read, and where the next reading goes on."""

import hashlib
from collections.abc import Iterable, Mapping, Set
from typing import Any

import msgspec

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
