"""What mapping, scope and the problems panel cost, over made-up people in memory.

python -m tests.benchmarks.mapping [PEOPLE PEOPLE_OF_THE_PANEL]
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import median

from PySide6.QtCore import QCoreApplication

from tests.benchmarks.provisioning import Heartbeat
from wizard.directory import DirectorySnapshot, DirectoryUser
from wizard.flow.mapping.problems import ProblemBoard
from wizard.mapping.attribute_mapping import MappingKind, default_mappings
from wizard.mapping.resources import Table, run_context
from wizard.mapping.scoping import in_scope
from wizard.mapping.scoping_filter import parse_filter
from wizard.provisioning.job import Job, Scope
from wizard.runtime import collect_in_small_steps

ATTRIBUTES = (
    *("userPrincipalName", "displayName", "givenName", "surname", "mail", "jobTitle", "department", "employeeId"),
    *("telephoneNumber", "physicalDeliveryOfficeName", "streetAddress", "city", "state", "postalCode", "country"),
    *("preferredLanguage", "manager"),
)
FILTERS = {
    "scope: two equal, one pattern": (
        "department EQUALS Sales AND city IS NOT NULL AND jobTitle REGEX MATCH (Engineer|Lead).*"
    ),
    "scope: pattern on the user name": (
        "userPrincipalName REGEX MATCH .*@tidewater\\.example AND department NOT EQUALS Sales AND city Includes Ki"
    ),
}
EDITS = (
    ("title", "ToLower([jobTitle])"),
    ("name.familyName", "Coalesce([surname], [displayName])"),
    ("userName", 'Append([mailNickname], "@tidewater.example")'),
    ("displayName", 'Replace([displayName], , "\\s+", , " ", , )'),
    ("name.formatted", 'Join(", ", [surname], [givenName])'),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table."""

    what: str
    count: int
    seconds: float
    aim_microseconds: float

    def __str__(self) -> str:
        each = self.seconds / self.count * 1_000_000
        return (
            f"{self.what:<34} {self.count:>9,} {self.seconds:>9.2f} {each:>12.1f} {self.aim_microseconds:>9.0f} "
            f"{each / self.aim_microseconds:>8.2f}"
        )


def person(number: int) -> DirectoryUser:
    """Return a user; one in forty has no last name, one in a hundred a colon in the title."""
    values = {
        "userPrincipalName": f"person{number:06d}@tidewater.example",
        "displayName": f"Given{number} Family{number}",
        "givenName": f"Given{number}",
        "surname": f"Family{number}" if number % 40 else "",
        "mail": f"person{number:06d}@tidewater.example",
        "jobTitle": f"{('Engineer', 'Lead', 'Clerk')[number % 3]} {number % 20}{'' if number % 100 else ': new'}",
        "department": ("Sales", "IT", "Works", "Legal")[number % 4],
        "employeeId": str(number),
        "telephoneNumber": f"+49 431 {number:06d}",
        "physicalDeliveryOfficeName": f"{number % 9}.{number % 40}",
        "streetAddress": f"Quay {number % 200}",
        "city": "Kiel",
        "state": "SH",
        "postalCode": str(24103 + number % 60),
        "country": "Germany",
        "preferredLanguage": "de-DE",
        "manager": str(number // 10) if number else "",
    }
    return DirectoryUser(str(number), True, {name: value for name, value in values.items() if value})


def best_of_three(act: Callable[[], object]) -> float:
    """Seconds; the least of three, for other programs can only add to it."""
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def mapping_line(users: Sequence[DirectoryUser]) -> Line:
    """The default table over everyone, as a run asks it."""
    table, context = Table(default_mappings().users, ATTRIBUTES), run_context()

    def everyone() -> None:
        for user in users:
            table.user(user, context)

    return Line("mapping: default table, 25 rows", len(users), best_of_three(everyone), 60)


def scope_lines(snapshot: DirectorySnapshot) -> list[Line]:
    """Three clauses over everyone: the division itself, reasons and all."""
    lines = []
    for what, text in FILTERS.items():
        scope = Scope(user_filter=parse_filter(text))
        lines.append(Line(what, len(snapshot.users), best_of_three(partial(in_scope, snapshot, scope)), 5))
    return lines


def off_the_window(act: Callable[[], object], beats: Heartbeat) -> tuple[float, float]:
    """Seconds an act takes on a thread while the window's loop runs; and how late the loop was, in ms."""
    beats.forget()
    began = time.perf_counter()
    thread = threading.Thread(target=act)
    thread.start()
    while thread.is_alive():
        QCoreApplication.processEvents()
        time.sleep(0.0005)
    return time.perf_counter() - began, beats.worst(1)


def panel(people: int) -> None:
    """First look at everyone, then one row edited at a time, on a thread beside the window's loop."""
    snapshot = DirectorySnapshot(tuple(person(number) for number in range(people)), attributes=ATTRIBUTES)
    job, board, beats = Job("j", "Benchmark", default_mappings()), ProblemBoard(), Heartbeat()
    seconds, late = off_the_window(lambda: board.update(job, snapshot), beats)
    groups = board.update(job, snapshot)
    told = ", ".join(f"{group.count:,} {group.rule}" for group in groups)
    print(f"\nproblems panel, {people:,} people: {told}")
    print(f"{'':<34} {'targets':>9} {'ms':>9} {'aim ms':>12} {'ratio':>9} {'late ms':>8}")
    print(
        f"{'first look':<34} {len(default_mappings().users):>9} {seconds * 1000:>9.0f} {'':>12} {'':>9} {late:>8.1f}"
    )
    for target, expression in EDITS:
        rows = tuple(
            replace(row, kind=MappingKind.FUNCTION, source=expression) if row.target == target else row
            for row in job.mappings.users
        )
        edited = replace(job, mappings=replace(job.mappings, users=rows))
        took, lates = [], []
        for _ in range(3):
            seconds, late = off_the_window(partial(board.update, edited, snapshot), beats)
            targets = len(board.recomputed)
            board.update(job, snapshot)
            took.append(seconds * 1000)
            lates.append(late)
        middle = median(took)
        print(
            f"{f'{target} edited':<34} {targets:>9} {middle:>9.0f} {300:>12} {middle / 300:>9.2f} {max(lates):>8.1f}"
        )


def main(people: int, people_of_the_panel: int) -> None:
    """Print the table."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    _application = QCoreApplication(sys.argv[:1])
    collect_in_small_steps()
    snapshot = DirectorySnapshot(tuple(person(number) for number in range(people)), attributes=ATTRIBUTES)
    print(f"{'':<34} {'people':>9} {'seconds':>9} {'µs a person':>12} {'aim µs':>9} {'ratio':>8}")
    for line in (mapping_line(snapshot.users), *scope_lines(snapshot)):
        print(line)
    panel(people_of_the_panel)


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    main(*(numbers or (100_000, 10_000)))
