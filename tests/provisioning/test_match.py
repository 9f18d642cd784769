"""Matching: whose account is whose, what a person must accept first, and what has to stay easy."""

from dataclasses import replace

import pytest

from tests.provisioning.changes import words
from tests.provisioning.company import World, directory, group, job, person
from wizard.aws.interface import Existing, ExistingGroup, OutcomeUnknown, Refused
from wizard.directory import DirectoryUser
from wizard.errors import Message, NoAccess
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind
from wizard.provisioning.diff import Desired
from wizard.provisioning.effects import Effect, effects
from wizard.provisioning.job import Job, LeaverAction, Policy, Scope, SourceChoice
from wizard.provisioning.ledger import Link
from wizard.provisioning.match import Decisions, Rules, accepted_name, marked_paths, match
from wizard.provisioning.plan import Plan

pytestmark = pytest.mark.anyio

EMAIL = 'emails[type eq "work"].value'
UUID = "0a1b2c3d-0000-4000-8000-00000000000"
FROM_ENTRA = replace(job(), source=SourceChoice("entra"))


def told(plan: Plan) -> list[tuple[str, str]]:
    return [(words(change), change.label) for change in plan.changes]


def asked(plan: Plan) -> list[tuple[str, str]]:
    return [(held.message.code, held.source_id) for held in plan.held_back]


def marked(target: str, of: Job | None = None, source: str = "") -> Job:
    """A job that matches people by one more attribute."""
    of = of or job()

    def row(one: AttributeMapping) -> AttributeMapping:
        if one.target != target:
            return one
        one = replace(one, matching_priority=3)
        return replace(one, kind=MappingKind.ATTRIBUTE, source=source) if source else one

    return replace(of, mappings=replace(of.mappings, users=tuple(map(row, of.mappings.users))))


def account(world: World, name: str, **more: str) -> str:
    return world.store.add(
        "user", {"userName": f"{name}@example.com", "displayName": name, "active": True, **more}
    )


# Accounts of others


@pytest.mark.parametrize("name", ["ann@example.com", "ANN@Example.com"])
async def test_an_account_of_others_is_held_back_and_nothing_of_it_changes(name: str):
    world = World()
    world.store.add("user", {"userName": name, "displayName": "Someone"})
    before = dict(world.store.users)
    plan = await world.plan(directory([person("ann"), person("ben")]))
    assert asked(plan) == [("take-over", "ann")]
    assert "foreign-objects" not in [note.code for note in plan.notes], "it is in the directory"
    assert told(plan) == [("create user", "Ben")]
    report = await world.apply(plan)
    assert (report.users.created, report.users.failed, report.concerns) == (1, 1, ("take-over",))
    assert before.items() <= world.store.users.items()
    assert ("user", "ann") not in world.ledger.kept


@pytest.mark.parametrize("option", ["take-over", "take-over=ann@EXAMPLE.com"])
async def test_an_accepted_account_is_taken_over_and_its_changes_say_so(option: str):
    world = World()
    there = account(world, "ann")
    world.accept(option)
    plan = await world.plan(directory([person("ann")]))
    assert asked(plan) == []
    assert plan.matched == ((there, "take-over"),)
    assert [change.match for change in plan.changes] == ["taken-over"]
    assert Effect.TAKEN_OVER in effects(plan.changes[0])
    await world.apply(plan)
    world.accept()
    again = await world.plan(directory([person("ann")]))
    assert (again.changes, again.held_back, again.matched) == ((), (), ())


@pytest.mark.parametrize(
    "option", ["inherited", "take-over=ben@example.com", "take-over=Ann", "take-over=", "take-overann"]
)
async def test_what_was_not_accepted_stays_held_back(option: str):
    world = World()
    account(world, "ann")
    world.accept(option)
    assert asked(await world.plan(directory([person("ann")]))) == [("take-over", "ann")]


async def test_an_acceptance_is_for_one_account_and_one_code():
    world = World()
    ann, ben = account(world, "ann"), account(world, "ben")
    world.decisions = Decisions(accepted=frozenset({(ann, "take-over"), (ben, "inherited")}))
    plan = await world.plan(directory([person("ann"), person("ben")]))
    assert asked(plan) == [("take-over", "ben")]


async def test_nobody_joins_or_leaves_a_group_of_others_before_it_was_accepted():
    world = World()
    root = account(world, "root")
    world.store.add("group", {"displayName": "Team g"}, [root])
    snapshot = directory([person("ann")], group("g", "ann"))
    plan = await world.plan(snapshot)
    assert asked(plan) == [("take-over", "g")]
    await world.apply(plan)
    await world.apply(await world.plan(snapshot))
    assert list(world.store.members.values()) == [{root}]
    world.accept("take-over=Team g")
    plan = await world.plan(snapshot)
    assert {change.match for change in plan.changes if change.kind == "group"} == {"taken-over"}
    await world.apply(plan)
    (members,) = world.store.members.values()
    assert root in members, "members that are not in the directory stay"
    assert len(members) == 2


async def test_an_external_id_is_no_proof():
    world = World()
    theirs = account(world, "other", externalId="1")
    before = dict(world.store.users[theirs])
    plan = await world.plan(directory([person("1", userPrincipalName="ann@example.com", mail="ann@example.com")]))
    assert told(plan) == []
    assert [(one.rule, one.message.code) for one in plan.rejected] == [("value-taken", "external-id-taken")]
    await world.apply(plan)
    assert world.store.users[theirs] == before


