"""Where the sandbox keeps its people, groups and memberships: in memory, found by id, unique name or position."""

import secrets
import time
import uuid
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from wizard.sandbox.contrary import LATE_LISTS, kept, name_key
from wizard.sandbox.errors import duplicate, missing

Resource = dict[str, Any]
"""A resource as AWS returns it; replaced as a whole, never changed in place."""

USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE_SCHEMA = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Group"


def new_tenant_id() -> str:
    """An opaque tenant id in the shape AWS shows: three characters, then a UUID."""
    return secrets.token_hex(2)[:3] + str(uuid.uuid4())


def new_store_id() -> str:
    """The ten hexadecimal digits that every id of an older identity store begins with."""
    return secrets.token_hex(5)


def now_text() -> str:
    """The present moment in the form of `meta.created`: UTC, whole seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


Keys = Callable[[Mapping[str, Any]], dict[str, str]]


def unique_of_user(user: Mapping[str, Any]) -> dict[str, str]:
    """What no two people may share: userName, externalId and the primary e-mail (AWS, troubleshooting)."""
    keys = {name: user[name] for name in ("userName", "externalId") if name in user}
    for email in user.get("emails", ()):
        keys["email"] = email["value"]
    return keys


def unique_of_group(group: Mapping[str, Any]) -> dict[str, str]:
    """What no two groups may share: displayName and externalId (AWS user guide, troubleshooting)."""
    return {name: group[name] for name in ("displayName", "externalId") if name in group}


class Shelf:
    """The resources of one kind in order of creation; no position is used twice, so a cursor survives inserts."""

    def __init__(self, kind: str, unique: Keys, contrary: frozenset[str] = frozenset()) -> None:
        self.kind = kind
        self._key = str if "exact" in contrary else name_key
        self._unique_values = unique
        self._shown_from: dict[str, int] | None = {} if "late" in contrary else None
        """With `late`: id of a new resource -> number of the list from which on it is shown."""
        self._lists = 0
        self._resources: dict[str, Resource] = {}
        self._positions: dict[str, int] = {}
        self._order: list[str | None] = []
        self._owners: dict[tuple[str, str], str] = {}

    def __len__(self) -> int:
        return len(self._resources)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._resources.values())

    def __contains__(self, resource_id: str) -> bool:
        return resource_id in self._resources

    @property
    def positions(self) -> range:
        """Every position ever given out; those of deleted resources are empty."""
        return range(len(self._order))

    def one(self, resource_id: str) -> Resource:
        """The resource with this id; raises a 404 refusal."""
        resource = self._resources.get(resource_id)
        if resource is None:
            raise missing(self.kind.upper())
        return resource

    def position(self, resource_id: str) -> int | None:
        """Return the resource's position in order of creation, or None if it does not exist."""
        return self._positions.get(resource_id)

    def owner(self, attribute: str, value: str) -> int | None:
        """The position of the resource whose unique `attribute` is `value`, whatever the case."""
        resource_id = self._owners.get((attribute, self._key(value)))
        return None if resource_id is None else self._positions[resource_id]

    def begin_list(self) -> None:
        """Count a new listing; with `late`, new resources become visible after a number of listings."""
        self._lists += 1

    def show_all(self) -> None:
        """Nothing that is here now is new."""
        if self._shown_from is not None:
            self._shown_from.clear()

    def _is_shown(self, resource_id: str) -> bool:
        return self._shown_from is None or self._shown_from.get(resource_id, 0) <= self._lists

    def _unique(self, resource: Resource) -> dict[str, str]:
        return {name: self._key(value) for name, value in self._unique_values(resource).items()}

    def put(self, resource: Resource) -> None:
        """Add or replace a resource by its id; raises a 409 refusal when a unique value is taken."""
        resource_id: str = resource["id"]
        keys = set(self._unique(resource).items())
        if any(self._owners.get(key, resource_id) != resource_id for key in keys):
            raise duplicate()
        before = self._resources.get(resource_id)
        if before is None:
            self._positions[resource_id] = len(self._order)
            self._order.append(resource_id)
            if self._shown_from is not None:
                self._shown_from[resource_id] = self._lists + LATE_LISTS + 1
        else:
            for key in set(self._unique(before).items()) - keys:
                del self._owners[key]
        self._owners.update((key, resource_id) for key in keys)
        self._resources[resource_id] = resource

    def remove(self, resource_id: str) -> int:
        """Delete a resource and return the position it had; raises a 404 refusal."""
        for key in self._unique(self.one(resource_id)).items():
            del self._owners[key]
        del self._resources[resource_id]
        position = self._positions.pop(resource_id)
        self._order[position] = None
        return position

    def all_rows(self, positions: Sequence[int]) -> Iterator[tuple[int, Resource]]:
        """The resources at `positions`, whether lists show them yet or not."""
        for position in positions:
            resource_id = self._order[position]
            if resource_id is not None:
                yield position, self._resources[resource_id]

    def rows(self, positions: Sequence[int], after: int) -> Iterator[tuple[int, Resource]]:
        """The resources at `positions` (ascending) behind the position `after` that lists show, with their positions."""
        for index in range(bisect_right(positions, after), len(positions)):
            resource_id = self._order[positions[index]]
            if resource_id is not None and self._is_shown(resource_id):
                yield positions[index], self._resources[resource_id]


