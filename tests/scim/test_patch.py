"""Differences as PATCH operations: applied to the one, they give the other."""

from typing import Any

from hypothesis import given, settings
from scim2_models import Context, EnterpriseUser, PatchOp, User

from tests.scim.resources import USERS
from wizard.scim.bodies import add_members, operations, patch_body, remove_members, resource_of, user_body
from wizard.scim.resource import ENTERPRISE_SCHEMA, MANAGER, Known, Resource

DEPARTMENT = f"{ENTERPRISE_SCHEMA}:department"
EMAIL = 'emails[type eq "work"].value'


def applied(body: dict[str, Any], changes: list[dict[str, Any]]) -> dict[str, Any]:
    """RFC 7644 3.5.2 for the operations we send, written without our own code."""
    for change in changes:
        place, name = body, change["path"]
        if name.startswith(f"{ENTERPRISE_SCHEMA}:"):
            place = body.setdefault(ENTERPRISE_SCHEMA, {})
            name = name[len(ENTERPRISE_SCHEMA) + 1 :]
        elif "." in name:
            first, name = name.split(".")
            place = body.setdefault(first, {})
        if change["op"] == "remove":
            del place[name]
        else:
            place[name] = change["value"]
    return body


def test_one_operation_an_attribute_always_with_a_path() -> None:
    before: Resource = {
        "userName": "ada",
        "title": "Countess",
        DEPARTMENT: "Math",
        "name.givenName": "Ada",
        "active": True,
    }
    after: Resource = {
        "userName": "ada",
        DEPARTMENT: "Engines",
        "name.givenName": "Augusta",
        "active": False,
        MANAGER: Known("m"),
    }
    assert operations(before, after) == [
        {"op": "remove", "path": "title"},
        {"op": "replace", "path": DEPARTMENT, "value": "Engines"},
        {"op": "replace", "path": "name.givenName", "value": "Augusta"},
        {"op": "replace", "path": "active", "value": False},
        {"op": "replace", "path": MANAGER, "value": {"value": "m", "$ref": "../Users/m"}},
    ]


def test_lists_go_whole() -> None:
    city, country = 'addresses[type eq "work"].locality', 'addresses[type eq "work"].country'
    before: Resource = {EMAIL: "a@x", city: "Oslo", country: "NO"}
    after: Resource = {EMAIL: "b@x", city: "Bergen", country: "NO"}
    assert operations(before, after) == [
        {"op": "replace", "path": "emails", "value": [{"value": "b@x", "type": "work", "primary": True}]},
        {"op": "replace", "path": "addresses", "value": [{"locality": "Bergen", "country": "NO", "type": "work"}]},
    ]
    assert operations(before, {}) == [{"op": "remove", "path": "emails"}, {"op": "remove", "path": "addresses"}]


@given(USERS, USERS)
@settings(max_examples=40)
def test_applied_to_the_one_they_give_the_other(before: Resource, after: Resource) -> None:
    changes = operations(before, after)
    assert resource_of(applied(user_body(before), changes)) == after
    assert len({change["path"] for change in changes}) == len(changes)
    assert all(change.get("value", True) not in ("", None, [], {}) for change in changes)


@given(USERS)
def test_nothing_differs_nothing_is_sent(resource: Resource) -> None:
    assert operations(resource, dict(resource)) == []


@given(USERS, USERS)
@settings(max_examples=40)
def test_the_judge_takes_every_request(before: Resource, after: Resource) -> None:
    changes = operations(
        {**before, "userName": "a"}, {**after, "userName": "b", "profileUrl": "https://example.com/b"}
    )
    PatchOp[User[EnterpriseUser]].model_validate(patch_body(changes), scim_ctx=Context.RESOURCE_PATCH_REQUEST)


def test_members() -> None:
    assert add_members(["1", "2"]) == {"op": "add", "path": "members", "value": [{"value": "1"}, {"value": "2"}]}
    assert remove_members(["1"]) == {"op": "remove", "path": "members", "value": [{"value": "1"}]}
