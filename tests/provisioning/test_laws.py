"""Laws that hold for any directory, any policy and any moment of being cut off."""

import itertools
from contextlib import suppress
from dataclasses import dataclass

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.provisioning.changes import words
from tests.provisioning.company import World, directory, group, job, person
from tests.provisioning.fakes import FakeTarget, Killed
from wizard.aws.interface import Refused
from wizard.directory import DirectorySnapshot
from wizard.errors import recorded
from wizard.provisioning.events import ChangeEnded, RunEnded
from wizard.provisioning.job import Job, LeaverAction, Scope

IDS = ("p0", "p1", "p2", "p3", "p4")
NAMES = ("ann", "ben", "cleo", "dee", "eve", "fay")
GROUPS = ("g0", "g1")

relaxed = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def directories(draw) -> DirectorySnapshot:
    chosen = draw(st.lists(st.sampled_from(IDS), unique=True, max_size=len(IDS)))
    names = draw(st.permutations(NAMES))
    people = []
    for source_id, name in zip(chosen, names, strict=False):
        people.append(
            person(
                source_id,
                enabled=draw(st.sampled_from((True, True, True, False))),
                userPrincipalName=f"{name}@example.com",
                mail=draw(
                    st.sampled_from((f"{name}@example.com", f"{name}@example.com", "", "shared@example.com"))
                ),
                surname=draw(st.sampled_from(("Example", "Example", "Example", ""))),
                jobTitle=draw(st.sampled_from(("", "Cook", "Smith"))),
                city=draw(st.sampled_from(("", "Oslo"))),
                streetAddress=draw(st.sampled_from(("", "Main Street"))),
                manager=draw(st.sampled_from(("", *IDS))),
            )
        )
    groups = [
        group(
            g, *draw(st.lists(st.sampled_from(IDS), unique=True)), name=draw(st.sampled_from(("", f"Team of {g}")))
        )
        for g in draw(st.lists(st.sampled_from(GROUPS), unique=True))
    ]
    return directory(people, *groups)


@st.composite
def jobs(draw) -> Job:
    return job(
        leavers=draw(st.sampled_from(list(LeaverAction))),
        groups_gone=draw(st.sampled_from(("delete", "leave"))),
        delete_after_days=draw(st.sampled_from((0, 30))),
    )


@dataclass
class Story:
    """A tenant with strangers in it, a first run, and the directory as it is now."""

    before: DirectorySnapshot
    now: DirectorySnapshot
    of: Job
    strangers: tuple[str, ...]
    accepted: tuple[str, ...] = ()

    def __repr__(self) -> str:
        def told(snapshot: DirectorySnapshot) -> str:
            people = [(u.id, u.enabled, dict(u.attributes)) for u in snapshot.users]
            return f"{people}, {[(g.id, g.label, g.members) for g in snapshot.groups]}"

        return f"Story({told(self.before)} -> {told(self.now)}, {self.of.policy.leavers}, {self.strangers})"

    def world(self) -> World:
        world = World(FakeTarget(members_per_request=2))
        world.accept(*self.accepted)
        for name in self.strangers:
            attributes = {
                "displayName": name,
                "name.givenName": name,
                "name.familyName": "Stranger",
                "active": True,
            }
            world.store.add("user", {"userName": f"{name}@example.com", **attributes})
        anyio.run(lambda: world.run(self.before, self.of))
        return world


stories = st.builds(
    Story,
    directories(),
    directories(),
    jobs(),
    st.lists(st.sampled_from(NAMES), unique=True, max_size=2).map(tuple),
    st.sampled_from(((), ("take-over",), ("take-over", "inherited"))),
)


@relaxed
@given(stories)
def test_what_was_applied_needs_nothing_more(story: Story):
    world = story.world()
    report = anyio.run(lambda: world.run(story.now, story.of))
    assert [row for row in report.failures if row.action != "other"] == []
    plan = anyio.run(lambda: world.plan(story.now, story.of))
    assert plan.changes == ()