async def test_the_default_external_id_is_no_mark_and_another_source_of_it_is():
    mappings = job().mappings
    assert marked_paths("user", mappings.users) == ("userName",)
    assert marked_paths("group", mappings.groups) == ("displayName",)
    for source in ("employeeId", "userPrincipalName"):
        with_source = marked("externalId", source=source).mappings.users
        assert marked_paths("user", with_source) == ("userName", "externalId"), source
    assert "title" in marked_paths("user", marked("title", source="objectId").mappings.users)


async def test_two_accounts_by_two_attributes_are_ambiguous():
    world = World()
    account(world, "ann")
    account(world, "old", title="Cook")
    plan = await world.plan(directory([person("ann", jobTitle="Cook")]), marked("title"))
    assert [(one.rule, one.source_id) for one in plan.rejected] == [("ambiguous-match", "ann")]
    assert told(plan) == []


async def test_two_people_who_match_one_account_are_both_rejected():
    world = World()
    account(world, "ann", title="Cook")
    cooks = directory([person("ben", jobTitle="Cook"), person("cleo", jobTitle="Cook")])
    world.accept("take-over")
    plan = await world.plan(cooks, marked("title"))
    assert [(one.rule, one.source_id) for one in plan.rejected] == [("duplicate", "ben"), ("duplicate", "cleo")]
    assert told(plan) == []


async def test_a_rejected_person_leaves_the_others_their_matches():
    world, of = World(), marked("title")
    await world.run(directory([person("ann", jobTitle="Cook")]), of)
    account(world, "cleo")
    people = directory([person("ann", jobTitle="Cook"), person("ben", jobTitle="Cook"), person("cleo")])
    plan = await world.plan(people, of)
    assert [(one.rule, one.source_id) for one in plan.rejected] == [("duplicate", "ben")]
    assert asked(plan) == [("take-over", "cleo")]


@pytest.mark.parametrize("freed", ["Smith", "Baker"])
async def test_a_unique_value_in_use_is_a_duplicate_until_it_is_freed(freed: str):
    world, of = World(), marked("title")
    await world.run(directory([person("ann", jobTitle="Cook")]), of)
    new = person("ben", jobTitle="Cook")
    plan = await world.plan(directory([person("ann", jobTitle="Cook"), new]), of)
    assert [(one.rule, one.source_id) for one in plan.rejected] == [("duplicate", "ben")]
    plan = await world.plan(directory([person("ann", jobTitle=freed), new]), of)
    assert plan.rejected == ()
    assert ("create user", "Ben") in told(plan)


def test_an_account_is_given_to_one_person_only():
    """Links of two people to one account, as a damaged journal may have them, give it to one of them at most."""
    one, other = (
        Desired("user", name, name, {"userName": f"{name}@example.com", "title": name}) for name in ("a", "b")
    )
    existing = {"u1": Existing("u1", {"userName": "b@example.com", "title": "Cook"})}
    links = {"a": Link("user", "a", "u1", "a", {})}
    rules = Rules("user", ("userName", "title"), Decisions(options=frozenset({"take-over", "inherited"})), False)
    found = match((one, other), links, existing, ("a",), rules)
    assert {source_id: found.id for source_id, found in found.pairs.items()} == {"a": "u1"}
    assert [(one.rule, one.source_id) for one in found.rejected] == []
    assert match((other,), links, existing, (), rules).how == {"b": "inherited"}
    assert match((other,), links, existing, (), rules, taken={"u1"}).pairs == {}


def test_own_accounts_that_are_linked_or_taken_are_not_matched():
    one = Desired("user", "b", "b", {"userName": "a@example.com", "externalId": "1"})
    existing = {"u1": Existing("u1", {"userName": "a@example.com", "externalId": "1"})}
    links = {"a": Link("user", "a", "u1", "a", {})}
    rules = Rules("user", ("userName",), Decisions(own=frozenset({"u1", "gone"})), False)
    assert match((one,), {}, existing, (), rules).how == {"b": ""}
    assert match((one,), {}, existing, (), rules, taken={"u1"}).pairs == {}
    left = match((one,), links, existing, (), rules)
    assert ([held.message.code for held in left.held], left.held_ids) == (["inherited"], {"u1"})


def test_a_leavers_account_is_not_given_automatically():
    heir = Desired("user", "b", "b", {"userName": "a@example.com"})
    existing = {"u1": Existing("u1", {"userName": "a@example.com"})}
    rules = Rules("user", ("userName",), Decisions(automatic=frozenset({"u1"})), False)
    assert match((heir,), {}, existing, (), rules).how == {"b": "taken-over"}
    left = match((heir,), {"a": Link("user", "a", "u1", "a", {})}, existing, (), rules)
    assert ([held.message.code for held in left.held], left.pairs) == (["inherited"], {})


def test_an_own_account_that_two_could_have_is_nobodys_without_a_question():
    by_id = Desired("user", "a", "a", {"userName": "new@example.com", "externalId": UUID + "1"})
    by_name = Desired("user", "b", "b", {"userName": "a@example.com"})
    existing = {"u1": Existing("u1", {"userName": "a@example.com", "externalId": UUID + "1"})}
    rules = Rules("user", ("userName",), Decisions(own=frozenset({"u1"})), True)
    assert match((by_id,), {}, existing, (), rules).how == {"a": ""}
    both = match((by_id, by_name), {}, existing, (), rules)
    assert (both.pairs, [held.source_id for held in both.held]) == ({}, ["b"])


