"""Fidelity: what the preview says a plan does is what becomes different in AWS, and nothing else."""

import os
from collections.abc import Iterator
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.laws.census import Census
from tests.laws.observed import Fact, State, differences
from tests.laws.stories import CONSOLE, Story, Stranger, stories
from tests.laws.tenant import Tenant, running_tenant
from tests.provisioning.company import NOON
from tests.provisioning.fakes import FakeLedger
from wizard.directory import DirectorySnapshot
from wizard.provisioning.apply import apply
from wizard.provisioning.change import Action
from wizard.provisioning.effects import Effect, effects
from wizard.provisioning.job import Job
from wizard.provisioning.match import NO_DECISIONS, Decisions
from wizard.provisioning.plan import Plan
from wizard.provisioning.planning import make_plan
from wizard.provisioning.report import ReportFold, RunReport
from wizard.sandbox.contrary import CONTRARY
from wizard.scim.resource import Known

EXAMPLES = int(os.environ.get("LAWS_EXAMPLES", "100"))
pytestmark = pytest.mark.slow
laws = settings(
    max_examples=EXAMPLES,
    derandomize="LAWS_EXAMPLES" not in os.environ,
    database=None,
    phases=(Phase.generate, Phase.shrink) if "LAWS_SHRINK" in os.environ else (Phase.generate,),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
"""The suite sees the same examples each time; other ones are seen on demand (see `__main__`)."""


ACCEPTED = Decisions(options=frozenset({"take-over", "inherited"}))


@pytest.fixture(scope="module")
def tenant() -> Iterator[Tenant]:
    """One server for all examples."""
    with running_tenant() as serving:
        yield serving


class Runner:
    """Plans and applies runs of one job against the tenant, as the program does."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant, self.ledger, self.target = tenant, FakeLedger(), tenant.target()

    async def plan(self, of: Job, snapshot: DirectorySnapshot, accepts: bool) -> Plan:
        """What a run would do now."""
        async with self.target.connect(lambda _: None) as session:
            return await make_plan(
                of,
                snapshot,
                self.target,
                session,
                self.ledger,
                lambda _: None,
                now=NOON,
                decisions=ACCEPTED if accepts else NO_DECISIONS,
            )

    async def apply(self, plan: Plan) -> RunReport:
        """Apply the plan, every concern accepted."""
        fold, codes = ReportFold(), frozenset(concern.code for concern in plan.concerns)
        async with self.target.connect(fold.add) as session:
            await apply(plan, session, self.ledger, fold.add, accepted=codes)
        return fold.report(plan)

    async def run(self, of: Job, snapshot: DirectorySnapshot, accepts: bool = True) -> tuple[Plan, RunReport]:
        """Plan and apply."""
        plan = await self.plan(of, snapshot, accepts)
        return plan, await self.apply(plan)


# Setting a story up


def begin(tenant: Tenant, story: Story, contrary: frozenset[str] = frozenset()) -> Runner:
    """AWS, the ledger and the directory as they are before the run that a law judges."""
    tenant.reset(contrary)
    runner = Runner(tenant)
    for stranger in story.strangers:
        add(tenant, stranger)
    for snapshot in (story.before, story.between):
        anyio.run(lambda snapshot=snapshot: runner.run(story.job_before, snapshot))  # type: ignore[misc]
    for what, number in story.console:
        in_the_console(tenant, what, number)
    if story.journal_lost:
        runner.ledger = FakeLedger()
    return runner


def add(tenant: Tenant, stranger: Stranger) -> None:
    """Make an account or group that is not the job's."""
    mark = {"externalId": stranger.external_id} if stranger.external_id else {}
    if stranger.kind == "group":
        tenant.store.create_group({"displayName": stranger.name, **mark}, [])
        return
    tenant.store.create_user(
        {
            "userName": stranger.name,
            "displayName": "Stranger",
            "name": {"givenName": "Some", "familyName": "Stranger"},
            "active": stranger.active,
            **mark,
        }
    )


def in_the_console(tenant: Tenant, what: str, number: int) -> None:
    """Change AWS by hand; does nothing if there is no such object."""
    store = tenant.store
    objects = list(store.groups if what.startswith(("group", "member")) else store.users)
    people = list(store.users)
    if not objects:
        return
    one = objects[number % len(objects)]
    own = {name: value for name, value in one.items() if name not in ("id", "meta", "schemas")}
    match what:
        case "user-deleted":
            store.delete_user(one["id"])
        case "user-disabled" | "user-enabled":
            store.change_user(one["id"], {**own, "active": what == "user-enabled"})
        case "title-changed":
            store.change_user(one["id"], {**own, "title": "By hand"})
        case "group-deleted":
            store.delete_group(one["id"])
        case "member-added" | "member-removed" if people:
            person = people[number % len(people)]["id"]
            store.change_group(one["id"], own, [(what == "member-added", person)])


# What was shown, and what happened


def shown(plan: Plan) -> frozenset[Fact]:
    """The plan's effects, in the form of `differences`."""
    return frozenset(_shown(plan))


def _shown(plan: Plan) -> Iterator[Fact]:
    for change in plan.changes:
        if change.action is Action.CREATE:
            yield "created", str(change.after["userName" if change.kind == "user" else "displayName"])
        for effect in effects(change) - {Effect.TAKEN_OVER, Effect.INHERITED}:
            if effect in (Effect.LOSES_MEMBERSHIP, Effect.GAINS_MEMBERSHIP):
                yield from ((effect.value, change.target_id, m.id) for m in change.members if isinstance(m, Known))
            else:
                yield effect.value, change.target_id


def seen(before: State, after: State) -> frozenset[Fact]:
    """What became different; for `cleared`, whose but not which attribute."""
    return frozenset(fact[:2] if fact[0] == "cleared" else fact for fact in differences(before, after))


def census_of(plan: Plan, story: Story) -> set[str]:
    """What an example contained."""
    found = {f"effect {effect}" for change in plan.changes for effect in effects(change)}
    found |= {f"action {change.action}" for change in plan.changes}
    found |= {f"concern {concern.code}" for concern in plan.concerns}
    found |= {f"held {held.message.code}" for held in plan.held_back}
    found |= {f"console {what}" for what, _ in story.console}
    return found


# The laws


@laws
@given(story=stories)
def test_the_preview_is_what_happens(tenant: Tenant, story: Story) -> None:
    """What a plan shows is what AWS differs by afterwards; nothing fails, and nothing is left for a second run."""
    runner = begin(tenant, story)
    before = tenant.state()
    plan, report = anyio.run(lambda: runner.run(story.job, story.now, story.accepts))
    FIDELITY.add(census_of(plan, story))
    assert shown(plan) == seen(before, tenant.state())
    assert [row.message for row in report.failures if row.action != "other"] == []
    assert anyio.run(lambda: runner.plan(story.job, story.now, story.accepts)).changes == ()


@laws
@given(story=stories, contrary=st.sets(st.sampled_from(sorted(CONTRARY)), min_size=1))
def test_a_contrary_aws_shows_no_surprise(tenant: Tenant, story: Story, contrary: set[str]) -> None:
    """No effect that was not shown, nobody twice, nobody lost; the third run at the latest has nothing to do."""
    runner = begin(tenant, story, frozenset(contrary))
    before = tenant.state()
    plan, _ = anyio.run(lambda: runner.run(story.job, story.now, story.accepts))
    CONTRARINESS.add({*census_of(plan, story), *(f"contrary {name}" for name in contrary)})
    after = tenant.state()
    surprises = {fact for fact in seen(before, after) - shown(plan) if fact[0] != "created"}
    assert surprises == set()
    marks = [user["externalId"] for user in after["users"] if user.get("externalId")]
    assert len(marks) == len(set(marks))
    for _ in range(2):
        again, _ = anyio.run(lambda: runner.run(story.job, story.now, story.accepts))
        if not again.changes:
            break
    else:
        again = anyio.run(lambda: runner.plan(story.job, story.now, story.accepts))
    assert again.changes == ()


@laws
@given(story=stories)
def test_whatever_is_large_is_asked(tenant: Tenant, story: Story) -> None:
    """Every effect above the limit has its concern; counted from AWS's state, not from the plan."""
    runner = begin(tenant, story)
    linked = {link.target_id for link in runner.ledger.links().values()}
    before = tenant.state()
    plan, _ = anyio.run(lambda: runner.run(story.job, story.now, story.accepts))
    LARGE.add(census_of(plan, story))
    people = {user["id"] for user in before["users"]} & linked
    policy = story.job.policy
    limit = max(policy.threshold_count, len(people) * policy.threshold_percent / 100)
    happened = [fact for fact in seen(before, tenant.state()) if fact[1] in people]
    codes = {concern.code for concern in plan.concerns}
    for effect, code in ASKED.items():
        count = sum(fact[0] == effect for fact in happened)
        if count > limit or (len(people) >= 3 and count >= len(people) / 2):
            assert code in codes, (effect, count, len(people))


ASKED = {"loses-access": "too-many-deletions", "gains-access": "too-many-enables", "renamed": "too-many-renames"}


@laws
@given(story=stories)
def test_accounts_of_others_stay_as_they_are(tenant: Tenant, story: Story) -> None:
    """Without an acceptance no account or group that this job did not make is touched, members included."""
    tenant.reset()
    runner = Runner(tenant)
    for stranger in story.strangers:
        add(tenant, stranger)
    before = by_id(tenant)
    for of, snapshot in ((story.job_before, story.before), (story.job, story.now)):
        plan, _ = anyio.run(lambda of=of, snapshot=snapshot: runner.run(of, snapshot, False))  # type: ignore[misc]
        OTHERS.add(census_of(plan, story))
        after = by_id(tenant)
        assert {one: after.get(one) for one in before} == before


def by_id(tenant: Tenant) -> dict[str, dict[str, Any]]:
    """Everybody in AWS, by AWS id."""
    return {one["id"]: one for kind in ("users", "groups") for one in tenant.state()[kind]}


FIDELITY = Census("the preview is what happens")
CONTRARINESS = Census("a contrary AWS shows no surprise")
LARGE = Census("whatever is large is asked")
OTHERS = Census("accounts of others stay as they are")
EXPECTED = (
    *(f"effect {effect}" for effect in Effect),
    *(f"action {action}" for action in Action),
    *(f"concern {code}" for code in (*ASKED.values(), "too-many-removals", "too-many-additions", "ids-moved")),
    *(f"contrary {name}" for name in CONTRARY),
    *(f"console {what}" for what in CONSOLE),
    "held take-over",
    "held inherited",
)


def test_the_examples_contained_everything() -> None:
    """Everything that the laws are about occurred; with more examples than the suite has, in one of a hundred at least."""
    total = Census("all laws", EXPECTED)
    for census in (FIDELITY, CONTRARINESS, LARGE, OTHERS):
        print(*census.lines(), sep="\n")
        total.merge(census)
    if total.examples >= 5 * 100:  # fewer, or one law alone, say nothing about the others
        assert total.missing(0.01 if total.examples >= 5 * 500 else 0) == []