class Memberships:
    """Who is in which group, both ways, as ascending lists of positions."""

    def __init__(self) -> None:
        self._members: dict[int, list[int]] = {}
        self._groups: dict[int, list[int]] = {}

    def members(self, group: int) -> Sequence[int]:
        """The positions of a group's members."""
        return self._members.get(group, ())

    def groups(self, user: int) -> Sequence[int]:
        """The positions of the groups that a person is in."""
        return self._groups.get(user, ())

    def holds(self, group: int, user: int) -> bool:
        """Whether the person is in the group."""
        return _holds(self._groups.get(user, ()), group)

    def add(self, group: int, user: int) -> None:
        """Put a person into a group; nothing happens when they are in it."""
        if not self.holds(group, user):
            insort(self._members.setdefault(group, []), user)
            insort(self._groups.setdefault(user, []), group)

    def remove(self, group: int, user: int) -> None:
        """Take a person out of a group; nothing happens when they are not in it."""
        if self.holds(group, user):
            _take(self._members[group], user)
            _take(self._groups[user], group)

    def forget_user(self, user: int) -> None:
        """A deleted person leaves every group."""
        for group in self._groups.pop(user, ()):
            _take(self._members[group], user)

    def forget_group(self, group: int) -> None:
        """A deleted group leaves every person."""
        for user in self._members.pop(group, ()):
            _take(self._groups[user], group)


def _holds(ascending: Sequence[int], value: int) -> bool:
    index = bisect_left(ascending, value)
    return index < len(ascending) and ascending[index] == value


def _take(ascending: list[int], value: int) -> None:
    del ascending[bisect_left(ascending, value)]


class Store:
    """The identity store of one tenant; everything that changes it bumps `revision`."""

    def __init__(self, tenant_id: str, store_id: str, contrary: frozenset[str] = frozenset()) -> None:
        self.tenant_id = tenant_id
        self.store_id = store_id
        self._contrary = contrary
        self.users = Shelf("User", unique_of_user, contrary)
        self.groups = Shelf("Group", unique_of_group, contrary)
        self.memberships = Memberships()
        self.revision = 0

    def create_user(self, attributes: Mapping[str, Any]) -> Resource:
        """Add a person; raises a 409 refusal."""
        attributes = kept(attributes, self._contrary)
        user = _stamped(self._new_id(), "User", _user_schemas(attributes), attributes, now_text())
        self.users.put(user)
        self.revision += 1
        return user

    def change_user(self, user_id: str, attributes: Mapping[str, Any]) -> Resource:
        """Replace the attributes of a person; raises 404 and 409 refusals."""
        created, attributes = self.users.one(user_id)["meta"]["created"], kept(attributes, self._contrary)
        user = _stamped(user_id, "User", _user_schemas(attributes), attributes, created)
        self.users.put(user)
        self.revision += 1
        return user

    def delete_user(self, user_id: str) -> None:
        """Delete a person and their memberships; raises a 404 refusal."""
        self.memberships.forget_user(self.users.remove(user_id))
        self.revision += 1

    def create_group(self, attributes: Mapping[str, Any], members: Iterable[str]) -> Resource:
        """Add a group with its members; raises 404 (unknown member) and 409 refusals and then leaves no trace."""
        users = self.user_positions(members)
        attributes = kept(attributes, self._contrary)
        group = _stamped(self._new_id(), "Group", [GROUP_SCHEMA], attributes, now_text())
        self.groups.put(group)
        position = self.groups.position(group["id"])
        assert position is not None
        for user in users:
            self.memberships.add(position, user)
        self.revision += 1
        return group

    def change_group(
        self, group_id: str, attributes: Mapping[str, Any], joining: Sequence[tuple[bool, str]]
    ) -> None:
        """Replace a group's attributes and carry out membership changes: (True to add, person's id), in order.

        Raises 404 (group or member unknown) and 409 refusals before anything changed.
        """
        created, attributes = self.groups.one(group_id)["meta"]["created"], kept(attributes, self._contrary)
        position = self.groups.position(group_id)
        assert position is not None
        if "absent-member" in self._contrary:
            joining = [(joins, user_id) for joins, user_id in joining if joins or user_id in self.users]
        users = self.user_positions(user_id for _, user_id in joining)
        self.groups.put(_stamped(group_id, "Group", [GROUP_SCHEMA], attributes, created))
        for (joins, _), user in zip(joining, users, strict=True):
            (self.memberships.add if joins else self.memberships.remove)(position, user)
        self.revision += 1

    def delete_group(self, group_id: str) -> None:
        """Delete a group and its memberships; raises a 404 refusal."""
        self.memberships.forget_group(self.groups.remove(group_id))
        self.revision += 1

    def user_positions(self, user_ids: Iterable[str]) -> list[int]:
        """The positions of these people, in the same order; raises a 404 refusal."""
        positions = []
        for user_id in user_ids:
            position = self.users.position(user_id)
            if position is None:
                raise missing("USER")
            positions.append(position)
        return positions

    def member_ids(self, group_id: str) -> list[str]:
        """The ids of a group's members, in order of the people's creation."""
        position = self.groups.position(group_id)
        assert position is not None
        return [user["id"] for _, user in self.users.all_rows(self.memberships.members(position))]

    def _new_id(self) -> str:
        return f"{self.store_id}-{uuid.uuid4()}"


def _user_schemas(attributes: Mapping[str, Any]) -> list[str]:
    """The enterprise schema is named only when there is enterprise data, as AWS's examples show."""
    return [USER_SCHEMA, ENTERPRISE_SCHEMA] if ENTERPRISE_SCHEMA in attributes else [USER_SCHEMA]


def _stamped(
    resource_id: str, kind: str, schemas: list[str], attributes: Mapping[str, Any], created: str
) -> Resource:
    """A whole resource; `meta` has no location and no version, as in AWS's examples."""
    meta = {"resourceType": kind, "created": created, "lastModified": now_text()}
    return {"id": resource_id, "meta": meta, "schemas": schemas, **attributes}