def test_a_person_with_two_possible_accounts_gets_neither_without_acceptance():
    one = Desired("user", "a", "a", {"userName": "a@example.com", "externalId": UUID + "1"})
    existing = {
        "u1": Existing("u1", {"userName": "old@example.com", "externalId": UUID + "1"}),
        "u2": Existing("u2", {"userName": "a@example.com"}),
    }
    rules = Rules("user", ("userName",), Decisions(own=frozenset(existing)), True)
    found = match((one,), {}, existing, (), rules)
    assert (found.pairs, [held.source_id for held in found.held]) == ({}, ["a"])


@pytest.mark.parametrize(
    ("there", "agreement"),
    [
        ({"userName": "ANN@x"}, (("userName",), (), ("emails",))),
        ({"userName": "ann@x", EMAIL: "Ann@x"}, (("userName", "emails"), (), ())),
        (
            {"userName": "ann@x", EMAIL: "other@x", "externalId": "7"},
            (("userName",), ("emails", "externalId"), ()),
        ),
        ({"userName": "ann@x", "externalId": "1"}, (("userName", "externalId"), (), ("emails",))),
        ({"userName": "ann@x", EMAIL: "aaa@x", "externalId": "0"}, (("userName",), ("emails", "externalId"), ())),
    ],
)
def test_a_held_back_change_names_the_values_that_both_sides_share(there: dict, agreement: tuple):
    one = Desired("user", "1", "Ann", {"userName": "ann@x", EMAIL: "ann@x", "externalId": "1"})
    rules = Rules("user", ("userName",), Decisions(), False)
    (held,) = match((one,), {}, {"u1": Existing("u1", there)}, (), rules).held
    args = held.message.args["agreement"].args
    assert tuple(tuple(map(str, args[name])) for name in ("same", "other", "absent")) == agreement


@pytest.mark.parametrize(
    ("there", "agreement"),
    [
        ({"userName": "old@x"}, (("title",), ("userName",), ())),
        ({}, (("title",), (), ("userName",))),
    ],
)
def test_a_held_back_change_compares_the_name_although_another_attribute_matched(there: dict, agreement: tuple):
    one = Desired("user", "1", "Ann", {"userName": "ann@x", "title": "Cook"})
    rules = Rules("user", ("userName", "title"), Decisions(), False)
    (held,) = match((one,), {}, {"u1": Existing("u1", {"title": "Cook", **there})}, (), rules).held
    args = held.message.args["agreement"].args
    assert tuple(tuple(map(str, args[name])) for name in ("same", "other", "absent")) == agreement


def test_what_the_directory_lacks_is_not_compared():
    one = Desired("user", "1", "Ann", {"userName": "ann@x"})
    rules = Rules("user", ("userName",), Decisions(), False)
    existing = {"u1": Existing("u1", {"userName": "ann@x", EMAIL: "ann@x", "externalId": "1"})}
    (held,) = match((one,), {}, existing, (), rules).held
    assert held.message.args["agreement"].args == {"same": ("userName",), "other": (), "absent": ()}


def test_a_mark_of_a_group_is_a_mark_whatever_its_name():
    one, other = (Desired("group", name, name, {"displayName": name, "externalId": "7"}) for name in ("a", "b"))
    existing = {"g1": ExistingGroup("g1", {"displayName": "a", "externalId": "7"})}
    links = {"a": Link("group", "a", "g1", "a", {})}
    rules = Rules("group", ("displayName", "externalId"), Decisions(), False)
    found = match((one, other), links, existing, ("a",), rules)
    assert [(each.rule, each.source_id) for each in found.rejected] == [("duplicate", "b")]
    spelled = Desired("group", "A", "A", {"displayName": "new", "externalId": "7"})
    assert [held.message.code for held in match((spelled,), links, existing, (), rules).held] == ["inherited"]


def test_an_id_in_other_case_is_no_match_and_a_taken_id_rejects_nobody():
    new = Desired("user", "A", "A", {"userName": "new@example.com", "title": "Cook"})
    existing = {"u1": Existing("u1", {"userName": "a@example.com", "title": "Cook"})}
    links = {"a": Link("user", "a", "u1", "a", {})}
    rules = Rules("user", ("userName", "title"), Decisions(), False)
    assert [held.message.code for held in match((new,), links, existing, (), rules).held] == ["inherited"]
    taken = match((new,), {}, existing, (), rules, taken={"u1"})
    assert (taken.pairs, taken.held, taken.rejected) == ({}, (), ())


def test_a_link_to_a_deleted_object_counts_as_vanished():
    ann, ben = (Desired("user", name, name, {"userName": f"{name}@example.com"}) for name in ("ann", "ben"))
    existing = {"u1": Existing("u1", {"userName": "ann@example.com"})}
    links = {name: Link("user", name, target, name, {}) for name, target in (("ann", "u1"), ("ben", "u2"))}
    found = match((ann, ben), links, existing, links, Rules("user", ("userName",), Decisions(), False))
    assert (set(found.pairs), found.vanished, found.how, found.held) == ({"ann"}, ("ben",), {}, ())


def test_an_account_without_a_name_is_accepted_by_its_id():
    assert accepted_name("user", Existing("u1", {"userName": "ann@example.com"})) == "ann@example.com"
    assert accepted_name("group", Existing("g1", {"displayName": ""})) == "g1"
    assert accepted_name("user", Existing("u1", {})) == "u1"


