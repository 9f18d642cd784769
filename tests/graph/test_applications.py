"""The gallery application, found and added in the stand-in."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from tests.contract import judged_entra
from tests.entra_process import USER_ROLE, EntraHandle
from tests.http.loopback_server import Reply, serving
from wizard.errors import NoAccess
from wizard.graph.applications import (
    Application,
    Role,
    add_application,
    add_user_role,
    assignments,
    find_applications,
    find_template,
    tenant_name,
    user_role,
)
from wizard.graph.client import GraphClient, NoTemplate, PermissionMissing, open_graph
from wizard.progress import Progress
from wizard.secret import Secret

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def entra() -> Iterator[EntraHandle]:
    with judged_entra() as handle:
        yield handle


@pytest.fixture(scope="module")
def reading(entra: EntraHandle) -> str:
    """A token that reads and no more."""
    return entra.application_token()


@asynccontextmanager
async def _graph(entra: EntraHandle, token: str = "") -> AsyncIterator[GraphClient]:
    async with open_graph(entra.graph_url, lambda _: Secret(token or entra.client_secret)) as client:
        yield client


async def test_the_application_is_found_by_its_template_with_its_assignments(entra: EntraHandle) -> None:
    async with _graph(entra) as client:
        first = (await find_applications(client))[0]
        assert [role.name for role in first.roles] == ["User", "msiam_access"]
        assigned = await assignments(client, first.id)
    assert sorted(one.kind for one in assigned) == ["Group"] * 3 + ["User"] * 2
    assert {one.role_id for one in assigned} == {first.roles[0].id}


async def test_a_new_application_is_waited_for_until_it_appears(entra: EntraHandle) -> None:
    waited: list[Progress] = []
    async with _graph(entra) as client:
        made = await add_application(client, "AWS for the shipyard", waited.append, seconds=0.01)
        assert made.name == "AWS for the shipyard"
        assert len(waited) == 3
        assert made in await find_applications(client)
        assert await assignments(client, made.id) == ()


async def test_adding_without_the_permission_names_it(entra: EntraHandle, reading: str) -> None:
    async with _graph(entra, reading) as client:
        assert len(await find_applications(client)) >= 1
        with pytest.raises(PermissionMissing, match="graph-permission-missing") as refused:
            await add_application(client, "AWS", lambda _: None)
    assert refused.value.message.args["permission"] == "Application.ReadWrite.All"


async def test_an_answer_lost_while_adding_is_looked_into_before_a_second_time() -> None:
    async with (
        serving(lambda _: Reply(fault="reset")) as server,
        open_graph(f"http://127.0.0.1:{server.port}/v1.0", lambda _: Secret("t")) as client,
    ):
        with pytest.raises(NoAccess, match="application-maybe-added"):
            await add_application(client, "AWS", lambda _: None)
        assert len(server.asked) == 1


def _with_roles(*roles: Role) -> Application:
    return Application("1", "2", "AWS", True, roles)


def test_people_get_the_role_user_and_never_the_one_of_the_single_sign_on_unless_there_is_no_other() -> None:
    user, sign_on = Role(USER_ROLE, "Utilisateur"), Role("e7f1a7f3-9eda-48e0-9963-bd67bf531afd", "msiam_access")
    named, other = Role("3", "User"), Role("4", "Pilots")
    assert user_role(_with_roles(sign_on, other, named, user)) == user
    assert user_role(_with_roles(sign_on, other, named)) == named
    assert user_role(_with_roles(sign_on, other)) == other
    assert user_role(_with_roles(sign_on)) == sign_on
    assert user_role(_with_roles()) is None


@pytest.mark.slow
async def test_an_application_with_default_access_alone_is_given_the_role_once() -> None:
    with judged_entra() as entra:
        entra.set(applications="default-access")
        async with _graph(entra) as client:
            (bare,) = await find_applications(client)
            assert user_role(bare) is None
            given = await add_user_role(client, bare, seconds=0.01)
            role = user_role(given)
            assert role is not None
            assert (role.name, len(given.roles)) == ("User", 1)
            entra.reset_counters()
            assert await add_user_role(client, bare, seconds=0.01) == given
            assert not any(asked.startswith("PATCH") for asked in entra.requests()["asked"])
        (kept,) = entra.ask("GET", f"/applications?$filter=appId eq '{bare.app_id}'")["value"]
        assert [one["id"] for one in kept["appRoles"]] == [role.id]


@pytest.mark.slow
async def test_other_roles_stay_as_they_are(entra: EntraHandle) -> None:
    kept = {"id": "0b1c3c5e-6a53-4a36-8c83-3dd1fe2ce0aa", "displayName": "Pilots", "description": "of the harbour",
            "value": "pilots", "isEnabled": True, "allowedMemberTypes": ["User"]}  # fmt: skip
    with judged_entra() as entra:
        entra.set(applications="default-access")
        async with _graph(entra) as client:
            (bare,) = await find_applications(client)
            (before,) = entra.ask("GET", f"/applications?$filter=appId eq '{bare.app_id}'")["value"]
            entra.ask("PATCH", f"/applications/{before['id']}", {"appRoles": [kept]})
            given = await add_user_role(client, bare, seconds=0.01)
        assert [role.name for role in given.roles] == ["Pilots", "User"]
        (after,) = entra.ask("GET", f"/applications?$filter=appId eq '{bare.app_id}'")["value"]
        assert after["appRoles"][0] == {**kept, "origin": "Application"}


@pytest.mark.slow
async def test_a_role_is_added_by_those_who_may(entra: EntraHandle, reading: str) -> None:
    async with _graph(entra, reading) as client:
        application = (await find_applications(client))[0]
        (row,) = entra.ask("GET", f"/applications?$filter=appId eq '{application.app_id}'")["value"]
        answer = await client.change("PATCH", f"/applications/{row['id']}", {"appRoles": []})
        assert answer.status == 403
    with judged_entra() as own:
        own.set(applications="default-access")
        token = own.application_token()
        async with _graph(own, token) as client:
            (bare,) = await find_applications(client)
            with pytest.raises(PermissionMissing, match="graph-permission-missing") as refused:
                await add_user_role(client, bare)
    assert refused.value.message.args["permission"] == "Application.ReadWrite.All"


@pytest.mark.slow
async def test_applications_are_known_by_their_template_whatever_their_name_and_number() -> None:
    with judged_entra() as entra:
        async with _graph(entra) as client:
            entra.set(applications="renamed")
            assert [one.name for one in await find_applications(client)] == ["AWS Single Sign-on"]
            entra.set(applications="several")
            assert len(await find_applications(client)) == 2
    with judged_entra() as entra:
        entra.set(applications="none")
        async with _graph(entra) as client:
            assert await find_applications(client) == ()


@pytest.mark.slow
async def test_a_gallery_without_the_application_is_reported_with_a_workaround() -> None:
    with judged_entra() as entra:
        async with _graph(entra) as client:
            assert await find_template(client)
            entra.set(gallery=False)
            assert not await find_template(client)
            with pytest.raises(NoTemplate, match="gallery-without-application"):
                await add_application(client, "AWS", lambda _: None)


async def test_the_tenant_has_a_name_where_it_may_be_read(entra: EntraHandle, reading: str) -> None:
    async with _graph(entra) as client:
        assert await tenant_name(client) == "Tidewater Instruments"
    async with _graph(entra, reading) as client:
        assert await tenant_name(client) == "", "the permissions to read people do not suffice"


@pytest.mark.parametrize("body", ['{"value": []}', '{"value": [{"id": "1"}]}', '{"value": [7]}', "{}"])
async def test_a_tenant_without_a_name_is_no_error(body: str) -> None:
    reply = Reply(200, body.encode(), {"Content-Type": "application/json"})
    async with (
        serving(lambda _: reply) as server,
        open_graph(f"http://127.0.0.1:{server.port}/v1.0", lambda _: Secret("t")) as client,
    ):
        assert await tenant_name(client) == ""
