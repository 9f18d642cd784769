"""The engine's numbers in one table: ours, what was asked, the peers' on the same work, the floor by arithmetic.

python -m tests.benchmarks.engine [--only WORD]...      (about eight minutes; 10 TPS alone takes two)
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.in_memory import journal_figures, plan_figures, reading_figures
from tests.benchmarks.timed import Timed, TimedProgram
from tests.company import Company, company
from tests.sandbox_process import SandboxHandle, running_sandbox

PEOPLE, GROUPS, MEMBERSHIPS = 1_000, 50, 2_000
JOURNALLED = 100_000
LATENCY = ("--latency-ms", "50")
READING_FLOOR = 10 + 1 + GROUPS
"""Pages of 100 people, of 100 groups, and one list of members for each group."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    work: str
    reach: str
    ours: str
    reached: bool
    peers: str
    floor: str


@dataclass
class Bench:
    """One sandbox, one HOME, one company."""

    sandbox: SandboxHandle
    program: TimedProgram
    folder: Path
    staff: Company

    def new(self, *options: str) -> None:
        """Make the job."""
        files = [str(path) for path in self.staff.write(self.folder)]
        arguments = ("--users", files[0], "--members", files[1], "--tenant-url", self.sandbox.tenant_url)
        self.program("new", "Staff", *arguments, *options)

    def run(self, *options: str, verb: str = "run") -> Timed:
        """Run once, with the sandbox's own counts of this run alone."""
        self.sandbox.reset_counters()
        done = self.program(verb, "Staff", "--json", *options)
        asked = self.sandbox.requests()
        done.requests, done.throttled = asked["total"], asked["throttled"]
        done.creations = asked["byOperation"].get("POST /Users", 0)
        return done


@contextmanager
def bench(
    *options: str, people: int = PEOPLE, groups: int = GROUPS, memberships: int = MEMBERSHIPS
) -> Iterator[Bench]:
    """A fresh one."""
    with tempfile.TemporaryDirectory() as folder, running_sandbox(*LATENCY, *options) as sandbox:
        staff = company(people, groups, memberships)
        yield Bench(sandbox, TimedProgram(Path(folder, "home"), sandbox.token), Path(folder), staff)


def no_throttle() -> Iterator[Row]:
    """The first run as fast as it goes, and what comes after it on the same job."""
    with bench() as ours:
        ours.new("--pacing", "adaptive")
        first = ours.run()
        whole = first.code == 0 and first.counts("users", "created") == PEOPLE
        yield Row(
            "first run, no throttle, adaptive",
            "≤ 1,052 requests, ≤ 8 s",
            f"{first.told}, most in flight {ours.sandbox.requests()['mostInFlight']}",
            whole and first.requests <= 1052 and first.seconds <= 8,
            "ssosync 7,050, 361.8 s; idp-scim-sync 2,102, 66.9 s; Entra 30 to 244 min",
            f"{2 + PEOPLE + GROUPS:,} requests; 5.3 s at 10 in flight, 2.6 s at 20",
        )
        same = ours.run()
        yield Row(
            "nothing changed",
            "≤ 61 requests, ≤ 2 s beyond start",
            same.told,
            same.code == 0 and same.requests <= 61 and same.seconds_at_work <= 2,
            "ssosync 1,000, 55.1 s; idp-scim-sync 0, 0.2 s, blind to drift",
            f"{READING_FLOOR} requests; 0.35 s at 10 in flight",
        )
        floor = READING_FLOOR + changed(ours.staff)
        ours.staff.write(ours.folder)
        small = ours.run()
        numbers = [small.counts("users", name) for name in ("updated", "created", "disabled")]
        yield Row(
            "10 changed, 5 new, 3 gone, 5 joins",
            "≤ 90 requests, ≤ 2 s beyond start",
            small.told,
            small.code == 0 and numbers == [10, 5, 3] and small.requests <= 90 and small.seconds_at_work <= 2,
            "ssosync 1,037, 57.0 s; idp-scim-sync 25, 1.6 s, without a check",
            f"{floor} requests; 0.5 s at 10 in flight",
        )


