"""What really became different in AWS, from its state before and after: written without the engine's own terms."""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

State = Mapping[str, Any]
"""Of `Tenant.state`: users, and groups with the ids of their members."""
Fact = tuple[str, ...]
"""(effect, AWS id) or, for memberships, (effect, AWS id of the group, AWS id of the person)."""


def differences(before: State, after: State) -> frozenset[Fact]:
    """Every effect, by AWS id; people and groups that are new count as created and as nothing else."""
    return frozenset((*_people(before, after), *_groups(before, after)))


def _people(before: State, after: State) -> Iterator[Fact]:
    was, now = _by_id(before["users"]), _by_id(after["users"])
    for user_id in was.keys() - now.keys():
        yield "deleted", user_id
        if was[user_id].get("active", True):
            yield "loses-access", user_id
    for user_id in now.keys() - was.keys():
        yield "created", now[user_id]["userName"]
    for user_id in was.keys() & now.keys():
        old, new = was[user_id], now[user_id]
        if old.get("active", True) and not new.get("active", True):
            yield "loses-access", user_id
        if not old.get("active", True) and new.get("active", True):
            yield "gains-access", user_id
        pairs = ((old.get("userName"), new.get("userName")), (_mail(old), _mail(new)))
        if any(one and other and _key(one) != _key(other) for one, other in pairs):
            yield "renamed", user_id
        for name in flat(old).keys() - flat(new).keys():
            yield "cleared", user_id, name


def _groups(before: State, after: State) -> Iterator[Fact]:
    was, now = _by_id(before["groups"]), _by_id(after["groups"])
    people = _by_id(before["users"]).keys() & _by_id(after["users"]).keys()
    for group_id in was.keys() - now.keys():
        yield "deleted", group_id
        yield "loses-access", group_id
    for group_id in now.keys() - was.keys():
        yield "created", now[group_id]["displayName"]
    for group_id in was.keys() & now.keys():
        old, new = set(was[group_id]["members"]) & people, set(now[group_id]["members"]) & people
        yield from (("loses-membership", group_id, member) for member in old - new)
        yield from (("gains-membership", group_id, member) for member in new - old)
        for name in flat(was[group_id]).keys() - flat(now[group_id]).keys():
            yield "cleared", group_id, name


def _by_id(resources: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in resources}


def _mail(user: Mapping[str, Any]) -> str:
    return next((str(email["value"]) for email in user.get("emails", ())), "")


def _key(text: str) -> str:
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in unicodedata.normalize("NFC", text))


def flat(resource: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Each simple attribute with a path of its own; an item of a list has no place, AWS keeps one of each."""
    found: dict[str, Any] = {}
    for name, value in resource.items():
        if not prefix and name in ("id", "meta", "schemas", "members"):
            continue
        match value:
            case dict():
                found |= flat(value, f"{prefix}{name}.")
            case list():
                for item in value:
                    found |= flat(item, f"{prefix}{name}.") if isinstance(item, dict) else {prefix + name: item}
            case _:
                found[prefix + name] = value
    return {name: value for name, value in found.items() if not name.endswith((".type", ".primary"))}
