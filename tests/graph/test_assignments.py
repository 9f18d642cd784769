"""Who is assigned, changed in the stand-in over real requests."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from tests.contract import judged_entra
from tests.entra_process import PRINCIPAL, USER_ROLE, EntraHandle
from tests.http.loopback_server import Reply, as_json, in_turn, serving
from wizard.errors import Message, WizardError
from wizard.graph.applications import (
    GroupsNeedLicence,
    add_application,
    assign,
    assignments,
    search_principals,
    unassign,
    user_role,
)
from wizard.graph.client import ApplicationGone, GraphClient, InconsistentAnswer, PermissionMissing, open_graph
from wizard.secret import Secret

NOBODY = "00000000-0000-4000-8000-000000000000"

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def entra() -> Iterator[EntraHandle]:
    with judged_entra() as handle:
        yield handle


@asynccontextmanager
async def _graph(entra: EntraHandle, token: str = "") -> AsyncIterator[GraphClient]:
    async with open_graph(entra.graph_url, lambda _: Secret(token or entra.client_secret)) as client:
        yield client


def _at(port: int) -> AbstractAsyncContextManager[GraphClient]:
    return open_graph(f"http://127.0.0.1:{port}/v1.0", lambda _: Secret("t"))


def _unassigned(entra: EntraHandle, kind: str) -> str:
    taken = {
        one["principalId"]
        for one in entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo")["value"]
    }
    there = [one["id"] for one in entra.ask("GET", f"/{kind}?$select=id&$top=999")["value"]]
    return str(next(one for one in there if one not in taken))


async def test_people_and_groups_are_assigned_and_unassigned_and_twice_is_once(entra: EntraHandle) -> None:
    async with _graph(entra) as client:
        before = await assignments(client, PRINCIPAL)
        for kind, told in (("users", "User"), ("groups", "Group")):
            principal = _unassigned(entra, kind)
            made = await assign(client, PRINCIPAL, principal, USER_ROLE)
            assert (made.principal_id, made.kind, made.role_id) == (principal, told, USER_ROLE)
            assert made in await assignments(client, PRINCIPAL)
            assert await assign(client, PRINCIPAL, principal, USER_ROLE) == made
            await unassign(client, PRINCIPAL, made.id)
            await unassign(client, PRINCIPAL, made.id)
        assert await assignments(client, PRINCIPAL) == before


async def test_groups_without_the_licence_are_told_with_the_way_around(entra: EntraHandle) -> None:
    group, person = _unassigned(entra, "groups"), _unassigned(entra, "users")
    entra.set(premium=False)
    async with _graph(entra) as client:
        with pytest.raises(GroupsNeedLicence, match="groups-need-licence") as refused:
            await assign(client, PRINCIPAL, group, USER_ROLE)
        await unassign(client, PRINCIPAL, (await assign(client, PRINCIPAL, person, USER_ROLE)).id)
    entra.set(premium=True)
    answer = refused.value.message.args["answer"]
    assert isinstance(answer, Message)
    assert answer.args["status"] in (400, 403)


async def test_a_new_application_is_assigned_to_as_soon_as_it_is_known_everywhere(entra: EntraHandle) -> None:
    template = entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}")["applicationTemplateId"]
    made = entra.ask("POST", f"/applicationTemplates/{template}/instantiate", {"displayName": "AWS for the yard"})
    application, person = made["servicePrincipal"]["id"], _unassigned(entra, "users")
    entra.reset_counters()
    async with _graph(entra) as client:
        given = await assign(client, application, person, USER_ROLE, seconds=0.01)
        assert await assignments(client, application) == (given,)
    assert entra.requests()["asked"]["POST /servicePrincipals/{id}/appRoleAssignedTo"] == 3


async def test_a_new_application_is_given_people_at_once(entra: EntraHandle) -> None:
    async with _graph(entra) as client:
        made = await add_application(client, "AWS for the dock", lambda _: None, seconds=0.01)
        role = user_role(made)
        assert role is not None
        assert (await assign(client, made.id, _unassigned(entra, "users"), role.id)).role_id == role.id


@pytest.mark.slow
async def test_a_missing_person_and_a_missing_application_are_distinguished(entra: EntraHandle) -> None:
    async with _graph(entra) as client:
        with pytest.raises(WizardError, match="principal-not-assignable"):
            await assign(client, PRINCIPAL, NOBODY, USER_ROLE, seconds=0)
        with pytest.raises(WizardError, match="principal-not-assignable"):
            await assign(client, PRINCIPAL, _unassigned(entra, "users"), NOBODY, seconds=0)
        with pytest.raises(ApplicationGone):
            await assign(client, NOBODY, _unassigned(entra, "users"), USER_ROLE, seconds=0)
        with pytest.raises(ApplicationGone):
            await unassign(client, NOBODY, "A" * 43)


async def test_assignments_are_changed_by_those_who_may(entra: EntraHandle) -> None:
    reading = entra.application_token("User.Read.All", "GroupMember.Read.All", "Application.Read.All")
    person = _unassigned(entra, "users")
    async with _graph(entra, reading) as client:
        existing = (await assignments(client, PRINCIPAL))[0]
        for change in (assign(client, PRINCIPAL, person, USER_ROLE), unassign(client, PRINCIPAL, existing.id)):
            with pytest.raises(PermissionMissing, match="graph-permission-missing") as refused:
                await change
            assert refused.value.message.args["permission"] == "AppRoleAssignment.ReadWrite.All"
            assert refused.value.message.args["change"]
    granting = entra.application_token("User.Read.All", "Application.Read.All", "AppRoleAssignment.ReadWrite.All")
    async with _graph(entra, granting) as client:
        await unassign(client, PRINCIPAL, (await assign(client, PRINCIPAL, person, USER_ROLE)).id)


async def test_an_answer_that_was_lost_is_found_by_asking_again() -> None:
    row = {"id": "A" * 43, "principalId": "p", "principalType": "User", "appRoleId": "r"}
    said = {"code": "Request_BadRequest", "message": "Permission being assigned already exists on the object"}
    refused, listed = as_json({"error": said}, 400), as_json({"value": [row]})
    answers = in_turn(Reply(fault="reset"), refused, listed, refused, listed)
    async with serving(answers) as server, _at(server.port) as client:
        assert (await assign(client, "a", "p", "r")).id == "A" * 43
        with pytest.raises(InconsistentAnswer):
            await assign(client, "a", "q", "r")
        assert len(server.asked) == 5


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("ingrid", "Ingrid Halvorsen", "User"),
        ("HALVOR", "Ingrid Halvorsen", "User"),
        ("ingrid.halvorsen@tide", "Ingrid Halvorsen", "User"),
        ("halvorsen ingrid", "Ingrid Halvorsen", "User"),
        ("optics", "Engineering / Optics", "Group"),
    ],
)
async def test_people_and_groups_are_found_by_words_and_addresses(
    entra: EntraHandle, text: str, name: str, kind: str
) -> None:
    async with _graph(entra) as client:
        found = {one.name: one for one in await search_principals(client, text)}
    assert found[name].kind == kind


async def test_a_search_is_one_request_tells_both_kinds_and_knows_its_end(entra: EntraHandle) -> None:
    async with _graph(entra) as client:
        entra.reset_counters()
        found = await search_principals(client, "e", 3)
        assert entra.requests()["exchanges"] == 1
        assert {one.kind for one in found} == {"User", "Group"}
        assert len([one for one in found if one.kind == "User"]) == 3
        assert list(found) == sorted(found, key=lambda one: (one.name.casefold(), one.detail))
        assert all("@" in one.detail for one in found if one.kind == "User")
        assert await search_principals(client, "  -  ") == ()


@pytest.mark.parametrize(
    "text", ['O"Brien', "D'Arcy", "back\\slash", "a & b", "50% #1", "R&D?x=1", '" OR "mail:i', "Åse"]
)
async def test_a_search_text_is_never_syntax(entra: EntraHandle, text: str) -> None:
    made = entra.ask(
        "POST", "/users", {"displayName": text, "userPrincipalName": f"{len(text)}@tidewater.example"}
    )
    async with _graph(entra) as client:
        assert text in [one.name for one in await search_principals(client, text)]
    entra.ask("DELETE", f"/users/{made['id']}")


async def test_groups_that_cannot_be_assigned_are_not_offered_and_a_refusal_is_reported(
    entra: EntraHandle,
) -> None:
    entra.ask("POST", "/groups", {"displayName": "Zebra mails", "securityEnabled": False})
    made = entra.ask("POST", "/groups", {"displayName": "Zebra keepers", "description": "of the zoo"})
    async with _graph(entra) as client:
        (found,) = await search_principals(client, "zebra")
        assert (found.id, found.detail) == (made["id"], "of the zoo")
    async with _graph(entra, entra.application_token("User.Read.All", "Application.Read.All")) as client:
        with pytest.raises(PermissionMissing, match="graph-permission-missing"):
            await search_principals(client, "zebra")
