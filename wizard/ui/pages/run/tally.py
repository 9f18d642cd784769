"""Counts of a run in progress: outcomes, kinds, pace, time left; and its log lines in memory."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from wizard import messages
from wizard.messages.translation import N_, _
from wizard.progress import RequestMade
from wizard.provisioning.change import Change
from wizard.provisioning.events import ChangeEnded, LogRow, ObjectReported
from wizard.ui.formats import span_in_words

WINDOW_SECONDS = 10.0
"""Seconds over which the pace is measured."""
FEWEST_RESULTS = 20
"""Results needed before the time left is estimated."""
STEADY_SECONDS = 3.0
"""Seconds until the shown time left changes."""
_OUTCOMES = {"create": "created", "update": "updated", "disable": "disabled", "delete": "deleted"}
_KINDS = (N_("People"), N_("Groups"), N_("Memberships"))


class LogLine(NamedTuple):
    """The part of a `LogRow` that the table shows; 100,000 of them are in memory."""

    time: str
    kind: str
    label: str
    action: str
    status: str
    title: str
    milliseconds: int
    row: LogRow | None = None
    """The whole row of a failure or warning: its advice and its fix are shown."""

    @classmethod
    def of(cls, row: LogRow) -> "LogLine":
        """Return the line of a row."""
        whole = row if row.status in ("failure", "warning") else None
        return cls(
            row.time, row.kind, row.label, row.action, row.status, messages.title(row), row.milliseconds, whole
        )

    def holds(self, text: str) -> bool:
        """Return whether it contains a casefolded text."""
        return text in self.label.casefold() or text in self.title.casefold()


class Tally:
    """Counts results by outcome, kind and status."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0
        self.outcomes: Counter[str] = Counter()
        """created, updated, disabled, deleted, skipped, failed."""
        self.statuses: Counter[str] = Counter()
        self._totals: Mapping[str, int] = {}
        self._kinds: Counter[str] = Counter()

    def expect(self, kinds: Mapping[str, int]) -> None:
        """Set the expected number of results per kind."""
        self._totals = kinds

    def add(self, event: ChangeEnded | ObjectReported) -> None:
        """Count one result."""
        row = event.row
        self.statuses[row.status] += 1
        if (
            isinstance(event, ChangeEnded) and row.status != "skipped"
        ):  # skipped: not carried out because the run was stopped
            self.done += 1
            self._kinds[_kind(event.change)] += 1
        name = {"failure": "failed", "skipped": "skipped"}.get(row.status) or _OUTCOMES.get(row.action)
        if name:
            self.outcomes[name] += 1

    @property
    def kinds(self) -> tuple[tuple[str, int, int], ...]:
        """(label, done, total) of each kind in the plan."""
        return tuple((_(kind), self._kinds[kind], self._totals[kind]) for kind in _KINDS if self._totals.get(kind))

    @property
    def share(self) -> float:
        """Share that is done, 0 to 1."""
        return self.done / self.total if self.total else 1.0


class Pace:
    """Results per second and time left. Times are monotonic seconds."""

    def __init__(self, began: float) -> None:
        self._began = began
        self._count = 0
        self._seen: deque[tuple[float, int]] = deque()
        self._said, self._said_at = "", float("-inf")

    def add(self, results: int, now: float) -> None:
        """Count results that arrived at `now`."""
        if results:
            self._count += results
            self._seen.append((now, results))

    def restart(self, now: float) -> None:
        """Start measuring again, after a pause."""
        self._seen.clear()
        self._began, self._said = now, ""

    def rate(self, now: float) -> float:
        """Return the results per second."""
        while self._seen and self._seen[0][0] < now - WINDOW_SECONDS:
            self._seen.popleft()
        span = min(WINDOW_SECONDS, now - self._began)
        return sum(number for _at, number in self._seen) / span if span > 0 else 0.0

    def left(self, seconds: float | None, now: float) -> str:
        """Return "About 1 min 20 s left", or "" while unknown. `seconds` is the pacing's estimate, None = none yet."""
        if now - self._said_at < STEADY_SECONDS:
            return self._said
        known = self._count >= FEWEST_RESULTS and bool(seconds)
        left = span_in_words(max(10, round((seconds or 0) / 10) * 10))
        self._said = _("About {duration} left").format(duration=left) if known else ""
        self._said_at = now
        return self._said


