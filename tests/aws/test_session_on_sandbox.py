"""The whole target against the sandbox: another program's reading of what AWS does."""

from collections.abc import Callable

import anyio
import pytest

from tests.sandbox_process import SandboxHandle, running_sandbox
from wizard.aws.endpoint import endpoint
from wizard.aws.interface import Refused, Target, TargetSession
from wizard.aws.schema import MORE_USER_ATTRIBUTES, USER_ATTRIBUTES
from wizard.aws.session import IdentityCenter, pacing_for
from wizard.errors import Message
from wizard.http.pacing import ADAPTIVE_PACING, AWS_PACING
from wizard.progress import RequestMade
from wizard.scim.resource import ENTERPRISE_SCHEMA, MANAGER, Known, Resource

pytestmark = pytest.mark.anyio
EMAIL = 'emails[type eq "work"].value'


def person(name: str, **more: object) -> Resource:
    return {
        "userName": f"{name}@example.com",
        "active": True,
        "displayName": name.title(),
        "name.givenName": name,
        "name.familyName": "Example",
        EMAIL: f"{name}@example.com",
        "externalId": f"id-{name}",
        **more,  # type: ignore[dict-item]
    }


def everything_about(name: str, manager_id: str) -> Resource:
    attributes = (*USER_ATTRIBUTES, *MORE_USER_ATTRIBUTES)
    texts = {a.path: f"{name} {place}" for place, a in enumerate(attributes)}
    return {**texts, **person(name), "profileUrl": "https://example.com/x", MANAGER: Known(manager_id)}


@pytest.fixture(scope="module")
def sandbox() -> object:
    with running_sandbox() as handle:
        yield handle


async def with_session(
    handle: SandboxHandle, act: Callable[[TargetSession], object], made: list[RequestMade] | None = None
) -> None:
    target: Target = IdentityCenter(handle.tenant_url, handle.token)
    async with target.connect((made if made is not None else []).append) as session:
        await act(session)  # type: ignore[misc]


async def test_one_object_is_read_by_its_id_and_a_person_with_their_groups(sandbox: SandboxHandle) -> None:
    async def act(session: TargetSession) -> None:
        one = await session.create_user(person("one"))
        groups = [await session.create_group({"displayName": f"Of one {n}"}, [one.id]) for n in range(2)]
        found = await session.read_user(one.id)
        assert found is not None
        assert found.resource["userName"] == "one@example.com"
        assert await session.group_ids(one.id) == {group.id for group in groups}
        await session.delete_user(one.id)
        await session.delete_group(groups[0].id)
        assert await session.read_user(one.id) is None
        assert await session.read_group(groups[0].id) is None
        kept = await session.read_group(groups[1].id)
        assert kept is not None
        assert kept.resource["displayName"] == "Of one 1"
        await session.delete_group(groups[1].id)

    await with_session(sandbox, act)


async def test_every_attribute_goes_there_and_comes_back(sandbox: SandboxHandle) -> None:
    async def act(session: TargetSession) -> None:
        boss = await session.create_user(person("boss"))
        wished = everything_about("ada", boss.id)
        landed = await session.create_user(wished)
        found = await session.find_user("userName", "ADA@example.com")
        assert found is not None
        assert (found.id, {**found.resource, "profileUrl": wished["profileUrl"]}) == (landed.id, wished)
        reduced: Resource = {**person("ada"), "active": False, "title": "Other", EMAIL: "ada2@example.com"}
        updated = await session.update_user(landed.id, found.resource, reduced)
        assert updated.request_id
        assert updated.resource == reduced
        again = await session.find_user("externalId", "id-ada")
        assert again is not None
        assert again.resource == reduced
        updated = await session.update_user(landed.id, reduced, {**reduced, MANAGER: Known(boss.id)})
        assert updated.resource == {**reduced, MANAGER: Known(boss.id)}
        assert [u.resource.get(MANAGER) async for u in session.users(lambda _: None) if u.id == landed.id] == [
            Known(boss.id)
        ]
        await session.delete_user(landed.id)
        assert await session.find_user("userName", "ada@example.com") is None

    await with_session(sandbox, act)


async def test_what_the_rules_let_pass_the_sandbox_takes_and_the_other_way_round(sandbox: SandboxHandle) -> None:
    target = IdentityCenter(sandbox.tenant_url, sandbox.token)
    tries: list[Resource] = [
        person("r1", title="Head: IT"),
        person("r2", title="a" * 1025),
        person("r3", userName="with space"),
        person("r4", userName="administrator"),
        person("r5", **{"name.givenName": "zero\u200bwidth"}),
        person("r6", **{EMAIL: ("a@x", "b@x")}),
        {p: v for p, v in person("r7").items() if p != "displayName"},
        person("r8", externalId="x" * 257),
        person("ok1", title="Zoë O'Ünal-北京, 3rd (½) €"),
        person("ok2", **{f"{ENTERPRISE_SCHEMA}:department": "R&D + Ops / 100 #1"}),
        person("ok3", userName="u" * 128),
    ]

    async def act(session: TargetSession) -> None:
        for resource in tries:
            clean = not target.user_violations(target.adapt_user(resource).resource)
            if clean:
                assert (await session.create_user(resource)).id
                continue
            with pytest.raises(Refused) as caught:
                await session.create_user(resource)
            assert caught.value.status == 400, resource

    await with_session(sandbox, act)


