"""People who leave under the policy "delete": disabled first, deleted after the chosen days, unless they come back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.provisioning.changes import words
from tests.provisioning.company import NOON, World, directory, group, job, person
from wizard.errors import Message
from wizard.provisioning.job import LeaverAction, Scope
from wizard.provisioning.plan import Plan

pytestmark = pytest.mark.anyio

EVERYBODY = directory([person(name) for name in ("ann", "ben", "cleo", "dee")], group("g", "ann", "ben"))
REST = directory([person(name) for name in ("ann", "cleo", "dee")], group("g", "ann"))
DELETE = job(leavers=LeaverAction.DELETE, delete_after_days=30)
DAY = timedelta(days=1)


async def gone() -> World:
    """Ben left at noon, and the run after it is done."""
    world = World()
    await world.run(EVERYBODY, DELETE)
    plan = await world.plan(REST, DELETE)
    assert [words(op) for op in plan.changes if not op.is_membership] == ["disable user"]
    assert list(plan.notes) == [Message("deleted-later", people=1, days=30)]
    await world.apply(plan)
    return world


def kinds(plan: Plan) -> list[type]:
    return [words(op) for op in plan.changes]


async def test_disabled_at_once_and_deleted_after_the_days():
    world = await gone()
    assert world.ledger.kept["user", "ben"].left_at == NOON.isoformat(timespec="seconds")
    for days in (1, 29.99):
        early = await world.plan(REST, DELETE, now=NOON + days * DAY)
        assert kinds(early) == []
        await world.apply(early)
    plan = await world.plan(REST, DELETE, now=NOON + 30 * DAY)
    assert kinds(plan) == ["delete user"]
    assert plan.notes == ()
    await world.apply(plan)
    assert ("user", "ben") not in world.ledger.kept
    assert len(world.store.users) == 3


async def test_who_left_in_a_wrong_year_is_deleted_after_the_days_all_the_same():
    world = await gone()
    link = world.ledger.kept["user", "ben"]
    world.ledger.adopt([replace(link, left_at=(NOON + 400 * DAY).isoformat(timespec="seconds"))])
    await world.apply(await world.plan(REST, DELETE, now=NOON + 1 * DAY))
    assert kinds(await world.plan(REST, DELETE, now=NOON + 30 * DAY)) == []
    assert kinds(await world.plan(REST, DELETE, now=NOON + 31 * DAY)) == ["delete user"]


async def test_a_returning_person_is_enabled_and_counted_again():
    world = await gone()
    back = await world.plan(EVERYBODY, DELETE, now=NOON + 20 * DAY)
    assert "update user" in kinds(back)
    await world.apply(back)
    assert world.ledger.kept["user", "ben"].left_at == ""
    await world.apply(await world.plan(REST, DELETE, now=NOON + 29 * DAY))
    assert kinds(await world.plan(REST, DELETE, now=NOON + 40 * DAY)) == []
    assert "delete user" in kinds(await world.plan(REST, DELETE, now=NOON + 59 * DAY))


async def test_days_count_from_leaving_whatever_the_policy_was_then():
    world = World()
    await world.run(EVERYBODY)
    await world.run(REST)
    assert kinds(await world.plan(REST, DELETE, now=NOON + 31 * DAY)) == ["delete user"]
    never = job(leavers=LeaverAction.DELETE, delete_after_days=-1)
    assert kinds(await world.plan(REST, never, now=NOON + 31 * DAY)) == []
    at_once = job(leavers=LeaverAction.DELETE, delete_after_days=0)
    assert kinds(await world.plan(REST, at_once)) == ["delete user"]


async def test_starting_small_neither_deletes_nor_forgets_since_when():
    world = await gone()
    small = job(
        Scope(start_small=True, first_user_ids=("ann",)), leavers=LeaverAction.DELETE, delete_after_days=30
    )
    await world.apply(await world.plan(REST, small, now=NOON + 31 * DAY))
    assert kinds(await world.plan(REST, DELETE, now=NOON + 31 * DAY)) == ["delete user"]
