"""The calls of Microsoft Graph that the stand-in answers: reading, and the edits that make a tenant change."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wizard.sandbox.entra.gallery import TEMPLATE_ID, instantiate, template
from wizard.sandbox.entra.pages import Feed, asked, page_size, read, shown, written
from wizard.sandbox.entra.refusals import GraphRefusal, bad_request, not_allowed, unknown_object
from wizard.sandbox.entra.tenant import Kind, Tenant


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to Graph, by itself or inside a batch."""

    tenant: Tenant
    base: str
    """Where Graph stands: http://127.0.0.1:PORT/v1.0."""
    path: str
    query: Mapping[str, str]
    eventual: bool
    """The header ConsistencyLevel: eventual was sent."""
    body: Any
    permissions: frozenset[str]
    largest: int
    """Prefer: odata.maxpagesize, or Graph's own."""
    short: bool
    """Answer pages of people with one too few, and no link."""


Reply = tuple[int, Any]
Act = Callable[[Ask, tuple[str, ...]], Reply]


def answer(method: str, ask: Ask) -> Reply:
    """Carry a call out; raises GraphRefusal."""
    for verb, pattern, needed, act in ROUTES:
        match = pattern.fullmatch(ask.path)
        if match and verb == method:
            if not ask.permissions & needed:
                raise not_allowed()
            return act(ask, match.groups())
    raise GraphRefusal(
        400, "BadRequest", f"Resource not found for the segment '{ask.path.strip('/').split('/')[0]}'."
    )


def _listed(ask: Ask, things: list[dict[str, Any]], context: str, size: int) -> dict[str, Any]:
    """A page of a list, and the link to the next one."""
    at = int(read(ask.query["$skiptoken"])["at"]) if "$skiptoken" in ask.query else 0
    chosen = things[at : at + size]
    body: dict[str, Any] = {"@odata.context": f"{ask.base}/$metadata#{context}"}
    if ask.query.get("$count") == "true" and ask.eventual and not at:
        body["@odata.count"] = len(things)
    if at + size < len(things):
        kept = "&".join(f"{key}={value}" for key, value in ask.query.items() if key != "$skiptoken")
        link = f"{ask.base}{ask.path}?{kept}{'&' if kept else ''}$skiptoken={written({'at': at + size})}"
        body["@odata.nextLink"] = link
    return {**body, "value": chosen}


def _manager(ask: Ask, user_id: str) -> dict[str, Any]:
    expand = ask.query.get("$expand", "")
    if not expand:
        return {}
    if not re.fullmatch(r"manager(\(\$select=id\))?", expand):
        raise bad_request(f"Invalid $expand '{expand}'.")
    manager = ask.tenant.managers.get(user_id)
    shape = {"@odata.type": "#microsoft.graph.user", "id": manager}
    return {"manager": shape} if manager in ask.tenant.users else {}


def _users(ask: Ask, _: tuple[str, ...]) -> Reply:
    chosen = asked("users", ask.query.get("$select", ""), "").select
    if "$skip" in ask.query:
        raise GraphRefusal(400, "Request_BadRequest", "$skip is not supported.")
    # Only the page is shaped: a tenant may be large.
    body = _listed(ask, list(ask.tenant.users.values()), "users", page_size(ask.query.get("$top", "")))
    body["value"] = [{**shown(one, chosen), **_manager(ask, one["id"])} for one in body["value"]]
    if ask.short:
        body["value"].pop()
    return 200, body


def _groups(ask: Ask, _: tuple[str, ...]) -> Reply:
    chosen = asked("groups", ask.query.get("$select", ""), "").select
    things = [shown(one, chosen) for one in ask.tenant.groups.values()]
    return 200, _listed(ask, things, "groups", page_size(ask.query.get("$top", "")))


def _one(kind: Kind) -> Act:
    def act(ask: Ask, ids: tuple[str, ...]) -> Reply:
        thing = ask.tenant.found(kind, ids[0])
        chosen = asked(kind, ask.query.get("$select", ""), "").select
        extra = _manager(ask, ids[0]) if kind == "users" else {}
        return 200, {"@odata.context": f"{ask.base}/$metadata#{kind}/$entity", **shown(thing, chosen), **extra}

    return act


