import gc
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import anyio
import pytest
from anyio import from_thread

from tests.provisioning.changes import words
from tests.provisioning.company import World, changed, directory, group, job, person
from tests.provisioning.fakes import FakeTarget, unknown
from wizard.aws.interface import Refused
from wizard.directory import RowProblem
from wizard.errors import Message, NoAccess, recorded
from wizard.progress import Progress
from wizard.provisioning import planning
from wizard.provisioning.change import Action
from wizard.provisioning.events import ModifiedProperty, PhaseBegan
from wizard.provisioning.guard import changed_since_approval
from wizard.provisioning.job import LeaverAction, Scope
from wizard.provisioning.ledger import GuardMemory
from wizard.provisioning.plan import checksum
from wizard.provisioning.planning import without_gc
from wizard.provisioning.read_aws import MISSING_LOOKED_UP

pytestmark = pytest.mark.anyio

NAMES = {"displayName": "X", "name.givenName": "X", "name.familyName": "X", "active": True}


def told(plan):
    return [(words(op), op.source_id) for op in plan.changes]


async def test_the_checksum_covers_every_change_and_its_object():
    plan = await World().plan(directory([person("ada")]))
    (change,) = plan.changes
    others = [
        replace(plan, matched=(("aws-1", "take-over"),)),
        replace(plan, changes=()),
        replace(plan, changes=(change, change)),
        *(
            replace(plan, changes=(replace(change, **field),))
            for field in ({"target_id": "x"}, {"after": {}}, {"match": "taken-over"}, {"action": Action.DELETE})
        ),
    ]
    assert len({plan.checksum, *map(checksum, others)}) == len(others) + 1
    reworded = replace(plan, changes=(replace(change, label="B", reason=Message("x")),), notes=(Message("y"),))
    assert checksum(reworded) == plan.checksum


def codes(plan):
    return [concern.code for concern in plan.concerns]


async def crowd(count: int, **more) -> tuple[World, object]:
    world = World()
    snapshot = directory([person(f"p{n}") for n in range(count)], **more)
    await world.run(snapshot)
    return world, snapshot


async def test_who_is_there_already_is_found_whatever_the_case():
    world = World()
    by_name = world.store.add("user", {**NAMES, "userName": "ADA@Example.com"})
    world.store.add("user", {**NAMES, "userName": "root@example.com"})
    world.accept("take-over")
    plan = await world.plan(directory([person("ada")]))
    assert [(words(op), op.target_id) for op in plan.changes] == [("update user", by_name)]
    assert list(plan.notes) == [
        Message("accounts-adopted", people=1, groups=0, marked=0),
        Message("foreign-objects", people=1, groups=0),
    ]
    assert world.ledger.kept == {}, "a plan keeps nothing"
    await world.apply(plan)
    assert {link.source_id: link.target_id for link in world.ledger.kept.values()} == {"ada": by_name}


async def test_two_in_aws_who_match_are_too_many():
    world = World()
    world.store.users = {
        "u-1": {**NAMES, "userName": "ada@example.com"},
        "u-2": {**NAMES, "userName": "ADA@example.com"},
    }
    plan = await world.plan(directory([person("ada")]))
    assert [(one.rule, one.path) for one in plan.rejected] == [("ambiguous-match", "userName")]
    assert plan.changes == ()


async def test_two_who_claim_one_value_are_both_rejected_each_with_the_others_name():
    world = World()
    snapshot = directory([person("ada"), person("bo", mail="ADA@example.com"), person("cy", surname="")])
    plan = await world.plan(snapshot)
    assert [(one.label, one.rule) for one in plan.rejected] == [
        ("Ada", "duplicate-value"),
        ("Bo", "duplicate-value"),
        ("Cy", "required-attribute-missing"),
    ]
    assert plan.rejected[0].message == Message(
        "duplicate-value", attribute="emails", value="ada@example.com", others=("Bo",), count=1
    )
    assert plan.rejected[1].message.args["others"] == ("Ada",)
    assert plan.changes == ()