def reading() -> Iterator[Row]:
    """How many requests read a tenant where groups outnumber people, and a very large one."""
    with bench(people=60, groups=600, memberships=1_200) as ours:
        ours.new("--pacing", "adaptive")
        ours.run()
        same = ours.run()
    yield Row(
        "nothing changed, 60 people in 600 groups",
        "≤ 67 requests",
        same.told,
        same.code == 0 and same.requests <= 67,
        "ssosync 600 and more",
        "1 + 6 + 60 requests",
    )
    figures = reading_figures()
    for name, (lists, memberships, unread) in (
        ("no group read before", figures.first),
        ("an hour later", figures.later),
        ("without a limit", figures.unlimited),
    ):
        limited = name != "without a limit"
        yield Row(
            f"reading 100,000 people, 1,995 groups of 50 and 5 of everybody: {name}",
            "1,020 and ≤ 1,500 requests" if limited else "1,020 and about 7,000",
            f"{lists:,} and {memberships:,} requests, {(lists + memberships) / 40:.0f} s at 40 a second; "
            f"{unread:,} groups not read",
            lists <= 1_020 and (memberships <= 1_500 or not limited),
            "",
            "",
        )


def changed(staff: Company) -> int:
    """Change 10, add 5, take 3 away, let 5 join a group each; returns how many writes that needs at least."""
    for number in range(10):
        staff.person(100 + number)["jobTitle"] = "Harbour master"
    extra = company(PEOPLE + 5, 0, 0).people[PEOPLE:]
    gone = [staff.people.pop(PEOPLE - 1 - number)["userPrincipalName"] for number in range(3)]
    staff.people += extra
    groups = {group for group, name in staff.pairs if name in gone}
    staff.pairs = [(group, name) for group, name in staff.pairs if name not in gone]
    joins = [(f"Team {number:03d}", staff.person(500 + number)["userPrincipalName"]) for number in range(5)]
    assert not set(joins) & set(staff.pairs)
    staff.pairs += joins
    return 10 + 5 + 3 + 5 + len(groups)


def aws_limits() -> Iterator[Row]:
    """The first run at AWS's published limits, with the pace that knows them."""
    ideal = (PEOPLE - 25) / 25
    with bench("--write-tps", "25", "--read-tps", "40") as ours:
        ours.new("--pacing", "aws")
        done = ours.run()
    ratio, share = done.seconds_at_work / ideal, done.throttled / done.requests
    yield Row(
        "first run at 25/40 TPS, aws",
        "≤ 1.06 × ideal, < 1 % 429",
        f"{done.told}, {ratio:.3f} × ideal, {share:.2%} 429",
        done.code == 0 and ratio <= 1.06 and share < 0.01,
        "10/s: ssosync 8 %, idp-scim-sync 39 % 429 (60 people)",
        f"{ideal:.1f} s: ({PEOPLE:,} − 25) / 25",
    )


def ten_tps() -> Iterator[Row]:
    """The same work at a limit nobody told us."""
    ideal = (PEOPLE - 10) / 10
    with bench("--write-tps", "10", "--read-tps", "10") as ours:
        ours.new("--pacing", "adaptive")
        done = ours.run()
    ratio, share = done.seconds_at_work / ideal, done.throttled / done.requests
    yield Row(
        "first run at 10 TPS, no Retry-After, adaptive",
        "≤ 1.15 × ideal, < 3 % 429",
        f"{done.told}, {ratio:.3f} × ideal, {share:.2%} 429",
        done.code == 0 and ratio <= 1.15 and share < 0.03,
        "10/s: ssosync 5.0 ×, idp-scim-sync 2.4 × ideal (60 people)",
        f"{ideal:.1f} s: ({PEOPLE:,} − 10) / 10",
    )


def one_bad() -> Iterator[Row]:
    """Somebody whom AWS refuses: seen before any request, and only seen by AWS, as everyone's manager."""
    for name, spoil, boss in (
        ("one bad person in 1,000", _unreadable, False),
        ("the same, everyone's manager", _unreadable, True),
        ("everyone's manager, refused by AWS alone", _taken, True),
    ):
        with bench() as ours:
            bad = ours.staff.person(500)
            for row in ours.staff.people if boss else ():
                row["manager"] = "" if row is bad else bad["userPrincipalName"]
            spoil(ours, bad)
            ours.new("--pacing", "adaptive")
            done = ours.run()
            state = ours.sandbox.state()
        created, failed = done.counts("users", "created"), done.counts("users", "failed")
        named = {event["label"] for event in done.events if event.get("status") == "failure"}
        present = sum(str(user.get("externalId", "")).startswith("0000") for user in state["users"])
        yield Row(
            name,
            "999 done, 1 named",
            f"{created} created, {failed} failed: {', '.join(sorted(named))}; exit {done.code}",
            (created, failed, present, done.code) == (999, 1, 999, 1) and named == {bad["displayName"]},
            "ssosync and idp-scim-sync end at the first error",
            "999",
        )


