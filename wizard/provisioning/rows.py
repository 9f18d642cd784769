"""Rows of the provisioning log: what happened to one person or group, in Entra's columns and in a person's words."""

from collections.abc import Mapping
from datetime import UTC, datetime

from wizard.aws.interface import Landed, Refused
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
from wizard.provisioning.plan import HeldBack, Plan, Rejected
from wizard.provisioning.words import differing, people, short_name, short_names, shown, spoken
from wizard.scim.resource import Known, Planned, Resource, Value

Steps = tuple[tuple[str, str], ...]
_REJECTED = {
    "required-attribute-missing": "{} is missing",
    "more-than-one-value": "{} has more than one value",
    "forbidden-character": "{} has a character that AWS does not take",
    "too-long": "{} is too long",
    "white-space": "{} has a space that AWS does not take",
    "reserved-name": "{} is a name that AWS keeps for itself",
    "duplicate-value": "{} is the same as somebody else's",
    "value-taken": "{} is taken in AWS",
    "ambiguous-match": "{} is found more than once in AWS",
    "row-problem": "the row cannot be read",
    "expression": "{} gets no value from its expression",
}
_BEFORE_EXPORT = ("import", "scoping", "matching", "processing")


def operation_row(
    op: Operation,
    status: Status,
    title: str,
    *,
    advice: str = "",
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
        title=title,
        advice=advice,
        steps=_steps(status, left_out),
        modified=modified(op, names),
        target_id=landed.id if landed else getattr(op, "id", ""),
        request_id=landed.request_id if landed else refused.request_id if refused else "",
        detail=refused.detail if refused else "",
        http_status=refused.status if refused else 0,
        milliseconds=milliseconds,
        count=len(op.members) if isinstance(op, AddMembers | RemoveMembers | CreateGroup) else 1,
    )


def done_title(op: Operation, *, adopted: bool = False) -> str:
    """What happened, in one line: "new in AWS", "title, department", "active is now false"."""
    match op:
        case CreateUser() | CreateGroup():
            found = "already in AWS, taken over" if adopted else "new in AWS"
            if isinstance(op, CreateGroup) and op.members:
                return f"{found}, with {people(len(op.members))}"
            return found
        case UpdateUser() | UpdateGroup():
            paths = differing(op.before, op.after)
            if op.after.get("active") is True and op.before.get("active") is not True:
                rest = [path for path in paths if path != "active"]
                return "enabled again" + (f"; {short_names(rest)}" if rest else "")
            return short_names(paths)
        case DisableUser():
            return "active is now false"
        case DeleteUser() | DeleteGroup():
            return "deleted in AWS"
        case AddMembers():
            return f"{people(len(op.members))} joined"
        case RemoveMembers():
            return f"{people(len(op.members))} left"


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
    told = _REJECTED.get(rejected.rule, "{} is not as AWS takes it").format(spoken(rejected.path))
    title = told if "." in told else told[:1].upper() + told[1:]  # name.familyName is a name of its own
    advice = rejected.sentence if not rejected.line else f"Line {rejected.line}: {rejected.sentence}"
    steps: Steps = (("import", "failure"),)
    if rejected.rule != "row-problem":
        steps = (("import", "success"), ("scoping", "success"), ("processing", "failure"))
    return LogRow(
        now(), rejected.kind, rejected.source_id, rejected.label, "other", "failure", title, advice, steps
    )


def skipped_row(skipped: Skipped) -> LogRow:
    """Out of scope."""
    steps: Steps = (("import", "success"), ("scoping", "skipped"))
    in_entra = f" Entra's log calls this {skipped.code}." if skipped.code else ""
    advice = f"{skipped.sentence}{in_entra}"
    return LogRow(
        now(), skipped.kind, skipped.source_id, skipped.label, "other", "skipped", skipped.reason, advice, steps
    )


def held_row(held: HeldBack) -> LogRow:
    """Refused by AWS again and again: tried later."""
    steps: Steps = (*((step, "success") for step in _BEFORE_EXPORT), ("export", "skipped"))
    advice = "A run from the window tries it at once."
    return LogRow(
        now(), held.kind, held.source_id, held.label, "other", "skipped", held.reason, advice, steps=steps
    )


def warning_row(op: Operation, absent: tuple[str, ...], names: Mapping[str, str]) -> LogRow:
    """An operation went without a reference."""
    kind, source_id = subject(op)
    told = ", ".join(names.get(one, one) for one in absent[:3])
    more = f" and {len(absent) - 3:,} more" if len(absent) > 3 else ""
    what = "manager" if kind == "user" else "members"
    advice = "Not in AWS yet. The next run adds what is missing."
    steps = (*((step, "success") for step in _BEFORE_EXPORT), ("referenceResolution", "warning"))
    return LogRow(
        now(), kind, source_id, op.label, "other", "warning", f"{what} left out: {told}{more}", advice, steps
    )


def told_row(sentence: str) -> LogRow:
    """A warning of the plan."""
    label, colon, rest = sentence.partition(": ")
    steps = (*((step, "success") for step in _BEFORE_EXPORT), ("referenceResolution", "warning"))
    return LogRow(now(), "user", "", label if colon else "", "other", "warning", rest or sentence, steps=steps)


def refused_title(refused: Refused) -> str:
    """What AWS said, with its code: "E-mail is taken in AWS (409)"."""
    code = f"({refused.status})"
    return refused.title if code in refused.title or not refused.status else f"{refused.title} {code}"


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
