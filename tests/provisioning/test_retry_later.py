"""What AWS refuses again and again: tried more and more rarely, at once when it changes, never to keep a leaver in."""

from datetime import datetime, timedelta

import pytest

from tests.provisioning.changes import words
from tests.provisioning.company import NOON, World, changed, directory, disabled_by_mapping, group, person
from wizard.aws.interface import OutcomeUnknown, Refused
from wizard.errors import recorded
from wizard.provisioning.plan import Plan
from wizard.provisioning.retry_later import DelayedRetry, DelayedRetryFold, held_back

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)


class Repeated:
    """Runs without a window over the fakes."""

    def __init__(self) -> None:
        self.world = World()
        self.kept: dict[tuple, DelayedRetry] = {}
        self.now = NOON

    def refuse(self, *words: str) -> None:
        def write(_number: int, said: str) -> None:
            if said in words:
                raise Refused(400, recorded("AWS did not accept the attributes", "Look at them."))

        self.world.trouble(write=write)

    async def plan(self, snapshot, **more) -> Plan:
        return held_back(await self.world.plan(snapshot, **more), self.kept, self.now)

    async def run(self, snapshot, **more) -> Plan:
        plan = await self.plan(snapshot, **more)
        await self.world.apply(plan)
        fold = DelayedRetryFold()
        for event in self.world.events:
            fold.add(event)
        kept, gone = fold.ended(plan, self.kept, self.now)
        self.kept = {key: one for key, one in self.kept.items() if key not in gone} | {e.key: e for e in kept}
        return plan


def people(plan: Plan) -> set[str]:
    return {op.key[1] for op in plan.changes}


STAFF = directory([person("ann"), person("ben")])


async def often_refused(times: int = 3) -> Repeated:
    runs = Repeated()
    runs.refuse("create user ben@example.com")
    for _ in range(times):
        assert "ben" in people(await runs.run(STAFF))
    return runs


async def test_the_third_refusal_puts_it_off_and_the_waits_grow():
    runs = await often_refused()
    hours = []
    for _ in range(4):
        plan = await runs.run(STAFF)
        assert (people(plan), len(plan.held_back)) == (set(), 1)
        assert plan.held_back[0].message.args["times"] == runs.kept["user", "ben"].failures
        then = datetime.fromisoformat(runs.kept["user", "ben"].next_attempt)
        hours.append((then - runs.now) / HOUR)
        runs.now = then
        assert people(await runs.run(STAFF)) == {"ben"}
    assert hours == [2, 6, 12, 24]


async def test_what_was_put_off_in_a_wrong_year_is_tried():
    runs = await often_refused()
    runs.now -= 9000 * HOUR
    assert people(await runs.run(STAFF)) == {"ben"}


async def test_it_goes_at_once_when_the_directory_changed_and_is_forgotten_when_it_landed():
    runs = await often_refused(4 - 1)
    other = changed(STAFF, "ben", jobTitle="Cook")
    assert people(await runs.run(other)) == {"ben"}
    assert runs.kept["user", "ben"].failures == 1
    runs.world.heal()
    assert people(await runs.run(other)) == {"ben"}
    assert runs.kept == {}


async def test_a_person_who_needs_a_delayed_name_waits_too():
    runs = Repeated()
    await runs.run(STAFF)
    runs.refuse("update user ben@example.com")
    swapped = directory([
        person("ann"),
        person("ben", userPrincipalName="new@example.com", mail="new@example.com"),
        person("cleo", userPrincipalName="ben@example.com", mail="ben@example.com"),
    ])  # fmt: skip
    for _ in range(3):
        await runs.run(swapped)
    plan = await runs.plan(swapped)
    assert (people(plan), len(plan.held_back)) == (set(), 2)
    assert {one.label: one.message.code for one in plan.held_back} == {
        "Ben": "refused-repeatedly",
        "Cleo": "waits-for-refused",
    }
    assert plan.checksum != (await runs.world.plan(swapped)).checksum


async def test_nobody_who_leaves_keeps_access_because_of_it():
    runs = Repeated()
    await runs.run(directory([*STAFF.users, person("cleo"), person("dee")]))
    runs.refuse("update user ben@example.com")
    left = directory([person("ann"), person("cleo"), person("dee")])
    for _ in range(5):
        plan = await runs.run(left)
        assert [words(op) for op in plan.changes] == ["disable user"]


async def test_a_mapping_that_disables_is_never_held_back():
    runs = Repeated()
    await runs.run(STAFF)
    runs.refuse("update user ben@example.com")
    for _ in range(5):
        plan = await runs.run(STAFF, of=disabled_by_mapping("ben@example.com"))
        assert [words(op) for op in plan.changes] == ["update user"]


async def test_memberships_are_kept_aside_apart_from_their_group():
    runs = Repeated()
    await runs.run(directory(STAFF.users, group("g", "ann")))
    group_id = next(iter(runs.world.store.groups))
    runs.refuse(f"add to {group_id}")
    both = directory(STAFF.users, group("g", "ann", "ben"))
    for _ in range(3):
        await runs.run(both)
    assert set(runs.kept) == {("membership", "g")}
    renamed = directory(STAFF.users, group("g", "ann", "ben", name="Another name"))
    assert len((await runs.plan(renamed)).changes) == 1


async def test_what_got_no_answer_does_not_count():
    runs = Repeated()

    def lost(_number: int, _words: str) -> None:
        raise OutcomeUnknown("no answer")

    runs.world.trouble(write=lost)
    await runs.run(STAFF)
    assert runs.kept == {}
