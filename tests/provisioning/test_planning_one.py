"""One person or group on demand: a few look-ups, and what a whole run would do with them."""

from dataclasses import replace

import pytest

from tests.provisioning.changes import words
from tests.provisioning.company import NOON, World, changed, directory, group, job, person
from wizard.errors import Message, WizardError
from wizard.mapping.attribute_mapping import default_mappings
from wizard.provisioning.job import Job, LeaverAction, Scope
from wizard.provisioning.plan import Plan
from wizard.provisioning.planning import make_plan_for_one

pytestmark = pytest.mark.anyio


async def plan_one(world: World, snapshot, *key: str, of: Job | None = None) -> Plan:
    world.session = world.target.session()
    events = world.events.append
    return await make_plan_for_one(
        of or job(),
        snapshot,
        world.target,
        world.session,
        world.ledger,
        events,
        key,
        now=NOON,
        decisions=world.decisions,
    )


async def test_a_new_person_is_looked_up_and_created_alone():
    world = World()
    snapshot = directory([person("ann"), person("ben")], group("g", "ann", "ben"))
    plan = await plan_one(world, snapshot, "user", "ann")
    assert [words(op) for op in plan.changes] == ["create user"]
    assert world.session.said == ["find user externalId ann", "find user userName ann@example.com"]
    assert (await world.apply(plan)).users.created == 1
    assert (await plan_one(world, snapshot, "user", "ann")).unchanged.users == 1


async def test_an_existing_account_is_taken_over():
    world = World()
    world.store.add("user", {"userName": "ann@example.com", "displayName": "Old"})
    plan = await plan_one(world, directory([person("ann")]), "user", "ann")
    assert not plan.changes
    assert [(held.source_id, held.message.code) for held in plan.held_back] == [("ann", "take-over")]
    world.accept("take-over")
    plan = await plan_one(world, directory([person("ann")]), "user", "ann")
    (op,) = plan.changes
    assert words(op) == "update user"
    assert op.after["displayName"] == "Ann"


@pytest.mark.parametrize("foreign", [False, True])
async def test_one_person_is_matched_automatically_by_the_same_rule(foreign: bool):
    world = World()
    snapshot = directory([person("ben")], group("g", "ben"))
    await world.run(snapshot)
    there = world.store.add("user", {"userName": "ann@example.com", "displayName": "Old"})
    world.store.members[world.store.by("displayName", "Team g", "group")].add(there)
    if foreign:
        world.store.add("group", {"displayName": "Administrators"}, [there])
    snapshot = directory([person("ann"), person("ben")], group("g", "ann", "ben"))
    plan = await plan_one(world, snapshot, "user", "ann", of=job(match_existing=True))
    assert [held.message.code for held in plan.held_back] == (["take-over"] if foreign else [])
    assert plan.automatic == (frozenset() if foreign else {there})
    assert [(words(op), op.match) for op in plan.changes] == ([] if foreign else [("update user", "taken-over")])


async def test_a_change_made_in_aws_is_seen_and_repaired():
    world = World()
    snapshot = directory([person("ann"), person("ben")])
    await world.run(snapshot)
    for held in world.store.users.values():
        held["displayName"] = "Changed by hand"
    plan = await plan_one(world, snapshot, "user", "ann")
    await world.apply(plan)
    names = sorted(str(held["displayName"]) for held in world.store.users.values())
    assert names == ["Ann", "Changed by hand"]


async def test_a_person_deleted_in_aws_is_created_again():
    world = World()
    snapshot = directory([person("ann"), person("ben")])
    await world.run(snapshot)
    del world.store.users[world.store.by("userName", "ann@example.com")]
    plan = await plan_one(world, snapshot, "user", "ann")
    assert [words(op) for op in plan.changes] == ["create user"]
    assert not [asked for asked in world.session.said if asked.startswith("list")]
    await world.apply(plan)
    assert (await world.plan(snapshot)).changes == ()


async def test_who_was_renamed_in_aws_is_found_by_their_id():
    world = World()
    snapshot = directory([person("ann")])
    await world.run(snapshot)
    (held,) = world.store.users.values()
    held["userName"] = "other@example.com"
    held["externalId"] = "other"
    plan = await plan_one(world, snapshot, "user", "ann")
    assert [words(op) for op in plan.changes] == ["update user"]