async def test_a_user_name_in_use_is_a_duplicate_and_nothing_else_is_checked():
    world, of = World(), marked("title")
    await world.run(directory([person("ann", jobTitle="Cook")]), of)
    same_name = person("two", userPrincipalName="ann@example.com")
    plan = await world.plan(directory([person("ann", jobTitle="Cook"), same_name]), of)
    assert [(one.source_id, one.rule) for one in plan.rejected] == [
        ("ann", "duplicate-value"),
        ("two", "duplicate-value"),
    ]
    scoped = replace(of, scope=Scope(everyone=False, user_ids=("two",)))
    plan = await world.plan(directory([person("ann", jobTitle="Cook"), same_name]), scoped)
    assert [(one.source_id, one.rule) for one in plan.rejected] == [("two", "value-taken")]
    account(world, "cleo")
    plan = await world.plan(directory([person("ann", jobTitle="Cook"), person("cleo", jobTitle="Cook")]), of)
    assert ([(one.source_id, one.rule) for one in plan.rejected], asked(plan)) == ([("cleo", "duplicate")], [])


# People who left


async def left(of: Job | None = None) -> World:
    world = World()
    everybody = [person(name) for name in ("ann", "ben", "cleo", "dee")]
    await world.run(directory(everybody), of)
    await world.run(directory(everybody[1:]), of)
    return world


def back(**more: str):
    names = ("ben", "cleo", "dee")
    return directory([*map(person, names), person("new", userPrincipalName="ann@example.com", **more)])


async def test_a_new_person_does_not_get_a_leavers_account():
    world = await left()
    plan = await world.plan(back(mail="other@example.com"))
    assert asked(plan) == [("inherited", "new")]
    assert told(plan) == []
    assert (await world.apply(plan)).concerns == ("inherited",)
    assert world.store.users[world.store.by("userName", "ann@example.com")]["active"] is False


@pytest.mark.parametrize("option", ["inherited", "inherited=ann@example.com"])
async def test_an_accepted_rehire_has_the_old_account_and_is_active(option: str):
    world = await left()
    before = set(world.store.users)
    world.accept(option)
    plan = await world.plan(back())
    assert [change.match for change in plan.changes] == ["inherited"]
    assert effects(plan.changes[0]) >= {Effect.INHERITED, Effect.GAINS_ACCESS}
    await world.apply(plan)
    assert set(world.store.users) == before
    assert world.store.users[world.store.by("userName", "ann@example.com")]["active"] is True
    world.accept()
    again = await world.plan(back())
    assert (again.changes, again.held_back) == ((), ())


async def test_an_accepted_rehire_is_enabled_although_no_row_maps_active():
    mappings = job().mappings
    rows = tuple(replace(row, kind=MappingKind.NONE) if row.target == "active" else row for row in mappings.users)
    of = replace(job(), mappings=replace(mappings, users=rows))
    world = await left(of)
    world.accept("inherited")
    await world.run(back(), of)
    assert world.store.users[world.store.by("userName", "ann@example.com")]["active"] is True


async def test_a_rehire_under_the_same_id_needs_no_acceptance():
    world = await left()
    plan = await world.plan(directory([person(name) for name in ("ann", "ben", "cleo", "dee")]))
    assert (told(plan), asked(plan)) == ([("update user", "Ann")], [])


@pytest.mark.parametrize("gone", [True, False], ids=["after they left", "at once"])
async def test_an_id_that_was_given_to_another_person_does_not_bring_the_account_along(gone: bool):
    others = [person(name) for name in ("ben", "cleo", "dee")]
    world = World()
    await world.run(directory([person("ann"), *others], group("g", "ann")))
    own = world.store.by("externalId", "ann")
    if gone:
        await world.run(directory(others, group("g")))
    before = dict(world.store.users)
    zoe = person("zoe", surname="Else")
    reused = directory([DirectoryUser("ann", True, zoe.attributes), *others], group("g", "ann"))
    plan = await world.plan(reused)
    assert asked(plan) == [("inherited", "ann")]
    assert told(plan) == []
    await world.apply(plan)
    assert world.store.users == before
    assert asked(await world.plan(reused)) == [("inherited", "ann")], "nothing is forgotten meanwhile"
    world.accept("inherited=zoe@example.com")
    plan = await world.plan(reused)
    assert Effect.INHERITED in effects(plan.changes[0])
    await world.apply(plan)
    assert world.store.users[own]["userName"] == "zoe@example.com"
    assert world.store.users[own]["active"] is True
    world.accept()
    again = await world.plan(reused)
    assert (again.changes, again.held_back) == ((), ())


async def test_three_ids_that_were_given_to_others_stop_the_run():
    names = ("ann", "ben", "cleo")
    world = World()
    await world.run(directory([*map(person, names), *(person(f"user{number}") for number in range(40))]))
    others = [DirectoryUser(name, True, person(f"{name}x", surname="Else").attributes) for name in names]
    plan = await world.plan(directory([*others, *(person(f"user{number}") for number in range(40))]))
    assert asked(plan) == [("inherited", name) for name in names]
    assert [concern.code for concern in plan.concerns] == ["ids-moved"]


@pytest.mark.parametrize(
    "changes",
    [
        {"surname": "New", "userPrincipalName": "a.new@example.com", "mail": "a.new@example.com"},
        {"givenName": "Zoe", "displayName": "Zoe New", "surname": "New", "mail": "zoe@example.com"},
        {"givenName": "Zoe", "displayName": "Zoe New", "surname": "New", "userPrincipalName": "ann@new.example"},
        {
            "givenName": "Zoe",
            "displayName": "Zoe",
            "userPrincipalName": "zoe@example.com",
            "mail": "zoe@example.com",
        },
    ],
    ids=["given name", "user name", "address before the domain", "family name"],
)
async def test_who_keeps_one_name_is_the_same_person(changes: dict):
    world = World()
    await world.run(directory([person("ann"), person("ben")]))
    plan = await world.plan(directory([person("ann", **changes), person("ben")]))
    assert (told(plan), asked(plan)) == ([("update user", plan.changes[0].label)], [])


