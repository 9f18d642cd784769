"""The gallery application, found and added in the stand-in."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest

from tests.entra_process import EntraHandle, running_entra
from tests.wire.loopback_server import Reply, serving
from wizard.errors import NoAccess
from wizard.graph.applications import add_application, assignments, find_applications
from wizard.graph.client import GraphClient, open_graph
from wizard.graph.failures import PermissionMissing
from wizard.progress import Progress
from wizard.wire.secret import Secret

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def entra() -> Iterator[EntraHandle]:
    with running_entra() as handle:
        yield handle


@pytest.fixture(scope="module")
def reading(entra: EntraHandle) -> str:
    """A token that reads and no more."""
    form = {"client_id": entra.client_id, "client_secret": entra.client_secret, "grant_type": "client_credentials"}
    given = httpx.post(f"{entra.authority}/oauth2/v2.0/token", data=form, trust_env=False).json()
    return str(given["access_token"])


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
        with pytest.raises(PermissionMissing, match="add an application") as refused:
            await add_application(client, "AWS", lambda _: None)
    assert "Application.ReadWrite.All" in refused.value.advice


async def test_an_answer_lost_while_adding_is_looked_into_before_a_second_time() -> None:
    async with (
        serving(lambda _: Reply(fault="reset")) as server,
        open_graph(f"http://127.0.0.1:{server.port}/v1.0", lambda _: Secret("t")) as client,
    ):
        with pytest.raises(NoAccess, match="did not say whether") as lost:
            await add_application(client, "AWS", lambda _: None)
        assert len(server.asked) == 1
    assert "Look for it" in lost.value.advice