async def test_the_rejected_stand_in_the_log_with_a_title():
    world = World()
    problem = RowProblem(7, "id", recorded("The id is there twice."), label="Dee")
    snapshot = directory(
        [person("ada"), person("bo", mail="ada@example.com"), person("cy", surname="")], problems=(problem,)
    )
    report = await world.run(snapshot)
    assert {row.message.code for row in report.failures} == {"object-rejected"}
    args = ("rule", "attribute", "line")
    assert [(row.label, *map(row.message.args.get, args)) for row in report.failures] == [
        ("Dee", "row-problem", "id", 7),
        ("Ada", "duplicate-value", "emails", 0),
        ("Bo", "duplicate-value", "emails", 0),
        ("Cy", "required-attribute-missing", "name.familyName", 0),
    ]
    assert report.failures[0].message.args["why"] == recorded("The id is there twice.")


async def test_a_value_in_use_by_another_user_in_aws_is_rejected_before_any_request():
    world = World()
    world.store.add(
        "user", {**NAMES, "userName": "root@example.com", 'emails[type eq "work"].value': "ada@example.com"}
    )
    plan = await world.plan(directory([person("ada"), person("bo")]))
    assert [(one.label, one.rule) for one in plan.rejected] == [("Ada", "value-taken")]
    assert plan.rejected[0].message == Message(
        "value-taken", attribute="emails", value="ada@example.com", owner="X"
    )
    assert told(plan) == [("create user", "bo")]


async def test_a_leaver_who_is_deleted_frees_the_name_one_who_is_disabled_does_not():
    for leavers, expected in (
        (LeaverAction.DELETE, ["delete user", "create user"]),
        (LeaverAction.DISABLE, ["disable user"]),
    ):
        world, snapshot = await crowd(3)
        heir = person("new", userPrincipalName="fresh@example.com", mail="p0@example.com")
        plan = await world.plan(directory([*snapshot.users[1:], heir]), job(leavers=leavers, delete_after_days=0))
        assert [name for name, _ in told(plan)] == expected


async def test_a_person_deleted_in_aws_is_created_again_and_reported():
    world, snapshot = await crowd(3)
    del world.store.users[world.ledger.kept["user", "p1"].target_id]
    plan = await world.plan(snapshot)
    assert told(plan) == [("create user", "p1")]
    assert "made-anew" in [note.code for note in plan.notes]
    await world.apply(plan)
    assert (await world.plan(snapshot)).changes == ()


async def test_a_leaver_deleted_in_aws_is_forgotten():
    world, snapshot = await crowd(3)
    del world.store.users[world.ledger.kept["user", "p0"].target_id]
    plan = await world.plan(directory(snapshot.users[1:]))
    assert plan.changes == ()
    await world.apply(plan)
    assert ("user", "p0") not in world.ledger.kept


async def test_changes_by_hand_are_undone():
    world, snapshot = await crowd(2)
    world.store.users[world.store.by("externalId", "p0")]["title"] = "Drifted"
    plan = await world.plan(snapshot)
    assert [(op.before, op.after) for op in plan.changes] == [({"title": "Drifted"}, {})]


async def test_an_attribute_the_directory_does_not_have_is_left_alone():
    world, snapshot = await crowd(1)
    world.store.users[world.store.by("externalId", "p0")]["title"] = "By hand"
    assert (await world.plan(replace(snapshot, attributes=("userPrincipalName", "displayName")))).changes == ()


async def test_an_address_of_which_a_part_changes_goes_whole():
    world = World()
    snapshot = directory([person("a", city="Oslo", streetAddress="Road 1")])
    await world.run(snapshot)
    plan = await world.plan(changed(snapshot, "a", city="Bergen"))
    street, city = ('addresses[type eq "work"].streetAddress', 'addresses[type eq "work"].locality')
    assert plan.changes[0].after == {city: "Bergen", street: "Road 1"}
    assert plan.changes[0].reason == Message("attributes-differ", count=1, attributes=("addresses.locality",))
    report = await world.apply(plan)
    assert report.failed == 0
    assert world.store.users[world.store.by("externalId", "a")][street] == "Road 1"


