"""The calls of Microsoft Graph: reading, `$search` and `$filter`, and edits that change the tenant."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from wizard.sandbox.entra import claims, enterprise, saml
from wizard.sandbox.entra.asking import Act, Ask, Reply, listed
from wizard.sandbox.entra.pages import Feed, asked, page_size, shown
from wizard.sandbox.entra.refusals import GraphRefusal, bad_request, not_allowed, unknown_object
from wizard.sandbox.entra.synchronization.calls import CALLS
from wizard.sandbox.entra.tenant import Kind, Tenant

# Search and filter

_CLAUSE = re.compile(r'"(\w+):((?:[^"\\]|\\.)*)"')
_TOKENISED = frozenset({"displayName", "description"})
_FILTER = re.compile(r"(securityEnabled|mailEnabled|accountEnabled) eq (true|false)")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_SMALL_THEN_LARGE = re.compile(r"(?<=[a-z])(?=[A-Z])")


def sought(ask: Ask, things: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that `$search` and `$filter` leave; all where neither is asked for. Raises a 400 refusal."""
    search, chosen = ask.query.get("$search", ""), ask.query.get("$filter", "")
    if search and not ask.eventual:
        raise GraphRefusal(
            400,
            "Request_UnsupportedQuery",
            "Request with $search query parameter only works through MSGraph with a special request header: "
            "'ConsistencyLevel: eventual'",
        )
    tests = ([_search(search)] if search else []) + ([_filter(chosen)] if chosen else [])
    return [one for one in things if all(test(one) for test in tests)]


def _filter(text: str) -> Callable[[Mapping[str, Any]], bool]:
    found = _FILTER.fullmatch(text)
    if not found:
        raise bad_request(f"Invalid filter clause: {text}")
    return lambda one: bool(one.get(found[1])) is (found[2] == "true")


def _search(text: str) -> Callable[[Mapping[str, Any]], bool]:
    """Clauses joined by OR: words of names, beginnings of everything else."""
    clauses = _CLAUSE.findall(text)
    if not clauses or _CLAUSE.sub("x", text) != " OR ".join("x" * len(clauses)):
        raise bad_request("Syntax error: character is not valid in $search.")
    wanted = [(name, re.sub(r"\\(.)", r"\1", value)) for name, value in clauses]
    return lambda one: any(_fits(str(one.get(name) or ""), value, name in _TOKENISED) for name, value in wanted)


def _fits(value: str, wanted: str, tokenised: bool) -> bool:
    if not tokenised:
        return bool(value) and value.lower().startswith(wanted.lower())
    words = _words(value)
    return all(any(word.startswith(begin) for word in words) for begin in _words(wanted))


def _words(text: str) -> list[str]:
    parts = _WORD.findall(_SMALL_THEN_LARGE.sub(" ", text))
    return [part.lower() for part in parts]


# Calls


def answer(method: str, ask: Ask) -> Reply | Awaitable[Reply]:
    """Carry a call out; raises GraphRefusal."""
    for verb, pattern, needed, act in ROUTES:
        match = pattern.fullmatch(ask.path)
        if match and verb == method:
            if needed and not ask.permissions & needed:
                raise not_allowed()
            return act(ask, match.groups())
    named = re.fullmatch(r"/(users|groups)/([^/]+)(/.*)?", ask.path)
    if named and not re.fullmatch(_ID, named[2]):
        user = _named_user(ask, named[2]) if named[1] == "users" else ""
        if not user:
            raise unknown_object(named[2])
        return answer(method, replace(ask, path=f"/users/{user}{named[3] or ''}"))
    raise GraphRefusal(
        400, "BadRequest", f"Resource not found for the segment '{ask.path.strip('/').split('/')[0]}'."
    )


def _named_user(ask: Ask, name: str) -> str:
    """The id of the person with this user principal name; "" = nobody has it."""
    people = ask.tenant.users.items()
    return next((key for key, one in people if str(one.get("userPrincipalName")).lower() == name.lower()), "")


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
    body = listed(ask, sought(ask, list(ask.tenant.users.values())), "users", page_size(ask.query.get("$top", "")))
    body["value"] = [{**shown(one, chosen), **_manager(ask, one["id"])} for one in body["value"]]
    if ask.short and body["value"]:
        body["value"].pop()
    return 200, body