async def test_a_disabled_account_is_not_given_to_a_person_with_the_same_family_name():
    world = await left()
    others = [person(name) for name in ("ben", "cleo", "dee")]
    zoe = person("zoe")
    plan = await world.plan(directory([DirectoryUser("ann", True, zoe.attributes), *others]))
    assert (told(plan), asked(plan)) == ([], [("inherited", "ann")])


async def test_the_id_of_entra_is_never_given_to_another_person():
    world, id_ = World(), f"{UUID}1"
    await world.run(directory([DirectoryUser(id_, True, person("ann").attributes)]), FROM_ENTRA)
    renamed = directory([DirectoryUser(id_, True, person("zoe", surname="Else").attributes)])
    plan = await world.plan(renamed, FROM_ENTRA)
    assert (len(plan.changes), asked(plan)) == (1, [])


async def test_a_leaver_with_a_pending_heir_is_disabled_and_not_deleted():
    of = job(leavers=LeaverAction.DELETE, delete_after_days=0)
    world = World()
    await world.run(directory([person(name) for name in ("ann", "ben", "cleo", "dee")]), of)
    plan = await world.plan(back(), of)
    assert (asked(plan), told(plan)) == ([("inherited", "new")], [("disable user", "Ann")])
    await world.apply(plan)
    assert told(await world.plan(back(), of)) == []
    assert told(await world.plan(directory(map(person, ("ben", "cleo", "dee"))), of)) == [("delete user", "Ann")]


async def test_people_deleted_in_aws_are_created_again_without_a_question():
    world = World()
    people = [person(f"p{number}") for number in range(40)]
    await world.run(directory(people))
    for number in range(5):
        del world.store.users[world.store.by("externalId", f"p{number}")]
    plan = await world.plan(directory(people))
    assert len(plan.changes) == 5
    assert plan.concerns == ()


@pytest.mark.parametrize(("count", "moved"), [(2, False), (3, True)])
async def test_ids_from_another_column_are_asked_about_before_anybody_loses_access(count: int, moved: bool):
    world = World()
    people = [person(f"p{number}") for number in range(40)]
    await world.run(directory(people))
    renumbered = directory([*(replace(one, id=f"new-{one.id}") for one in people[:count]), *people[count:]])
    plan = await world.plan(renumbered)
    assert len(plan.held_back) == count
    assert ("ids-moved" in [concern.code for concern in plan.concerns]) is moved
    world.accept("inherited")
    plan = await world.plan(renumbered)
    assert (plan.concerns, plan.held_back) == ((), ())
    await world.apply(plan)
    assert all(user["active"] for user in world.store.users.values())


async def test_names_of_people_who_left_long_ago_do_not_block_a_run():
    world = World()
    people = [person(f"p{number}") for number in range(40)]
    await world.run(directory(people))
    await world.run(directory(people[4:]))
    again = directory([*(replace(one, id=f"new-{one.id}") for one in people[:4]), *people[4:]])
    plan = await world.plan(again)
    assert (len(plan.held_back), plan.concerns) == (4, ())


# What has to stay easy


@pytest.mark.parametrize("of", [job(), FROM_ENTRA])
async def test_a_lost_journal_is_no_take_over(of: Job):
    world = World()
    snapshot = directory([person(f"{UUID}{n}") for n in range(6)], group(f"{UUID}a", f"{UUID}1"))
    await world.run(snapshot, of)
    world.lose_the_journal()
    plan = await world.plan(snapshot, of)
    assert (told(plan), asked(plan), plan.matched) == ([], [], ())
    assert "links-restored" in [note.code for note in plan.notes]
    await world.apply(plan)
    assert len(world.ledger.kept) == 7


async def test_a_job_that_gives_no_external_ids_finds_its_own_by_name_after_a_loss():
    mappings = job().mappings
    people, groups = (
        tuple(replace(row, kind=MappingKind.NONE) if row.target == "externalId" else row for row in rows)
        for rows in (mappings.users, mappings.groups)
    )
    of = replace(job(), mappings=replace(mappings, users=people, groups=groups))
    world = World()
    snapshot = directory([person("ann"), person("ben")], group("g", "ann"))
    await world.run(snapshot, of)
    world.lose_the_journal()
    account(world, "cleo")
    plan = await world.plan(replace(snapshot, users=(*snapshot.users, person("cleo"))), of)
    assert (told(plan), asked(plan)) == ([], [("take-over", "cleo")])
    renamed = person("ann", userPrincipalName="other@example.com", mail="other@example.com")
    others = directory([renamed, person("ben")])
    assert told(await world.plan(others, of)) == [("create user", "Ann")], "no name and no id in common"


async def test_external_ids_that_a_job_began_or_ceased_to_give_say_nothing_after_a_loss():
    mappings = job().mappings
    rows = tuple(
        replace(row, kind=MappingKind.NONE) if row.target == "externalId" else row for row in mappings.users
    )
    without = replace(job(), mappings=replace(mappings, users=rows))
    for before, now in ((job(), without), (without, job())):
        world = World()
        await world.run(directory([person("ann")]), before)
        world.lose_the_journal()
        plan = await world.plan(directory([person("ann")]), now)
        assert (asked(plan), plan.rejected, "links-restored" in [note.code for note in plan.notes]) == (
            [],
            (),
            True,
        )