async def test_an_item_of_another_type_gives_way():
    world = World()
    world.store.add(
        "user", {**NAMES, "userName": "a@example.com", 'emails[type eq "home"].value': "old@example.com"}
    )
    world.accept("take-over")
    plan = await world.plan(directory([person("a")]))
    assert plan.changes[0].before['emails[type eq "home"].value'] == "old@example.com"
    assert 'emails[type eq "home"].value' not in plan.changes[0].after


@pytest.mark.parametrize(
    ("linked", "gone", "concern"),
    [
        (100, 10, False),
        (100, 11, True),
        (20, 5, False),
        (20, 6, True),
        (6, 2, False),
        (6, 3, True),
        (2, 2, False),
        (3, 2, True),
    ],
)
async def test_when_too_many_would_go(linked: int, gone: int, concern: bool):
    world, snapshot = await crowd(linked)
    plan = await world.plan(directory(snapshot.users[gone:] or [person("other")]))
    assert sum(words(op) == "disable user" for op in plan.changes) == gone
    assert ("too-many-deletions" in codes(plan)) is concern
    assert plan.linked == linked


async def test_the_concern_is_a_number_and_a_share():
    world, snapshot = await crowd(50)
    plan = await world.plan(directory(snapshot.users[12:]))
    args = plan.concerns[0].message.args
    assert (args["disabled"], args["deleted"], args["groups"], args["people_linked"]) == (12, 0, 0, 50)


async def test_an_empty_source_is_shown_and_blocked():
    world, _ = await crowd(2)
    plan = await world.plan(directory([]))
    assert len(plan.changes) == 2
    assert codes(plan) == ["empty-source"]
    assert plan.concerns[0].message.args["unusable"] == 0


async def test_a_source_whose_rows_all_have_errors_says_so():
    world, _ = await crowd(2)
    row = RowProblem(2, "id", Message("id-used-twice"))
    team = RowProblem(3, "group", Message("id-used-twice"), of_group=True)
    plan = await world.plan(directory([], problems=(row, row, team)))
    assert codes(plan) == ["empty-source"]
    assert plan.concerns[0].message.args["unusable"] == 2


async def test_a_short_source():
    world, snapshot = await crowd(2)
    assert codes(await world.plan(snapshot, memory=GuardMemory(people=5))) == ["short-source"]
    assert codes(await world.plan(snapshot, memory=GuardMemory(people=4))) == []


async def test_too_many_memberships_would_end():
    world = World()
    people = [person(f"p{n}") for n in range(10)]
    await world.run(directory(people, group("g", *(f"p{n}" for n in range(10)))))
    assert codes(await world.plan(directory(people, group("g", *(f"p{n}" for n in range(6)))))) == []
    plan = await world.plan(directory(people, group("g", "p0", "p1", "p2", "p3")))
    assert codes(plan) == ["too-many-removals"]
    args = plan.concerns[0].message.args
    assert (args["removed"], args["memberships"], args["names"]) == (6, 10, ("Team g",))


async def test_another_provisioner_is_noticed():
    world, snapshot = await crowd(4)
    for resource in list(world.store.users.values())[:3]:
        resource["externalId"] = "theirs-" + resource["externalId"]
    assert "other-provisioner" in codes(await world.plan(snapshot))


async def test_a_plan_that_changed_since_it_was_approved():
    world, snapshot = await crowd(2)
    approved = await world.plan(changed(snapshot, "p0", jobTitle="Cook"))
    same = await world.plan(changed(snapshot, "p0", jobTitle="Cook"))
    assert changed_since_approval(approved, same) == same
    other = await world.plan(changed(snapshot, "p0", jobTitle="Chef"))
    assert codes(changed_since_approval(approved, other)) == ["changed-since-approval"]
    assert codes(changed_since_approval(other, approved)) == ["changed-since-approval"]


