"""After any edits of a tenant, reading its changes gives exactly the result of a full read."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import anyio
import pytest
import uvicorn
from hypothesis import event, given, settings
from hypothesis import strategies as st

from wizard.directory import DirectorySnapshot
from wizard.progress import ignore_event
from wizard.sandbox.entra.app import StandIn
from wizard.sandbox.entra.gallery import install
from wizard.sandbox.entra.pages import Manner
from wizard.sandbox.entra.refusals import GraphRefusal
from wizard.sandbox.entra.tenant import SERVICE_PRINCIPAL, Kind
from wizard.sandbox.entra.tenant import Tenant as Company
from wizard.sandbox.entra.tokens import SignIn
from wizard.secret import Secret
from wizard.sources.entra import EntraSource, Tenant

SECRET = "secret-of-this-test"
PEOPLE, GROUPS = 7, 4

Edit = tuple[str, int, int]
EDITS = (
    "department", "nothing", "block", "delete person", "delete group", "restore", "purge", "new person", "new group",
    "rename", "join", "nest", "unnest", "leave", "manager", "no manager", "assign person", "assign group", "unassign",
    "rename person", "expire",
)  # fmt: skip
ROUNDS = st.lists(
    st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 9), st.integers(0, 9)), min_size=5, max_size=12),
    min_size=1,
    max_size=2,
)
MANNERS = st.builds(Manner, st.integers(1, 4), st.integers(1, 3), st.booleans())


@dataclass
class Served:
    """A stand-in on a thread of this process, whose tenant a test replaces."""

    stand_in: StandIn
    url: str = ""


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    stand_in = StandIn(Company("9c2f6d4e-0b6a-4c6e-8a39-6f1f3c1d7b52"), SignIn("", SECRET))
    server = uvicorn.Server(
        uvicorn.Config(stand_in, port=0, log_level="error", lifespan="off", ws="none", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Served(stand_in, f"http://127.0.0.1:{port}/v1.0")
    server.should_exit = True
    thread.join()


def _company() -> Company:
    """Seven people, each reporting to the one before, one deleted; four groups, two inside the first; half assigned."""
    company = Company("9c2f6d4e-0b6a-4c6e-8a39-6f1f3c1d7b52")
    install(company)
    people = [company.add_user(_named(number), _id(number - 1) if number else "") for number in range(PEOPLE)]
    for number in range(GROUPS):
        kinds = ["Unified"] if number % 2 else []
        members = people[number : number + 3]
        group = company.add_group(
            {"id": _id(100 + number), "displayName": f"G{number}", "groupTypes": kinds}, members
        )
        if number < 2:
            company.assign(group)
    for inner in (102, 103):
        company.add_member(_id(100), _id(inner))
    company.assign(people[6])
    company.delete("users", people[5])
    return company


def _id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def _named(number: int) -> dict[str, str]:
    name = f"p{number}@tidewater.example"
    return {"id": _id(number), "displayName": f"P{number}", "userPrincipalName": name}


def _of(company: Company, kind: Kind, number: int) -> str:
    """One of those there are; nobody's id where there is none."""
    there = list(company.store(kind))
    return there[number % len(there)] if there else _id(999)


