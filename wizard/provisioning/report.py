"""The report of a run and the rows of its log: a pure fold of the events, and the same numbers for a plan."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Literal

from wizard.aws.interface import Landed, ObjectKind, Refused
from wizard.errors import Message
from wizard.mapping.scoping import Skipped
from wizard.progress import RequestMade
from wizard.provisioning import events
from wizard.provisioning.change import Action, Change, differing, known_differing
from wizard.provisioning.effects import outcome
from wizard.provisioning.events import (
    ChangeEnded,
    LogRow,
    ModifiedProperty,
    ObjectReported,
    RunEnded,
    RunEvent,
    Status,
)
from wizard.provisioning.plan import ChangedElsewhere, HeldBack, LeftOut, Plan, Rejected
from wizard.scim.resource import Known, Planned, Value, short_name, short_names, value_text

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
    """What a run did. `as_json` is the shape that users' scripts rely on: no name of it ever changes."""

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
    """Codes of the plan's concerns, accepted or not, and of objects held back until accepted."""
    ending: Ending = "done"
    message: Message | None = None
    """Why it stopped."""
    failures: tuple[LogRow, ...] = ()
    warnings: tuple[LogRow, ...] = ()
    access_refused: bool = False
    """As `RunEnded.access_refused`."""
    unread_groups: int = 0
    """As `Plan.unread_groups`."""
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
            **({"unread": {"groups": self.unread_groups}} if self.unread_groups else {}),
        }


@dataclass(slots=True)
class ReportFold:
    """Adds up events one by one, including requests; `report()` works at any time."""

    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _outcomes: dict[tuple[str, str], str] = field(default_factory=dict)
    """(kind, source id) -> what its changes so far count as: once for each object."""
    _regrouped: set[str] = field(default_factory=set)
    """Source ids of groups of which only members changed: the plan counts them as unchanged."""
    _requests: Counter[str] = field(default_factory=Counter)
    _failures: list[LogRow] = field(default_factory=list)
    _warnings: list[LogRow] = field(default_factory=list)
    _end: RunEnded = field(default_factory=lambda: RunEnded("done"))

    def add(self, event: RunEvent) -> None:
        """Add one event of a preparation or a run."""
        match event:
            case ChangeEnded():
                self._ended(event)
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
        counts = self._counts + Counter((kind, name) for (kind, _), name in self._outcomes.items())
        requests = self._requests
        unsuccessful = sum(("group", source_id) in self._outcomes for source_id in self._regrouped)
        return RunReport(
            users=_counts(counts, "user", plan.unchanged.users),
            groups=_counts(counts, "group", max(0, plan.unchanged.groups - unsuccessful)),
            added=counts["membership", "added"],
            removed=counts["membership", "removed"],
            requests=requests["requests"],
            throttled=requests["throttled"],
            retried=requests["retried"],
            seconds=plan.reading_seconds + self._end.seconds,
            concerns=_codes(plan),
            ending=self._end.ending,
            message=self._end.message,
            access_refused=self._end.access_refused,
            failures=tuple(self._failures),
            warnings=tuple(self._warnings),
            unknown=counts["change", "unknown"],
            unread_groups=plan.unread_groups,
        )

    def _ended(self, event: ChangeEnded) -> None:
        change = event.change
        self._counts["change", "unknown"] += event.unknown
        if change.is_membership:
            if change.key not in self._outcomes:
                self._regrouped.add(change.source_id)
        else:
            self._regrouped.discard(change.source_id if change.kind == "group" else "")
        if event.row.status == "failure":
            self._failures.append(event.row)
            self._count(change, "failed")
        elif event.row.status == "skipped":
            self._count(change, "skipped")
        else:
            if not change.is_membership:
                self._count(change, _COUNTED[outcome(change)])
            if change.members:
                self._counts["membership", _joined(change)] += event.row.count

    def _count(self, change: Change, name: str) -> None:
        before = self._outcomes.get(change.key, "")
        if before != "failed" and not (before and name == "skipped"):
            self._outcomes[change.key] = name

    def _object(self, row: LogRow) -> None:
        kind = "group" if row.kind == "membership" else row.kind
        if row.status == "failure":
            self._counts[kind, "failed"] += 1
            self._failures.append(row)
        elif row.status == "skipped":
            self._counts[kind, "skipped"] += 1
        elif row.status == "warning":
            self._warnings.append(row)


