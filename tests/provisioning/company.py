"""A small directory, a job, and one whole run over the fakes."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from tests.provisioning.fakes import FakeLedger, FakeTarget, Trouble
from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind, default_mappings
from wizard.names import name_key
from wizard.provisioning.apply import apply
from wizard.provisioning.events import RunControl, RunEvent
from wizard.provisioning.job import Job, Policy, Scope
from wizard.provisioning.match import Decisions
from wizard.provisioning.plan import Plan
from wizard.provisioning.planning import make_plan
from wizard.provisioning.report import RunReport

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ATTRIBUTES = (
    *("userPrincipalName", "displayName", "givenName", "surname", "mail", "jobTitle", "department", "employeeId"),
    *("manager", "telephoneNumber", "city", "streetAddress"),
)


def person(source_id: str, *, enabled: bool = True, **attributes: str) -> DirectoryUser:
    """Return a user whose attributes default to values made from the id; "" removes one."""
    name = source_id.capitalize()
    values = {
        "userPrincipalName": f"{source_id}@example.com",
        "displayName": name,
        "givenName": name,
        "surname": "Example",
        "mail": f"{source_id}@example.com",
    } | attributes
    return DirectoryUser(source_id, enabled, {k: v for k, v in values.items() if v})


def group(source_id: str, *members: str, name: str = "") -> DirectoryGroup:
    return DirectoryGroup(source_id, {"displayName": name or f"Team {source_id}"}, members)


def directory(users: Iterable[DirectoryUser], *groups: DirectoryGroup, **more) -> DirectorySnapshot:
    return DirectorySnapshot(tuple(users), groups, attributes=tuple(ATTRIBUTES), **more)


def job(scope: Scope | None = None, **policy) -> Job:
    return Job("j", "Example", default_mappings(), scope=scope or Scope(), policy=Policy(**policy))


def disabled_by_mapping(user_name: str) -> Job:
    """A job whose mapping gives one person, and nobody else, an `active` of false."""
    function = f'Switch([userPrincipalName], "True", "{user_name}", "False")'
    active = AttributeMapping("active", MappingKind.FUNCTION, function)
    mappings = default_mappings()
    rows = tuple(active if row.target == "active" else row for row in mappings.users)
    return Job("j", "Example", replace(mappings, users=rows))


class World:
    """AWS and the ledger, over many runs."""

    def __init__(self, target: FakeTarget | None = None) -> None:
        self.target = target or FakeTarget()
        self.ledger = FakeLedger()
        self.decisions = Decisions()
        self.events: list[RunEvent] = []
        self.session = self.target.session()

    @property
    def store(self):
        return self.target.store

    async def plan(self, snapshot: DirectorySnapshot, of: Job | None = None, **more) -> Plan:
        self.session = self.target.session()
        more.setdefault("now", NOON)
        more.setdefault("decisions", self.decisions)
        return await make_plan(
            of or job(),
            snapshot,
            self.target,
            self.session,
            self.ledger,
            self.events.append,
            **more,
        )

    async def apply(self, plan: Plan, **more) -> RunReport:
        self.events = []
        self.session = self.target.session(self.events.append)
        self.target.linked = frozenset(link.target_id for link in self.ledger.kept.values())
        more.setdefault("accepted", frozenset(concern.code for concern in plan.concerns))
        return await apply(plan, self.session, self.ledger, self.events.append, **more)

    async def run(self, snapshot: DirectorySnapshot, of: Job | None = None, **more) -> RunReport:
        return await self.apply(await self.plan(snapshot, of), **more)

    def accept(self, *options: str) -> None:
        """As `--accept` does, for every run from now on."""
        self.decisions = replace(self.decisions, options=frozenset(options))

    def protect(self, *names: str) -> None:
        self.decisions = replace(self.decisions, protected=frozenset(map(name_key, names)))

    def lose_the_journal(self) -> None:
        """HOME remembers which accounts were linked; everything else is gone."""
        own = frozenset(link.target_id for link in self.ledger.kept.values())
        self.decisions = replace(self.decisions, own=own)
        self.ledger = FakeLedger()

    def trouble(self, **trouble) -> None:
        self.target.trouble = Trouble(**trouble)

    def heal(self) -> None:
        """Reset the faults, as after a restart of the process."""
        self.target.trouble = Trouble()
        self.ledger.step = lambda words: None


def changed(snapshot: DirectorySnapshot, source_id: str, **attributes: str) -> DirectorySnapshot:
    """The directory with one person's attributes changed ("" takes one away)."""
    users = []
    for user in snapshot.users:
        if user.id == source_id:
            values = {k: v for k, v in {**user.attributes, **attributes}.items() if v}
            user = replace(user, attributes=values)
        users.append(user)
    return replace(snapshot, users=tuple(users))


__all__ = ["NOON", "RunControl", "World", "changed", "directory", "group", "job", "person"]
