"""The report of a run and the rows of its log: a pure fold of the events, and the same numbers for a plan."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Literal

from wizard.aws.interface import Landed, Refused
from wizard.errors import Message
from wizard.mapping.scoping import Skipped
from wizard.progress import RequestMade
from wizard.provisioning.events import (
    Action,
    LogRow,
    ModifiedProperty,
    ObjectReported,
    OperationEnded,
    RunEnded,
    RunEvent,
    Status,
)
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
    differing,
)
from wizard.provisioning.order import subject
from wizard.provisioning.plan import HeldBack, LeftOut, Plan, Rejected
from wizard.scim.resource import Known, Planned, Resource, Value, short_name, short_names, value_text

Steps = tuple[tuple[str, str], ...]
_BEFORE_EXPORT = ("import", "scoping", "matching", "processing")
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
    """Out of scope, or not done because of a cancel or a stop."""
    failed: int = 0
    """Refused, rejected before any request, or without an answer."""


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did. `as_json` is the shape that users' scripts rely on (architecture.md, 10)."""

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
    """Of reading, comparing and writing, as `requests` counts those of reading and writing."""
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
    """Of the failed: sent, but not answered; the next run looks them up."""

    @property
    def failed(self) -> int:
        """Objects in scope that failed or were rejected."""
        return self.users.failed + self.groups.failed

    def as_json(self) -> dict[str, object]:
        """The report for scripts, without the event's name."""
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
    """Adds up events one by one, including requests; `report()` works at any time."""

    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _requests: Counter[str] = field(default_factory=Counter)
    _failures: list[LogRow] = field(default_factory=list)
    _warnings: list[LogRow] = field(default_factory=list)
    _end: RunEnded = field(default_factory=lambda: RunEnded("done"))

    def add(self, event: RunEvent) -> None:
        """Add one event of a preparation or a run."""
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
        """What happened so far; numbers without an event come from the plan."""
        counts, requests = self._counts, self._requests
        return RunReport(
            users=_counts(counts, "user", plan.unchanged.users),
            groups=_counts(counts, "group", plan.unchanged.groups),
            added=counts["membership", "added"],
            removed=counts["membership", "removed"],
            requests=requests["requests"],
            throttled=requests["throttled"],
            retried=requests["retried"],
            seconds=plan.reading_seconds + self._end.seconds,
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


def effect(op: Operation) -> tuple[str, str]:
    """(what it counts as for its object, and for memberships); "" = nothing."""
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


def plan_counts(plan: Plan) -> dict[str, object]:
    """The plan's numbers in the shape of a report: as if everything succeeded, and without requests."""
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
    report = RunReport(
        users=_counts(counts, "user", plan.unchanged.users),
        groups=_counts(counts, "group", plan.unchanged.groups),
        added=counts["membership", "added"],
        removed=counts["membership", "removed"],
        concerns=tuple(concern.code for concern in plan.concerns),
    )
    return report.as_json()


def _counts(counts: Counter[tuple[str, str]], kind: str, unchanged: int) -> Counts:
    names = ("created", "updated", "disabled", "deleted", "skipped", "failed")
    return Counts(unchanged=unchanged, **{name: counts[kind, name] for name in names})


# Rows of the log


def operation_row(
    op: Operation,
    status: Status,
    message: Message,
    *,
    names: Mapping[str, str],
    left_out: tuple[str, ...] = (),
    landed: Landed | None = None,
    refused: Refused | None = None,
    milliseconds: int = 0,
) -> LogRow:
    """The row of an ended operation. `names` is source id or AWS id -> label."""
    kind, source_id = subject(op)
    membership = isinstance(op, AddMembers | RemoveMembers)
    return LogRow(
        time=now(),
        kind="membership" if membership else kind,
        source_id=source_id,
        label=op.label,
        action=action(op),
        status=status,
        message=message,
        steps=_steps(status, left_out),
        modified=modified(op, names),
        target_id=landed.id if landed else getattr(op, "id", ""),
        request_id=landed.request_id if landed else refused.request_id if refused else "",
        detail=refused.detail if refused else "",
        http_status=refused.status if refused else 0,
        milliseconds=milliseconds,
        count=len(op.members) if isinstance(op, AddMembers | RemoveMembers | CreateGroup) else 1,
    )


def done_message(op: Operation, *, adopted: bool = False) -> Message:
    """What happened: "new in AWS", "title, department", "active is now false"."""
    match op:
        case CreateUser() | CreateGroup():
            members = len(op.members) if isinstance(op, CreateGroup) else 0
            return Message("object-taken-over" if adopted else "object-created", members=members)
        case UpdateUser() | UpdateGroup():
            paths = differing(op.before, op.after)
            if op.after.get("active") is True and op.before.get("active") is not True:
                return Message("object-enabled-again", attributes=short_names(p for p in paths if p != "active"))
            return Message("attributes-changed", attributes=short_names(paths))
        case DisableUser():
            return Message("object-disabled")
        case DeleteUser() | DeleteGroup():
            return Message("object-deleted")
        case AddMembers():
            return Message("members-joined", count=len(op.members))
        case RemoveMembers():
            return Message("members-left", count=len(op.members))


def action(op: Operation) -> Action:
    """Entra's word for an operation."""
    match op:
        case CreateUser() | CreateGroup():
            return "create"
        case UpdateUser() | UpdateGroup() | AddMembers() | RemoveMembers():
            return "update"
        case DisableUser():
            return "disable"
        case DeleteUser() | DeleteGroup():
            return "delete"


def modified(op: Operation, names: Mapping[str, str]) -> tuple[ModifiedProperty, ...]:
    """Each attribute before and after."""
    if isinstance(op, DisableUser):
        return (ModifiedProperty("active", "true", "false"),)
    if isinstance(op, AddMembers | RemoveMembers):
        told = ", ".join(op.names)
        pair = ("", told) if isinstance(op, AddMembers) else (told, "")
        return (ModifiedProperty("members", *pair),)
    before: Resource = {} if isinstance(op, CreateUser | CreateGroup) else op.before
    after: Resource = {} if isinstance(op, DeleteUser | DeleteGroup) else op.after
    found = [
        ModifiedProperty(short_name(path), _named(before.get(path), names), _named(after.get(path), names))
        for path in differing(before, after)
    ]
    if isinstance(op, CreateGroup) and op.members:
        found.append(ModifiedProperty("members", "", ", ".join(_named(member, names) for member in op.members)))
    return tuple(found)


def _named(value: Value | None, names: Mapping[str, str]) -> str:
    if isinstance(value, Known | Planned):
        own = value_text(value)
        return names.get(own, own)
    return value_text(value)


def rejected_row(rejected: Rejected) -> LogRow:
    """An object that failed before any request."""
    message = Message(
        "object-rejected",
        rule=rejected.rule,
        attribute=short_name(rejected.path),
        line=rejected.line,
        why=rejected.message,
    )
    steps: Steps = (("import", "failure"),)
    if rejected.rule != "row-problem":
        steps = (("import", "success"), ("scoping", "success"), ("processing", "failure"))
    return LogRow(now(), rejected.kind, rejected.source_id, rejected.label, "other", "failure", message, steps)


def skipped_row(skipped: Skipped) -> LogRow:
    """Out of scope."""
    steps: Steps = (("import", "success"), ("scoping", "skipped"))
    return LogRow(
        now(), skipped.kind, skipped.source_id, skipped.label, "other", "skipped", skipped.message, steps
    )


def held_row(held: HeldBack) -> LogRow:
    """Refused repeatedly by AWS: tried later."""
    steps: Steps = (*((step, "success") for step in _BEFORE_EXPORT), ("export", "skipped"))
    return LogRow(now(), held.kind, held.source_id, held.label, "other", "skipped", held.message, steps)


def warning_row(op: Operation, absent: tuple[str, ...], names: Mapping[str, str]) -> LogRow:
    """An operation that was sent without a reference."""
    kind, source_id = subject(op)
    message = Message(
        "manager-left-out" if kind == "user" else "members-left-out",
        names=tuple(names.get(one, one) for one in absent[:3]),
        count=len(absent),
    )
    steps = (*((step, "success") for step in _BEFORE_EXPORT), ("referenceResolution", "warning"))
    return LogRow(now(), kind, source_id, op.label, "other", "warning", message, steps)


def left_out_row(left_out: LeftOut) -> LogRow:
    """A reference that the plan leaves out."""
    steps = (*((step, "success") for step in _BEFORE_EXPORT), ("referenceResolution", "warning"))
    return LogRow(now(), "user", "", left_out.label, "other", "warning", left_out.message, steps)


def names_of(plan: Plan) -> dict[str, str]:
    """Source id or AWS id -> label, as far as the plan knows."""
    names = dict(plan.names) | {link.source_id: link.label for link in plan.links}
    names |= {link.target_id: link.label for link in plan.links}
    return names | {
        op.source_id: op.label for op in plan.operations if not isinstance(op, AddMembers | RemoveMembers)
    }


def now() -> str:
    """ISO time with milliseconds, UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _steps(status: Status, left_out: tuple[str, ...]) -> Steps:
    references = "warning" if left_out else "success"
    export = "success" if status == "warning" else status
    return (
        *((step, "success") for step in _BEFORE_EXPORT),
        ("referenceResolution", references),
        ("export", export),
    )
