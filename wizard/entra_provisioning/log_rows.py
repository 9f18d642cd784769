"""Microsoft's provisioning log in the columns of this program's log."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from wizard.errors import Message
from wizard.graph.provisioning_log import LogEntry

_ACTIONS: dict[str, Literal["create", "update", "disable", "delete", "other"]] = {
    "create": "create", "update": "update", "disable": "disable", "delete": "delete", "stageddelete": "delete",
}  # fmt: skip
_STATUSES: dict[str, Literal["success", "failure", "skipped", "warning"]] = {
    "success": "success", "failure": "failure", "skipped": "skipped", "warning": "warning",
}  # fmt: skip
STAGED = "stageddelete"
"""Action of a deletion that the threshold held back."""
_KNOWN_ERRORS = (
    "DuplicateTargetEntries", "DuplicateSourceEntries", "EntryConflict", "Conflict", "TooManyRequests",
    "InsufficientRights", "Unauthorized", "MandatoryFieldsMissing", "MissingValues", "InvalidAnchor",
    "UnprocessableEntity", "Timeout", "InternalServerError",
)  # fmt: skip
"""Endings of Microsoft's error codes: connectors put their names before them."""


@dataclass(frozen=True, slots=True)
class MicrosoftRow:
    """One row of Microsoft's log."""

    id: str
    time: str
    """ISO time, UTC."""
    kind: Literal["user", "group"]
    source_id: str
    target_id: str
    label: str
    action: Literal["create", "update", "disable", "delete", "other"]
    status: Literal["success", "failure", "skipped", "warning", "held"]
    message: Message
    detail: str
    """Microsoft's sentence for a failure."""
    steps: tuple[tuple[str, str], ...]
    """(step, result) of Entra's steps."""
    modified: tuple[tuple[str, str, str], ...]
    """(attribute, before, after)."""
    held: bool
    """A deletion that waits to be allowed."""
    cycle: str
    """Microsoft's id of the cycle; "" = provisioned on demand."""
    milliseconds: int


def log_row(entry: LogEntry) -> MicrosoftRow:
    """Return one entry as a row."""
    held = entry.action == STAGED
    status = _STATUSES.get(entry.status, "warning")
    return MicrosoftRow(
        id=entry.id,
        time=entry.time,
        kind="group" if entry.kind == "group" else "user",
        source_id=entry.source_id,
        target_id=entry.target_id,
        label=entry.name or entry.source_id,
        action=_ACTIONS.get(entry.action, "other"),
        status="held" if held else status,
        message=_message(entry, held),
        detail=entry.reason if status == "failure" else "",
        steps=tuple((step.kind, step.status) for step in entry.steps),
        modified=entry.modified,
        held=held,
        cycle=entry.cycle,
        milliseconds=entry.milliseconds,
    )


def held_deletions(entries: Iterable[LogEntry]) -> tuple[MicrosoftRow, ...]:
    """Return the deletions that wait to be allowed, each person and group once, the newest first."""
    rows = {row.source_id: row for row in map(log_row, reversed(tuple(entries))) if row.held}
    return tuple(reversed(rows.values()))


def _message(entry: LogEntry, held: bool) -> Message:
    if held:
        return Message("entra-row-held")
    if entry.status == "failure":
        known = next((name for name in _KNOWN_ERRORS if entry.error.endswith(name)), "")
        return Message("entra-row-failed", error=entry.error, kind=known)
    if entry.status == "skipped":
        return Message("entra-row-skipped", reason=entry.error)
    return Message("entra-row-done", attributes=tuple(name for name, _, _ in entry.modified))
