import asyncio
import threading
from graphlib import TopologicalSorter

import anyio
import pytest

from tests.provisioning.company import RunControl, World, changed, directory, group, job, person
from tests.provisioning.fakes import FakeTarget, no_access, unknown
from wizard.aws.interface import OutcomeUnknown, Refused
from wizard.errors import Message, WizardError, recorded
from wizard.provisioning import order
from wizard.provisioning.apply import ConcernOpen, apply
from wizard.provisioning.events import CONCURRENCY, ChangeEnded, ObjectReported, PhaseBegan, RunEnded
from wizard.provisioning.job import LeaverAction, Scope
from wizard.provisioning.plan import LeftOut
from wizard.provisioning.report import ReportFold, plan_counts
from wizard.scim.resource import MANAGER, Known

pytestmark = pytest.mark.anyio


def rows(world: World, status: str = "") -> list[tuple[str, str]]:
    found = [event.row for event in world.events if isinstance(event, ChangeEnded | ObjectReported)]
    return [(row.label, row.message.code) for row in found if status in ("", row.status)]


def refuse(name: str, status: int = 400, title: str = "AWS did not accept this person"):
    def write(_: int, words: str) -> None:
        if words == f"create user {name}@example.com":
            raise Refused(status, recorded(title, "Look at it."), "detail of AWS", "r-1")

    return write


async def test_first_run_then_nothing():
    world = World()
    snapshot = directory(
        [person("ada", manager="bo"), person("bo"), person("cy", jobTitle="Cook")], group("g", "ada", "cy")
    )
    report = await world.run(snapshot)
    assert (report.users.created, report.groups.created, report.added, report.failed) == (3, 1, 2, 0)
    assert world.session.writes == 4, "managers and members travel inside the creations"
    assert report.ending == "done"
    again = await world.plan(snapshot)
    assert again.changes == ()
    assert (again.unchanged.users, again.unchanged.groups, again.unchanged.memberships) == (3, 1, 2)


async def test_the_report_is_the_fold_of_its_events():
    world = World()
    plan = await world.plan(directory([person("ada"), person("bo", surname=""), person("cy", enabled=False)]))
    report = await world.apply(plan)
    fold = ReportFold()
    for event in world.events:
        fold.add(event)
    folded = fold.report(plan)
    assert folded.users == report.users
    assert folded.requests == world.session.writes == 1
    assert report.users.created == report.users.failed == report.users.skipped == 1
    told = folded.as_json()
    assert list(told) == [
        "users",
        "groups",
        "memberships",
        "requests",
        "throttled",
        "retried",
        "seconds",
        "concerns",
    ]
    assert [*told["users"]] == ["created", "updated", "disabled", "deleted", "unchanged", "skipped", "failed"]
    assert [*plan_counts(plan)] == [*told]
    assert plan_counts(plan)["users"] == told["users"]


async def test_a_concern_nobody_accepted_stops_before_anything():
    world = World()
    await world.run(directory([person(f"p{n}") for n in range(4)]))
    plan = await world.plan(directory([]))
    codes = {concern.code for concern in plan.concerns}
    assert codes == {"empty-source", "too-many-deletions"}
    with pytest.raises(ConcernOpen) as refused:
        await world.apply(plan, accepted=frozenset({"empty-source"}))
    assert refused.value.codes == ("too-many-deletions",)
    assert refused.value.message.args["codes"] == ("too-many-deletions",)
    assert [found.args["disabled"] for found in refused.value.message.parts()] == [4]
    assert refused.value.counts["users"]["disabled"] == 4
    assert (world.session.writes, world.events) == (0, [])
    assert (await world.apply(plan, accepted=frozenset(codes))).users.disabled == 4