SILENT_SECONDS = 0.75
"""A single request without an answer is no lost connection; none that was answered for so long is one."""
WAITING_SECONDS = 6.0
"""Requests are under way all the time: without any answer for so long, something is wrong, although none has failed."""
_DOING = {
    "GET /Users": N_("Looking up people"),
    "POST /Users": N_("Creating people"),
    "PATCH /Users": N_("Updating people"),
    "DELETE /Users": N_("Deleting people"),
    "GET /Groups": N_("Looking up groups"),
    "POST /Groups": N_("Creating groups"),
    "PATCH /Groups": N_("Changing groups and members"),
    "DELETE /Groups": N_("Deleting groups"),
}


class Contact:
    """Whether AWS answers: since when it does not, the retried operation, and until when, in monotonic seconds."""

    def __init__(self) -> None:
        self.lost_at: float | None = None
        """The first request without an answer; None = the last one was answered."""
        self.until = 0.0
        """When the retries end at the latest; 0 = nothing is retried."""
        self.doing = ""
        """"Creating people"."""
        self.heard_at: float | None = None
        """The last finished request; None = none yet."""
        self._quiet_until = 0.0
        """Until then AWS asked not to be called."""

    def add(self, request: RequestMade, now: float) -> None:
        """Take a finished request."""
        self.heard_at = now
        if request.throttled:
            self._quiet_until = max(self._quiet_until, now + request.wait_seconds)
        if request.status:
            self.lost_at, self.until, self.doing = None, 0.0, ""
            return
        self.lost_at = now if self.lost_at is None else self.lost_at
        doing = _DOING.get("/".join(request.operation.split("/")[:2]))
        self.doing = _(doing) if doing else request.operation
        if request.left_seconds:
            self.until = max(self.until, now + request.left_seconds)

    def is_silent(self, now: float) -> bool:
        """Return whether nothing came back for long, neither an answer nor a failure."""
        return self.heard_at is not None and now - max(self.heard_at, self._quiet_until) >= WAITING_SECONDS

    def is_lost(self, now: float) -> bool:
        """Return whether nothing was answered for a while."""
        return self.lost_at is not None and now - self.lost_at >= SILENT_SECONDS


class Lines:
    """All lines of the run, and a filter as a list of positions."""

    def __init__(self) -> None:
        self._all: list[LogLine] = []
        self._found: list[int] | None = None
        self._test: Callable[[LogLine], bool] | None = None

    def add(self, line: LogLine) -> None:
        """Add a line."""
        self._all.append(line)
        if self._found is not None and self._test is not None and self._test(line):
            self._found.append(len(self._all) - 1)

    def set_filter(self, test: Callable[[LogLine], bool] | None) -> None:
        """Filter the lines by `test`; None = all."""
        self._test = test
        self._found = None if test is None else [at for at, line in enumerate(self._all) if test(line)]

    def __len__(self) -> int:
        return len(self._all) if self._found is None else len(self._found)

    def at(self, place: int) -> LogLine | None:
        """Return the filtered line at a position, oldest first; None outside."""
        if not 0 <= place < len(self):
            return None
        return self._all[place if self._found is None else self._found[place]]


def count_kinds(changes: Iterable[Change]) -> Counter[str]:
    """Count changes per kind. Takes too long for the GUI thread with 100,000 changes."""
    return Counter(map(_kind, changes))


def _kind(change: Change) -> str:
    if change.is_membership:
        return "Memberships"
    return "People" if change.kind == "user" else "Groups"