async def test_a_group_with_those_of_its_people_who_are_there():
    world = World()
    snapshot = directory([person("ann"), person("ben")], group("g", "ann", "ben"))
    await plan_and_apply(world, snapshot, "user", "ann")
    plan = await plan_one(world, snapshot, "group", "g")
    assert [words(op) for op in plan.changes] == ["create group"]
    report = await world.apply(plan)
    assert (report.groups.created, report.added, len(report.warnings)) == (1, 1, 1)
    await plan_and_apply(world, snapshot, "user", "ben")
    (members,) = world.store.members.values()
    assert len(members) == 2


async def test_a_group_whose_members_were_changed_in_aws():
    world = World()
    snapshot = directory([person("ann"), person("ben")], group("g", "ann"))
    await world.run(snapshot)
    group_id = world.store.by("displayName", "Team g", "group")
    world.store.members[group_id] = set()
    plan = await plan_one(world, snapshot, "group", "g")
    assert [words(op) for op in plan.changes] == ["add-members"]


async def test_who_is_out_of_scope_is_disabled_and_a_stranger_is_not_touched():
    world = World()
    snapshot = directory([person("ann"), person("ben"), person("cleo")])
    await world.run(directory([person("ann"), person("ben")]))
    chosen = job(Scope(everyone=False, user_ids=("ann",)), leavers=LeaverAction.DISABLE)
    plan = await plan_one(world, snapshot, "user", "ben", of=chosen)
    assert [words(op) for op in plan.changes] == ["disable user"]
    assert (await plan_one(world, snapshot, "user", "cleo", of=chosen)).changes == ()


def matching_by(attribute: str) -> Job:
    mappings = default_mappings()
    rows = tuple(
        replace(row, matching_priority=1 if row.target.startswith(attribute) else 0) for row in mappings.users
    )
    return replace(job(), mappings=replace(mappings, users=rows))


async def test_matching_by_what_aws_cannot_look_up_is_refused_unless_it_is_unique_there():
    """Otherwise an account that a whole run would match would be created a second time."""
    world = World()
    with pytest.raises(WizardError) as refused:
        await plan_one(world, directory([person("ann", jobTitle="Cook")]), "user", "ann", of=matching_by("title"))
    assert refused.value.message == Message("matching-cannot-be-looked-up", attribute="title")
    world.store.add(
        "user",
        {
            "userName": "a@x",
            "displayName": "A",
            "name.givenName": "A",
            "name.familyName": "B",
            'emails[type eq "work"].value': "ann@example.com",
        },
    )
    plan = await plan_one(world, directory([person("ann")]), "user", "ann", of=matching_by("emails"))
    assert [words(change) for change in plan.changes] == ["create user"]
    assert (await world.apply(plan)).users.failed == 1
    assert len(world.store.users) == 1


async def test_a_person_in_many_groups_takes_few_requests_and_groups_are_read_as_they_are():
    world = World()
    people = [person("ann", manager="ben"), person("ben"), *(person(f"p{n}") for n in range(5))]
    teams = [group(f"g{n}", "ann", "ben") for n in range(100)]
    snapshot = directory(people, *teams)
    await world.run(snapshot)
    ann = world.store.by("externalId", "ann")
    for number in range(3):
        world.store.members[world.store.by("displayName", f"Team g{number}", "group")].remove(ann)
    plan = await plan_one(world, snapshot, "user", "ann")
    assert [(words(change), change.source_id) for change in plan.changes] == [
        ("add-members", f"g{n}") for n in range(3)
    ]
    assert len(world.session.said) <= 10


async def test_who_must_give_up_a_name_first_was_looked_up_before():
    world = World()
    await world.run(directory([person("ann"), person("ben")]))
    swapped = directory(
        [
            person("ann", userPrincipalName="ben@example.com", mail="ben@example.com"),
            person("ben", userPrincipalName="ann@example.com", mail="ann@example.com"),
        ]
    )
    ben = world.store.by("externalId", "ben")
    world.store.users[ben]["title"] = "By hand"
    await world.apply(await plan_one(world, swapped, "user", "ann"))
    assert world.store.by("externalId", "ann") == world.store.by("userName", "ben@example.com")
    assert "title" not in world.store.users[ben]


async def test_others_stay_as_they_are():
    world = World()
    snapshot = directory([person("ann"), person("ben", manager="ann")], group("g", "ann", "ben"))
    await world.run(snapshot)
    before = dict(world.ledger.kept)
    now = changed(changed(snapshot, "ann", jobTitle="Cook"), "ben", jobTitle="Smith")
    report = await plan_and_apply(world, now, "user", "ann")
    assert (report.users.updated, report.groups.updated) == (1, 0)
    del before["user", "ann"]
    assert before.items() <= world.ledger.kept.items()


async def plan_and_apply(world: World, snapshot, *key: str):
    return await world.apply(await plan_one(world, snapshot, *key))