@relaxed
@given(stories)
def test_every_operation_ends_once_and_is_counted_once(story: Story):
    world = story.world()
    plan = anyio.run(lambda: world.plan(story.now, story.of))
    report = anyio.run(lambda: world.apply(plan))
    ended = [event.change for event in world.events if isinstance(event, ChangeEnded)]
    assert len(ended) == len(plan.changes)
    assert all(sum(one is op for one in ended) == 1 for op in plan.changes)
    assert isinstance(world.events[-1], RunEnded)
    assert sum(isinstance(event, RunEnded) for event in world.events) == 1
    counted = sum(
        counts.created + counts.updated + counts.disabled + counts.deleted
        for counts in (report.users, report.groups)
    )
    memberships = sum(words(op) in ("add-members", "remove-members") for op in plan.changes)
    assert counted + memberships == len(plan.changes)
    assert (report.users.failed, report.users.skipped) == (
        sum(one.kind == "user" for one in (*plan.rejected, *plan.held_back)),
        sum(one.kind == "user" for one in plan.skipped),
    )


@pytest.mark.slow
@settings(relaxed, max_examples=60)
@given(stories, st.integers(0, 40), st.sampled_from((1, 3)))
def test_cut_off_anywhere_the_next_run_ends_the_same(story: Story, moment: int, concurrency: int):
    unhurt = story.world()
    anyio.run(lambda: unhurt.run(story.now, story.of))
    world = story.world()
    moments = itertools.count()

    def step(*_: object) -> None:
        if next(moments) == moment:
            raise Killed

    world.ledger.step = step
    world.trouble(write=step, after=step)
    with suppress(BaseExceptionGroup, Killed):
        anyio.run(lambda: world.run(story.now, story.of, concurrency=concurrency))
    world.heal()
    anyio.run(lambda: world.run(story.now, story.of))
    assert world.store.picture() == unhurt.store.picture()
    assert world.ledger.in_doubt() == []
    ledger_tells_the_truth(unhurt)
    ledger_tells_the_truth(world)


def ledger_tells_the_truth(world: World) -> None:
    targets = {link.source_id: link.target_id for link in world.ledger.kept.values() if link.kind == "user"}
    for link in world.ledger.kept.values():
        assert link.confirmed == world.store.of(link.kind)[link.target_id], link.label
        if link.kind == "group":
            inside = {
                source for source, target in targets.items() if target in world.store.members[link.target_id]
            }
            assert link.members == inside, link.label


@pytest.mark.slow
@relaxed
@given(stories, st.sampled_from(IDS))
def test_one_bad_object_leaves_the_others_done(story: Story, bad: str):
    names = {user.id: user.text("userPrincipalName") for user in story.now.users}
    unhurt = story.world()
    anyio.run(lambda: unhurt.run(story.now, story.of))
    world = story.world()
    plan = anyio.run(lambda: world.plan(story.now, story.of))

    def write(number: int, words: str) -> None:
        if words == f"create user {names.get(bad)}":
            raise Refused(400, recorded("AWS did not accept this person", ""))

    world.trouble(write=write)
    report = anyio.run(lambda: world.apply(plan))
    hurt = sum(op.source_id == bad and words(op) == "create user" for op in plan.changes)
    left_out = sum(one.kind == "user" for one in (*plan.rejected, *plan.held_back))
    assert report.users.failed - left_out == hurt
    if hurt:
        others = [op for op in plan.changes if op.source_id != bad]
        succeeded = {
            id(event.change)
            for event in world.events
            if isinstance(event, ChangeEnded) and event.row.status == "success"
        }
        left = [op for op in others if id(op) not in succeeded]
        assert all(words(op) in ("add-members", "update user") for op in left)
        world.heal()
        anyio.run(lambda: world.run(story.now, story.of))
    assert world.store.picture() == unhurt.store.picture()


@relaxed
@given(stories, st.sets(st.sampled_from(IDS)), st.sets(st.sampled_from(GROUPS)))
def test_starting_small_touches_only_the_chosen(story: Story, people: set[str], groups: set[str]):
    world = story.world()
    before = {i: dict(r) for i, r in world.store.users.items()}
    members = {i: set(m) for i, m in world.store.members.items()}
    links = {link.target_id: link.source_id for link in world.ledger.kept.values()}
    small = job(Scope(start_small=True, first_user_ids=tuple(people), first_group_ids=tuple(groups)))
    plan = anyio.run(lambda: world.plan(story.now, small))
    assert {op.source_id for op in plan.changes} <= people | groups
    assert not any(words(op).startswith(("Delete", "Remove")) for op in plan.changes)
    anyio.run(lambda: world.apply(plan))
    touched = {i for i, r in before.items() if world.store.users.get(i) != r}
    chosen_links = {("user", i) for i in people}
    assert {("user", links[i]) for i in touched if i in links} <= chosen_links
    assert all(members[i] <= world.store.members[i] for i in members)