def _managed_by(ask: Ask, ids: tuple[str, ...]) -> Reply:
    ask.tenant.found("users", ids[0])
    manager = ask.tenant.managers.get(ids[0], "")
    if manager not in ask.tenant.users:
        raise unknown_object("manager")
    chosen = asked("users", ask.query.get("$select", ""), "").select
    return 200, {"@odata.type": "#microsoft.graph.user", **shown(ask.tenant.users[manager], chosen)}


def _members(ask: Ask, ids: tuple[str, ...]) -> Reply:
    found = ask.tenant.living_members(ids[0])
    cast = ids[1].rpartition(".")[2] + "s" if ids[1] else ""
    things = []
    for one in found:
        kind: Kind = "users" if one in ask.tenant.users else "groups"
        if not cast or cast == kind:
            chosen = asked("users", ask.query.get("$select", ""), "").select if kind == "users" else ("id",)
            shape = shown(ask.tenant.store(kind)[one], chosen)
            things.append(shape if cast else {"@odata.type": f"#microsoft.graph.{kind[:-1]}", **shape})
    return 200, _listed(ask, things, "directoryObjects", page_size(ask.query.get("$top", "")))


def _member_of(ask: Ask, ids: tuple[str, ...]) -> Reply:
    ask.tenant.found("users", ids[0])
    things = [
        {"@odata.type": "#microsoft.graph.group", "id": group}
        for group, members in ask.tenant.members.items()
        if ids[0] in members
    ]
    return 200, _listed(ask, things, "directoryObjects", page_size(ask.query.get("$top", "")))


def _delta(kind: Kind) -> Act:
    def act(ask: Ask, _: tuple[str, ...]) -> Reply:
        for option in ("$top", "$orderby", "$expand"):
            if option in ask.query:
                raise bad_request(f"The query option '{option}' is not supported for delta queries.")
        body = Feed(ask.tenant, kind, f"{ask.base}/{kind}/delta").page(ask.query, ask.largest)
        return 200, {"@odata.context": f"{ask.base}/$metadata#{kind}", **body}

    return act


def _principals(ask: Ask, _: tuple[str, ...]) -> Reply:
    there = [one for key, one in ask.tenant.principals.items() if not ask.tenant.hidden.get(key)]
    body = _listed(ask, there, "servicePrincipals", page_size(ask.query.get("$top", "")))
    return 200, {**body, "value": [_chosen(ask, one) for one in body["value"]]}


def _principal(ask: Ask, ids: tuple[str, ...]) -> Reply:
    return 200, _chosen(ask, ask.tenant.application(ids[0]))


def _chosen(ask: Ask, principal: dict[str, Any]) -> dict[str, Any]:
    names = [name for name in ask.query.get("$select", "").split(",") if name]
    return {name: principal.get(name) for name in names} if names else principal


def _assigned(ask: Ask, ids: tuple[str, ...]) -> Reply:
    ask.tenant.application(ids[0])
    things = ask.tenant.assigned(ids[0])
    return 200, _listed(ask, things, "appRoleAssignments", page_size(ask.query.get("$top", "")))


def _template(ask: Ask, ids: tuple[str, ...]) -> Reply:
    if ids[0] != TEMPLATE_ID:
        raise unknown_object(ids[0])
    return 200, template()


def _instantiate(ask: Ask, ids: tuple[str, ...]) -> Reply:
    return 201, instantiate(ask.tenant, ids[0], ask.body)


def _deleted(ask: Ask, _: tuple[str, ...]) -> Reply:
    chosen = asked("users", ask.query.get("$select", ""), "").select
    things = [
        {**shown(one, chosen), "userPrincipalName": key.replace("-", "") + str(one.get("userPrincipalName"))}
        for key, one in ask.tenant.deleted.items()
    ]
    return 200, _listed(ask, things, "users", page_size(ask.query.get("$top", "")))


def _edit(change: Callable[[Tenant, tuple[str, ...], Any], object]) -> Act:
    def act(ask: Ask, ids: tuple[str, ...]) -> Reply:
        change(ask.tenant, ids, ask.body or {})
        return 204, None

    return act


def _create(kind: Kind) -> Act:
    def act(ask: Ask, _: tuple[str, ...]) -> Reply:
        made = ask.tenant.add_user(ask.body) if kind == "users" else ask.tenant.add_group(ask.body)
        return 201, shown(ask.tenant.store(kind)[made], asked(kind, "", "").select)

    return act


def _assign(ask: Ask, ids: tuple[str, ...]) -> Reply:
    ask.tenant.application(ids[0])
    return 201, ask.tenant.assignments[ask.tenant.assign(str(ask.body.get("principalId")), ids[0])]


