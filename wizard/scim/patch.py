"""The difference between two states of a resource as RFC 7644 PATCH operations."""

from collections.abc import Sequence

from wizard.scim.body import Json, items, member_values, plain
from wizard.scim.paths import parse_path
from wizard.scim.resource import Resource

PATCH_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def operations(before: Resource, after: Resource) -> list[Json]:
    """What leads from one state to the other: one operation for each attribute, always with a path.

    AWS takes operations without a path only in one special case, so none is sent. Values are absolute: the same
    request sent twice ends where once does. Lists go whole (`path: "emails"`): a filtered path has no target
    where the item does not exist yet (RFC 7644 3.5.2.3), and only a whole item says that it is the primary one.
    The manager goes as the complex value `{"value": id, "$ref": …}` on its own path: creation sends the same form, and a
    `replace` adds a complex attribute that is absent, where a path to its sub-attribute would need a target.
    What is gone is removed by path: nothing is ever set to "" or null.
    """
    listed: dict[str, Json] = {}
    for path in {**before, **after}:
        if before.get(path) == after.get(path):
            continue
        parsed = parse_path(path)
        if parsed.is_list:
            value = items(after, parsed.attribute)
            listed[parsed.root] = _set(parsed.root, value) if value else _remove(parsed.root)
        elif path in after:
            listed[path] = _set(path, plain(after[path]))
        else:
            listed[path] = _remove(path)
    return list(listed.values())


def patch_body(changes: Sequence[Json]) -> Json:
    """The body of a PATCH request."""
    return {"schemas": [PATCH_SCHEMA], "Operations": list(changes)}


def add_members(member_ids: Sequence[str]) -> Json:
    """The operation that adds members to a group."""
    return {"op": "add", "path": "members", "value": member_values(member_ids)}


def remove_members(member_ids: Sequence[str]) -> Json:
    """The operation that removes members from a group, with the members as its value.

    RFC 7644 would name each in a filtered path; AWS documents the list, and takes one path for up to 100 members.
    """
    return {"op": "remove", "path": "members", "value": member_values(member_ids)}


def _set(path: str, value: object) -> Json:
    return {"op": "replace", "path": path, "value": value}


def _remove(path: str) -> Json:
    return {"op": "remove", "path": path}
