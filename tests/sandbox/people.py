"""Requests that the sandbox's tests send."""

from itertools import count
from typing import Any

import httpx

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
GENERIC = "Request is unparsable, syntactically incorrect, or violates schema."
_numbers = count(1)


def person(**changes: Any) -> dict[str, Any]:
    """A person nobody has created yet; an attribute changed to `...` is left out."""
    number = next(_numbers)
    body = {
        "externalId": f"ext-{number}",
        "userName": f"person{number}@example.com",
        "name": {"givenName": "Zoë", "familyName": "Łukasz-O'Neil"},
        "displayName": f"Zoë Person {number}",
        "emails": [{"value": f"person{number}@example.com", "type": "work", "primary": True}],
        "active": True,
        **changes,
    }
    return {name: value for name, value in body.items() if value is not ...}


def group(**changes: Any) -> dict[str, Any]:
    """A group nobody has created yet."""
    return {"displayName": f"Group {next(_numbers)}", **changes}


def created(scim: httpx.Client, path: str, body: dict[str, Any]) -> str:
    """Create a resource; its id."""
    answer = scim.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def patch(scim: httpx.Client, path: str, *operations: dict[str, Any]) -> httpx.Response:
    """Send a PATCH."""
    return scim.patch(path, json={"schemas": [PATCH], "Operations": list(operations)})


def add_members(*ids: str) -> dict[str, Any]:
    """The operation that adds members as AWS wants it."""
    return {"op": "add", "path": "members", "value": [{"value": user_id} for user_id in ids]}


def detail(answer: httpx.Response, status: int) -> str:
    """The sentence of a refusal, after a look at its status."""
    assert answer.status_code == status, answer.text
    return str(answer.json()["detail"])
