"""The engine's numbers in one table: the goal, this tree's number and another commit's.

python -m tests.benchmarks.engine [--only PART]... [--beside REVISION | --alone]

The other commit (HEAD^ by default) is checked out into a temporary folder and measured there with the tests of this
tree, part by part in turns, so that the machine's load is the same for both. Nothing is asserted. The whole table takes
about half an hour; requests are counted, seconds depend on the machine.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.in_memory import (
    exchange_figures,
    journal_figures,
    one_figures,
    plan_figures,
    reading_figures,
)
from tests.benchmarks.timed import Timed, TimedProgram
from tests.company import Company, company
from tests.sandbox_process import SandboxHandle, running_sandbox

ROOT = Path(__file__).resolve().parents[2]
PEOPLE, GROUPS, MEMBERSHIPS = 1_000, 50, 2_000
JOURNALLED = 100_000
LATENCY = ("--latency-ms", "50")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    work: str
    goal: str
    measured: str
    reached: bool


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
        done.most_in_flight = asked["mostInFlight"]
        return done


@contextmanager
def bench(
    *options: str,
    people: int = PEOPLE,
    groups: int = GROUPS,
    memberships: int = MEMBERSHIPS,
    latency: tuple[str, ...] = LATENCY,
) -> Iterator[Bench]:
    """A fresh one."""
    with tempfile.TemporaryDirectory() as folder, running_sandbox(*latency, *options) as sandbox:
        staff = company(people, groups, memberships)
        yield Bench(sandbox, TimedProgram(Path(folder, "home"), sandbox.token), Path(folder), staff)


# Parts of the table


def no_throttle() -> Iterator[Row]:
    """The first run at full speed, and the runs after it on the same job."""
    with bench() as ours:
        ours.new("--pacing", "adaptive")
        first = ours.run()
        whole = first.code == 0 and first.counts("users", "created") == PEOPLE
        yield Row(
            "first run, no throttle, adaptive",
            "≤ 1,052 requests, ≤ 8 s",
            f"{first.summary}, most in flight {first.most_in_flight}",
            whole and first.requests <= 1052 and first.seconds <= 8,
        )
        same = ours.run()
        yield Row(
            "nothing changed",
            "≤ 61 requests, ≤ 2 s beyond start, 10 in flight",
            f"{same.summary}, most in flight {same.most_in_flight}",
            same.code == 0 and same.requests <= 61 and same.seconds_at_work <= 2 and same.most_in_flight >= 10,
        )
        _change(ours.staff)
        ours.staff.write(ours.folder)
        small = ours.run()
        numbers = [small.counts("users", name) for name in ("updated", "created", "disabled")]
        yield Row(
            "10 changed, 5 new, 3 gone, 5 joins",
            "≤ 90 requests, ≤ 2 s beyond start",
            small.summary,
            small.code == 0 and numbers == [10, 5, 3] and small.requests <= 90 and small.seconds_at_work <= 2,
        )


def _change(staff: Company) -> None:
    """Change 10 people, add 5, take 3 away, let 5 join a group each."""
    for number in range(10):
        staff.person(100 + number)["jobTitle"] = "Harbour master"
    extra = company(PEOPLE + 5, 0, 0).people[PEOPLE:]
    gone = [staff.people.pop(PEOPLE - 1 - number)["userPrincipalName"] for number in range(3)]
    staff.people += extra
    staff.pairs = [(group, name) for group, name in staff.pairs if name not in gone]
    joins = [(f"Team {number:03d}", staff.person(500 + number)["userPrincipalName"]) for number in range(5)]
    assert not set(joins) & set(staff.pairs)
    staff.pairs += joins


def reading() -> Iterator[Row]:
    """How many requests read a tenant where groups outnumber people, and a very large one."""
    with bench(people=60, groups=600, memberships=1_200) as ours:
        ours.new("--pacing", "adaptive")
        ours.run()
        same = ours.run()
    yield Row(
        "nothing changed, 60 people in 600 groups",
        "≤ 67 requests",
        same.summary,
        same.code == 0 and same.requests <= 67,
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
            "1,020 and ≤ 1,500 requests" if limited else "1,020 and about 7,000 requests",
            f"{lists:,} and {memberships:,} requests, {(lists + memberships) / 40:.0f} s at 40 a second; "
            f"{unread:,} groups not read",
            lists <= 1_020 and (memberships <= 1_500 or not limited),
        )


def one_person() -> Iterator[Row]:
    """Provision one person."""
    figures = one_figures()
    yield Row(
        "provision one person of 1,000 in 100 groups, 3 memberships missing",
        "≤ 10 reading requests",
        f"{figures.requests} reading requests, {figures.changes} changes",
        figures.requests <= 10 and figures.changes == 3,
    )


def exchange() -> Iterator[Row]:
    """Order changes that wait for each other."""
    figures = exchange_figures()
    yield Row(
        "ordering 5,000 people who exchange names",
        "≤ 3 s CPU",
        f"{figures.cpu_seconds:.2f} s CPU, {figures.steps:,} steps",
        figures.cpu_seconds <= 3,
    )


def plan_command() -> Iterator[Row]:
    """The command `plan` over a large company."""
    with bench(people=100_000, groups=2_000, memberships=200_000, latency=()) as ours:
        ours.new()
        done = ours.run(verb="plan")
    yield Row(
        "the command plan: 100,000 people, 2,000 groups, 200,000 memberships from CSV, all new",
        "≤ 6 s CPU, ≤ 320 MiB",
        f"{done.cpu_seconds:.2f} s CPU, {done.peak_mib:.0f} MiB; exit {done.code}",
        done.code == 0 and done.cpu_seconds <= 6 and done.peak_mib <= 320,
    )


def in_memory() -> Iterator[Row]:
    """A plan alone, both sides in memory."""
    figures = plan_figures()
    for name, seconds in figures.cpu_seconds.items():
        yield Row(
            f"plan for 100,000 people, 2,000 groups of 100: {name}",
            "≤ 15 s CPU, ≤ 1 GiB resident",
            f"{seconds:.1f} s CPU, {figures.operations[name]:,} changes, {figures.resident_mib[name]:,.0f} MiB "
            f"({figures.sides_mib:,.0f} MiB without the plan)",
            seconds <= 15 and figures.resident_mib[name] <= 1024,
        )


def aws_limits() -> Iterator[Row]:
    """The first run at AWS's published limits, with the pace that knows them."""
    ideal = (PEOPLE - 25) / 25
    with bench("--write-tps", "25", "--read-tps", "40") as ours:
        ours.new("--pacing", "aws")
        done = ours.run()
    ratio = done.seconds_at_work / ideal
    yield Row(
        "first run at 25 writes and 40 reads a second, pace of AWS",
        "≤ 1.06 × ideal, no 429",
        f"{done.summary}, {ratio:.3f} × ideal, {done.throttled} answers of 429",
        done.code == 0 and ratio <= 1.06 and not done.throttled,
    )


