"""Requests to the SCIM address in the spelling of Microsoft's service, against a server that records them."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest

from tests.http.loopback_server import Asked, Reply, as_json, serving
from wizard.sandbox.entra.gallery import install
from wizard.sandbox.entra.synchronization import target
from wizard.sandbox.entra.synchronization.clock import run_cycle
from wizard.sandbox.entra.synchronization.job import Job
from wizard.sandbox.entra.synchronization.schema import default_schema
from wizard.sandbox.entra.synchronization.service import Service
from wizard.sandbox.entra.tenant import SERVICE_PRINCIPAL, Tenant

pytestmark = pytest.mark.anyio

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ADA, BOB, GROUP = (f"00000000-0000-4000-8000-00000000000{number}" for number in range(3))
PERSON = {"givenName": "Ada", "surname": "Sample", "department": "Tides"}


def _service(url: str) -> tuple[Service, Job]:
    """Ada, whose manager is Bob, and a group of both; all are provisioned."""
    tenant = Tenant("9c2f6d4e-0b6a-4c6e-8a39-6f1f3c1d7b52")
    install(tenant)
    for key, name in ((ADA, "ada"), (BOB, "bob")):
        tenant.add_user({"id": key, "userPrincipalName": f"{name}@x.example", "displayName": name, **PERSON})
    tenant.set_manager(ADA, BOB)
    tenant.add_group({"id": GROUP, "displayName": "Tides"}, [ADA, BOB])
    service = Service(tenant)
    service.kept_secrets[SERVICE_PRINCIPAL] = {"BaseAddress": url, "SecretToken": "T", "SyncAll": "true"}
    job = Job("aWSSingleSignon.t.j", SERVICE_PRINCIPAL, default_schema("j"), schedule="Active")
    service.jobs[job.id] = job
    return service, job


class Scim:
    """Records created resources and answers lookups with an empty list."""

    def __init__(self) -> None:
        self.made: dict[str, dict[str, Any]] = {}

    def __call__(self, asked: Asked) -> Reply:
        path = asked.target.removeprefix("/tenant/scim/v2").partition("?")[0]
        if asked.method == "POST":
            key = f"id-{len(self.made)}"
            self.made[f"{path}/{key}"] = {**asked.json, "id": key}
            return as_json(self.made[f"{path}/{key}"], 201)
        if asked.method == "GET":
            return as_json(self.made.get(path, {"Resources": []}))
        return Reply(204)


async def _requests(change: Callable[[Tenant], object]) -> list[tuple[str, str, Any]]:
    """What a cycle asks after a first one and a change: method, path, body."""
    async with serving(Scim()) as server:
        service, job = _service(server.url)
        await run_cycle(service, job)
        first = len(server.asked)
        change(service.tenant)
        await run_cycle(service, job)
        chosen = server.asked[first:] if change is not _nothing else server.asked
        return [
            (one.method, unquote(one.target).removeprefix("/tenant/scim/v2"), json.loads(one.body or b"null"))
            for one in chosen
        ]


def _nothing(_: Tenant) -> None:
    return


async def test_an_initial_cycle_looks_up_creates_and_refers_in_this_order() -> None:
    requests = await _requests(_nothing)
    (test, *rest) = requests
    assert test[:1] == ("GET",)
    assert [(method, path) for method, path, _ in rest[:6]] == [
        ("GET", '/Users?filter=userName eq "ada@x.example"'),
        ("POST", "/Users"),
        ("GET", '/Users?filter=userName eq "bob@x.example"'),
        ("POST", "/Users"),
        ("GET", '/Groups?excludedAttributes=members&filter=displayName eq "Tides"'),
        ("POST", "/Groups"),
    ]
    assert rest[1][2] == {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
        "userName": "ada@x.example",
        "active": True,
        "displayName": "ada",
        "name": {"givenName": "Ada", "familyName": "Sample", "formatted": "Ada Sample"},
        "externalId": "ada",
        ENTERPRISE: {"department": "Tides"},
        "meta": {"resourceType": "User"},
    }
    patches = [(path, body["Operations"]) for method, path, body in rest[6:] if method == "PATCH"]
    assert patches == [
        ("/Users/id-0", [{"op": "Add", "path": f"{ENTERPRISE}:manager", "value": "id-1"}]),
        ("/Groups/id-2", [{"op": "Add", "path": "members", "value": [{"value": "id-0"}, {"value": "id-1"}]}]),
    ]


async def test_a_change_is_an_add_or_a_replace_and_an_empty_value_nothing() -> None:
    def change(tenant: Tenant) -> None:
        tenant.change("users", ADA, {"department": None, "jobTitle": "Pilot", "surname": "New"})

    patches = [body for method, _, body in await _requests(change) if method == "PATCH"]
    assert patches[0] == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [
            {"op": "Add", "path": "title", "value": "Pilot"},
            {"op": "Replace", "path": "name.familyName", "value": "New"},
            {"op": "Replace", "path": "name.formatted", "value": "Ada New"},
        ],
    }


async def test_letter_case_alone_is_not_written() -> None:
    requests = await _requests(lambda tenant: tenant.change("users", ADA, {"department": "TIDES"}))
    assert not any(body for method, _, body in requests if method == "PATCH" and "department" in str(body))


async def test_who_leaves_is_disabled_by_one_word() -> None:
    requests = await _requests(lambda tenant: tenant.delete("users", ADA))
    patches = [body["Operations"] for method, _, body in requests if method == "PATCH"]
    assert patches == [[{"op": "Replace", "path": "active", "value": "False"}]]


async def test_a_member_who_goes_is_removed() -> None:
    requests = await _requests(lambda tenant: tenant.remove_member(GROUP, ADA))
    patches = [body["Operations"] for method, _, body in requests if method == "PATCH"]
    assert patches == [[{"op": "Remove", "path": "members", "value": [{"value": "id-0"}]}]]


async def test_a_quote_in_a_value_is_escaped() -> None:
    assert unquote(target.lookup("User", "userName", 'a"b\\c')) == '/Users?filter=userName eq "a\\"b\\\\c"'


async def test_an_answer_that_is_no_list_fails_the_connection_test() -> None:
    async with serving(lambda _: as_json({"hello": "there"})) as server:
        service, job = _service(server.url)
        failed = await service.connection_failure(service.target(SERVICE_PRINCIPAL), job.schema)
        assert failed is not None
        assert failed[0].endswith("CredentialValidationUnavailable")


@pytest.mark.parametrize("fault", ["reset", "half"])
async def test_an_answer_that_breaks_off_is_no_answer(fault: str) -> None:
    async with serving(lambda _: Reply(200, b'{"a": 1}', fault=fault)) as server:
        with pytest.raises(target.Unreachable):
            await target.Target(server.url, "T").ask("GET", "/Users")


@pytest.mark.parametrize(
    "address", ["", "ftp://127.0.0.1", "https://scim.example.com", "http://127.0.0.1:99999", "x"]
)
async def test_an_address_elsewhere_is_not_reached(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def connected(host: str, *_: Any, **__: Any) -> None:
        raise OSError if host == "127.0.0.1" else AssertionError(host)

    monkeypatch.setattr("asyncio.open_connection", connected)
    with pytest.raises(target.Unreachable):
        await target.Target(address, "T").ask("GET", "/Users")


def test_paths_are_read_and_written_alike() -> None:
    values = {
        "userName": "a", "name.givenName": "A", 'emails[type eq "work"].value': "a@x", f"{ENTERPRISE}:department": "D",
        'addresses[type eq "work"].locality': "L", 'addresses[type eq "work"].country': "C", "active": "True",
    }  # fmt: skip
    body = target.created("User", values)
    assert {path: target.read(body, path) for path in values} == values
    assert body["emails"] == [{"type": "work", "primary": True, "value": "a@x"}]
    assert len(body["addresses"]) == 1
    assert target.read({}, 'emails[type eq "work"].value') is None
    with pytest.raises(ValueError, match="attribute"):
        target.read({}, "emails[type eq work]..value")