_COUNTED = {"create": "created", "update": "updated", "disable": "disabled", "delete": "deleted"}


def _joined(change: Change) -> str:
    return "removed" if change.action is Action.REMOVE_MEMBERS else "added"


def plan_counts(plan: Plan) -> dict[str, object]:
    """The plan's numbers in the shape of a report: as if everything succeeded, and without requests."""
    counts: Counter[tuple[str, str]] = Counter()
    for change in plan.changes:
        if not change.is_membership:
            counts[change.kind, _COUNTED[outcome(change)]] += 1
        if change.members:
            counts["membership", _joined(change)] += len(change.members)
    for rejected in plan.rejected:
        counts[rejected.kind, "failed"] += 1
    for held in plan.held_back:
        counts[held.kind, "failed" if held.is_asked else "skipped"] += 1
    for skipped in plan.skipped:
        counts[skipped.kind, "skipped"] += 1
    report = RunReport(
        users=_counts(counts, "user", plan.unchanged.users),
        groups=_counts(counts, "group", plan.unchanged.groups),
        added=counts["membership", "added"],
        removed=counts["membership", "removed"],
        concerns=_codes(plan),
    )
    return report.as_json()


def _codes(plan: Plan) -> tuple[str, ...]:
    """What must be accepted, each code once."""
    held = (held.message.code for held in plan.held_back if held.is_asked)
    return tuple(dict.fromkeys((*(concern.code for concern in plan.concerns), *held)))


def _counts(counts: Counter[tuple[str, str]], kind: str, unchanged: int) -> Counts:
    names = ("created", "updated", "disabled", "deleted", "skipped", "failed")
    return Counts(unchanged=unchanged, **{name: counts[kind, name] for name in names})


# Rows of the log


def change_row(
    change: Change,
    status: Status,
    message: Message,
    *,
    names: Mapping[str, str],
    left_out: tuple[str, ...] = (),
    landed: Landed | None = None,
    refused: Refused | None = None,
    milliseconds: int = 0,
) -> LogRow:
    """The row of an ended change. `names` is source id or AWS id -> label."""
    return LogRow(
        time=now(),
        kind="membership" if change.is_membership else change.kind,
        source_id=change.source_id,
        label=change.label,
        action=action(change),
        status=status,
        message=message,
        steps=_steps(status, left_out),
        modified=modified(change, names),
        target_id=landed.id if landed else "" if change.is_membership else change.target_id,
        request_id=landed.request_id if landed else refused.request_id if refused else "",
        detail=refused.detail if refused else "",
        http_status=refused.status if refused else 0,
        milliseconds=milliseconds,
        count=len(change.members) if change.is_membership or _is_new_group(change) else 1,
    )


def _is_new_group(change: Change) -> bool:
    return change.kind == "group" and change.action is Action.CREATE


def done_message(change: Change) -> Message:
    """What happened: "new in AWS", "title, department", "disabled in AWS"."""
    match change.action:
        case Action.CREATE:
            return Message("object-created", members=len(change.members))
        case Action.UPDATE:
            paths = differing(change.before, change.after)
            if change.after.get("active") is True and change.before.get("active") is not True:
                return Message("object-enabled-again", attributes=short_names(p for p in paths if p != "active"))
            return Message("attributes-changed", attributes=short_names(paths))
        case Action.DISABLE:
            return Message("object-disabled")
        case Action.DELETE:
            return Message("object-deleted")
        case Action.ADD_MEMBERS:
            return Message("members-joined", count=len(change.members))
        case Action.REMOVE_MEMBERS:
            return Message("members-left", count=len(change.members))