async def test_a_row_that_cannot_be_read_holds_its_person_in_place():
    world = World()
    people = [person(f"p{n}") for n in range(6)]
    await world.run(directory(people, group("g", *(f"p{n}" for n in range(6)))))
    problems = (
        RowProblem(3, "id", recorded("The id is there twice."), source_id="p0"),
        RowProblem(4, "mail", recorded("Not readable."), user_name="P1@example.com"),
        RowProblem(5, "", recorded("A remark."), excluded=False),
    )
    now = directory(people[3:], group("g", "p3", "p4", "p5"), problems=problems)
    plan = await world.plan(now)
    assert [(name, who) for name, who in told(plan) if name == "disable user"] == [("disable user", "p2")]
    removes = [op for op in plan.changes if op.source_id == "g"]
    assert [op.names for op in removes] == [("P2",)]
    assert [(one.line, one.rule) for one in plan.rejected] == [(3, "row-problem"), (4, "row-problem")]
    assert "row-remarks" in [note.code for note in plan.notes]


async def test_a_row_without_id_holds_the_group_or_person_of_its_label():
    world = World()
    people = [person("a"), person("b"), person("c")]
    await world.run(directory(people, group("g", "a", "b")))
    before = world.store.picture()
    problems = (
        RowProblem(2, "member", recorded("Nobody has this name."), label="Team G", of_group=True),
        RowProblem(3, "id", recorded("The id is missing."), label="c"),
    )
    now = directory(people[:2], group("g", "a"), problems=problems)
    plan = await world.plan(now, job(groups_gone="delete"))
    assert (plan.changes, plan.warnings) == ((), ())
    await world.apply(plan)
    assert world.store.picture() == before


async def test_a_leaver_named_by_another_row_is_in_plan_and_report():
    world = World()
    await world.run(directory([person("boss"), person("ann"), person("ben"), person("cleo")]))
    cells = ("x", "Nine, Jr.", "boss@example.com")
    problem = RowProblem(4, "", recorded("Too many cells."), source_id="x", cells=cells)
    now = directory([person("ann"), person("cleo")], problems=(problem,))
    plan = await world.plan(now)
    assert told(plan) == [("disable user", "ben")]
    assert [(one.label, one.message.code) for one in plan.warnings] == [("Boss", "leaver-held")]
    report = await world.apply(plan)
    assert [(row.label, row.message.code) for row in report.warnings] == [("Boss", "leaver-held")]
    assert (await world.plan(now)).warnings, "as long as that row exists"
    assert (await world.plan(directory([person("boss"), person("ann"), person("cleo")]))).warnings == ()


async def test_an_unreadable_membership_row_holds_the_group():
    world = World()
    people = [person("a"), person("b"), person("c")]
    await world.run(directory(people, group("g", "a", "b")))
    problem = RowProblem(2, "member", recorded("Nobody has this name."), source_id="g", of_group=True)
    plan = await world.plan(directory(people, group("g", "a"), problems=(problem,)))
    assert plan.changes == ()
    plan = await world.plan(directory(people, problems=(problem,)), job(groups_gone="delete"))
    assert plan.changes == ()


async def test_groups_that_were_not_asked_for_are_not_gone():
    world = World()
    people = [person("a"), person("b")]
    await world.run(directory(people, group("g", "a", "b")))
    plan = await world.plan(directory(people, has_groups=False), job(groups_gone="delete"))
    assert plan.changes == ()
    assert told(await world.plan(directory(people), job(groups_gone="delete"))) == [("delete group", "g")]


async def test_members_nobody_knows_stay():
    world = World()
    people = [person("a"), person("b")]
    await world.run(directory(people, group("g", "a", "b")))
    stranger = world.store.add("user", {**NAMES, "userName": "root@example.com"})
    next(iter(world.store.members.values())).add(stranger)
    plan = await world.plan(directory(people, group("g", "a")))
    assert [op.names for op in plan.changes] == [("B",)]
    assert "foreign-members" in [note.code for note in plan.notes]


