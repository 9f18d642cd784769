"""The few filters that AWS answers in lists, and the rows they find."""

import json
import re
from collections.abc import Sequence

from wizard.sandbox.errors import bad_request, missing
from wizard.sandbox.store import ENTERPRISE_SCHEMA, Store

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
