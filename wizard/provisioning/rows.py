"""Rows of the provisioning log: what happened to one person or group, in Entra's columns."""

from collections.abc import Mapping
from datetime import UTC, datetime

from wizard.aws.interface import Landed, Refused
from wizard.errors import Message
from wizard.mapping.scoping import Skipped
from wizard.provisioning.events import Action, LogRow, ModifiedProperty, Status
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
from wizard.provisioning.plan import HeldBack, LeftOut, Plan, Rejected
from wizard.provisioning.words import differing, short_name, short_names, shown
from wizard.scim.resource import Known, Planned, Resource, Value

Steps = tuple[tuple[str, str], ...]
_BEFORE_EXPORT = ("import", "scoping", "matching", "processing")


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
    """The row of an operation that ended. `names` is id (source's or target's) -> what a person calls it."""
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
    """Entra's name of what an operation does."""
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
        own = shown(value)
        return names.get(own, own)
    return shown(value)


def rejected_row(rejected: Rejected) -> LogRow:
    """A failure found before any request."""
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
    """Refused by AWS again and again: tried later."""
    steps: Steps = (*((step, "success") for step in _BEFORE_EXPORT), ("export", "skipped"))
    return LogRow(now(), held.kind, held.source_id, held.label, "other", "skipped", held.message, steps)


def warning_row(op: Operation, absent: tuple[str, ...], names: Mapping[str, str]) -> LogRow:
    """An operation went without a reference."""
    kind, source_id = subject(op)
    message = Message(
        "manager-left-out" if kind == "user" else "members-left-out",
        names=tuple(names.get(one, one) for one in absent[:3]),
        count=len(absent),
    )
    steps = (*((step, "success") for step in _BEFORE_EXPORT), ("referenceResolution", "warning"))
    return LogRow(now(), kind, source_id, op.label, "other", "warning", message, steps)


def left_out_row(left_out: LeftOut) -> LogRow:
    """A warning of the plan."""
    steps = (*((step, "success") for step in _BEFORE_EXPORT), ("referenceResolution", "warning"))
    return LogRow(now(), "user", "", left_out.label, "other", "warning", left_out.message, steps)


def names_of(plan: Plan) -> dict[str, str]:
    """Id, the source's or the target's -> what a person calls it, as far as the plan knows."""
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