def action(change: Change) -> events.Action:
    """Entra's word for a change, by its effect."""
    counted = outcome(change)
    return "update" if counted == "members" else counted


def modified(change: Change, names: Mapping[str, str]) -> tuple[ModifiedProperty, ...]:
    """Each attribute before and after."""
    if change.is_membership:
        listed = ", ".join(change.names)
        pair = (listed, "") if change.action is Action.REMOVE_MEMBERS else ("", listed)
        return (ModifiedProperty("members", *pair),)
    before, after = change.before, change.after
    found = [
        ModifiedProperty(short_name(path), _named(before.get(path), names), _named(after.get(path), names))
        for path in differing(before, after)
    ]
    if change.members:
        found.append(
            ModifiedProperty("members", "", ", ".join(_named(member, names) for member in change.members))
        )
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
        attribute=rejected.path if rejected.rule == "row-problem" else short_name(rejected.path),
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
    """Refused repeatedly by AWS and tried later; or a failure until a person accepts it."""
    status: Status = "failure" if held.is_asked else "skipped"
    before = _BEFORE_EXPORT[:-1] if held.is_asked else _BEFORE_EXPORT
    last = "matching" if held.is_asked else "export"
    steps: Steps = (*((step, "success") for step in before if step != last), (last, status))
    return LogRow(now(), held.kind, held.source_id, held.label, "other", status, held.message, steps)


def warning_row(change: Change, absent: tuple[str, ...], names: Mapping[str, str]) -> LogRow:
    """A change that was sent without a reference."""
    kind, source_id = change.key
    message = Message(
        "manager-left-out" if kind == "user" else "members-left-out",
        names=tuple(names.get(one, one) for one in absent[:3]),
        count=len(absent),
    )
    steps = (*((step, "success") for step in _BEFORE_EXPORT), ("referenceResolution", "warning"))
    return LogRow(now(), kind, source_id, change.label, "other", "warning", message, steps)


def left_out_row(left_out: LeftOut) -> LogRow:
    """A reference that the plan leaves out."""
    steps = (*((step, "success") for step in _BEFORE_EXPORT), ("referenceResolution", "warning"))
    return LogRow(now(), "user", "", left_out.label, "other", "warning", left_out.message, steps)


def elsewhere_row(found: ChangedElsewhere, names: Mapping[str, str]) -> LogRow:
    """Changes made in AWS by others, attribute by attribute; `names` is AWS id -> label."""
    link, after = found.link, found.now
    message, modified = Message("deleted-elsewhere"), []
    kind: ObjectKind | Literal["membership"] = link.kind
    if after is not None:
        paths = known_differing(link.confirmed, after)
        message = Message("changed-elsewhere", attributes=short_names(paths))
        modified = [
            ModifiedProperty(
                short_name(path), _named(link.confirmed.get(path), names), _named(after.get(path), names)
            )
            for path in paths
        ]
        if found.joined or found.left:
            modified.append(ModifiedProperty("members", ", ".join(found.left), ", ".join(found.joined)))
            if not paths:
                kind = "membership"
                message = Message("members-changed-elsewhere", joined=len(found.joined), left=len(found.left))
    steps: Steps = (("import", "success"), ("matching", "warning"))
    return LogRow(
        now(),
        kind,
        link.source_id,
        link.label,
        "other",
        "warning",
        message,
        steps,
        tuple(modified),
        link.target_id,
    )


def names_of(plan: Plan) -> dict[str, str]:
    """Source id or AWS id -> label, as far as the plan knows."""
    names = dict(plan.names) | {link.source_id: link.label for link in plan.links}
    names |= {link.target_id: link.label for link in plan.links}
    return names | {change.source_id: change.label for change in plan.changes if not change.is_membership}


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