async def test_a_changed_identity_column_finds_its_people_again():
    world, snapshot = await crowd(3)
    renumbered = directory([replace(user, id=f"id-{user.id}") for user in snapshot.users])
    world.accept("inherited")
    plan = await world.plan(renumbered)
    assert {words(op) for op in plan.changes} == {"update user"}
    assert "accounts-inherited" in [note.code for note in plan.notes]
    ids = set(world.store.users)
    await world.apply(plan)
    assert set(world.store.users) == ids
    assert sorted(link.source_id for link in world.ledger.kept.values()) == ["id-p0", "id-p1", "id-p2"]
    assert (await world.plan(renumbered)).changes == ()


async def test_an_account_of_a_person_out_of_scope_is_not_given_to_others():
    world, snapshot = await crowd(2)
    heir = person("heir", userPrincipalName="p0@example.com", mail="heir@example.com")
    scope = Scope(everyone=False, user_ids=("p1", "heir"))
    plan = await world.plan(directory([*snapshot.users, heir]), job(scope))
    assert [(one.label, one.rule) for one in plan.rejected] == [("Heir", "value-taken")]
    assert told(plan) == [("disable user", "p0")]
    assert plan.changes[0].reason == Message("no-longer-in-scope")


async def test_half_a_reading_ends_in_an_error():
    class HalfBlind(FakeTarget):
        def session(self, report=lambda request: None):
            session = super().session(report)

            async def member_ids(group_id: str) -> frozenset[str]:
                raise Refused(500, recorded("AWS had a problem", ""))

            session.member_ids = member_ids
            return session

    world = World()
    snapshot = directory([person("a")], group("g", "a"))
    await world.run(snapshot)
    world.target = HalfBlind(world.store)
    with pytest.raises(NoAccess) as error:
        await world.plan(snapshot)
    assert error.value.message.code == "aws-not-readable"


async def test_deleting_says_what_goes_with_it():
    world, snapshot = await crowd(4)
    plan = await world.plan(directory(snapshot.users[2:]), job(leavers=LeaverAction.DELETE, delete_after_days=0))
    assert {words(op) for op in plan.changes} == {"delete user"}
    assert (plan.concerns[0].message.args["disabled"], plan.concerns[0].message.args["deleted"]) == (0, 2)


@pytest.mark.parametrize(
    ("people", "edited", "asked"), [(20, 10, True), (20, 9, False), (60, 14, False), (60, 15, True)]
)
async def test_many_edits_that_are_not_ours_are_asked_about(people: int, edited: int, asked: bool):
    world = World()
    snapshot = directory([person(f"p{n}") for n in range(people)])
    await world.run(snapshot)
    for held in list(world.store.users.values())[:edited]:
        held["displayName"] = "Written by something else"
        held["nickName"] = "Nobody's business"
    plan = await world.plan(snapshot)
    assert ("other-provisioner" in codes(plan)) is asked
    assert len(plan.changes) == edited
    if asked:
        assert plan.concerns[0].message.args["changed"] == edited


async def test_take_overs_from_another_program_are_counted():
    world = World()
    for name, mark in (("ann", "their-1"), ("ben", ""), ("cleo", "cleo")):
        marked = {"externalId": mark} if mark else {}
        world.store.add("user", {"userName": f"{name}@example.com", "displayName": name, **marked})
    world.accept("take-over")
    plan = await world.plan(directory([person("ann"), person("ben"), person("cleo")]))
    (note,) = [note for note in plan.notes if note.code == "accounts-adopted"]
    assert note.args["marked"] == 1