async def test_who_was_found_again_after_a_loss_keeps_their_mark():
    world, of = World(), marked("title")
    await world.run(directory([person("ann", jobTitle="Cook")]), of)
    world.lose_the_journal()
    plan = await world.plan(directory([person("ann", jobTitle="Cook"), person("ben", jobTitle="Cook")]), of)
    assert [(one.source_id, one.rule) for one in plan.rejected] == [("ben", "duplicate")]
    assert asked(plan) == []


async def test_after_a_loss_the_id_of_entra_is_proof_and_the_number_of_a_file_is_not():
    for of, found in ((FROM_ENTRA, True), (job(), False)):
        world = World()
        await world.run(directory([person(f"{UUID}1", userPrincipalName="old@example.com")]), of)
        world.lose_the_journal()
        married = person(f"{UUID}1", userPrincipalName="new@example.com")
        plan = await world.plan(directory([married]), of)
        assert [words(change) for change in plan.changes] == (["update user"] if found else [])
        assert [one.rule for one in plan.rejected] == ([] if found else ["value-taken"])
    world = World()
    await world.run(directory([person("1", userPrincipalName="old@example.com")]), FROM_ENTRA)
    world.lose_the_journal()
    plan = await world.plan(directory([person("1", userPrincipalName="new@example.com")]), FROM_ENTRA)
    assert [one.rule for one in plan.rejected] == ["value-taken"], "only an id that is unique everywhere is proof"


async def test_after_a_loss_accounts_of_others_are_still_others():
    world = World()
    await world.run(directory([person("ben")]))
    account(world, "ann", externalId="ann")
    world.lose_the_journal()
    assert asked(await world.plan(directory([person("ann"), person("ben")]))) == [("take-over", "ann")]


async def test_ids_that_changed_hands_while_the_journal_was_lost_give_nobody_an_account():
    world = World()
    people = [person(name) for name in ("ann", "ben", "cleo")]
    await world.run(directory(people))
    world.lose_the_journal()
    shuffled = directory([replace(one, id=other.id) for one, other in zip(people, reversed(people), strict=True)])
    plan = await world.plan(shuffled)
    assert asked(plan) == [("take-over", "cleo"), ("take-over", "ann")]
    assert told(plan) == []


async def test_people_of_another_tool_are_accepted_once():
    world = World()
    names = [f"p{number}" for number in range(20)]
    for name in names:
        account(world, name, externalId=f"their-{name}")
    snapshot = directory(map(person, names))
    assert len((await world.plan(snapshot)).held_back) == 20
    world.accept("take-over")
    report = await world.run(snapshot)
    assert (report.users.updated, report.users.failed, report.concerns) == (20, 0, ())
    world.accept()
    plan = await world.plan(snapshot)
    assert (plan.changes, plan.held_back, plan.unchanged.users) == ((), (), 20)


async def test_an_id_in_other_letters_is_the_same_where_the_name_is():
    world = World()
    await world.run(directory([person("ann")], group("Team", "ann", name="Team")))
    before = set(world.store.users), set(world.store.groups)
    capitals = directory([person("ANN", mail="ann@example.com")], group("TEAM", "ANN", name="TEAM"))
    plan = await world.plan(capitals)
    assert (asked(plan), plan.matched, plan.rejected) == ([], (), ())
    assert {change.match for change in plan.changes} == {""}
    await world.apply(plan)
    assert (set(world.store.users), set(world.store.groups)) == before
    assert set(world.ledger.kept) == {("user", "ANN"), ("group", "TEAM")}


async def test_a_person_who_marries_keeps_the_account():
    world = World()
    await world.run(directory([person("ann"), person("ben")]))
    own = world.store.by("externalId", "ann")
    married = person("ann", userPrincipalName="ann.new@example.com", mail="ann.new@example.com", surname="New")
    plan = await world.plan(directory([married, person("ben")]))
    assert (told(plan), asked(plan), plan.rejected) == ([("update user", "Ann")], [], ())
    await world.apply(plan)
    assert world.store.users[own]["userName"] == "ann.new@example.com"


async def test_two_people_may_exchange_their_names():
    world = World()
    await world.run(directory([person("ann"), person("ben")]))
    own = {name: world.store.by("externalId", name) for name in ("ann", "ben")}
    exchanged = directory(
        [
            person("ann", userPrincipalName="ben@example.com", mail="ben@example.com"),
            person("ben", userPrincipalName="ann@example.com", mail="ann@example.com"),
        ]
    )
    plan = await world.plan(exchanged)
    assert (asked(plan), plan.rejected) == ([], ())
    await world.apply(plan)
    assert world.store.users[own["ann"]]["userName"] == "ben@example.com"
    assert world.store.users[own["ben"]]["userName"] == "ann@example.com"


async def test_a_freed_name_may_be_taken_by_a_new_user():
    world = World()
    await world.run(directory([person("ann")]))
    renamed = person("ann", userPrincipalName="ann.new@example.com", mail="ann.new@example.com")
    plan = await world.plan(directory([renamed, person("two", userPrincipalName="ann@example.com")]))
    assert (asked(plan), plan.rejected) == ([], ())
    assert sorted(told(plan)) == [("create user", "Two"), ("update user", "Ann")]


# Blocked people


async def test_blocked_people_lose_access_although_the_journal_was_lost():
    world = World()
    await world.run(directory([person("ann"), person("ben")], group("g", "ann", "ben")))
    world.lose_the_journal()
    blocked = directory([person("ann", enabled=False), person("ben")], group("g", "ann", "ben"))
    plan = await world.plan(blocked)
    assert (told(plan), asked(plan)) == ([("disable user", "Ann")], [])
    await world.apply(plan)
    assert world.ledger.kept["user", "ann"].active is False
    again = await world.plan(blocked)
    assert again.changes == ()
    plan = await world.plan(directory([person("ann"), person("ben")], group("g", "ann", "ben")))
    assert told(plan) == [("update user", "Ann")]