def _edited(company: Company, edit: Edit) -> None:
    """Carry one edit out, as an administrator does."""
    what, one, other = edit
    person, boss = _of(company, "users", one), _of(company, "users", other)
    group, inner = _of(company, "groups", one), _of(company, "groups", other)
    match what:
        case "department":
            company.change("users", person, {"department": f"D{other}", "officeLocation": None})
        case "nothing":
            company.change("users", person, {"department": None})
        case "block":
            company.change("users", person, {"accountEnabled": bool(other % 2)})
        case "rename person":
            company.change("users", person, {"userPrincipalName": f"n{other}@tidewater.example"})
        case "delete person":
            company.delete("users", person)
        case "delete group":
            company.delete("groups", group)
        case "restore" | "purge":
            kept = [*company.deleted, *company.deleted_groups]
            if kept:
                (company.restore if what == "restore" else company.purge)(kept[one % len(kept)])
        case "new person":
            company.add_user(_named(200 + len(company.log)), boss)
        case "new group":
            company.add_group({"id": _id(300 + len(company.log)), "displayName": "Made"}, [person, inner])
        case "rename":
            company.change("groups", group, {"displayName": f"R{other}"})
        case "join":
            company.add_member(group, boss)
        case "nest":
            company.add_member(group, inner)
        case "leave" | "unnest":
            group = group if what == "leave" else _of(company, "groups", 0)
            members = [
                one for one in company.living_members(group) if (one in company.groups) is (what == "unnest")
            ]
            if members:
                company.remove_member(group, members[other % len(members)])
        case "manager":
            company.set_manager(person, boss)
        case "no manager":
            company.set_manager(person, "")
        case "assign person" | "assign group":
            company.assign(person if what == "assign person" else group)
        case "unassign":
            rows = company.assigned(SERVICE_PRINCIPAL)
            if rows:
                company.unassign(rows[one % len(rows)]["id"])
        case "expire":
            company.epoch += 1


@dataclass
class Follower:
    """Reads one shape of a tenant, by its changes where it can."""

    tenant: Tenant
    kept: dict[str, bytes] = field(default_factory=dict)
    cursor: str = ""

    def read(self) -> DirectorySnapshot:
        source = EntraSource(
            self.tenant, lambda _: Secret(SECRET), self.kept.get, self.kept.__setitem__, self.cursor
        )
        snapshot = anyio.run(source.read, ignore_event)
        self.cursor = snapshot.cursor
        return snapshot


def _followers(url: str) -> list[Follower]:
    return [
        Follower(Tenant(url, "all")),
        Follower(Tenant(url, "all", nested=True)),
        Follower(Tenant(url, "assigned", SERVICE_PRINCIPAL)),
        Follower(Tenant(url, "assigned", SERVICE_PRINCIPAL, nested=True)),
    ]


@pytest.mark.slow
@settings(max_examples=15)
@given(rounds=ROUNDS, manner=MANNERS)
def test_changes_lead_to_what_a_full_reading_shows(
    served: Served, rounds: list[list[Edit]], manner: Manner
) -> None:
    company = served.stand_in.tenant = _company()
    served.stand_in.circumstances.manner = manner
    followers = _followers(served.url)
    for follower in followers:
        follower.read()
    for edits in rounds:
        for edit in edits:
            try:
                _edited(company, edit)
            except GraphRefusal:
                event(f"refused: {edit[0]}")
        expired = any(what == "expire" for what, _, _ in edits)
        for follower in followers:
            followed, fresh = follower.read(), Follower(follower.tenant).read()
            assert followed.users == fresh.users
            assert followed.groups == fresh.groups
            assert ("entra-changes-expired" in {note.code for note in followed.notes}) is expired


@pytest.mark.slow
def test_every_edit_changes_at_least_one_reading(served: Served) -> None:
    for what in EDITS:
        company = served.stand_in.tenant = _company()
        followers = _followers(served.url)[::2]
        before = [follower.read() for follower in followers]
        _edited(company, ("department", 1, 1))
        if what == "nothing":
            before = [follower.read() for follower in followers]
        _edited(company, (what, 1, 0 if what == "block" else 3))
        after = [follower.read() for follower in followers]
        changed = any(
            (one.users, one.groups) != (other.users, other.groups)
            for one, other in zip(before, after, strict=True)
        )
        assert changed, what


def test_a_changed_and_then_deleted_person_is_known_as_last_seen(served: Served) -> None:
    company = served.stand_in.tenant = _company()
    follower = Follower(Tenant(served.url, "all"))
    follower.read()
    _edited(company, ("department", 0, 7))
    _edited(company, ("delete person", 0, 0))
    gone = {user.id: user for user in follower.read().users if not user.enabled}
    assert gone[_id(0)].text("department") == "D7"
