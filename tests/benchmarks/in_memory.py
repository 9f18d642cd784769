"""What a plan for many people and a journal of many results cost, each in a process of its own.

python -m tests.benchmarks.in_memory plan [PEOPLE GROUPS] | journal NUMBER [PEOPLE] | reading [PEOPLE GROUPS]
python -m tests.benchmarks.in_memory one [PEOPLE GROUPS] | exchange [PEOPLE]
"""

import gc
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio

from tests.provisioning.changes import words
from tests.provisioning.company import World, directory, group, person
from tests.provisioning.fakes import FakeLedger, FakeTarget, Store, Trouble
from wizard.aws.interface import Existing, ExistingGroup
from wizard.aws.session import IdentityCenter
from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser
from wizard.flow.runs.plan import Prepared
from wizard.flow.runs.recorder import Recording
from wizard.mapping.attribute_mapping import default_mappings
from wizard.provisioning.apply import apply
from wizard.provisioning.job import Job, Policy
from wizard.provisioning.ledger import Ledger, Link
from wizard.provisioning.order import schedule
from wizard.provisioning.plan import Plan
from wizard.provisioning.planning import make_plan, make_plan_for_one
from wizard.provisioning.read_aws import pages
from wizard.runtime import collect_in_small_steps
from wizard.scim.resource import Known, Planned, Resource
from wizard.storage.journal import Journal
from wizard.storage.paths import Home

ROOT = Path(__file__).resolve().parents[2]
PEOPLE, GROUPS, MEMBERS = 100_000, 2_000, 100
"""People, groups, members of each group."""
SMALL = 5_000
URL = "http://127.0.0.1:9/tenant/scim/v2"


@dataclass
class PlanFigures:
    """By what was planned."""

    cpu_seconds: dict[str, float] = field(default_factory=dict)
    resident_mib: dict[str, float] = field(default_factory=dict)
    """The most the process held until then, both sides included."""
    operations: dict[str, int] = field(default_factory=dict)
    sides_mib: float = 0.0
    """What the process held with both sides and no plan."""


@dataclass
class JournalFigures:
    """Of one journal."""

    cpu_seconds: float
    """For all results: begun, ended, and each a row of the log."""
    megabytes: float
    run_with: float
    """Seconds of a run of 5,000 into memory at 50 ms each, 48 in flight, with a journal."""
    run_without: float

    @property
    def fastest(self) -> float:
        """Operations a second without it."""
        return SMALL / self.run_without

    @property
    def slower(self) -> float:
        """What it takes of such a run's time."""
        return max(0.0, self.run_with - self.run_without) / self.run_with


@dataclass
class ReadingFigures:
    """Requests for lists, requests for memberships, groups not read."""

    first: list[int]
    """No group was ever read."""
    later: list[int]
    """An hour later."""
    unlimited: list[int]


@dataclass
class OneFigures:
    """Provisioning one person."""

    requests: int
    """Requests that read AWS."""
    changes: int


@dataclass
class ExchangeFigures:
    """Ordering changes whose people exchange names in pairs."""

    cpu_seconds: float
    steps: int


def plan_figures() -> PlanFigures:
    """In a process of its own, so that nothing else is counted."""
    return PlanFigures(**_apart("plan"))


def journal_figures(number: int) -> JournalFigures:
    """In a process of its own."""
    return JournalFigures(**_apart("journal", str(number)))


def one_figures() -> OneFigures:
    """In a process of its own."""
    return OneFigures(**_apart("one"))  # type: ignore[arg-type]


def exchange_figures() -> ExchangeFigures:
    """In a process of its own."""
    return ExchangeFigures(**_apart("exchange"))  # type: ignore[arg-type]


def _apart(*arguments: str) -> dict[str, object]:
    command = [sys.executable, "-m", "tests.benchmarks.in_memory", *arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=900, check=True)
    figures: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return figures


def resident_mib() -> float:
    """Held now, as the system counts it."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return peak_mib()


def peak_mib() -> float:
    """The most that was ever held."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 * 1024 if sys.platform == "darwin" else 1024)


def snapshot(people: int = PEOPLE, groups: int = GROUPS, members: int = MEMBERS) -> DirectorySnapshot:
    """A directory in memory, everyone with a manager."""
    users = tuple(_person(number) for number in range(people))
    made = tuple(
        DirectoryGroup(
            f"Group {group:05d}",
            {"displayName": f"Group {group:05d}"},
            tuple(users[(group * members + place) % people].id for place in range(min(members, people))),
        )
        for group in range(groups)
    )
    return DirectorySnapshot(users, made, attributes=tuple(users[1].attributes))


