"""The whole state of a target without what AWS chose itself, and how two of them differ."""

from typing import Any

from tests.endurance.arena import Ended

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
Known = dict[str, Any]


def settled(state: Known) -> Known:
    """Return all people and groups under their names in the directory; ids in references are replaced by these names."""
    names = {user["id"]: user.get("externalId") or user["userName"] for user in state["users"]}
    people: Known = {}
    for user in state["users"]:
        key = names[user["id"]]
        assert key not in people, f"{key} is in the target twice"
        people[key] = _person(user, names)
    groups: Known = {}
    for group in state["groups"]:
        assert group["displayName"] not in groups, f"group {group['displayName']} is in the target twice"
        members = sorted(names[member] for member in group["members"])
        groups[group["displayName"]] = {"externalId": group.get("externalId"), "members": members}
    return {"users": people, "groups": groups}


def _person(user: Known, names: dict[str, str]) -> Known:
    plain = {name: value for name, value in user.items() if name not in ("id", "meta")}
    extension = dict(plain.get(ENTERPRISE, {}))
    if extension.get("manager"):
        extension["manager"] = names.get(extension["manager"]["value"], "deleted user")
    if ENTERPRISE in plain:
        plain[ENTERPRISE] = extension
    return plain


def without_members(state: Known, people: set[str]) -> Known:
    """The same, with these people in no group."""
    groups = {
        name: group | {"members": [member for member in group["members"] if member not in people]}
        for name, group in state["groups"].items()
    }
    return state | {"groups": groups}


def differences(wanted: Known, found: Known) -> list[str]:
    """One line for each object that differs: whose, and in what."""
    lines = []
    for kind in ("users", "groups"):
        for key in sorted(wanted[kind].keys() | found[kind].keys()):
            here, there = wanted[kind].get(key), found[kind].get(key)
            if here == there:
                continue
            if here is None or there is None:
                lines.append(f"{kind} {key}: {'is too many' if here is None else 'is missing'}")
                continue
            names = [name for name in here.keys() | there.keys() if here.get(name) != there.get(name)]
            lines += [f"{kind} {key} {name}: {_apart(here.get(name), there.get(name))}" for name in sorted(names)]
    return lines


def _apart(wanted: Any, found: Any) -> str:
    if isinstance(wanted, list) and isinstance(found, list) and all(isinstance(one, str) for one in wanted):
        return f"missing {sorted(set(wanted) - set(found))}, too many {sorted(set(found) - set(wanted))}"
    return f"wanted {wanted!r}, found {found!r}"


def ids(state: Known) -> dict[str, str]:
    """AWS's id of everybody and every group."""
    people = {user.get("externalId") or user["userName"]: user["id"] for user in state["users"]}
    return people | {f"group {group['displayName']}": group["id"] for group in state["groups"]}


def at_rest(plan: Ended) -> list[str]:
    """What the verb `plan` would still do where nothing should be left."""
    kinds = ("users", "groups", "memberships")
    left = {
        f"{kind} {name}": number
        for kind in kinds
        for name, number in plan.last.get(kind, {"nothing": 1}).items()
        if number and name not in ("unchanged", "skipped")
    }
    return [f"the plan after it is not empty: {plan.code} {left} {plan.err}"] if plan.code or left else []
