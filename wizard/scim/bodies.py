"""SCIM messages (RFC 7644): bodies of resources, PATCH operations, errors."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from wizard.errors import NoAccess
from wizard.http.client import Answer
from wizard.scim.resource import (
    ENTERPRISE_SCHEMA,
    GROUP_SCHEMA,
    MANAGER,
    USER_SCHEMA,
    Known,
    Planned,
    Redacted,
    Resource,
    Sealed,
    Value,
    parse_path,
)

Json = dict[str, Any]

_READ_SIMPLE = frozenset(
    {"userName", "externalId", "displayName", "nickName", "profileUrl", "title", "userType"}
    | {"preferredLanguage", "locale", "timezone", "active"}
)
_READ_NAME = ("formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix")
_READ_ITEM: Mapping[str, tuple[str, ...]] = {
    "emails": ("value",),
    "phoneNumbers": ("value",),
    "addresses": ("formatted", "streetAddress", "locality", "region", "postalCode", "country"),
}
_READ_ENTERPRISE = ("employeeNumber", "costCenter", "organization", "division", "department")


def user_body(resource: Resource) -> Json:
    """The body that creates a person; raises `ValueError` for a `Planned` reference."""
    body: Json = {"schemas": [USER_SCHEMA]}
    extension: Json = {}
    for path, value in resource.items():
        parsed = parse_path(path)
        if parsed.is_list:
            continue
        place = extension if parsed.schema == ENTERPRISE_SCHEMA else body
        if parsed.sub and path != MANAGER:
            place = place.setdefault(parsed.attribute, {})
            place[parsed.sub] = plain(value)
        else:
            place[parsed.attribute] = plain(value)
    for attribute in dict.fromkeys(parse_path(path).attribute for path in resource if parse_path(path).is_list):
        body[attribute] = items(resource, attribute)
    if extension:
        body["schemas"].append(ENTERPRISE_SCHEMA)
        body[ENTERPRISE_SCHEMA] = extension
    return body


def group_body(resource: Resource, member_ids: Sequence[str] = ()) -> Json:
    """The body that creates a group with these members."""
    body: Json = {"schemas": [GROUP_SCHEMA]}
    body.update({path: plain(value) for path, value in resource.items()})
    if member_ids:
        body["members"] = member_values(member_ids)
    return body


def member_values(member_ids: Sequence[str]) -> list[Json]:
    """Members in the form of creation and PATCH."""
    return [{"value": member_id} for member_id in member_ids]


def items(resource: Resource, attribute: str) -> list[Json]:
    """All items of a list attribute: one for each type, or several where a path has several values.

    The first e-mail address is primary (RFC 7643 2.4: at most one may be). Phone numbers and addresses are not marked:
    nothing needs it.
    """
    by_type: dict[str | None, list[Json]] = {}
    for path, value in resource.items():
        parsed = parse_path(path)
        if not parsed.is_list or parsed.attribute != attribute:
            continue
        of_type = by_type.setdefault(parsed.type, [])
        for place, single in enumerate(value if isinstance(value, tuple) else (value,)):
            if place == len(of_type):
                of_type.append({})
            of_type[place][parsed.sub or "value"] = plain(single)
    all_items = [
        item if kind is None else {**item, "type": kind} for kind, group in by_type.items() for item in group
    ]
    if attribute == "emails" and all_items:
        all_items[0]["primary"] = True
    return all_items


def plain(value: Value) -> object:
    """A value for JSON; a reference becomes its id and address (RFC 7643 4.3, manager; AWS's example)."""
    match value:
        case Known():
            return {"value": value.id, "$ref": f"../Users/{value.id}"}
        case Planned():
            raise ValueError("a reference without an id cannot be sent")
        case tuple():
            return [plain(single) for single in value]
        case Sealed():
            raise ValueError("a value of which only the digest is known cannot be sent")
        case Redacted():
            return value.text
        case _:
            return value


def resource_of(body: object) -> Resource:
    """The known attributes of a body; others are ignored."""
    if not isinstance(body, dict):
        return {}
    return {path: value for path, value in _read(cast(Json, body)) if value != ""}


def _read(body: Json) -> Iterator[tuple[str, Value]]:
    for name, value in body.items():
        if name in _READ_SIMPLE and isinstance(value, str | bool):
            yield name, _truth(value) if name == "active" else value
        elif name == "name" and isinstance(value, dict):
            yield from ((f"name.{sub}", value[sub]) for sub in _READ_NAME if isinstance(value.get(sub), str))
        elif name in _READ_ITEM and isinstance(value, list):
            yield from _read_list(name, value)
        elif name.lower() == ENTERPRISE_SCHEMA.lower() and isinstance(value, dict):
            yield from _read_enterprise(value)


def _truth(value: str | bool) -> str | bool:
    """AWS's examples also write `active` as text."""
    return {"true": True, "false": False}.get(value.lower(), value) if isinstance(value, str) else value


def _read_list(name: str, all_items: list[object]) -> Iterator[tuple[str, Value]]:
    collected: dict[str, list[str]] = {}
    for item in all_items:
        if not isinstance(item, dict):
            continue
        kind = item.get("type")
        start = f'{name}[type eq "{kind}"]' if isinstance(kind, str) and '"' not in kind else name
        for sub in _READ_ITEM[name]:
            if isinstance(item.get(sub), str) and item[sub]:
                collected.setdefault(f"{start}.{sub}", []).append(item[sub])
    for path, values in collected.items():
        yield path, values[0] if len(values) == 1 else tuple(values)


def _read_enterprise(extension: Json) -> Iterator[tuple[str, Value]]:
    for sub in _READ_ENTERPRISE:
        if isinstance(extension.get(sub), str):
            yield f"{ENTERPRISE_SCHEMA}:{sub}", extension[sub]
    manager = extension.get("manager")
    if isinstance(manager, dict):
        manager = manager.get("value")
    if isinstance(manager, str) and manager:
        yield MANAGER, Known(manager)


# PATCH operations

PATCH_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def operations(before: Resource, after: Resource) -> list[Json]:
    """The PATCH operations from one state to another: one for each attribute, always with a path.

    AWS accepts operations without a path only in one special case, so none is sent. Values are absolute, so a request
    may be repeated. Lists are sent whole (`path: "emails"`): a filtered path has no target if the item does not exist
    yet (RFC 7644 3.5.2.3), and only a whole item can be marked as primary. The manager is sent as the complex value
    `{"value": id, "$ref": …}` on its own path: creation uses the same form, and `replace` adds a complex attribute that
    is absent, whereas a path to its sub-attribute needs a target. A missing value is removed by path, never set to ""
    or null.
    """
    by_path: dict[str, Json] = {}
    for path in {**before, **after}:
        if before.get(path) == after.get(path):
            continue
        parsed = parse_path(path)
        if parsed.is_list:
            value = items(after, parsed.attribute)
            by_path[parsed.root] = _set(parsed.root, value) if value else _remove(parsed.root)
        elif path in after:
            by_path[path] = _set(path, plain(after[path]))
        else:
            by_path[path] = _remove(path)
    return list(by_path.values())


def _set(path: str, value: object) -> Json:
    return {"op": "replace", "path": path, "value": value}


def _remove(path: str) -> Json:
    return {"op": "remove", "path": path}


def patch_body(changes: Sequence[Json]) -> Json:
    """The body of a PATCH request."""
    return {"schemas": [PATCH_SCHEMA], "Operations": list(changes)}


def add_members(member_ids: Sequence[str]) -> Json:
    """The operation that adds members to a group."""
    return {"op": "add", "path": "members", "value": member_values(member_ids)}


def remove_members(member_ids: Sequence[str]) -> Json:
    """The operation that removes members from a group.

    RFC 7644 names each in a filtered path; AWS documents a list as the value, of up to 100 members.
    """
    return {"op": "remove", "path": "members", "value": member_values(member_ids)}


# Messages of the service


def declares(body: Json, message: str) -> bool:
    """Whether a body's `schemas` name a kind of message such as "ListResponse"; accepts bodies of any shape."""
    value = body.get("schemas") or body.get("schema")
    schemas = value if isinstance(value, list) else [value]
    return any(isinstance(schema, str) and schema.endswith(f":{message}") for schema in schemas)


class ScimError(Exception):
    """An error answer (RFC 7644 3.12). `detail` is the service's own text."""

    def __init__(
        self,
        status: int,
        detail: str = "",
        request_id: str = "",
        spoke_scim: bool = False,
        tries: int = 1,
    ) -> None:
        super().__init__(f"{status} {detail}".strip())
        self.status = status
        self.detail = detail
        self.request_id = request_id
        self.spoke_scim = spoke_scim
        """The body was a SCIM error message, so the service speaks SCIM."""
        self.tries = tries
        """How often the request was sent."""
        self.may_have_landed = False
        """As `Answer.may_have_landed`."""

    @property
    def says_absent(self) -> bool:
        """Whether the service says that the resource does not exist; a gateway's 404 says nothing about it."""
        return self.status == 404 and self.spoke_scim and "TENANT" not in self.detail


class IncompleteList(NoAccess):
    """A list could not be read to its end: objects that are missing in it may still exist."""


_REASONS = ("detail", "message", "Message", "errorMessage", "error_description", "title", "error")


def _reason(body: Json) -> str:
    """The reason in the body of an error, of SCIM or of something else."""
    inner = body.get("error")
    places = (body, inner) if isinstance(inner, dict) else (body,)
    return next(
        (text for place in places for key in _REASONS if isinstance(text := place.get(key), str) and text), ""
    )


def scim_error(answer: Answer) -> ScimError:
    """The error in an answer; tolerates `schema` for `schemas`, and the request id in body or header."""
    body = answer.body if isinstance(answer.body, dict) else {}
    detail = answer.body if isinstance(answer.body, str) else _reason(body) or answer.reason
    inner = body.get("exceptionRequestId")
    error = ScimError(
        answer.status,
        " ".join(detail.split())[:1000],
        inner if isinstance(inner, str) and inner else answer.request_id,
        declares(body, "Error"),
        answer.tries,
    )
    error.may_have_landed = answer.may_have_landed
    return error