def _groups(ask: Ask, _: tuple[str, ...]) -> Reply:
    chosen = asked("groups", ask.query.get("$select", ""), "").select
    things = [shown(one, chosen) for one in sought(ask, list(ask.tenant.groups.values()))]
    return 200, listed(ask, things, "groups", page_size(ask.query.get("$top", "")))


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
    if ask.tenant.store("groups")[ids[0]].get("visibility") == "HiddenMembership":
        found = []  # as without the permission Member.Read.Hidden
    cast = ids[1].rpartition(".")[2] + "s" if ids[1] else ""
    things = []
    for one in found:
        kind: Kind = "users" if one in ask.tenant.users else "groups"
        if not cast or cast == kind:
            chosen = asked("users", ask.query.get("$select", ""), "").select if kind == "users" else ("id",)
            shape = shown(ask.tenant.store(kind)[one], chosen)
            things.append(shape if cast else {"@odata.type": f"#microsoft.graph.{kind[:-1]}", **shape})
    return 200, listed(ask, things, "directoryObjects", page_size(ask.query.get("$top", "")))


def _member_of(ask: Ask, ids: tuple[str, ...]) -> Reply:
    ask.tenant.found("users", ids[0])
    things = [
        {"@odata.type": "#microsoft.graph.group", "id": group}
        for group, members in ask.tenant.members.items()
        if ids[0] in members
    ]
    return 200, listed(ask, things, "directoryObjects", page_size(ask.query.get("$top", "")))


def _delta(kind: Kind) -> Act:
    def act(ask: Ask, _: tuple[str, ...]) -> Reply:
        for option in ("$top", "$orderby", "$expand"):
            if option in ask.query:
                raise bad_request(f"The query option '{option}' is not supported for delta queries.")
        body = Feed(ask.tenant, kind, f"{ask.base}/{kind}/delta", ask.manner).page(ask.query, ask.largest)
        return 200, {"@odata.context": f"{ask.base}/$metadata#{kind}", **body}

    return act


