"""A year of edits: files as people edit, cut and exchange them; no run surprises anybody, whatever came before it."""

import os
import random
import shutil
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

import anyio
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tests.company import company
from tests.laws.census import Census
from tests.laws.observed import Fact, State, differences
from tests.laws.tenant import TOKEN, Tenant, running_tenant
from wizard.errors import WizardError
from wizard.flow.directory.entra_session import EntraAccess
from wizard.flow.runs.connection import store_token
from wizard.flow.runs.run import run_job
from wizard.flow.services import SandboxAddress, Services
from wizard.flow.steps.session import new_draft
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind
from wizard.progress import ignore_event
from wizard.provisioning.apply import ConcernOpen
from wizard.provisioning.events import RunControl
from wizard.provisioning.job import Job, SourceChoice, TargetChoice
from wizard.provisioning.plan import CONCERN_CODES
from wizard.storage.jobs import JobStore
from wizard.storage.paths import Home
from wizard.storage.secret_store import SecretStore

PEOPLE, GROUPS = 14, 3
WANTED = ("id", "userPrincipalName", "displayName", "givenName", "surname", "mail", "jobTitle", "accountEnabled")
EDITS = Census("no run surprises anybody")
some = st.sets(st.integers(0, PEOPLE - 1), max_size=PEOPLE)


