"""What the Run page counts while a run goes on: outcomes, each kind, the pace, the time that is left."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from wizard import messages
from wizard.provisioning.events import LogRow, ObjectReported, OperationEnded
from wizard.provisioning.operations import AddMembers, Operation, RemoveMembers
from wizard.provisioning.order import subject
from wizard.ui.formats import span_in_words

WINDOW_SECONDS = 10.0
"""The pace is that of the last so many seconds."""
FEWEST_RESULTS = 20
"""Before so many results nobody can say how long it takes."""
STEADY_SECONDS = 3.0
"""What was said about the time left stands at least so long."""
_OUTCOMES = {"create": "created", "update": "updated", "disable": "disabled", "delete": "deleted"}
_KINDS = ("People", "Groups", "Memberships")


class LogLine(NamedTuple):
    """One line of the log while it runs: the part of a `LogRow` that is shown, so that 100,000 stay small."""

    time: str
    kind: str
    label: str
    action: str
    status: str
    title: str
    milliseconds: int

    @classmethod
    def of(cls, row: LogRow) -> "LogLine":
        """The line of a row."""
        return cls(row.time, row.kind, row.label, row.action, row.status, messages.title(row), row.milliseconds)

    def holds(self, text: str) -> bool:
        """Whether a folded text occurs in it."""
        return text in self.label.casefold() or text in self.title.casefold()


class Tally:
    """Adds up results."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0
        self.outcomes: Counter[str] = Counter()
        """created, updated, disabled, deleted, skipped, failed."""
        self.statuses: Counter[str] = Counter()
        self._totals: Mapping[str, int] = {}
        self._kinds: Counter[str] = Counter()

    def expect(self, kinds: Mapping[str, int]) -> None:
        """So many of each kind are to come."""
        self._totals = kinds

    def add(self, event: OperationEnded | ObjectReported) -> None:
        """Take one result."""
        row = event.row
        self.statuses[row.status] += 1
        if isinstance(event, OperationEnded) and row.status != "skipped":  # skipped = left undone by a stop
            self.done += 1
            self._kinds[_kind(event.operation)] += 1
        name = {"failure": "failed", "skipped": "skipped"}.get(row.status) or _OUTCOMES.get(row.action)
        if name:
            self.outcomes[name] += 1

    @property
    def kinds(self) -> tuple[tuple[str, int, int], ...]:
        """(People, done, total) of each kind there is."""
        return tuple((kind, self._kinds[kind], self._totals[kind]) for kind in _KINDS if self._totals.get(kind))

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.done / self.total if self.total else 1.0


class Pace:
    """How fast results come, and how long the rest takes. Times are monotonic seconds."""

    def __init__(self, began: float) -> None:
        self._began = began
        self._count = 0
        self._seen: deque[tuple[float, int]] = deque()
        self._said, self._said_at = "", float("-inf")

    def add(self, results: int, now: float) -> None:
        """So many results came."""
        if results:
            self._count += results
            self._seen.append((now, results))

    def rest(self, now: float) -> None:
        """A pause: what came before it says nothing of what comes after."""
        self._seen.clear()
        self._began, self._said = now, ""

    def rate(self, now: float) -> float:
        """Results a second, of the last seconds."""
        while self._seen and self._seen[0][0] < now - WINDOW_SECONDS:
            self._seen.popleft()
        span = min(WINDOW_SECONDS, now - self._began)
        return sum(number for _at, number in self._seen) / span if span > 0 else 0.0

    def left(self, seconds: float | None, now: float) -> str:
        """ "About 1 min 20 s left"; "" while nobody knows. `seconds` is what pacing says, None = nothing yet."""
        if now - self._said_at < STEADY_SECONDS:
            return self._said
        known = self._count >= FEWEST_RESULTS and bool(seconds)
        self._said = f"About {span_in_words(max(10, round((seconds or 0) / 10) * 10))} left" if known else ""
        self._said_at = now
        return self._said


class Lines:
    """Every line so far, and those that a question finds, by a list of positions."""

    def __init__(self) -> None:
        self._all: list[LogLine] = []
        self._found: list[int] | None = None
        self._test: Callable[[LogLine], bool] | None = None

    def add(self, line: LogLine) -> None:
        """A line came."""
        self._all.append(line)
        if self._found is not None and self._test is not None and self._test(line):
            self._found.append(len(self._all) - 1)

    def ask(self, test: Callable[[LogLine], bool] | None) -> None:
        """Show only the lines for which `test` is true; None = all."""
        self._test = test
        self._found = None if test is None else [at for at, line in enumerate(self._all) if test(line)]

    def __len__(self) -> int:
        return len(self._all) if self._found is None else len(self._found)

    def at(self, place: int) -> LogLine | None:
        """The line at a place from the oldest on."""
        if not 0 <= place < len(self):
            return None
        return self._all[place if self._found is None else self._found[place]]


def kinds_of(operations: Iterable[Operation]) -> Counter[str]:
    """How many of each kind there are; for a large company it takes longer than a window may stand still."""
    return Counter(map(_kind, operations))


def _kind(operation: Operation) -> str:
    if isinstance(operation, AddMembers | RemoveMembers):
        return "Memberships"
    return "People" if subject(operation)[0] == "user" else "Groups"
