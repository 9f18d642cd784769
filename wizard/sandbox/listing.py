"""Lists and filters as AWS answers them: one page of at most 100 rows, or pages by cursor."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any

from wizard.sandbox.errors import bad_request, missing
from wizard.sandbox.store import ENTERPRISE_SCHEMA, Resource, Shelf, Store

LIST_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
MOST_ROWS = 100
"""The greatest and the default `count`."""

Shorten = Callable[[int], int]
"""How many rows a page gets of those asked for: all, unless a fault wants a short page."""


def whole(count: int) -> int:
    """As many rows as asked for."""
    return count


def half(count: int) -> int:
    """A short page: AWS says that a page may hold fewer rows than `count` although more follow."""
    return max(1, count // 2)


def list_response(resources: Sequence[Resource]) -> dict[str, Any]:
    """The plain envelope; `totalResults` counts the rows returned, not those that exist."""
    rows = len(resources)
    return {
        "totalResults": rows,
        "itemsPerPage": rows,
        "startIndex": 1,
        "schemas": [LIST_SCHEMA],
        "Resources": resources,
    }


def list_users(store: Store, query: Mapping[str, str], shorten: Shorten) -> dict[str, Any]:
    """The answer of ListUsers; raises a 400 refusal."""
    positions = matching_users(store, query["filter"]) if "filter" in query else store.users.positions
    return _page(store.users, positions, query, shorten)


def list_groups(store: Store, query: Mapping[str, str], shorten: Shorten) -> dict[str, Any]:
    """The answer of ListGroups, whose groups never show their members; raises 400 and 404 refusals."""
    positions = matching_groups(store, query["filter"]) if "filter" in query else store.groups.positions
    page = _page(store.groups, positions, query, shorten)
    return {**page, "Resources": [{**group, "members": []} for group in page["Resources"]]}


def _page(shelf: Shelf, positions: Sequence[int], query: Mapping[str, str], shorten: Shorten) -> dict[str, Any]:
    count = _count(query)
    if query.get("startIndex", "1") != "1":
        # Unsupported at AWS; a client that pages by it would read the first page for ever.
        raise bad_request("Parameter startIndex is not supported.")
    if not query.get("cursor"):
        shelf.begin_list()
    if "cursor" not in query:
        return list_response([resource for _, resource in islice(shelf.rows(positions, -1), count)])
    bound = f"{shelf.kind}\n{query.get('filter', '')}"
    count = shorten(count)
    found = list(islice(shelf.rows(positions, _position(query["cursor"], bound)), count + 1))
    envelope: dict[str, Any] = {"itemsPerPage": min(len(found), count)}
    if len(found) > count:
        envelope["nextCursor"] = _cursor(found[count - 1][0], bound)
    return {**envelope, "schemas": [LIST_SCHEMA], "Resources": [resource for _, resource in found[:count]]}


def _count(query: Mapping[str, str]) -> int:
    text = query.get("count", str(MOST_ROWS))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST_ROWS):
        raise bad_request(f"Parameter count must be a number from 1 to {MOST_ROWS}.")
    return int(text)


def _digest(bound: str) -> str:
    return hashlib.blake2s(bound.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def _cursor(position: int, bound: str) -> str:
    return base64.urlsafe_b64encode(f"{position}.{_digest(bound)}".encode()).decode()


def _position(cursor: str, bound: str) -> int:
    """Return the position of a cursor; raises a 400 refusal for a cursor of another filter or an unknown one."""
    if not cursor:
        return -1
    try:
        position, digest = base64.urlsafe_b64decode(cursor.encode()).decode().split(".")
        if digest == _digest(bound):
            return int(position)
    except (ValueError, binascii.Error):
        raise bad_request("Cursor is unknown.") from None
    raise bad_request("Cursor was issued for another filter.")


# Filters

_CLAUSE = r'(?P<{0}>[A-Za-z.]+) +[eE][qQ] +(?P<{1}>"(?:[^"\\]|\\.)*")'
_FILTER = re.compile(
    " *" + _CLAUSE.format("first", "one") + "(?: +[aA][nN][dD] +" + _CLAUSE.format("second", "two") + ")? *"
)


def clauses(text: str) -> dict[str, str]:
    """The attributes a filter compares, and with what; raises a 400 refusal.

    AWS developer guide, ListUsers and ListGroups: only `eq`; one attribute, or two joined by `and`; values in
    double quotes.
    """
    match = _FILTER.fullmatch(text)
    if match is None:
        raise bad_request("Invalid Filter format")
    pairs = {match["first"]: _value(match["one"])}
    if match["second"] is not None:
        pairs[match["second"]] = _value(match["two"])
        if len(pairs) == 1:
            raise bad_request("Invalid Filter format")
    if not all(pairs.values()):
        # Seen at AWS: an empty value is refused with the sentence for everything.
        raise bad_request()
    return pairs


def matching_users(store: Store, text: str) -> Sequence[int]:
    """Positions of the people a filter finds; raises a 400 refusal for any filter that ListUsers does not list."""
    match clauses(text):
        case {"userName": name, **rest} if not rest:
            return _one(store.users.owner("userName", name))
        case {"externalId": value, **rest} if not rest:
            return _one(store.users.owner("externalId", value))
        case {"groups.value": group_id, **rest} if not rest:
            group = store.groups.position(group_id)
            return () if group is None else store.memberships.members(group)
        case {"id": user_id, **rest} if not rest:
            return _one(store.users.position(user_id))
        case {"id": user_id, "manager": manager_id}:
            return _one(store.users.position(user_id) if _reports_to(store, user_id, manager_id) else None)
    raise bad_request("Invalid Filter format")


def matching_groups(store: Store, text: str) -> Sequence[int]:
    """Positions of the groups a filter finds; raises a 400 refusal, and 404 for a member who does not exist."""
    match clauses(text):
        case {"displayName": name, **rest} if not rest:
            return _one(store.groups.owner("displayName", name))
        case {"externalId": value, **rest} if not rest:
            return _one(store.groups.owner("externalId", value))
        case {"members.value": user_id, **rest} if not rest:
            return store.memberships.groups(_member(store, user_id))
        case {"id": group_id, **rest} if not rest:
            return _one(store.groups.position(group_id))
        # AWS's list of constraints says `member`, its worked example `members`: both are taken.
        case {"id": group_id, "members": user_id} | {"id": group_id, "member": user_id}:
            user, group = _member(store, user_id), store.groups.position(group_id)
            return _one(group if group is not None and store.memberships.holds(group, user) else None)
    raise bad_request("Invalid Filter format")


def _value(quoted: str) -> str:
    try:
        text = json.loads(quoted, strict=False)
    except ValueError:
        raise bad_request("Invalid Filter format") from None
    return str(text)


def _one(position: int | None) -> Sequence[int]:
    return () if position is None else (position,)


def _member(store: Store, user_id: str) -> int:
    position = store.users.position(user_id)
    if position is None:
        raise missing("USER")
    return position


def _reports_to(store: Store, user_id: str, manager_id: str) -> bool:
    if user_id not in store.users:
        return False
    extension = store.users.one(user_id).get(ENTERPRISE_SCHEMA, {})
    return bool(extension.get("manager", {}).get("value") == manager_id)