async def test_members_of_linked_groups_are_read_beside_the_people_and_once():
    world = World()
    teams = [group(name, "ada") for name in ("one", "two", "gone")]
    people = [person("ada"), person("bo"), person("cy")]
    await world.run(directory(people, *teams))
    world.store.add("group", {"displayName": "foreign"})
    world.events = []
    await world.plan(directory(people, *teams[:2]))
    wanted = [world.store.by("displayName", name, "group") for name in ("Team one", "Team two")]
    asked = [words for words in world.session.said if words.startswith("members of")]
    assert sorted(asked) == sorted(f"members of {key}" for key in wanted)
    before = world.events[: world.events.index(PhaseBegan("compare"))]
    doing = [event.doing for event in before if isinstance(event, Progress)]
    assert doing.count(Message("reading-memberships")) == 2


async def test_where_groups_outnumber_people_memberships_are_read_per_person():
    world = World()
    people = [person("ada"), person("bo")]
    teams = [group(f"g{number}", "ada") for number in range(5)]
    await world.run(directory(people, *teams))
    ids = {name: world.store.by("externalId", name) for name in ("ada", "bo")}
    world.store.members[world.store.by("externalId", "g3", "group")] = {ids["bo"]}
    plan = await world.plan(directory(people, *teams))
    asked = [words for words in world.session.said if not words.startswith("list")]
    assert sorted(asked) == sorted(f"groups of {one}" for one in ids.values())
    assert told(plan) == [("remove-members", "g3"), ("add-members", "g3")]
    await world.apply(plan)
    assert (await world.plan(directory(people, *teams))).changes == ()


async def test_groups_of_others_in_a_tenant_without_links_are_read_per_person_too():
    world = World()
    ada = world.store.add("user", {"userName": "ada@example.com", "displayName": "Ada"})
    for number in range(4):
        world.store.add("group", {"displayName": f"Team g{number}"}, {ada} if number else ())
    teams = [group(f"g{number}", "ada") for number in range(4)]
    world.accept("take-over")
    plan = await world.plan(directory([person("ada")], *teams))
    assert [words for words in world.session.said if words.startswith("groups of")] == [f"groups of {ada}"]
    assert [found for found in told(plan) if found[0] == "add-members"] == [("add-members", "g0")]


async def test_a_new_person_missing_from_lists_is_not_created_twice():
    world = World()
    snapshot = directory([person("ada"), person("bo")], group("g", "ada"))
    await world.run(snapshot)
    world.store.unlisted = {world.store.by("externalId", "ada"), world.store.by("externalId", "g", "group")}
    now = datetime.now(UTC)
    assert (await world.plan(snapshot, now=now)).changes == ()
    later = await world.plan(snapshot, now=now + timedelta(minutes=16))
    assert later.changes == (), "it is there when it is looked up"


@pytest.mark.parametrize("people", [3, MISSING_LOOKED_UP + 5])
async def test_lists_that_lack_rows_make_nobody_forgotten(people: int):
    """Without their link, who leaves would keep access, and who stays would be an account of others."""
    world = World()
    everybody = [person(f"p{number}") for number in range(people)]
    await world.run(directory(everybody, group("g", *(one.id for one in everybody))))
    later = datetime.now(UTC) + timedelta(hours=1)
    world.store.unlisted = {*world.store.users, *world.store.groups}
    snapshot = directory(everybody[1:], group("g", *(one.id for one in everybody[1:])))
    plan = await world.plan(snapshot, now=later)
    assert sorted(told(plan)) == [("disable user", "p0"), ("remove-members", "g")]
    await world.apply(plan)
    assert len(world.ledger.kept) == people + 1


async def test_of_many_that_are_gone_some_are_looked_up():
    world = World()
    everybody = [person(f"p{number}") for number in range(2 * MISSING_LOOKED_UP)]
    await world.run(directory(everybody))
    world.store.users.clear()
    plan = await world.plan(directory(everybody), now=datetime.now(UTC) + timedelta(hours=1))
    assert len(told(plan)) == len(everybody)
    assert len([said for said in world.session.said if said.startswith("read user")]) == MISSING_LOOKED_UP


