"""The report: a pure fold of what happened, and the same numbers of a plan before anything happened."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Literal

from wizard.errors import Message
from wizard.progress import RequestMade
from wizard.provisioning.events import LogRow, ObjectReported, OperationEnded, RunEnded, RunEvent
from wizard.provisioning.operations import (
    AddMembers,
    CreateGroup,
    CreateUser,
    DeleteGroup,
    DeleteUser,
    DisableUser,
    Operation,
    RemoveMembers,
    UpdateGroup,
    UpdateUser,
)
from wizard.provisioning.order import subject
from wizard.provisioning.plan import Plan

Ending = Literal["done", "cancelled", "stopped"]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many objects of one kind."""

    created: int = 0
    updated: int = 0
    disabled: int = 0
    deleted: int = 0
    unchanged: int = 0
    skipped: int = 0
    """Out of scope, or left undone by a cancel or a stop."""
    failed: int = 0
    """Refused, rejected before any request, or without an answer."""


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did. Design 9 promises `as_json` to people's scripts."""

    users: Counts
    groups: Counts
    """A failed or skipped change of members counts here."""
    added: int = 0
    """Memberships."""
    removed: int = 0
    requests: int = 0
    throttled: int = 0
    retried: int = 0
    seconds: float = 0.0
    concerns: tuple[str, ...] = ()
    """Codes of the plan's concerns, accepted or not."""
    ending: Ending = "done"
    message: Message | None = None
    """Why it stopped."""
    failures: tuple[LogRow, ...] = ()
    warnings: tuple[LogRow, ...] = ()
    access_refused: bool = False
    """As `RunEnded.access_refused`."""
    unknown: int = 0
    """Of the failed: sent, without an answer; the next run looks them up."""

    @property
    def failed(self) -> int:
        """Objects in scope that failed or were rejected."""
        return self.users.failed + self.groups.failed

    def as_json(self) -> dict[str, object]:
        """The shape of design 9, without the event's name."""
        return {
            "users": asdict(self.users),
            "groups": asdict(self.groups),
            "memberships": {"added": self.added, "removed": self.removed},
            "requests": self.requests,
            "throttled": self.throttled,
            "retried": self.retried,
            "seconds": round(self.seconds, 3),
            "concerns": list(self.concerns),
        }


@dataclass(slots=True)
class ReportFold:
    """Adds up events one by one, requests among them; `report()` may be asked at any time."""

    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _requests: Counter[str] = field(default_factory=Counter)
    _failures: list[LogRow] = field(default_factory=list)
    _warnings: list[LogRow] = field(default_factory=list)
    _end: RunEnded = field(default_factory=lambda: RunEnded("done"))

    def add(self, event: RunEvent) -> None:
        """Take one event of a preparation or a run."""
        match event:
            case OperationEnded():
                self._operation(event)
            case ObjectReported():
                self._object(event.row)
            case RequestMade():
                self._requests["requests"] += 1
                self._requests["throttled"] += event.throttled
                self._requests["retried"] += event.retry > 0
            case RunEnded():
                self._end = event
            case _:
                pass

    def report(self, plan: Plan) -> RunReport:
        """What happened so far; the plan gives what needed no event."""
        counts, requests = self._counts, self._requests
        return RunReport(
            users=_counts(counts, "user", plan.unchanged.users),
            groups=_counts(counts, "group", plan.unchanged.groups),
            added=counts["membership", "added"],
            removed=counts["membership", "removed"],
            requests=requests["requests"],
            throttled=requests["throttled"],
            retried=requests["retried"],
            seconds=self._end.seconds,
            concerns=tuple(concern.code for concern in plan.concerns),
            ending=self._end.ending,
            message=self._end.message,
            access_refused=self._end.access_refused,
            failures=tuple(self._failures),
            warnings=tuple(self._warnings),
            unknown=counts["operation", "unknown"],
        )

    def _operation(self, event: OperationEnded) -> None:
        kind, _ = subject(event.operation)
        self._counts["operation", "unknown"] += event.unknown
        if event.row.status in ("failure", "skipped"):
            self._object(event.row, kind)
            return
        name, members = effect(event.operation)
        if name:
            self._counts[kind, name] += 1
        if members:
            self._counts["membership", members] += event.row.count

    def _object(self, row: LogRow, kind: str = "") -> None:
        kind = kind or ("group" if row.kind == "membership" else row.kind)
        if row.status == "failure":
            self._counts[kind, "failed"] += 1
            self._failures.append(row)
        elif row.status == "skipped":
            self._counts[kind, "skipped"] += 1
        elif row.status == "warning":
            self._warnings.append(row)


def report_of(plan: Plan, events: Iterable[RunEvent]) -> RunReport:
    """The fold of all events of a run."""
    fold = ReportFold()
    for event in events:
        fold.add(event)
    return fold.report(plan)


def effect(op: Operation) -> tuple[str, str]:
    """(what it counts as for its object, what for memberships); "" = nothing."""
    match op:
        case CreateUser():
            return "created", ""
        case CreateGroup():
            return "created", "added"
        case UpdateUser() | UpdateGroup():
            return "updated", ""
        case DisableUser():
            return "disabled", ""
        case DeleteUser() | DeleteGroup():
            return "deleted", ""
        case AddMembers():
            return "", "added"
        case RemoveMembers():
            return "", "removed"


def plan_report(plan: Plan) -> RunReport:
    """The plan's numbers in the shape of a report: as if everything went well and nothing was requested."""
    counts: Counter[tuple[str, str]] = Counter()
    for op in plan.operations:
        name, members = effect(op)
        if name:
            counts[subject(op)[0], name] += 1
        if members and isinstance(op, CreateGroup | AddMembers | RemoveMembers):
            counts["membership", members] += len(op.members)
    for rejected in plan.rejected:
        counts[rejected.kind, "failed"] += 1
    for skipped in plan.skipped:
        counts[skipped.kind, "skipped"] += 1
    return RunReport(
        users=_counts(counts, "user", plan.unchanged.users),
        groups=_counts(counts, "group", plan.unchanged.groups),
        added=counts["membership", "added"],
        removed=counts["membership", "removed"],
        concerns=tuple(concern.code for concern in plan.concerns),
    )


def plan_counts(plan: Plan) -> dict[str, object]:
    """`plan_report` in the shape of design 9."""
    return plan_report(plan).as_json()


def _counts(counts: Counter[tuple[str, str]], kind: str, unchanged: int) -> Counts:
    names = ("created", "updated", "disabled", "deleted", "skipped", "failed")
    return Counts(unchanged=unchanged, **{name: counts[kind, name] for name in names})
