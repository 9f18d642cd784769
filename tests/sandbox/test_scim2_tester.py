"""An independent judge of the RFC looks at the sandbox; departures that AWS makes are excused, with the reason."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from scim2_client.client import BaseSyncSCIMClient, RawResponse
from scim2_tester import CheckResult, Status, check_server, filling

from tests.sandbox_process import running_sandbox

pytestmark = pytest.mark.slow

SCHEMA_OF_SCHEMAS = "urn:ietf:params:scim:schemas:core:2.0:Schema"


def strip_error(document: dict[str, Any], path: str) -> bool:
    extra = [name for name in ("schema", "exceptionRequestId", "timeStamp") if name in document]
    for name in extra:
        del document[name]
    return bool(extra)


def relax_extension(document: dict[str, Any], path: str) -> bool:
    extensions = [
        extension
        for kind in document.get("Resources", [])
        for extension in kind.get("schemaExtensions", [])
        if extension["required"]
    ]
    for extension in extensions:
        extension["required"] = False
    return bool(extensions)


def name_schemas(document: dict[str, Any], path: str) -> bool:
    bare = [
        schema
        for schema in document.get("Resources", [document])
        if "attributes" in schema and "schemas" not in schema
    ]
    for schema in bare:
        schema["schemas"] = [SCHEMA_OF_SCHEMAS]
    return bool(bare)


def locate(document: dict[str, Any], path: str) -> bool:
    lost = [
        resource
        for resource in document.get("Resources", [document])
        if resource.get("meta", {}).get("resourceType") in ("User", "Group") and "location" not in resource["meta"]
    ]
    for resource in lost:
        kind = resource["meta"]["resourceType"]
        resource["meta"]["location"] = f"https://scim.example/{kind}s/{resource['id']}"
    return bool(lost)


class YesSayer(random.Random):
    """The judge's coin, always heads: it throws one for an e-mail's `primary`, without which AWS takes none."""

    def choice(self, seq: Any) -> Any:
        return True if seq == [True, False] else super().choice(seq)


ADAPTED: dict[Callable[[dict[str, Any], str], bool], str] = {
    strip_error: "AWS's errors carry schema, exceptionRequestId and timeStamp beside the RFC's attributes",
    relax_extension: "AWS marks the enterprise extension as required and yet takes and returns people without it",
    name_schemas: "the schemas AWS lists have id, name, description and attributes, but no schemas of their own",
    locate: "meta has no location at AWS",
}
"""Deviations in every answer, undone before the tester sees it so that they do not hide other faults."""

METHODS = "AWS documents 400 for an operation it does not support, and no 405"
ROLES = "roles are not among the attributes that PatchUser changes"
ATTRIBUTES = "attributes and excludedAttributes are not supported by AWS"
NO_SEARCH = "AWS does not support /.search"
EXTENSION = "the judge sends the RFC's schemas inside the extension, which AWS does not list as an attribute"
MANAGER = "AWS returns a manager's value without its $ref"
REPLACED = "PatchGroup refuses to replace a membership, and there is no PutGroup"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

WAIVED: dict[tuple[str | None, str, str], str] = {
    (None, "service_provider_config_endpoint_methods", ""): METHODS,
    (None, "resource_types_endpoint_methods", ""): METHODS,
    (None, "schemas_endpoint_methods", ""): METHODS,
    (None, "query_resource_type_by_id", ""): "AWS has no operation that reads one resource type",
    ("User", "object_query_with_attributes", "GET /Resource/{id}: excluded attribute"): ATTRIBUTES,
    ("User", "object_list_with_attributes", "GET /Resource: excluded attribute"): ATTRIBUTES,
    ("User", "search_with_attributes", "ENDPOINT does not exist."): NO_SEARCH,
    ("User", "object_replacement", "Unexpected response status code: 201"): "PutUser answers 201 at AWS",
    ("User", "check_add_attribute", "Failed to add attribute 'roles'"): ROLES,
    ("User", "check_add_attribute", f"Failed to add attribute '{ENTERPRISE}'"): EXTENSION,
    (
        "User",
        "check_add_attribute",
        f"PATCH modify() returned unexpected value for '{ENTERPRISE}:manager'",
    ): MANAGER,
    (
        "User",
        "check_remove_attribute",
        "Failed to remove attribute 'active'",
    ): "PatchUser refuses to remove active",
    ("User", "check_remove_attribute", "Failed to remove attribute 'roles'"): ROLES,
    ("User", "check_replace_attribute", "Failed to replace attribute 'roles'"): ROLES,
    ("User", "check_replace_attribute", f"Failed to replace attribute '{ENTERPRISE}'"): EXTENSION,
    (
        "User",
        "check_replace_attribute",
        f"PATCH modify() returned unexpected value for '{ENTERPRISE}:manager'",
    ): MANAGER,
    ("Group", "search_with_attributes", "ENDPOINT does not exist."): NO_SEARCH,
    ("Group", "object_replacement", "Replacing group memberships is not supported."): REPLACED,
    ("Group", "check_add_attribute", "Attribute 'members' was not added"): "AWS never returns a group's members",
    ("Group", "check_replace_attribute", "Failed to replace attribute 'members'"): REPLACED,
}
"""What may fail: kind of resource, check, and the beginning of what it says; with the reason."""


@dataclass
class JudgesClient(BaseSyncSCIMClient):
    """The judge's client over the HTTP library we have, with AWS's departures taken back."""

    client: httpx.Client
    used: set[Callable[[dict[str, Any], str], bool]] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def _stays_under_base_url(self, endpoint: str) -> bool:
        return endpoint.startswith("/")

    def _parse_json(self, response: RawResponse) -> Any:
        assert isinstance(response, httpx.Response)
        return response.json()

    def request(self, method: str, url: str, **arguments: Any) -> httpx.Response:
        answer = self.client.request(method, url, **arguments)
        if not answer.content:
            return answer
        document = answer.json()
        self.used |= {adapt for adapt in ADAPTED if adapt(document, url)}
        return httpx.Response(answer.status_code, json=document, request=answer.request)


@pytest.fixture(scope="module")
def verdict() -> tuple[list[CheckResult], set[Callable[[dict[str, Any], str], bool]]]:
    with pytest.MonkeyPatch.context() as patch, running_sandbox() as sandbox, sandbox.client() as client:
        patch.setattr(filling, "random", YesSayer())
        judge = JudgesClient(client)
        return check_server(judge), judge.used


def waiver(result: CheckResult) -> tuple[str | None, str, str] | None:
    for key in WAIVED:
        kind, check, beginning = key
        if (result.resource_type, result.title) == (kind, check) and (result.reason or "").startswith(beginning):
            return key
    return None


def failed(results: list[CheckResult]) -> list[CheckResult]:
    return [result for result in results if result.status in (Status.ERROR, Status.CRITICAL, Status.DEVIATION)]


def test_nothing_fails_that_is_not_excused(verdict):
    results, _ = verdict
    assert [f"{result.title}: {result.reason}" for result in failed(results) if waiver(result) is None] == []


def test_every_excuse_is_still_needed(verdict):
    results, used = verdict
    assert set(WAIVED) - {waiver(result) for result in failed(results)} == set()
    assert set(ADAPTED) - used == set()


def test_the_judge_looked_at_people_and_groups(verdict):
    results, _ = verdict
    passed = {(result.resource_type, result.title) for result in results if result.status is Status.SUCCESS}
    for kind in ("User", "Group"):
        for check in ("object_creation", "object_query", "object_query_without_id", "object_deletion"):
            assert (kind, check) in passed
        assert (kind, "check_add_attribute") in passed
        assert (kind, "check_remove_attribute") in passed
        assert (kind, "check_replace_attribute") in passed