@pytest.mark.parametrize("first", [True, False])
async def test_a_page_that_a_list_lacks_is_found_among_many_that_are_gone(first: bool):
    """Wherever the page is: neighbours of a list are neighbours of the journal."""
    world = World()
    everybody = [person(f"p{number}") for number in range(3 * MISSING_LOOKED_UP)]
    await world.run(directory(everybody))
    ids = [link.target_id for link in world.ledger.kept.values()]
    page, gone = (ids[:100], ids[100:]) if first else (ids[-100:], ids[:-100])
    for each in gone:
        del world.store.users[each]
    world.store.unlisted = set(page)
    plan = await world.plan(directory(everybody), now=datetime.now(UTC) + timedelta(hours=1))
    assert (len(told(plan)), len(plan.held_back)) == (len(gone), 0)


async def test_a_creation_in_doubt_that_no_list_shows_is_found_by_its_name():
    world = World()

    def after(_: int, words: str) -> None:
        raise unknown()

    world.trouble(after=after)
    snapshot = directory([person("ada")])
    await world.run(snapshot)
    world.heal()
    world.store.unlisted = set(world.store.users)
    assert (await world.plan(snapshot)).changes == ()
    assert "find user userName ada@example.com" in world.session.said


async def test_the_ledger_is_read_beside_the_event_loop(monkeypatch: pytest.MonkeyPatch):
    world, threads = World(), []

    def after(_: int, words: str) -> None:
        raise unknown()

    world.trouble(after=after)
    snapshot = directory([person("ada"), person("bo")])
    await world.run(snapshot)
    world.heal()
    doubts = len(world.ledger.in_doubt())
    for name in ("links", "in_doubt", "last_reading"):
        read = getattr(world.ledger, name)
        monkeypatch.setattr(
            world.ledger, name, lambda read=read: threads.append(threading.current_thread()) or read()
        )
    assert (await world.plan(snapshot)).changes == ()
    assert (doubts, world.ledger.open) == (2, {})
    assert len(threads) > doubts
    assert threading.current_thread() not in threads


def without_titles(resource):
    return {path: value for path, value in resource.items() if path != "title"}


async def test_what_aws_does_not_keep_is_not_written_again_until_the_directory_changes_it():
    world = World()
    world.store.kept = without_titles
    snapshot = directory([person("ada", jobTitle="Cook"), person("bo")])
    await world.run(snapshot)
    assert world.ledger.kept["user", "ada"].not_kept == {"title": "Cook"}
    for _ in range(2):
        plan = await world.plan(snapshot)
        assert (plan.changes, plan.changed_elsewhere) == ((), ())
        await world.apply(plan)
    assert world.ledger.kept["user", "ada"].not_kept == {"title": "Cook"}
    promoted = changed(snapshot, "ada", jobTitle="Chef")
    plan = await world.plan(promoted)
    assert [change.after for change in plan.changes] == [{"title": "Chef"}]
    await world.apply(plan)
    assert (await world.plan(promoted)).changes == ()
    emptied = changed(snapshot, "ada", jobTitle="")
    await world.run(emptied)
    assert world.ledger.kept["user", "ada"].not_kept == {}


async def test_what_aws_keeps_although_it_was_cleared_is_cleared_once():
    world = World()
    snapshot = directory([person("ada", jobTitle="Cook")])
    await world.run(snapshot)
    world.store.kept = lambda resource: {**resource, "title": "Cook"}
    emptied = changed(snapshot, "ada", jobTitle="")
    assert (await world.run(emptied)).users.updated == 1
    assert (await world.plan(emptied)).changes == ()


async def test_a_person_still_active_in_aws_is_disabled_again():
    world, snapshot = await crowd(3)
    world.store.kept = lambda resource: {**resource, "active": True}
    left = directory(snapshot.users[:2])
    for _ in range(2):
        assert (await world.run(left)).users.disabled == 1