def _referred(body: Any) -> str:
    return str(body.get("@odata.id", "")).rpartition("/")[2]


_ID = "([0-9a-fA-F-]{32,36})"
_PEOPLE = frozenset({"User.Read.All", "Directory.Read.All", "User.ReadWrite.All"})
_GROUPED = frozenset({"GroupMember.Read.All", "Group.Read.All", "Directory.Read.All", "Group.ReadWrite.All"})
_APPLICATIONS = frozenset({"Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All"})
_EDITS = frozenset({"Directory.ReadWrite.All"})
_MAKERS = _EDITS | {"Application.ReadWrite.All"}
_ANY = _PEOPLE | _GROUPED | _APPLICATIONS | _EDITS


def _route(
    verb: str, path: str, needed: frozenset[str], act: Act
) -> tuple[str, re.Pattern[str], frozenset[str], Act]:
    return verb, re.compile(path), needed, act


ROUTES = (
    _route("GET", "/users", _PEOPLE, _users),
    _route("GET", "/users/delta", _PEOPLE, _delta("users")),
    _route("GET", f"/users/{_ID}", _PEOPLE, _one("users")),
    _route("GET", f"/users/{_ID}/manager", _PEOPLE, _managed_by),
    _route("GET", f"/users/{_ID}/memberOf", _GROUPED | _PEOPLE, _member_of),
    _route("GET", "/groups", _GROUPED, _groups),
    _route("GET", "/groups/delta", _GROUPED, _delta("groups")),
    _route("GET", f"/groups/{_ID}", _GROUPED, _one("groups")),
    _route("GET", rf"/groups/{_ID}/members(/microsoft\.graph\.(?:user|group))?", _GROUPED, _members),
    _route("GET", "/servicePrincipals", _APPLICATIONS, _principals),
    _route("GET", f"/servicePrincipals/{_ID}", _APPLICATIONS, _principal),
    _route("GET", f"/applicationTemplates/{_ID}", _ANY, _template),
    _route("POST", f"/applicationTemplates/{_ID}/instantiate", _MAKERS, _instantiate),
    _route("GET", f"/servicePrincipals/{_ID}/appRoleAssignedTo", _APPLICATIONS, _assigned),
    _route("GET", "/directory/deletedItems/microsoft.graph.user", _PEOPLE, _deleted),
    _route("POST", "/users", _EDITS, _create("users")),
    _route("PATCH", f"/users/{_ID}", _EDITS, _edit(lambda t, ids, body: t.change("users", ids[0], body))),
    _route("DELETE", f"/users/{_ID}", _EDITS, _edit(lambda t, ids, _: t.delete("users", ids[0]))),
    _route("PUT", rf"/users/{_ID}/manager/\$ref", _EDITS, _edit(lambda t, i, b: t.set_manager(i[0], _referred(b)))),
    _route("DELETE", rf"/users/{_ID}/manager/\$ref", _EDITS, _edit(lambda t, ids, _: t.set_manager(ids[0], ""))),
    _route("POST", "/groups", _EDITS, _create("groups")),
    _route("PATCH", f"/groups/{_ID}", _EDITS, _edit(lambda t, ids, body: t.change("groups", ids[0], body))),
    _route("DELETE", f"/groups/{_ID}", _EDITS, _edit(lambda t, ids, _: t.delete("groups", ids[0]))),
    _route("POST", rf"/groups/{_ID}/members/\$ref", _EDITS, _edit(lambda t, i, b: t.add_member(i[0], _referred(b)))),
    _route("DELETE", rf"/groups/{_ID}/members/{_ID}/\$ref", _EDITS, _edit(lambda t, i, _: t.remove_member(*i))),
    _route("POST", f"/directory/deletedItems/{_ID}/restore", _EDITS, _edit(lambda t, ids, _: t.restore(ids[0]))),
    _route("DELETE", f"/directory/deletedItems/{_ID}", _EDITS, _edit(lambda t, ids, _: t.purge(ids[0]))),
    _route("POST", f"/servicePrincipals/{_ID}/appRoleAssignedTo", _EDITS, _assign),
    _route("DELETE", f"/servicePrincipals/{_ID}/appRoleAssignedTo/{_ID}", _EDITS,
           _edit(lambda t, ids, _: t.unassign(ids[1]))),
)  # fmt: skip