class Edits(RuleBasedStateMachine):
    """One tenant, a job of two CSV files, and a second job; `tenant` is set by the test."""

    tenant: Tenant

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp(prefix="laws-"))
        self.tenant.reset()
        home = Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(self.folder / "home")})
        secrets = SecretStore({})
        self.services = Services(home, JobStore(home), secrets, _no_sandbox, EntraAccess(home, secrets))
        self.random = random.Random(0)
        made = company(PEOPLE, GROUPS, PEOPLE * 2)
        self.rows = [{name: row[name] for name in WANTED} for row in made.people]
        self.columns = list(WANTED)
        self.headings = {name: name for name in WANTED}
        self.pairs = list(made.pairs)
        self.nfd = False
        self.cut: tuple[str, float] | None = None
        self.mine: set[str] = set()
        """AWS ids of what the first job created."""
        self.window: Counter[str] = Counter()
        """Losses that nobody accepted; the clock of an example hardly moves, so all are of the last 24 hours."""
        self.began_with = 0
        self.seen: set[str] = set()
        self.job = self._job("people.csv", "members.csv")
        self.other = self._job("others.csv", "")

    def _job(self, users: str, members: str) -> Job:
        files = SourceChoice("file", str(self.folder / users), str(self.folder / members) if members else "")
        made = replace(new_draft(), name=users, source=files, target=TargetChoice(self.tenant.url))
        anyio.run(lambda: store_token(self.services, made, TOKEN, session_only=True))
        return made

    def teardown(self) -> None:
        """Count what occurred."""
        EDITS.add(self.seen)
        shutil.rmtree(self.folder)

    @initialize()
    def first_run(self) -> None:
        """The job has run once; everything was accepted."""
        self.run_now(accepted=True)

    # Edits

    @rule(who=some)
    def people_leave(self, who: set[int]) -> None:
        """Rows are gone."""
        self._saw("edit: people leave")
        self.rows = [row for place, row in enumerate(self.rows) if place not in who]

    @rule(who=some, value=st.sampled_from(("False", "True", "")))
    def enabled_changes(self, who: set[int], value: str) -> None:
        """People are blocked or enabled, or their cell is emptied."""
        self._saw("edit: accountEnabled")
        self._each(who, "accountEnabled", lambda _: value)

    @rule(who=some, name=st.sampled_from(("jobTitle", "mail", "displayName")))
    def cells_are_emptied(self, who: set[int], name: str) -> None:
        """A value is deleted."""
        self._saw("edit: cells emptied")
        self._each(who, name, lambda _: "")

    @rule(who=some)
    def people_marry(self, who: set[int]) -> None:
        """User name and e-mail change, the id stays."""
        self._saw("edit: renamed")
        for name in ("userPrincipalName", "mail"):
            self._each(who, name, lambda text: f"new.{text}" if text else text)

    @rule(name=st.sampled_from(("id", "userPrincipalName", "accountEnabled", "jobTitle")))
    def one_column_is_sorted(self, name: str) -> None:
        """One column moves without the others."""
        self._saw("edit: one column sorted")
        values = [row[name] for row in self.rows]
        for row, value in zip(self.rows, values[1:] + values[:1], strict=True):
            row[name] = value

    @rule(name=st.sampled_from(WANTED[2:]))
    def a_column_is_lost(self, name: str) -> None:
        """It is no longer exported."""
        self._saw("edit: column lost")
        self.columns = [column for column in self.columns if column != name]

    @rule(name=st.sampled_from(WANTED[2:]))
    def a_heading_is_renamed(self, name: str) -> None:
        """The export calls it otherwise."""
        self._saw("edit: heading renamed")
        self.headings[name] = f"New {name}"

    @rule()
    def columns_move(self) -> None:
        """Their order is another; harmless."""
        self._saw("edit: columns moved")
        self.random.shuffle(self.columns)

    @rule()
    def rows_are_shuffled(self) -> None:
        """Their order is another; harmless."""
        self._saw("edit: rows shuffled")
        self.random.shuffle(self.rows)

    @rule()
    def letters_are_decomposed(self) -> None:
        """The file comes from a Mac; harmless."""
        self._saw("edit: decomposed")
        self.nfd = not self.nfd

    @rule(file=st.sampled_from(("people.csv", "members.csv")), share=st.floats(0, 1))
    def the_file_is_cut(self, file: str, share: float) -> None:
        """The next run sees a part of it."""
        self._saw("edit: file cut")
        self.cut = (file, share)

    @rule(who=some, group=st.integers(0, GROUPS - 1))
    def memberships_go(self, who: set[int], group: int) -> None:
        """People are no longer in a group."""
        self._saw("edit: memberships removed")
        names = {row["userPrincipalName"] for place, row in enumerate(self.rows) if place in who}
        self.pairs = [pair for pair in self.pairs if pair[0] != f"Team {group:03d}" or pair[1] not in names]

    @rule(who=some, group=st.integers(0, GROUPS - 1))
    def memberships_come(self, who: set[int], group: int) -> None:
        """People join a group."""
        self._saw("edit: memberships added")
        names = [row["userPrincipalName"] for place, row in enumerate(self.rows) if place in who]
        new = [(f"Team {group:03d}", name) for name in names]
        self.pairs += [pair for pair in new if pair not in self.pairs]

    @rule(value=st.sampled_from(("False", "")))
    def active_is_mapped(self, value: str) -> None:
        """Map `active` to a constant, or restore the row."""
        self._saw("edit: active mapped")
        rows = tuple(row for row in new_draft().mappings.users if row.target != "active" or not value)
        added = (AttributeMapping("active", MappingKind.CONSTANT, value),) if value else ()
        self.job = replace(self.job, mappings=replace(self.job.mappings, users=(*rows, *added)))

    @rule(number=st.integers(0, 400))
    def another_job_runs(self, number: int) -> None:
        """A second file, with ids and some names that the first one has too."""
        self._saw("edit: another job")
        lines = ["id,userPrincipalName,displayName,givenName,surname,mail"]
        for place in range(3):
            name = f"person{number % PEOPLE:05d}" if place == 0 else f"other{number}-{place}"
            lines.append(
                f"{self.rows[place]['id'] if place < len(self.rows) else place},{name}@tidewater.example,"
                f"O {place},O,{place},{name}@tidewater.example"
            )
        (self.folder / "others.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        before = self.tenant.state()
        self._run(self.other, accepted=False)
        touched = {fact[1] for fact in self._facts(before) if fact[0] != "created"}
        assert not touched & self.mine, "another job changed what this one made"

    # Runs

    @rule()
    def a_scheduled_run(self) -> None:
        """A run that nobody watches."""
        self.run_now(accepted=False)

    @precondition(lambda self: self.window)
    @rule()
    def a_person_runs_it(self) -> None:
        """A person looks at everything and accepts it."""
        self.run_now(accepted=True)

    def run_now(self, *, accepted: bool) -> None:
        """Run the first job, and judge what became different by this law's own counting."""
        self._write()
        before = self.tenant.state()
        linked = [user for user in before["users"] if user["id"] in self.mine]
        done = self._run(self.job, accepted=accepted)
        facts = self._facts(before)
        if not done:
            assert not facts, "a refused run changed something"
            return
        known = {one["id"] for kind in ("users", "groups") for one in before[kind]}
        if accepted:
            self.window.clear()
            self.began_with = len(self.tenant.state()["users"])
        else:
            strangers = {fact[1] for fact in facts if fact[0] != "created"} & (known - self.mine)
            assert not strangers, "an account of others was changed"
            self._judge(facts, linked, before)
        after = self.tenant.state()
        self.mine |= {one["id"] for kind in ("users", "groups") for one in after[kind] if one["id"] not in known}

    def _judge(self, facts: frozenset[Fact], linked: list[dict[str, str]], before: State) -> None:
        people, policy = {user["id"] for user in linked}, self.job.policy
        limit = max(policy.threshold_count, len(people) * policy.threshold_percent / 100)
        for effect in ("loses-access", "gains-access", "renamed"):
            count = sum(fact[0] == effect and fact[1] in people for fact in facts)
            assert count <= limit, f"{count} of {len(people)} people: {effect}, and nobody was asked"
            self.window[effect] += count if effect == "loses-access" else 0
        names = {user["id"]: user["userName"] for user in before["users"]}
        self._seen_moves(names, people)
        most = max(policy.threshold_count, self.began_with * policy.threshold_percent / 100)
        assert self.window["loses-access"] <= most, "several runs took more than one may"
        memberships = sum(len(group["members"]) for group in before["groups"] if group["id"] in self.mine)
        most = max(policy.threshold_count, memberships * policy.threshold_percent / 100)
        for effect in ("loses-membership", "gains-membership"):
            count = sum(fact[0] == effect for fact in facts)
            assert count <= most, f"{count} of {memberships} memberships: {effect}, and nobody was asked"
        for group in before["groups"]:
            lost = sum(fact[:2] == ("loses-membership", group["id"]) for fact in facts)
            assert not (lost > 5 and lost > len(group["members"]) / 2), "a group was emptied"

    def _seen_moves(self, names: dict[str, str], people: set[str]) -> None:
        now = {user["id"]: user["userName"] for user in self.tenant.state()["users"]}
        owners = {name: one for one, name in names.items() if one in people}
        moved = [one for one in people & now.keys() if owners.get(now[one], one) != one]
        assert len(moved) < 3, "user names moved to other people"

    def _run(self, job: Job, *, accepted: bool) -> bool:
        """Whether it was carried out; False: it was refused in words."""
        codes = frozenset((*CONCERN_CODES, "take-over", "inherited")) if accepted else frozenset()
        try:
            anyio.run(lambda: run_job(self.services, job, ignore_event, codes, RunControl()))
        except ConcernOpen as asked:
            self._saw(*(f"concern {code}" for code in asked.codes))
            return False
        except WizardError as refused:
            self._saw(f"refused {refused.message.code}")
            return False
        self._saw("run: accepted" if accepted else "run: scheduled")
        return True

    def _facts(self, before: State) -> frozenset[Fact]:
        facts = differences(before, self.tenant.state())
        self._saw(*(f"effect {fact[0]}" for fact in facts))
        return facts

    # Files

    def _each(self, who: set[int], name: str, change: Callable[[str], str]) -> None:
        for place, row in enumerate(self.rows):
            if place in who:
                row[name] = change(row[name])

    def _write(self) -> None:
        lines = [",".join(self.headings[name] for name in self.columns)]
        lines += [",".join(row[name] for name in self.columns) for row in self.rows]
        pairs = ["group,member", *(",".join(pair) for pair in self.pairs)]
        for name, text in (("people.csv", lines), ("members.csv", pairs)):
            whole = "\n".join(text) + "\n"
            data = (unicodedata.normalize("NFD", whole) if self.nfd else whole).encode()
            if self.cut and self.cut[0] == name:
                data = data[: int(len(data) * self.cut[1])]
            (self.folder / name).write_bytes(data)
        self.cut = None

    def _saw(self, *names: str) -> None:
        self.seen |= set(names)


def _no_sandbox() -> SandboxAddress:
    raise WizardError("no-sandbox-here")


@pytest.fixture(scope="module")
def tenant() -> Iterator[Tenant]:
    """One server for all examples."""
    with running_tenant() as serving:
        yield serving


@pytest.mark.slow
def test_no_run_surprises_anybody(tenant: Tenant) -> None:
    """In any one run no effect above the limit without its concern, and none in several runs together."""
    Edits.tenant = tenant
    on_demand = int(os.environ.get("LAWS_EXAMPLES", "0"))
    run_state_machine_as_test(
        Edits,
        settings=settings(
            max_examples=on_demand // 10 or 20,
            stateful_step_count=12,
            derandomize=not on_demand,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink) if "LAWS_SHRINK" in os.environ else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(*EDITS.lines(), sep="\n")