async def test_changes_by_others_are_logged_attribute_by_attribute():
    world = World()
    people = [person("ada", jobTitle="Cook"), person("bo"), person("cy"), person("di")]
    snapshot = directory(people, group("g", "ada", "bo"))
    await world.run(snapshot)
    ids = {name: world.store.by("externalId", name) for name in ("ada", "bo", "cy", "di")}
    world.store.users[ids["ada"]] |= {"title": "Boss", "nickName": "Addie"}
    world.store.members[world.store.by("displayName", "Team g", "group")] = {ids["ada"], ids["cy"]}
    del world.store.users[ids["di"]]
    report = await world.run(snapshot)
    found = {(row.message.code, row.label): row.modified for row in report.warnings}
    assert found == {
        ("changed-elsewhere", "Ada"): (
            ModifiedProperty("title", "Cook", "Boss"),
            ModifiedProperty("nickName", "", "Addie"),
        ),
        ("members-changed-elsewhere", "Team g"): (ModifiedProperty("members", "Bo", "Cy"),),
        ("deleted-elsewhere", "Di"): (),
    }
    assert (await world.run(snapshot)).warnings == ()


async def test_a_renamed_group_is_confirmed_as_aws_has_it_now():
    world = World()
    await world.run(directory([person("ada")], group("g", "ada")))
    world.store.kept = lambda resource: {**resource, "displayName": str(resource["displayName"]).lower()}
    renamed = directory([person("ada")], group("g", "ada", name="Team Blue"))
    assert (await world.run(renamed)).groups.updated == 1
    plan = await world.plan(renamed)
    assert (plan.changes, plan.changed_elsewhere) == ((), ())


async def test_many_people_deleted_in_aws_are_created_again_without_a_question():
    world, snapshot = await crowd(12)
    for name in ("p1", "p3", "p5", "p7"):
        del world.store.users[world.store.by("externalId", name)]
    plan = await world.plan(snapshot)
    assert (codes(plan), len(plan.changes)) == ([], 4)
    assert (await world.apply(plan)).users.created == 4
    assert (await world.plan(snapshot)).changes == ()


async def test_a_leaver_already_deleted_in_aws_needs_nothing():
    world, snapshot = await crowd(3)
    del world.store.users[world.store.by("externalId", "p2")]
    report = await world.run(directory(snapshot.users[:2]))
    assert (report.failed, world.session.writes) == (0, 0)
    assert ("user", "p2") not in world.ledger.kept


@pytest.mark.parametrize("step", ["compare", "plan_of"])
async def test_the_event_loop_runs_while_a_plan_is_made(step: str, monkeypatch: pytest.MonkeyPatch):
    world, snapshot = await crowd(3)
    done, free = getattr(planning, step), threading.Event()

    def waiting(*args, **more):
        assert free.wait(10), "nothing else ran on the loop meanwhile"
        return done(*args, **more)

    monkeypatch.setattr(planning, step, waiting)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(world.plan, snapshot)
        await anyio.sleep(0.05)
        free.set()


async def test_a_cancel_does_not_wait_for_the_plan(monkeypatch: pytest.MonkeyPatch):
    world, snapshot = await crowd(3)
    began, free = anyio.Event(), threading.Event()

    def waiting(*_args, **_more):
        from_thread.run_sync(began.set)
        free.wait(10)

    monkeypatch.setattr(planning, "compare", waiting)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(world.plan, snapshot)
        await began.wait()
        tasks.cancel_scope.cancel()
    assert not free.is_set()
    free.set()


@pytest.fixture
def collecting() -> Iterator[None]:
    was = gc.isenabled()
    gc.enable()
    yield
    (gc.enable if was else gc.disable)()


@pytest.mark.usefixtures("collecting")
def test_the_garbage_collector_pauses_inside_and_runs_afterwards():
    with without_gc():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), without_gc():
        raise ZeroDivisionError
    assert gc.isenabled()
    gc.disable()
    with without_gc():
        assert not gc.isenabled()
    assert not gc.isenabled(), "paused by the caller"