async def test_one_refused_person_leaves_the_others_done_and_is_named():
    world = World()
    world.trouble(write=refuse("bo", 409, "E-mail is taken in AWS"))
    snapshot = directory([person("ada", manager="bo"), person("bo"), person("cy")], group("g", "ada", "bo"))
    report = await world.run(snapshot)
    assert (report.users.created, report.users.failed, report.groups.created, report.added) == (2, 1, 1, 1)
    assert rows(world, "failure") == [("Bo", "not-written")]
    assert report.failures[0].message.args["status"] == 409
    assert report.failures[0].detail == "detail of AWS"
    assert set(rows(world, "warning")) == {("Ada", "manager-left-out"), ("Team g", "members-left-out")}
    assert {row.message.args["names"] for row in report.warnings} == {("Bo",)}
    assert MANAGER not in world.store.users[world.store.by("externalId", "ada")]
    world.heal()
    report = await world.run(snapshot)
    assert (report.users.created, report.users.updated, report.added, report.failed) == (1, 1, 1, 0)


async def test_a_rejected_manager_never_clears_the_current_one():
    world = World()
    good = directory([person("ada", manager="bo"), person("bo"), person("cy")])
    await world.run(good)
    before = world.store.users[world.store.by("externalId", "ada")][MANAGER]
    plan = await world.plan(changed(changed(good, "ada", manager="dee"), "bo", surname=""))
    assert plan.changes == ()
    assert plan.warnings == (LeftOut("Ada", Message("manager-not-provisioned", manager="dee", kept=True)),)
    assert [(one.label, one.rule) for one in plan.rejected] == [("Bo", "required-attribute-missing")]
    await world.apply(plan)
    assert world.store.users[world.store.by("externalId", "ada")][MANAGER] == before
    cleared = await world.plan(changed(good, "ada", manager=""))
    assert [op.before for op in cleared.changes] == [{MANAGER: before}]
    assert cleared.changes[0].after == {}


async def test_managers_in_a_circle_and_of_themselves():
    world = World()
    people = [
        person("a", manager="b"),
        person("b", manager="c"),
        person("c", manager="a"),
        person("d", manager="d"),
    ]
    report = await world.run(directory(people))
    assert (report.users.created, report.users.updated, report.failed) == (4, 0, 0), "each is counted once"
    ids = {r["externalId"]: i for i, r in world.store.users.items()}
    managers = {r["externalId"]: r[MANAGER] for r in world.store.users.values()}
    assert managers == {"a": Known(ids["b"]), "b": Known(ids["c"]), "c": Known(ids["a"]), "d": Known(ids["d"])}


async def test_a_manager_in_a_circle_who_is_refused_is_left_out():
    world = World()
    world.trouble(write=refuse("b"))
    report = await world.run(directory([person("a", manager="b"), person("b", manager="a")]))
    assert (report.users.created, report.users.failed, report.users.skipped) == (1, 1, 0)
    assert rows(world, "success") == [("A", "object-created")]
    assert rows(world, "warning") == [("A", "manager-left-out")]


async def test_names_change_hands_in_chains_and_rings():
    world = World()
    first = directory([person("a"), person("b"), person("c"), person("d")])
    await world.run(first)
    ids = {r["externalId"]: i for i, r in world.store.users.items()}
    ring = {"a": "b", "b": "a", "c": "z", "d": "c"}  # a and b exchange, d follows c
    second = first
    for one, name in ring.items():
        second = changed(second, one, userPrincipalName=f"{name}@example.com", mail=f"{name}@example.com")
    report = await world.run(second)
    assert report.failures == ()
    assert {world.store.users[ids[one]]["userName"] for one in ring} == {
        f"{name}@example.com" for name in ring.values()
    }
    assert {r["externalId"]: i for i, r in world.store.users.items()} == ids, "everybody keeps their id"
    assert all(world.store.users[ids[one]]["userName"] == f"{name}@example.com" for one, name in ring.items())


async def test_a_name_that_is_not_freed_blocks_the_person_who_takes_it():
    world = World()
    first = directory([person("a"), person("b")])
    await world.run(first)
    second = changed(first, "a", userPrincipalName="new@example.com", mail="new@example.com")
    second = directory([*second.users, person("c", userPrincipalName="a@example.com", mail="a@example.com")])

    def write(_: int, words: str) -> None:
        if words == "update user a@example.com":
            raise Refused(400, recorded("AWS did not accept it", ""))

    world.trouble(write=write)
    report = await world.run(second)
    assert rows(world, "failure") == [
        ("A", "not-written"),
        ("C", "name-not-freed"),
    ]
    assert report.users.failed == 2
    assert len(world.store.users) == 2
    world.heal()
    assert (await world.run(second)).failed == 0