def ten_tps() -> Iterator[Row]:
    """The same work at a limit that is not known in advance."""
    ideal = (PEOPLE - 10) / 10
    with bench("--write-tps", "10", "--read-tps", "10") as ours:
        ours.new("--pacing", "adaptive")
        done = ours.run()
    ratio, share = done.seconds_at_work / ideal, done.throttled / done.requests
    yield Row(
        "first run at 10 a second, no Retry-After, adaptive",
        "≤ 1.15 × ideal, < 3 % 429",
        f"{done.summary}, {ratio:.3f} × ideal, {share:.2%} 429",
        done.code == 0 and ratio <= 1.15 and share < 0.03,
    )


def one_bad() -> Iterator[Row]:
    """Yield a person that is rejected before any request, and one, everyone's manager, that only AWS rejects."""
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
        )


def _unreadable(_: Bench, bad: dict[str, str]) -> None:
    bad["surname"] = ""


def _taken(ours: Bench, bad: dict[str, str]) -> None:
    """Another account in AWS has the address under another user name."""
    body: dict[str, Any] = {
        "userName": "stranger@elsewhere.example",
        "displayName": "A stranger",
        "name": {"givenName": "A", "familyName": "Stranger"},
        "emails": [{"value": bad["mail"], "type": "work", "primary": True}],
    }
    with ours.sandbox.client() as client:
        client.post("Users", json=body).raise_for_status()


