"""What PATCH does to people and groups: AWS's rules for paths, values and memberships."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wizard.sandbox.errors import bad_request
from wizard.sandbox.patch_request import Change, changes
from wizard.sandbox.store import ENTERPRISE_SCHEMA, Resource
from wizard.sandbox.validation import (
    ENTERPRISE_PARTS,
    LIST_PARTS,
    MOST_MEMBERS,
    READ_ONLY,
    USER_TEXTS,
    member_ids,
)

REPLACED_MEMBERS = "Replacing group memberships is not supported."
MODIFIABLE = frozenset({*USER_TEXTS, "active", "name", *LIST_PARTS} - {"roles"})
"""What PatchUser changes; roles are not in AWS's list."""

ONCE = ("userName", "active")
"""At most one operation on each in a request, and never their removal (AWS, PatchUser)."""


def patched_user(user: Mapping[str, Any], body: Any) -> Resource:
    """The attributes of a person after a PATCH body, still to be validated as a whole; raises a 400 refusal."""
    asked = changes(body)
    for name in ONCE:
        if sum(change.target.attribute == name for change in asked) > 1:
            raise bad_request()
    patched = {name: copy.deepcopy(value) for name, value in user.items() if name not in READ_ONLY}
    for change in asked:
        _change_user(patched, change)
    return patched


def _change_user(user: Resource, change: Change) -> None:
    target = change.target
    if target.schema == ENTERPRISE_SCHEMA:
        _change_extension(user, change)
        return
    name = target.attribute
    if name not in MODIFIABLE or (change.op == "remove" and name in ONCE):
        raise bad_request()
    if name == "active" and isinstance(change.value, str):
        # AWS's own example sends "false" as text, and Entra ID "False".
        change = Change(change.op, target, _boolean(change.value))
    if name in LIST_PARTS:
        _change_list(user, name, change)
    elif name == "name":
        _change_complex(user, name, change)
    else:
        _change_simple(user, name, change)


def _change_extension(user: Resource, change: Change) -> None:
    """Operations below the enterprise URN; an extension without attributes disappears."""
    extension = user.setdefault(ENTERPRISE_SCHEMA, {})
    name = change.target.attribute
    if name is None:
        if change.op == "remove":
            extension.clear()
        elif isinstance(change.value, dict):
            extension.update(change.value)
        else:
            raise bad_request()
    elif name == "manager":
        value = {"value": change.value} if isinstance(change.value, str) else change.value
        whole = change.target.part is not None
        _change_complex(extension, name, change if whole else Change(change.op, change.target, value))
    elif name in ENTERPRISE_PARTS:
        _change_simple(extension, name, change)
    else:
        raise bad_request()
    if not extension:
        del user[ENTERPRISE_SCHEMA]


def _change_simple(container: Resource, name: str, change: Change) -> None:
    if change.target.part or change.target.wanted:
        raise bad_request()
    if change.op == "remove":
        container.pop(name, None)
    else:
        container[name] = change.value


def _change_complex(container: Resource, name: str, change: Change) -> None:
    """A complex attribute: its parts are merged, whether added or replaced (RFC 7644, 3.5.2)."""
    if change.target.wanted:
        raise bad_request()
    part, value = change.target.part, dict(container.get(name, {}))
    if change.op == "remove":
        if part is None:
            value.clear()
        value.pop(part, None)
    elif part is not None:
        value[part] = change.value
    elif isinstance(change.value, dict):
        value.update(change.value)
    else:
        raise bad_request()
    container.pop(name, None)
    if value:
        container[name] = value


def _change_list(user: Resource, name: str, change: Change) -> None:
    """A multi-valued attribute: as a whole, or the value that an `eq` filter names."""
    values: list[Any] = user.get(name, [])
    if change.target.wanted is not None:
        values = _filtered(name, values, change, change.target.wanted)
    elif change.target.part is not None:
        raise bad_request()
    elif change.op == "remove":
        values = []
    else:
        given = change.value if isinstance(change.value, list) else [change.value]
        kept = values if change.op == "add" else []
        values = kept + [value for value in given if value not in kept]
    user.pop(name, None)
    if values:
        user[name] = values


def _filtered(name: str, values: Sequence[Any], change: Change, wanted: tuple[str, Any]) -> list[Any]:
    key, sought = wanted
    hits = [value for value in values if value.get(key) == sought]
    misses = [value for value in values if value.get(key) != sought]
    if change.op == "remove":
        return misses + [rest for hit in hits if (rest := _without(hit, change.target.part, key))]
    if not hits:
        if change.op == "replace":
            raise bad_request(f"No value of {name} matches the filter of the path.")
        hits = [{key: sought, **({"primary": True} if name == "emails" else {})}]
    return misses + [_with(hit, change.target.part, change.value) for hit in hits]


def _without(value: Resource, part: str | None, key: str) -> Resource:
    """A value less one part, or nothing when only what the filter compared, and `primary`, would be left."""
    if part is None:
        return {}
    rest = {name: inner for name, inner in value.items() if name != part}
    return rest if rest.keys() - {key, "primary"} else {}


def _with(value: Resource, part: str | None, given: Any) -> Resource:
    if part is not None:
        return {**value, part: given}
    if not isinstance(given, dict):
        raise bad_request()
    return {**value, **given}


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise bad_request()
    return text.lower() == "true"


@dataclass(frozen=True, slots=True)
class GroupPatch:
    """What a PATCH body does to a group."""

    attributes: Resource
    """The group's attributes afterwards, still to be validated."""
    joining: tuple[tuple[bool, str], ...]
    """Membership changes in order: True to add, False to remove, and the person's id."""


def patched_group(group: Mapping[str, Any], body: Any) -> GroupPatch:
    """Read a PATCH body for a group; raises a 400 refusal.

    AWS developer guide, PatchGroup and limitations: only displayName, externalId and members; at most 100
    membership changes; neither all members at once may be removed nor the membership replaced.
    """
    attributes = {name: value for name, value in group.items() if name not in READ_ONLY}
    joining: list[tuple[bool, str]] = []
    for change in changes(body):
        name = change.target.attribute
        if change.target.schema == ENTERPRISE_SCHEMA or change.target.part:
            raise bad_request()
        if name == "members":
            joining += [(change.op == "add", user_id) for user_id in _members(change)]
        elif name in ("displayName", "externalId") and (name, change.op) != ("displayName", "remove"):
            _change_simple(attributes, name, change)
        else:
            raise bad_request()
    if len(joining) > MOST_MEMBERS:
        raise bad_request()
    return GroupPatch(attributes, tuple(joining))


def _members(change: Change) -> list[str]:
    """The people one operation on `members` names: by a list, or one to remove by `members[value eq "…"]`."""
    if change.op == "replace":
        raise bad_request(REPLACED_MEMBERS)
    wanted = change.target.wanted
    if wanted is not None:
        if change.op != "remove" or wanted[0] != "value" or change.value is not None:
            raise bad_request()
        return member_ids({"value": wanted[1]})
    if not change.value:
        # Without a value, or with an empty list, the operation would have meant all members.
        raise bad_request()
    return member_ids(change.value)