@pytest.mark.parametrize("error", [ValueError("listener"), WizardError("journal-not-written")])
async def test_what_a_listener_raises_arrives_as_it_is(error: Exception):
    snapshot = directory([person("ada"), person("bo", surname="")], group("g", "ada"))
    whole = World()
    await whole.run(snapshot)
    for number in range(len(whole.events)):
        world = World()
        plan = await world.plan(snapshot)
        heard: list[object] = []

        def emit(event: object, at: int = number, heard: list[object] = heard) -> None:
            heard.append(event)
            if len(heard) == at + 1:
                raise error

        with pytest.raises(type(error)) as caught:
            await apply(plan, world.target.session(emit), world.ledger, emit)
        assert caught.value is error
        assert isinstance(heard[-1], RunEnded), "the rest is reported"
        await world.run(snapshot)
        assert world.store.picture() == whole.store.picture()


async def test_a_group_is_counted_once_whatever_becomes_of_its_members():
    world = World(FakeTarget(members_per_request=2))
    people = [person(f"p{n}") for n in range(7)]
    await world.run(directory(people, group("g"), group("h")))
    before = dict(world.store.groups)

    def write(_: int, words: str) -> None:
        if words.startswith("add to"):
            raise Refused(400, recorded("AWS did not accept it", ""))

    world.trouble(write=write)
    everybody = [one.id for one in people]
    report = await world.run(directory(people, group("g", *everybody, name="Renamed"), group("h", *everybody)))
    assert len(world.store.groups) == len(before) == 2
    assert (report.groups.updated, report.groups.failed, report.groups.unchanged) == (0, 2, 0)
    assert len(report.failures) == 8


async def test_no_access_ends_the_run_with_a_whole_report():
    world = World()

    def write(number: int, _: str) -> None:
        if number > 3:
            raise no_access()

    world.trouble(write=write)
    report = await world.run(directory([person(f"p{n}") for n in range(30)]), concurrency=4)
    assert report.ending == "stopped"
    assert report.message == Message("run-stopped", why=no_access().message, partly=True)
    assert report.users.created == 3
    assert 1 <= report.users.failed <= 4
    assert report.users.created + report.users.failed + report.users.skipped == 30
    assert world.ledger.in_doubt() == []
    assert isinstance(world.events[-1], RunEnded)


async def test_a_lost_answer_stays_in_doubt_until_the_next_reading():
    world = World()

    def after(_: int, words: str) -> None:
        if "bo@" in words:
            raise unknown()

    world.trouble(after=after)
    snapshot = directory([person("ada"), person("bo")])
    report = await world.run(snapshot)
    assert (report.users.created, report.users.failed, report.unknown) == (1, 1, 1)
    assert [doubt.label for doubt in world.ledger.in_doubt()] == ["Bo"]
    world.heal()
    plan = await world.plan(snapshot)
    assert plan.changes == ()
    assert world.session.said == ["list users", "list groups"]
    assert world.ledger.in_doubt() == []


async def test_a_leaver_who_is_deleted_while_the_run_disables_them_is_done():
    world = World()
    await world.run(directory([person("ada"), person("bo")]))
    plan = await world.plan(directory([person("ada")]))
    del world.store.users[world.store.by("externalId", "bo")]
    report = await world.apply(plan)
    assert (report.failed, report.users.disabled, world.ledger.in_doubt()) == (0, 1, [])
    assert ("user", "bo") not in world.ledger.kept


async def test_a_404_for_an_existing_user_is_a_failure():
    world = World()
    await world.run(directory([person("ada"), person("bo")]))

    def write(_: int, words: str) -> None:
        if words.startswith("update user bo"):
            raise Refused(404, recorded("Not found", "Look."))

    world.trouble(write=write)
    report = await world.run(directory([person("ada")]))
    assert (report.users.failed, ("user", "bo") in world.ledger.kept) == (1, True)