def _send_mail(ask: Ask, ids: tuple[str, ...]) -> Reply:
    """POST /me/sendMail, /users/{id}/sendMail: one message, kept for a look inside; a mailbox is never read.

    Refuses what Exchange refuses: `/me` of an application, another's mailbox for a person, no recipients, and headers
    whose names do not begin with x-.
    """
    message = (ask.body or {}).get("message")
    if not isinstance(message, dict) or not message.get("toRecipients"):
        raise GraphRefusal(400, "ErrorInvalidRecipients", "At least one recipient isn't valid.")
    if not ids and ask.caller.application:
        raise bad_request("/me request is only valid with delegated authentication flow.")
    if ids:
        ask.tenant.found("users", ids[0])
        if not ask.caller.application and ids[0] != ask.caller.id:
            raise GraphRefusal(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
    for header in message.get("internetMessageHeaders", ()):
        if not str(header.get("name", "")).lower().startswith("x-"):
            raise GraphRefusal(400, "InvalidInternetMessageHeader", "Header names must start with 'x-'.")
    ask.tenant.sent_mails.append({"sender": ids[0] if ids else ask.caller.id, **ask.body})
    return 202, None


def _organization(ask: Ask, _: tuple[str, ...]) -> Reply:
    """GET /organization; `$select` knows the three properties below only."""
    whole = {"id": ask.tenant.id, "displayName": "Tidewater Instruments", "tenantType": "AAD"}
    chosen = [name for name in ask.query.get("$select", "").split(",") if name] or list(whole)
    return 200, listed(ask, [{name: whole.get(name) for name in chosen}], "organization", 1)


def _deleted(ask: Ask, _: tuple[str, ...]) -> Reply:
    chosen = asked("users", ask.query.get("$select", ""), "").select
    things = [
        {**shown(one, chosen), "userPrincipalName": key.replace("-", "") + str(one.get("userPrincipalName") or "")}
        for key, one in ask.tenant.deleted.items()
    ]
    return 200, listed(ask, things, "users", page_size(ask.query.get("$top", "")))


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


def _referred(body: Any) -> str:
    return str(body.get("@odata.id", "")).rpartition("/")[2]


_ID = "([0-9a-fA-F-]{36})"
_ASSIGNMENT = "([0-9A-Za-z_-]{43})"
_PEOPLE = frozenset({"User.Read.All", "Directory.Read.All", "User.ReadWrite.All"})
_GROUPED = frozenset({"GroupMember.Read.All", "Group.Read.All", "Directory.Read.All", "Group.ReadWrite.All"})
_APPLICATIONS = frozenset(
    {"Application.Read.All", "Application.ReadWrite.All", "Application.ReadWrite.OwnedBy", "Directory.Read.All"}
)
_EDITS = frozenset({"Directory.ReadWrite.All"})
_ORGANIZATION = _EDITS | {"User.Read", "Organization.Read.All", "Directory.Read.All"}
_MAKERS = _EDITS | {"Application.ReadWrite.All", "Application.ReadWrite.OwnedBy"}
_GRANTERS = _EDITS | {"AppRoleAssignment.ReadWrite.All"}
_ANY = _MAKERS | _PEOPLE | _GROUPED | _APPLICATIONS | _EDITS


def _route(
    verb: str, path: str, needed: frozenset[str], act: Act
) -> tuple[str, re.Pattern[str], frozenset[str], Act]:
    return verb, re.compile(path), needed, act


ROUTES = (
    *(_route(verb, path, frozenset(), act) for verb, path, act in CALLS),  # each checks its own permissions
    _route("GET", "/users", _PEOPLE, _users),
    _route("GET", "/users/delta", _PEOPLE, _delta("users")),
    _route("GET", f"/users/{_ID}", _PEOPLE, _one("users")),
    _route("GET", f"/users/{_ID}/manager", _PEOPLE, _managed_by),
    _route("GET", f"/users/{_ID}/memberOf", _GROUPED | _PEOPLE, _member_of),
    _route("POST", "/me/sendMail", frozenset({"Mail.Send"}), _send_mail),
    _route("POST", f"/users/{_ID}/sendMail", frozenset({"Mail.Send"}), _send_mail),
    _route("GET", "/groups", _GROUPED, _groups),
    _route("GET", "/groups/delta", _GROUPED, _delta("groups")),
    _route("GET", f"/groups/{_ID}", _GROUPED, _one("groups")),
    _route("GET", rf"/groups/{_ID}/members(/microsoft\.graph\.(?:user|group))?", _GROUPED, _members),
    _route("GET", "/servicePrincipals", _APPLICATIONS, enterprise.principals),
    _route("GET", f"/servicePrincipals/{_ID}", _APPLICATIONS, enterprise.principal),
    _route("PATCH", f"/servicePrincipals/{_ID}", _MAKERS, saml.change_principal),
    _route("POST", f"/servicePrincipals/{_ID}/addTokenSigningCertificate", _MAKERS, saml.add_certificate),
    _route("GET", f"/servicePrincipals/{_ID}/appRoleAssignedTo", _APPLICATIONS, enterprise.assigned),
    _route("POST", f"/servicePrincipals/{_ID}/appRoleAssignedTo", _GRANTERS, enterprise.assign),
    _route("DELETE", f"/servicePrincipals/{_ID}/appRoleAssignedTo/{_ASSIGNMENT}", _GRANTERS,
           _edit(lambda t, ids, _: enterprise.unassign(t, ids))),
    _route("GET", "/policies/claimsMappingPolicies", claims.READERS, claims.policies),
    _route("POST", "/policies/claimsMappingPolicies", claims.MAKERS, claims.create),
    _route("GET", f"/policies/claimsMappingPolicies/{_ID}", claims.READERS, claims.policy),
    _route("PATCH", f"/policies/claimsMappingPolicies/{_ID}", claims.MAKERS, claims.change),
    _route("DELETE", f"/policies/claimsMappingPolicies/{_ID}", claims.MAKERS, claims.delete),
    _route("GET", f"/servicePrincipals/{_ID}/claimsMappingPolicies", claims.READERS, claims.assigned),
    _route("POST", rf"/servicePrincipals/{_ID}/claimsMappingPolicies/\$ref", _MAKERS, claims.assign),
    _route("DELETE", rf"/servicePrincipals/{_ID}/claimsMappingPolicies/{_ID}/\$ref", _MAKERS, claims.unassign),
    _route("GET", "/applications", _APPLICATIONS, enterprise.registrations),
    _route("GET", f"/applications/{_ID}", _APPLICATIONS, enterprise.registration),
    _route("PATCH", f"/applications/{_ID}", _MAKERS, enterprise.change_registration),
    _route("GET", f"/(servicePrincipals|applications)/{_ID}/owners", _APPLICATIONS, enterprise.owners),
    _route("POST", rf"/(servicePrincipals|applications)/{_ID}/owners/\$ref", _MAKERS, enterprise.add_owner),
    _route("DELETE", rf"/(servicePrincipals|applications)/{_ID}/owners/{_ID}/\$ref", _MAKERS, enterprise.remove_owner),
    _route("GET", "/organization", _ORGANIZATION, _organization),
    _route("GET", "/applicationTemplates", _ANY, enterprise.gallery_templates),
    _route("GET", f"/applicationTemplates/{_ID}", _ANY, enterprise.gallery_template),
    _route("POST", f"/applicationTemplates/{_ID}/instantiate", _MAKERS, enterprise.add),
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
)  # fmt: skip