@pytest.mark.slow
async def test_groups_and_memberships(sandbox: SandboxHandle) -> None:
    async def act(session: TargetSession) -> None:
        ids = [(await session.create_user(person(f"m{i}"))).id for i in range(130)]
        group = await session.create_group({"displayName": "Ops", "externalId": "g1"}, ids[:100])
        await session.add_members(group.id, ids[100:])
        assert await session.member_ids(group.id) == set(ids)
        await session.remove_members(group.id, ids[:100])
        await session.remove_members(group.id, ids[90:110])
        assert await session.member_ids(group.id) == set(ids[110:])
        updated = await session.update_group(group.id, {"displayName": "Ops"}, {"displayName": "Operations"})
        assert updated.resource is None
        found = await session.find_group("displayName", "operations")
        assert found is not None
        assert found.resource == {"displayName": "Operations", "externalId": "g1"}
        with pytest.raises(Refused) as caught:
            await session.create_group({"displayName": "Operations", "externalId": "g1"}, ids[:5])
        assert caught.value.message.code == "name-of-others"
        assert await session.member_ids(group.id) == set(ids[110:])
        assert len([u async for u in session.users(lambda _: None)]) >= 130
        await session.delete_group(group.id)
        assert await session.find_group("displayName", "Operations") is None

    await with_session(sandbox, act)


async def test_clashes(sandbox: SandboxHandle) -> None:
    async def act(session: TargetSession) -> None:
        await session.create_user(person("first"))
        with pytest.raises(Refused) as caught:
            await session.create_user(person("first", title="New"))
        assert (caught.value.message.code, caught.value.message.args["path"]) == ("name-of-others", "userName")
        with pytest.raises(Refused) as caught:
            await session.create_user({**person("second"), EMAIL: "first@example.com"})
        assert caught.value.message == Message("email-taken-in-aws", address="first@example.com")
        second = await session.create_user(person("second"))
        with pytest.raises(Refused) as caught:
            await session.update_user(
                second.id, person("second"), {**person("second"), "userName": "first@example.com"}
            )
        assert caught.value.status == 409

    await with_session(sandbox, act)


@pytest.mark.slow
async def test_faults_cost_time_and_nothing_else() -> None:
    kinds = "429,429-retry-after,500,502-html,reset-before,reset-after,short-page"
    made: list[RequestMade] = []

    async def act(session: TargetSession) -> None:
        ids: dict[int, str] = {}

        async def one(i: int) -> None:
            ids[i] = (await session.create_user(person(f"p{i}"))).id

        async with anyio.create_task_group() as group:
            for i in range(60):
                group.start_soon(one, i)
        assert {u.id for u in [u async for u in session.users(lambda _: None)]} == set(ids.values())
        assert len(set(ids.values())) == 60

    with running_sandbox("--faults", "10", "--fault-kinds", kinds, "--seed", "5") as handle:
        await with_session(handle, act, made)
    assert any(m.throttled for m in made)
    assert any(m.status == 0 for m in made)


@pytest.mark.slow
async def test_awss_own_limits_are_kept_without_a_single_429() -> None:
    made: list[RequestMade] = []

    async def act(session: TargetSession) -> None:
        async with anyio.create_task_group() as group:
            for i in range(75):
                group.start_soon(session.create_user, person(f"p{i}"))

    with running_sandbox("--write-tps", "25", "--read-tps", "40") as handle:
        target = IdentityCenter(handle.tenant_url, handle.token, "aws")
        async with target.connect(made.append) as session:
            await act(session)
    assert len(made) == 75
    assert not any(m.throttled for m in made)


def test_the_pace_of_aws_and_of_others() -> None:
    aws = endpoint("https://scim.eu-central-1.amazonaws.com/t/scim/v2")
    other = endpoint("https://idp.example.com/t/scim/v2")
    assert pacing_for(aws, "") is AWS_PACING  # type: ignore[arg-type]
    assert pacing_for(aws, "adaptive") is ADAPTIVE_PACING  # type: ignore[arg-type]
    assert pacing_for(other, "") is ADAPTIVE_PACING  # type: ignore[arg-type]
    assert pacing_for(other, "aws") is AWS_PACING  # type: ignore[arg-type]