def journal() -> Iterator[Row]:
    """What the journal costs during a run, and a log of one million rows."""
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
    )
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.log"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    log = json.loads(done.stdout)
    size, by_name = log["megabytes"] * 1000 / log["rows"], log["milliseconds"]["by label"]
    yield Row(
        "a provisioning log of one million rows",
        "≤ 0.8 KB a row, a page sorted by name in 300 ms",
        f"{size:.2f} KB a row, sorted by name in {by_name:.0f} ms, window held at most "
        f"{max(log['late_ms'].values()):.0f} ms",
        size <= 0.8 and by_name <= 300,
    )


def window() -> Iterator[Row]:
    """The window meanwhile, by `tests.benchmarks.provisioning`."""
    from tests.benchmarks.timed import window_lines

    for line in window_lines():
        name, cells = line[:28].strip(), line[28:].split()
        p99, worst, in_reading = (float(cell) for cell in cells[6:9])
        full_speed = name == "first run"  # a run that writes nothing ends after a dozen beats
        yield Row(
            f"the window during a run: {name}",
            "late p99 ≤ 16 ms, worst ≤ 100 ms" if full_speed else "late worst ≤ 100 ms",
            f"p99 {p99} ms, worst {worst} ms" if full_speed else f"worst {worst} ms",
            worst <= 100 and (p99 <= 16 or not full_speed),
        )
        yield Row(
            f"the window while it reads and compares: {name}",
            "late worst ≤ 100 ms",
            f"worst {in_reading} ms",
            in_reading <= 100,
        )


PARTS: dict[str, Callable[[], Iterator[Row]]] = {
    "no-throttle": no_throttle,
    "reading": reading,
    "one": one_person,
    "exchange": exchange,
    "command": plan_command,
    "plan": in_memory,
    "aws": aws_limits,
    "ten": ten_tps,
    "bad": one_bad,
    "journal": journal,
    "window": window,
}


# Another commit


@contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """A work tree of another commit, with the tests of this one."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        tree = Path(folder, "tree")
        git = ("git", "-C", str(ROOT), "worktree")
        subprocess.run([*git, "add", "--quiet", "--detach", str(tree), revision], check=True)
        try:
            shutil.rmtree(tree / "tests")
            shutil.copytree(ROOT / "tests", tree / "tests", ignore=shutil.ignore_patterns("__pycache__"))
            yield tree
        finally:
            subprocess.run([*git, "remove", "--force", str(tree)], check=True)


def rows_there(tree: Path, part: str) -> dict[str, str]:
    """What the other commit measures for a part, by row; empty where its code does not fit these tests."""
    command = [sys.executable, "-m", "tests.benchmarks.engine", "--alone", "--json", "--only", part]
    done = subprocess.run(command, cwd=tree, stdout=subprocess.PIPE, text=True, check=False)
    lines = (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
    return {line["work"]: line["measured"] for line in lines}


def main(arguments: list[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.engine",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", action="append", choices=tuple(PARTS), default=[], metavar="PART")
    parser.add_argument("--beside", default="HEAD^", metavar="REVISION", help="the other commit (HEAD^)")
    parser.add_argument("--alone", action="store_true", help="without another commit")
    parser.add_argument("--json", action="store_true", help="one row a line")
    chosen = parser.parse_args(arguments)
    began, missed = time.monotonic(), 0
    if not chosen.json:
        print(f"{PEOPLE:,} people, {GROUPS} groups, {MEMBERSHIPS:,} memberships, 50 ms a request\n")
        print(
            f"| work | goal | now | | {'' if chosen.alone else chosen.beside} |\n|---|---|---|---|---|", flush=True
        )
    with nullcontext() if chosen.alone else checked_out(chosen.beside) as tree:
        for name in chosen.only or PARTS:
            rows = list(PARTS[name]())
            there = rows_there(tree, name) if tree else {}
            for row in rows:
                missed += not row.reached
                sign = "reached" if row.reached else "MISSED"
                cells = (row.work, row.goal, row.measured, sign, there.get(row.work, "" if chosen.alone else "—"))
                print(json.dumps(asdict(row)) if chosen.json else f"| {' | '.join(cells)} |", flush=True)
    if not chosen.json:
        print(f"\n{missed} missed; {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
