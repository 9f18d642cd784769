"""PATCH: parsing the request, and AWS's rules for paths, values and memberships."""

import copy
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wizard.sandbox.errors import bad_request
from wizard.sandbox.store import ENTERPRISE_SCHEMA, GROUP_SCHEMA, USER_SCHEMA, Resource
from wizard.sandbox.validation import (
    ENTERPRISE_PARTS,
    LIST_PARTS,
    MOST_MEMBERS,
    READ_ONLY,
    USER_TEXTS,
    member_ids,
)

PATCH_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
PATHLESS = (
    'Current PATCH support allows omitting "path" attribute only for Add and Replace operations '
    "modifying a single attribute."
)
_URN = "|".join(re.escape(urn) for urn in (ENTERPRISE_SCHEMA, USER_SCHEMA, GROUP_SCHEMA))
_PATH = re.compile(
    rf"(?:(?P<urn>{_URN})(?::|$))?(?P<attribute>[A-Za-z][\w-]*)?"
    r'(?:\[(?P<key>\w+) +[eE][qQ] +(?P<wanted>"(?:[^"\\]|\\.)*"|true|false)\])?'
    r"(?:\.(?P<part>[$\w]+))?"
)


@dataclass(frozen=True, slots=True)
class Target:
    """Which attribute one operation means."""

    schema: str
    attribute: str | None
    """None when the whole enterprise extension is meant."""
    wanted: tuple[str, Any] | None
    """The one comparison of a value filter: sub-attribute and what it equals."""
    part: str | None
    """A sub-attribute, or None for the whole."""


@dataclass(frozen=True, slots=True)
class Change:
    """One operation of a PATCH request."""

    op: str
    """add, replace or remove; AWS reads it in any case."""
    target: Target
    value: Any
    """None for a removal without a value."""


def changes(body: Any) -> tuple[Change, ...]:
    """The operations of a PATCH body, in order; raises a 400 refusal."""
    if not isinstance(body, dict) or PATCH_SCHEMA not in _list(body.get("schemas")):
        raise bad_request()
    operations = _list(body.get("Operations"))
    if not operations:
        raise bad_request()
    return tuple(_change(operation) for operation in operations)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise bad_request()
    return value


def _change(operation: Any) -> Change:
    """Read one operation: `op` is compulsory, `remove` needs a path, `add` and `replace` a value (PatchUser)."""
    if not isinstance(operation, dict) or not isinstance(operation.get("op"), str):
        raise bad_request()
    op, path, value = operation["op"].lower(), operation.get("path"), operation.get("value")
    if op not in ("add", "replace", "remove") or not isinstance(path, str | None):
        raise bad_request()
    if op != "remove" and value is None:
        raise bad_request()
    if path is None:
        if op == "remove":
            raise bad_request("Missing path in PATCH request")
        path, value = _single_attribute(value)
    return Change(op, _target(path), value)


def _single_attribute(value: Any) -> tuple[str, Any]:
    """Return the attribute, as a path, and the value that an operation without a path sets.

    AWS's example renames a group by `{"id": …, "displayName": …}`, but its endpoint refuses more than one
    attribute.
    """
    if not isinstance(value, dict) or len(value) != 1:
        raise bad_request(PATHLESS)
    ((name, inner),) = value.items()
    if name == ENTERPRISE_SCHEMA:
        if not isinstance(inner, dict) or len(inner) != 1:
            raise bad_request(PATHLESS)
        ((part, inner),) = inner.items()
        name = f"{name}:{part}"
    return name, inner


def _target(path: str) -> Target:
    match = _PATH.fullmatch(path)
    if match is None:
        raise bad_request()
    schema, attribute = match["urn"] or "", match["attribute"]
    if attribute is None and (schema != ENTERPRISE_SCHEMA or match["key"] or match["part"]):
        raise bad_request()
    wanted = None
    if match["key"]:
        try:
            wanted = (match["key"], json.loads(match["wanted"], strict=False))
        except ValueError:
            raise bad_request() from None
    return Target(schema, attribute, wanted, match["part"])


# Rules

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