@pytest.mark.parametrize(("active", "held"), [(True, [("take-over", "ann")]), (False, [])])
async def test_a_blocked_person_with_an_active_account_of_others_is_named(active: bool, held: list):
    world = World()
    account(world, "ann", active=active)
    snapshot = directory([person("ann", enabled=False)])
    plan = await world.plan(snapshot)
    assert (asked(plan), told(plan)) == (held, [])
    assert len(plan.skipped) == (not held)
    if held:
        world.accept("take-over")
        plan = await world.plan(snapshot)
        assert [(words(change), change.match) for change in plan.changes] == [("disable user", "taken-over")]


async def test_a_blocked_person_does_not_get_an_active_persons_account():
    world = World()
    await world.run(directory([person("ann")]))
    world.lose_the_journal()
    both = directory([person("ann"), person("old", enabled=False, userPrincipalName="ann@example.com")])
    plan = await world.plan(both)
    assert (told(plan), asked(plan)) == ([], [])


async def test_who_left_while_the_journal_was_lost_is_named_as_long_as_they_are_active():
    world = World()
    await world.run(directory([person("ann"), person("ben")]))
    account(world, "others")
    world.lose_the_journal()
    snapshot = directory([person("ann")])
    for _ in range(2):
        plan = await world.plan(snapshot)
        assert [(one.label, one.message.code) for one in plan.warnings] == [("ben@example.com", "leaver-unknown")]
        assert [note.args["people"] for note in plan.notes if note.code == "foreign-objects"] == [1]
        assert told(plan) == []
        await world.apply(plan)
    world.store.users[world.store.by("userName", "ben@example.com")]["active"] = False
    assert (await world.plan(snapshot)).warnings == ()


# Protected accounts and groups


async def test_a_protected_account_is_neither_taken_over_nor_changed_nor_disabled_nor_deleted():
    world = World()
    account(world, "root")
    world.protect("ROOT@example.com", "ann@example.com")
    plan = await world.plan(directory([person("root"), person("ann"), person("ben")]))
    assert (asked(plan), told(plan)) == ([], [("create user", "Ben")])
    assert [(one.source_id, one.reason) for one in plan.skipped] == [("root", "protected"), ("ann", "protected")]
    report = await world.apply(plan)
    assert (report.users.failed, report.users.skipped) == (0, 2)


async def test_a_protected_account_that_is_found_by_a_mark_is_left_alone():
    world = World()
    account(world, "root", title="Cook")
    world.protect("root@example.com")
    plan = await world.plan(directory([person("ann", jobTitle="Cook")]), marked("title"))
    assert (told(plan), asked(plan)) == ([], [])
    assert [(one.source_id, one.reason) for one in plan.skipped] == [("ann", "protected")]


@pytest.mark.parametrize("policy", [LeaverAction.DISABLE, LeaverAction.DELETE])
async def test_a_linked_account_that_is_protected_stays_as_it_is(policy: LeaverAction):
    of = job(leavers=policy, delete_after_days=0)
    world = World()
    people = [person(name) for name in ("ann", "ben", "cleo", "dee")]
    await world.run(directory(people, group("g", "ann", "ben")), of)
    world.protect("ann@example.com")
    before = world.store.picture()
    for snapshot in (
        directory([person("ann", jobTitle="Cook"), *people[1:]], group("g", "ann", "ben")),
        directory([person("ann", enabled=False), *people[1:]], group("g", "ann", "ben")),
        directory(people[1:], group("g", "ben")),
        directory(people, group("g", "ben")),
    ):
        plan = await world.plan(snapshot, of)
        assert told(plan) == []
        assert [(one.source_id, one.reason) for one in plan.skipped] == [("ann", "protected")]
        await world.apply(plan)
        assert world.store.picture() == before
    assert ("user", "ann") in world.ledger.kept


async def test_a_protected_group_keeps_its_name_and_members_and_is_not_deleted():
    of = job(groups_gone="delete")
    world = World()
    people = [person("ann"), person("ben")]
    await world.run(directory(people, group("g", "ann")), of)
    world.protect("team G")
    for groups in ([group("g", "ben", name="Other")], [group("g")], []):
        plan = await world.plan(directory(people, *groups), of)
        assert told(plan) == []
        assert [(one.kind, one.reason) for one in plan.skipped] == [("group", "protected")]
        await world.apply(plan)


async def test_nobody_gets_a_protected_name():
    world = World()
    await world.run(directory([person("ann")]))
    world.protect("root@example.com")
    plan = await world.plan(directory([person("ann", userPrincipalName="root@example.com")]))
    assert told(plan) == []
    assert [one.reason for one in plan.skipped] == ["protected"]


# Only groups are provisioned


async def test_people_who_are_looked_up_for_their_groups_are_not_taken_over():
    world = World()
    account(world, "ann")
    of = job(Scope(people=False))
    plan = await world.plan(directory([person("ann")], group("g", "ann")), of)
    assert (asked(plan), plan.matched, told(plan)) == ([], (), [("create group", "Team g")])
    await world.apply(plan)
    assert [len(members) for members in world.store.members.values()] == [1]
    assert [key for key in world.ledger.kept if key[0] == "user"] == []


# Match existing accounts automatically

MATCHING = job(match_existing=True)


async def world_with_team() -> World:
    """This job provisions the group g, with Ben."""
    world = World()
    await world.run(directory([person("ben")], group("g", "ben")))
    return world