def _person(number: int) -> DirectoryUser:
    name = f"person{number:06d}@tidewater.example"
    attributes = {
        "userPrincipalName": name,
        "displayName": f"Person {number:06d}",
        "givenName": "Person",
        "surname": f"Number {number:06d}",
        "mail": name,
        "jobTitle": "Engineer" if number % 3 else "Lead",
        "department": f"Department {number % 40}",
        "city": "Kiel",
        "telephoneNumber": f"+49 431 {number:06d}",
        "objectId": _key(number),
    }
    if number:
        attributes["manager"] = _key((number - 1) // 10)
    return DirectoryUser(_key(number), True, attributes)


def _key(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


class FullTarget:
    """A session whose lists are in memory, and which counts the requests that AWS would need."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.lists = pages(len(store.users)) + pages(len(store.groups))
        self.memberships = 0
        self._groups_of: dict[str, set[str]] | None = None

    async def users(self, _report: object) -> AsyncIterator[Existing]:
        for key, found in self._store.users.items():
            yield Existing(key, found)

    async def groups(self, _report: object) -> AsyncIterator[ExistingGroup]:
        for key, found in self._store.groups.items():
            yield ExistingGroup(key, found)

    async def member_ids(self, group_id: str) -> frozenset[str]:
        self.memberships += pages(len(self._store.members[group_id]))
        return frozenset(self._store.members[group_id])

    async def group_ids(self, user_id: str) -> frozenset[str]:
        if self._groups_of is None:
            self._groups_of = {}
            for group, members in self._store.members.items():
                for member in members:
                    self._groups_of.setdefault(member, set()).add(group)
        found = self._groups_of.get(user_id, set())
        self.memberships += pages(len(found))
        return frozenset(found)


def job() -> Job:
    return Job("benchmark", "Benchmark", default_mappings())


def planned(
    source: DirectorySnapshot,
    store: Store,
    ledger: Ledger,
    of: Job | None = None,
    session: FullTarget | None = None,
    now: datetime | None = None,
) -> tuple[Plan, float]:
    """The plan, and the CPU seconds that it took."""
    target = IdentityCenter(URL, "not-a-real-token")
    made: list[Plan] = []

    async def plan() -> None:  # returns nothing: `anyio.run` writes out what a task returns
        over = session or FullTarget(store)
        made.append(await make_plan(of or job(), source, target, over, ledger, lambda _: None, now=now))  # type: ignore[arg-type]

    began = time.process_time()
    anyio.run(plan)
    return made[0], time.process_time() - began


def _landed(plan: Plan, store: Store, ledger: FakeLedger) -> None:
    """As if a plan of creations had been carried out."""
    ids = {op.source_id: f"id-{op.source_id}" for op in plan.changes if words(op) == "create user"}

    def real(found: Resource) -> Resource:
        return {
            path: Known(ids[one.source_id]) if isinstance(one, Planned) else one for path, one in found.items()
        }

    for op in plan.changes:
        key = f"id-{op.source_id}"
        if words(op) == "create user":
            store.users[key] = real(op.after)
            ledger.kept["user", op.source_id] = Link("user", op.source_id, key, op.label, store.users[key])
        elif words(op) == "create group":
            members = frozenset(one.source_id for one in op.members if isinstance(one, Planned))
            store.groups[key], store.members[key] = op.after, {ids[one] for one in members}
            ledger.kept["group", op.source_id] = Link("group", op.source_id, key, op.label, op.after, members)


def measure_plan(people: int = PEOPLE, groups: int = GROUPS) -> PlanFigures:
    """Everyone new; nothing changed; one in ten changed."""
    figures, source, store, ledger = PlanFigures(), snapshot(people, groups), Store(), FakeLedger()

    def one(name: str, directory: DirectorySnapshot) -> Plan:
        plan, seconds = planned(directory, store, ledger)
        figures.cpu_seconds[name], figures.operations[name] = seconds, len(plan.changes)
        figures.resident_mib[name] = peak_mib()
        return plan

    _landed(one("everyone new", source), store, ledger)
    gc.collect()
    figures.sides_mib = resident_mib()
    one("nothing changed", source)
    users = [
        replace(user, attributes={**user.attributes, "jobTitle": "Chief"}) if place % 10 == 0 else user
        for place, user in enumerate(source.users)
    ]
    later = replace(source, users=tuple(users))
    one("one in ten changed", later)
    return figures


def reading_figures() -> ReadingFigures:
    """In a process of its own."""
    return ReadingFigures(**_apart("reading"))


def measure_reading(people: int = PEOPLE, groups: int = GROUPS) -> ReadingFigures:
    """2,000 groups of 50 and five of everybody: with the usual limit, an hour later, and without one."""
    source, store, ledger = snapshot(people, groups, 50), Store(), FakeLedger()
    everybody = tuple(user.id for user in source.users)
    whole = (DirectoryGroup(f"All {n}", {"displayName": f"All {n}"}, everybody) for n in range(5))
    source = replace(source, groups=(*source.groups[5:], *whole))
    plan, _ = planned(source, store, ledger)
    _landed(plan, store, ledger)
    adds = {change.source_id: change.members for change in plan.changes if words(change) == "add-members"}
    for name in adds:
        ledger.kept["group", name] = replace(ledger.kept["group", name], members=frozenset(everybody))
        store.members[f"id-{name}"] = set(store.users)
    del plan
    gc.collect()
    counts = []
    unlimited = replace(job(), policy=Policy(membership_requests=1_000_000))
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    for of, hour in ((job(), 0), (job(), 1), (unlimited, 2)):
        session = FullTarget(store)
        plan, _ = planned(source, store, ledger, of, session, noon + timedelta(hours=hour))
        assert plan.changes == ()
        ledger.read = plan.reading
        counts.append((session.lists, session.memberships, plan.unread_groups))
    return ReadingFigures(*(list(one) for one in counts))


def measure_one(people: int = 1_000, groups: int = 100) -> OneFigures:
    """A person in every group, three of whose memberships are missing in AWS."""
    world, names = World(), [f"p{number}" for number in range(people)]
    teams = [group(f"g{number}", "p0", names[number % people]) for number in range(groups)]
    source, plans = directory([person(name) for name in names], *teams), list[Plan]()

    async def plan() -> None:
        await world.run(source)
        found = world.store.by("externalId", "p0")
        for number in range(3):
            world.store.members[world.store.by("displayName", f"Team g{number}", "group")].remove(found)
        world.session = world.target.session()
        arguments = (world.target, world.session, world.ledger, world.events.append, ("user", "p0"))
        plans.append(await make_plan_for_one(job(), source, *arguments, decisions=world.decisions))

    anyio.run(plan)
    return OneFigures(len(world.session.said), len(plans[0].changes))


def measure_exchange(people: int = SMALL) -> ExchangeFigures:
    """Everybody exchanges user name and address with a neighbour."""
    source, store, ledger = snapshot(people, 0), Store(), FakeLedger()
    _landed(planned(source, store, ledger)[0], store, ledger)
    names = ("userPrincipalName", "mail")
    users = [
        replace(
            user, attributes=user.attributes | {name: source.users[place ^ 1].attributes[name] for name in names}
        )
        for place, user in enumerate(source.users)
    ]
    plan, _ = planned(replace(source, users=tuple(users)), store, ledger)
    began = time.process_time()
    ordered = schedule(plan.changes)
    return ExchangeFigures(time.process_time() - began, len(ordered.steps))


async def _carried_out(plan: Plan, ledger: Ledger, journal: Journal | None, seconds: float) -> tuple[float, float]:
    """Apply against a target that takes so long for each write; returns time passed and CPU spent."""
    session = FakeTarget(trouble=Trouble(seconds=seconds), store=_Indexed()).session()
    prepared = Prepared(plan, DirectorySnapshot(()), ())
    emit = Recording(journal, prepared, lambda _: None, frozenset()).emit if journal else lambda _: None
    began, spent = time.monotonic(), time.process_time()
    await apply(plan, session, ledger, emit, concurrency=48)
    if journal:
        journal.flush()
    return time.monotonic() - began, time.process_time() - spent


class _Unsearched(dict):  # type: ignore[type-arg]
    def items(self):  # type: ignore[no-untyped-def]
        return ()


@dataclass
class _Indexed(Store):
    """Looks nothing up: everybody in these plans is new."""

    users: dict[str, Resource] = field(default_factory=_Unsearched)
    groups: dict[str, Resource] = field(default_factory=_Unsearched)


def measure_journal(number: int, people: int = SMALL) -> JournalFigures:
    """A run of 5,000 people with and without a journal; and `number` results written as fast as they come."""

    def people_alone(people: int) -> Plan:
        return planned(snapshot(people, 0), Store(), FakeLedger())[0]

    with tempfile.TemporaryDirectory() as folder:
        home = Home.open({"IDENTITY_CENTER_WIZARD_HOME": folder})
        small, large = people_alone(people), people_alone(number)
        without, _ = anyio.run(_carried_out, small, FakeLedger(), None, 0.05)
        with Journal.open(home, "small", URL) as journal:
            with_it, _ = anyio.run(_carried_out, small, journal, journal, 0.05)
        _, plain = anyio.run(_carried_out, large, FakeLedger(), None, 0.0)
        with Journal.open(home, "large", URL) as journal:
            _, spent = anyio.run(_carried_out, large, journal, journal, 0.0)
        megabytes = sum(path.stat().st_size for path in home.journals.glob("large*")) / 1e6
    return JournalFigures(spent - plain, megabytes, with_it, without)


if __name__ == "__main__":
    which, *numbers = sys.argv[1], *map(int, sys.argv[2:])
    collect_in_small_steps()  # as the program does
    measures = {
        "plan": measure_plan,
        "journal": measure_journal,
        "reading": measure_reading,
        "one": measure_one,
        "exchange": measure_exchange,
    }
    print(json.dumps(asdict(measures[which](*numbers))))