@pytest.mark.parametrize("mark", ["", "theirs"])
async def test_an_account_that_others_made_meanwhile_is_not_taken_for_a_lost_creation(mark: str):
    world = World()

    def lost(number: int, words: str) -> None:
        raise OutcomeUnknown(words)

    world.trouble(write=lost)
    await world.run(directory([person("ann")]))
    assert [doubt.label for doubt in world.ledger.in_doubt()] == ["Ann"]
    world.heal()
    theirs = {"userName": "ann@example.com", "displayName": "By hand"} | ({"externalId": mark} if mark else {})
    world.store.add("user", theirs)
    plan = await world.plan(directory([person("ann")]))
    assert [(held.source_id, held.message.code) for held in plan.held_back] == [("ann", "take-over")]
    assert (plan.changes, world.ledger.in_doubt(), world.ledger.kept) == ((), [], {})


async def test_where_access_was_lost_on_the_way_what_was_sent_stays_in_doubt():
    """Who was hired and left again before anybody looked would keep their account otherwise."""
    world = World()
    await world.run(directory([person("ada")]))

    def after(_: int, words: str) -> None:
        if "bo@" in words:
            lost = no_access()
            lost.may_have_landed = True
            raise lost

    world.trouble(after=after)
    report = await world.run(directory([person("ada"), person("bo")]))
    assert (report.ending, report.users.failed, report.unknown) == ("stopped", 1, 1)
    assert report.failures[0].message.args["in_doubt"] is True
    world.heal()
    report = await world.run(directory([person("ada")]))
    assert (report.users.disabled, world.ledger.in_doubt()) == (1, [])


async def test_what_was_refused_in_part_is_looked_up_before_the_next_plan():
    world = World()
    everyone = [person("ada"), person("bo")]
    await world.run(directory(everyone, group("g")))

    def after(_: int, words: str) -> None:
        if words.startswith("add to"):
            refused = Refused(404, recorded("A member does not exist", "Look."))
            refused.may_have_landed = True
            raise refused

    world.trouble(after=after)
    report = await world.run(directory(everyone, group("g", "ada")))
    assert (report.ending, report.groups.failed, report.unknown) == ("done", 1, 0)
    world.heal()
    report = await world.run(directory(everyone, group("g")))
    assert (report.removed, world.ledger.in_doubt()) == (1, [])


async def test_many_at_once_and_no_more_than_said():
    world = World()
    world.trouble(seconds=0.01)
    await world.run(directory([person(f"p{n}") for n in range(40)]))
    assert world.session.most_in_flight == CONCURRENCY


async def test_cancel_finishes_requests_in_flight_and_skips_the_rest():
    world = World()
    world.trouble(seconds=0.1)
    plan = await world.plan(directory([person(f"p{n}") for n in range(20)]))
    control = RunControl()
    timer = threading.Timer(0.05, control.cancel)
    timer.start()
    report = await world.apply(plan, control=control, concurrency=4)
    timer.join()
    assert (report.ending, report.users.created, report.users.skipped, report.failed) == ("cancelled", 4, 16, 0)
    assert world.ledger.in_doubt() == []
    assert len([e for e in world.events if isinstance(e, ChangeEnded)]) == 20


async def test_what_does_not_finish_in_time_is_unknown():
    world = World()
    world.trouble(seconds=30)
    plan = await world.plan(directory([person(f"p{n}") for n in range(5)]))
    control = RunControl()
    threading.Timer(0.05, control.cancel).start()
    report = await world.apply(plan, control=control, concurrency=3, grace_seconds=0.1)
    assert (report.ending, report.unknown, report.users.failed, report.users.skipped) == ("cancelled", 3, 3, 2)
    assert len(world.ledger.in_doubt()) == 3


