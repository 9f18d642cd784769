"""AWS's operations on people and groups, each as one function from a call to a reply."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from wizard.sandbox import discovery
from wizard.sandbox.errors import Refusal, bad_request
from wizard.sandbox.listing import Shorten, list_groups, list_users
from wizard.sandbox.patching import REPLACED_MEMBERS, patched_group, patched_user
from wizard.sandbox.store import ENTERPRISE_SCHEMA, Resource, Store
from wizard.sandbox.validation import group_attributes, member_ids, user_attributes


@dataclass(frozen=True, slots=True)
class Call:
    """One request, freed of HTTP."""

    store: Store
    refused_characters: re.Pattern[str] | None
    """What people's attributes must not contain beside AWS's patterns."""
    base_url: str
    """The tenant URL the client used."""
    resource_id: str
    """The last part of the path, or nothing."""
    query: Mapping[str, str]
    body: bytes
    admit_members: Callable[[int], None]
    """Counts membership changes; raises a 429 refusal."""
    shorten: Shorten

    def json(self) -> Any:
        """The request's body; raises a 400 refusal."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise bad_request("Invalid JSON from RequestBody") from None


@dataclass(frozen=True, slots=True)
class Reply:
    """A successful answer."""

    status: int
    body: Any = None
    """None for an answer without a body."""


def create_user(call: Call) -> Reply:
    """POST /Users: 201 with the whole person."""
    return Reply(201, call.store.create_user(_checked_user(call, call.json(), known_manager=None)))


def read_user(call: Call) -> Reply:
    """GET /Users/{id}: 200."""
    return Reply(200, call.store.users.one(call.resource_id))


def find_users(call: Call) -> Reply:
    """GET /Users: 200 with a list, empty when nobody matches."""
    return Reply(200, list_users(call.store, call.query, call.shorten))


def put_user(call: Call) -> Reply:
    """PUT /Users/{id}: 201; what the body leaves out is gone afterwards."""
    call.store.users.one(call.resource_id)
    body = call.json()
    if isinstance(body, dict) and body.get("id", call.resource_id) != call.resource_id:
        raise bad_request()
    attributes = _checked_user(call, body, known_manager=None)
    return Reply(201, call.store.change_user(call.resource_id, attributes))


def patch_user(call: Call) -> Reply:
    """PATCH /Users/{id}: 200 with the whole person."""
    user = call.store.users.one(call.resource_id)
    attributes = _checked_user(call, patched_user(user, call.json()), _manager(user))
    return Reply(200, call.store.change_user(call.resource_id, attributes))


def delete_user(call: Call) -> Reply:
    """DELETE /Users/{id}: 204."""
    call.store.delete_user(call.resource_id)
    return Reply(204)


def create_group(call: Call) -> Reply:
    """POST /Groups: 201 with the group, never with its members."""
    body = call.json()
    attributes = group_attributes(body)
    members = member_ids(body.get("members", []))
    call.admit_members(len(members))
    return Reply(201, call.store.create_group(attributes, members))


def read_group(call: Call) -> Reply:
    """GET /Groups/{id}: 200 without members."""
    return Reply(200, call.store.groups.one(call.resource_id))


def find_groups(call: Call) -> Reply:
    """GET /Groups: 200 with a list whose groups show no members."""
    return Reply(200, list_groups(call.store, call.query, call.shorten))


def put_group(call: Call) -> Reply:
    """PUT /Groups/{id}: not among AWS's operations."""
    raise bad_request(REPLACED_MEMBERS)


def patch_group(call: Call) -> Reply:
    """PATCH /Groups/{id}: 204."""
    patch = patched_group(call.store.groups.one(call.resource_id), call.json())
    attributes = group_attributes(patch.attributes)
    call.admit_members(len(patch.joining))
    call.store.change_group(call.resource_id, attributes, patch.joining)
    return Reply(204)


def delete_group(call: Call) -> Reply:
    """DELETE /Groups/{id}: 204."""
    call.store.delete_group(call.resource_id)
    return Reply(204)


OPERATIONS: Mapping[str, Callable[[Call], Reply]] = {
    "POST /Users": create_user,
    "GET /Users": find_users,
    "GET /Users/{id}": read_user,
    "PUT /Users/{id}": put_user,
    "PATCH /Users/{id}": patch_user,
    "DELETE /Users/{id}": delete_user,
    "POST /Groups": create_group,
    "GET /Groups": find_groups,
    "GET /Groups/{id}": read_group,
    "PUT /Groups/{id}": put_group,
    "PATCH /Groups/{id}": patch_group,
    "DELETE /Groups/{id}": delete_group,
    "GET /ServiceProviderConfig": lambda call: Reply(200, discovery.SERVICE_PROVIDER_CONFIG),
    "GET /Schemas": lambda call: Reply(200, discovery.schemas()),
    "GET /Schemas/{id}": lambda call: Reply(200, discovery.schema(call.resource_id)),
    "GET /ResourceTypes": lambda call: Reply(200, discovery.resource_types(call.base_url)),
}
"""Every operation by its method and path below the tenant URL."""

_PATHS = frozenset(name.split(" ")[1] for name in OPERATIONS)


def perform(operation: str, call: Call) -> Reply:
    """Carry out an operation; raises a 404 refusal for a path AWS lacks, 400 for a method a path lacks."""
    act = OPERATIONS.get(operation)
    if act is not None:
        return act(call)
    if operation.split(" ")[1] in _PATHS:
        raise bad_request("Operation is not supported.")
    raise Refusal(404, "ENDPOINT does not exist.")


def _manager(user: Mapping[str, Any]) -> Any:
    return user.get(ENTERPRISE_SCHEMA, {}).get("manager", {}).get("value")


def _checked_user(call: Call, body: Any, known_manager: str | None) -> Resource:
    """A person's attributes; raises a 400 refusal, also when a manager newly named is nobody here."""
    attributes = user_attributes(body, call.refused_characters)
    manager = _manager(attributes)
    if manager is not None and manager != known_manager and manager not in call.store.users:
        where = f"{ENTERPRISE_SCHEMA}.manager.value"
        raise bad_request(
            f"1 validation errors detected: Value at '{where}' failed to satisfy constraint: "
            "Member must be the id of an existing user"
        )
    return attributes