def _unreadable(_: Bench, bad: dict[str, str]) -> None:
    bad["surname"] = ""


def _taken(ours: Bench, bad: dict[str, str]) -> None:
    """A stranger in AWS has the address under another user name."""
    body: dict[str, Any] = {
        "userName": "stranger@elsewhere.example",
        "displayName": "A stranger",
        "name": {"givenName": "A", "familyName": "Stranger"},
        "emails": [{"value": bad["mail"], "type": "work", "primary": True}],
    }
    with ours.sandbox.client() as client:
        client.post("Users", json=body).raise_for_status()


def in_memory() -> Iterator[Row]:
    """A plan for many."""
    figures = plan_figures()
    for name, seconds in figures.cpu_seconds.items():
        yield Row(
            f"plan for 100,000 people, 2,000 groups: {name}",
            "≤ 15 s CPU, ≤ 1 GiB resident",
            f"{seconds:.1f} s CPU, {figures.operations[name]:,} operations, {figures.resident_mib[name]:,.0f} MiB",
            seconds <= 15 and figures.resident_mib[name] <= 1024,
            "no peer plans",
            f"both sides alone: {figures.sides_mib:,.0f} MiB",
        )


def journal() -> Iterator[Row]:
    """What the journal costs while a run goes on, at the fastest pace a run has."""
    figures = journal_figures(JOURNALLED)
    with bench() as ours:
        ours.new("--pacing", "adaptive")
        rate = (PEOPLE + GROUPS) / ours.run().seconds_at_work
    share, paced = (figures.cpu_seconds / (JOURNALLED / pace) for pace in (rate, 25))
    yield Row(
        "100,000 results into the journal",
        "≤ 5 % of the run's time",
        f"{figures.cpu_seconds:.1f} s CPU, {figures.megabytes:.0f} MB: {share:.1%} at {rate:.0f} a second, "
        f"{paced:.1%} at AWS's 25; {figures.slower:.0%} at {figures.fastest:,.0f} a second into memory",
        share <= 0.05,
        "no peer keeps one",
        "",
    )


def window() -> Iterator[Row]:
    """The window meanwhile, by `tests.benchmarks.provisioning`."""
    from tests.benchmarks.timed import window_lines

    for line in window_lines():
        name, cells = line[:28].strip(), line[28:].split()
        p99, worst, reading = (float(cell) for cell in cells[6:9])
        full_speed = name == "first run"  # a run that writes nothing is over with a dozen beats
        yield Row(
            f"the window while it runs: {name}",
            "late p99 ≤ 16 ms, worst ≤ 100 ms" if full_speed else "late worst ≤ 100 ms",
            f"p99 {p99} ms, worst {worst} ms" if full_speed else f"worst {worst} ms",
            worst <= 100 and (p99 <= 16 or not full_speed),
            "no peer has one",
            "0 ms",
        )
        yield Row(
            f"the window while it reads and compares: {name}",
            "late worst ≤ 100 ms",
            f"worst {reading} ms",
            reading <= 100,
            "no peer has one",
            "0 ms",
        )


PARTS: dict[str, Callable[[], Iterator[Row]]] = {
    "no-throttle": no_throttle,
    "reading": reading,
    "aws": aws_limits,
    "ten": ten_tps,
    "bad": one_bad,
    "plan": in_memory,
    "journal": journal,
    "window": window,
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.engine", description=__doc__)
    parser.add_argument("--only", action="append", choices=tuple(PARTS), default=[])
    given = parser.parse_args(arguments)
    began, missed = time.monotonic(), 0
    print(f"{PEOPLE:,} people, {GROUPS} groups, {MEMBERSHIPS:,} memberships, 50 ms a request\n")
    print("| work | reach | ours | | peers | floor |\n|---|---|---|---|---|---|")
    for name in given.only or PARTS:
        for row in PARTS[name]():
            missed += not row.reached
            sign = "reached" if row.reached else "MISSED"
            print(f"| {row.work} | {row.reach} | {row.ours} | {sign} | {row.peers} | {row.floor} |", flush=True)
    print(f"\n{missed} missed; {time.monotonic() - began:.0f} s")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