async def test_a_second_cancel_does_not_wait():
    world = World()
    world.trouble(seconds=30)
    plan = await world.plan(directory([person("a")]))
    control = RunControl()
    threading.Timer(0.05, control.cancel).start()
    threading.Timer(0.15, control.cancel).start()
    report = await world.apply(plan, control=control, grace_seconds=3600)
    assert (report.ending, report.unknown) == ("cancelled", 1)


async def test_a_cancelled_task_still_ends_whole():
    world = World()
    world.trouble(seconds=0.2)
    plan = await world.plan(directory([person(f"p{n}") for n in range(6)]))
    with anyio.move_on_after(0.05) as scope:
        await world.apply(plan, concurrency=2)
    assert scope.cancelled_caught
    assert world.events[-1].ending == "cancelled"
    assert len([e for e in world.events if isinstance(e, ChangeEnded)]) == 6
    assert len(world.store.users) == 2


async def test_a_cancel_of_asyncio_itself_ends_whole_too():
    world = World()
    world.trouble(seconds=5)
    plan = await world.plan(directory([person(f"p{n}") for n in range(6)]))
    task = asyncio.create_task(world.apply(plan, concurrency=2))
    await anyio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert world.events[-1].ending == "cancelled"
    assert len([e for e in world.events if isinstance(e, ChangeEnded)]) == 6
    assert len(world.ledger.in_doubt()) == 2


async def test_order_and_links_are_computed_beside_the_event_loop(monkeypatch: pytest.MonkeyPatch):
    world, threads = World(), {}
    plan = await world.plan(directory([person("ada")]))
    links = world.ledger.links

    def ordered(changes):
        threads["order"] = threading.current_thread()
        return order.schedule(changes)

    def sorted_by(graph):
        threads["sorter"] = threading.current_thread()
        return TopologicalSorter(graph)

    def read_links():
        threads["links"] = threading.current_thread()
        return links()

    monkeypatch.setattr("wizard.provisioning.apply.schedule", ordered)
    monkeypatch.setattr("wizard.provisioning.apply.TopologicalSorter", sorted_by)
    monkeypatch.setattr(world.ledger, "links", read_links)
    assert (await world.apply(plan)).users.created == 1
    assert threads.keys() == {"order", "sorter", "links"}
    assert threading.current_thread() not in threads.values()