def with_ann(*members: str):
    return directory([person("ann"), person("ben")], group("g", "ben", *members))


def looked_up(world: World) -> list[str]:
    return [words.removeprefix("groups of ") for words in world.session.said if words.startswith("groups of ")]


@pytest.mark.parametrize("inside", [True, False], ids=["in a group of this job", "in no group"])
async def test_a_matching_account_in_this_jobs_groups_alone_is_taken_over_and_changed(inside: bool):
    world = await world_with_team()
    there = account(world, "ann")
    if inside:
        world.store.members[world.store.by("displayName", "Team g", "group")].add(there)
    plan = await world.plan(with_ann("ann"), MATCHING)
    assert looked_up(world) == [there]
    assert (asked(plan), plan.matched, plan.automatic) == ([], ((there, "take-over"),), {there})
    assert {(change.label, change.match) for change in plan.changes if change.kind == "user"} == {
        ("Ann", "taken-over")
    }
    assert "accounts-adopted" in [note.code for note in plan.notes]
    report = await world.apply(plan)
    assert (report.failed, world.store.users[there]["displayName"]) == (0, "Ann")
    assert world.ledger.kept["user", "ann"].target_id == there
    again = await world.plan(with_ann("ann"), MATCHING)
    assert (told(again), asked(again), again.automatic) == ([], [], frozenset())


async def test_an_account_found_by_a_marked_attribute_is_matched_automatically_too():
    world = World()
    there = account(world, "old", externalId="", title="E-1")
    of = marked("title", MATCHING, source="employeeId")
    plan = await world.plan(directory([person("ann", employeeId="E-1")]), of)
    assert (asked(plan), plan.matched) == ([], ((there, "take-over"),))


@pytest.mark.parametrize("own", [True, False])
async def test_an_account_in_a_group_that_this_job_does_not_provision_is_asked_about(own: bool):
    world = await world_with_team()
    there = account(world, "ann")
    if own:
        world.store.members[world.store.by("displayName", "Team g", "group")].add(there)
    world.store.add("group", {"displayName": "Administrators"}, [there])
    before = dict(world.store.users[there])
    plan = await world.plan(with_ann(), MATCHING)
    assert looked_up(world) == [there]
    assert (asked(plan), plan.automatic) == ([("take-over", "ann")], frozenset())
    await world.apply(plan)
    assert world.store.users[there] == before


async def test_a_group_that_was_of_this_job_and_left_the_scope_is_not_one_that_it_provisions():
    world = await world_with_team()
    there = account(world, "ann")
    world.store.members[world.store.by("displayName", "Team g", "group")].add(there)
    plan = await world.plan(directory([person("ann"), person("ben")]), MATCHING)
    assert asked(plan) == [("take-over", "ann")]


@pytest.mark.parametrize("failure", [Refused(500, Message("gone-in-aws", kind="user")), OutcomeUnknown("")])
async def test_an_account_whose_groups_cannot_be_looked_up_is_asked_about_and_the_others_are_not(
    failure: Exception,
):
    world = World()
    ann, cleo = account(world, "ann"), account(world, "cleo")

    def read(words: str) -> None:
        if words == f"groups of {ann}":
            raise failure

    world.trouble(read=read)
    plan = await world.plan(directory([person("ann"), person("cleo")]), MATCHING)
    assert (asked(plan), plan.automatic) == ([("take-over", "ann")], {cleo})


async def test_lost_access_during_the_look_up_ends_the_run():
    world = World()
    account(world, "ann")

    def read(words: str) -> None:
        if words.startswith("groups of"):
            raise NoAccess("aws-answer-lost")

    world.trouble(read=read)
    with pytest.raises(NoAccess):
        await world.plan(directory([person("ann")]), MATCHING)


async def test_nothing_is_matched_automatically_by_default():
    world = World()
    account(world, "ann")
    assert not Policy().match_existing
    plan = await world.plan(directory([person("ann")]))
    assert (asked(plan), looked_up(world)) == ([("take-over", "ann")], [])


async def test_a_group_of_others_is_never_matched_automatically():
    world = World()
    there = account(world, "ann")
    world.store.add("group", {"displayName": "Team g"}, [there])
    plan = await world.plan(directory([person("ann")], group("g", "ann")), MATCHING)
    assert sorted(asked(plan)) == [("take-over", "ann"), ("take-over", "g")]
    assert looked_up(world) == [there]


async def test_two_matching_accounts_are_rejected_also_when_matching_automatically():
    world = World()
    account(world, "ann")
    account(world, "old", title="E-1")
    plan = await world.plan(
        directory([person("ann", employeeId="E-1")]), marked("title", MATCHING, source="employeeId")
    )
    assert [one.rule for one in plan.rejected] == ["ambiguous-match"]
    assert (looked_up(world), plan.automatic) == ([], frozenset())


async def test_a_leavers_account_always_needs_acceptance():
    world = World()
    await world.run(directory([person("ann"), person("ben")]), MATCHING)
    heir = person("new", userPrincipalName="ann@example.com", mail="ann@example.com")
    plan = await world.plan(directory([heir, person("ben")]), MATCHING)
    assert (asked(plan), looked_up(world)) == ([("inherited", "new")], [])


async def test_a_protected_account_is_not_matched_automatically():
    world = World()
    account(world, "ann")
    world.protect("ann@example.com")
    plan = await world.plan(directory([person("ann")]), MATCHING)
    assert (told(plan), asked(plan), plan.automatic) == ([], [], frozenset())
    assert [one.reason for one in plan.skipped] == ["protected"]
    assert looked_up(world) == []