async def test_a_cancel_of_asyncio_while_the_order_is_computed_ends_whole(monkeypatch: pytest.MonkeyPatch):
    world, began, go_on = World(), threading.Event(), threading.Event()
    plan = await world.plan(directory([person(f"p{n}") for n in range(3)]))

    def ordered(changes):
        began.set()
        go_on.wait()
        return order.schedule(changes)

    monkeypatch.setattr("wizard.provisioning.apply.schedule", ordered)
    task = asyncio.create_task(world.apply(plan))
    await anyio.to_thread.run_sync(began.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    assert world.events[-1].ending == "cancelled"
    assert [e.row.status for e in world.events if isinstance(e, ChangeEnded)] == ["skipped"] * 3
    assert (world.session.writes, world.ledger.in_doubt()) == (0, [])


async def test_pause_hands_nothing_out_until_resumed():
    world = World()
    plan = await world.plan(directory([person(f"p{n}") for n in range(3)]))
    control = RunControl()
    control.pause()
    seen: list[int] = []

    def resume() -> None:
        seen.append(len(world.store.users))
        control.resume()

    threading.Timer(0.2, resume).start()
    report = await world.apply(plan, control=control)
    assert seen == [0]
    assert (report.ending, report.users.created) == ("done", 3)


async def test_a_ledger_that_cannot_note_stops_the_run():
    world = World()
    plan = await world.plan(directory([person("a"), person("b")]))

    def step(words: str) -> None:
        if words == "begin":
            raise no_access()

    world.ledger.step = step
    report = await world.apply(plan)
    assert (report.ending, report.users.skipped, world.session.writes) == ("stopped", 2, 0)


async def test_a_defect_is_raised_after_the_last_event():
    world = World()
    plan = await world.plan(directory([person("a"), person("b")]))

    def write(*_: object) -> None:
        raise ZeroDivisionError

    world.trouble(write=write)
    with pytest.raises(ZeroDivisionError):
        await world.apply(plan, concurrency=1)
    assert isinstance(world.events[-1], RunEnded)
    assert len([e for e in world.events if isinstance(e, ChangeEnded)]) == 2


async def test_leavers_blocked_and_back_again():
    world = World()
    everyone = directory([person(f"p{n}") for n in range(10)], group("g", "p0", "p1"))
    await world.run(everyone)
    gone = directory([person("p0", enabled=False), *everyone.users[2:]], group("g", "p0"))
    report = await world.run(gone)
    assert (report.users.disabled, report.removed) == (2, 1)
    assert {title for label, title in rows(world) if label in ("P0", "P1")} == {"object-disabled"}
    assert (await world.plan(gone)).changes == ()
    report = await world.run(everyone)
    assert (report.users.updated, report.added) == (2, 1)
    assert ("P0", "object-enabled-again") in rows(world)


async def test_policies_delete_and_leave():
    for leavers, groups_gone, people, groups in (
        (LeaverAction.DELETE, "delete", 9, 0),
        (LeaverAction.LEAVE, "leave", 10, 1),
    ):
        world = World()
        everyone = directory([person(f"p{n}") for n in range(10)], group("g", "p0", "p1"))
        await world.run(everyone)
        report = await world.run(
            directory(everyone.users[1:]), job(leavers=leavers, groups_gone=groups_gone, delete_after_days=0)
        )
        assert (len(world.store.users), len(world.store.groups)) == (people, groups)
        assert report.failed == 0
        assert all(r["active"] for r in world.store.users.values())


async def test_a_group_of_many_goes_in_hundreds():
    world = World()
    people = [person(f"p{n}") for n in range(250)]
    await world.run(directory(people, group("g", *(f"p{n}" for n in range(250)))))
    assert [len(m) for m in world.store.members.values()] == [250]
    assert world.session.writes == 250 + 3


async def test_phases_come_in_order_and_the_log_has_entras_steps():
    world = World()
    await world.run(directory([person("a", jobTitle="Cook")]))
    assert [e.phase for e in world.events if isinstance(e, PhaseBegan)] == ["write", "report"]
    row = next(e.row for e in world.events if isinstance(e, ChangeEnded))
    assert [name for name, _ in row.steps] == [
        "import", "scoping", "matching", "processing", "referenceResolution", "export",
    ]  # fmt: skip
    assert ("title", "", "Cook") in [(m.name, m.before, m.after) for m in row.modified]
    assert row.message.code == "object-created"
    assert row.target_id


async def test_only_groups_uses_the_people_who_are_there():
    world = World()
    snapshot = directory([person("a"), person("b")], group("g", "a", "b"))
    world.store.add(
        "user", {"userName": "A@example.com", "displayName": "A", "name.givenName": "A", "name.familyName": "A"}
    )
    only_groups = job(Scope(people=False))
    report = await world.run(snapshot, only_groups)
    assert (report.users.created, report.users.updated, report.groups.created, report.added) == (0, 0, 1, 1)
    assert (await world.plan(snapshot, only_groups)).changes == ()


async def test_a_group_does_not_wait_for_people_who_are_not_in_it():
    world = World()
    everyone = [f"p{number}" for number in range(8)]
    plan = await world.plan(directory([person(name) for name in everyone], group("g", *everyone[:2])))
    await world.apply(plan, concurrency=2)
    said = [words for words in world.session.said if words.startswith("create")]
    assert said.index("create group Team g") < 5, said


async def test_who_leaves_goes_before_everybody_whatever_is_done_beside():
    world = World()
    everyone = [person(f"p{number}") for number in range(4)]
    await world.run(directory(everyone))
    later = directory([*everyone[2:], *(person(f"q{number}") for number in range(4))], group("g", "p2"))
    await world.run(later, concurrency=2)
    people = [words for words in world.session.said if "user" in words]
    assert [words.split()[0] for words in people] == ["update"] * 2 + ["create"] * 4
