"""Exports of the log and of a plan as CSV or JSON. Headings and actions stay English: scripts read them."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from wizard import messages
from wizard.errors import Message
from wizard.flow.support.spreadsheet import disarmed
from wizard.messages.formats import plain
from wizard.provisioning.change import Action, Change
from wizard.provisioning.effects import Outcome, outcome
from wizard.provisioning.events import LogRow
from wizard.provisioning.plan import Plan
from wizard.scim.resource import Known, Planned, Resource, Value
from wizard.storage.paths import write_private


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as they are exported: for CSV every cell a text, for JSON one object each."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    objects: tuple[Any, ...]
    """The same rows for JSON, with all that a cell cannot hold."""


def log_table(rows: Iterable[LogRow]) -> Table:
    """The provisioning log as a table, in Entra's columns."""
    log = tuple(rows)
    headings = (
        "Time", "Kind", "Name", "Source ID", "Action", "Status", "What happened", "Advice", "Modified", "AWS ID",
        "AWS request ID", "AWS message", "HTTP status", "Milliseconds", "Count",
    )  # fmt: skip
    return Table(headings, tuple(_log_cells(row) for row in log), tuple(row_as_json(row) for row in log))


def row_as_json(row: LogRow) -> dict[str, Any]:
    """A row of the log for scripts: its fields, and its message as text and as code with arguments."""
    fields = msgspec.to_builtins(row, enc_hook=_message_as_json)
    message = fields.pop("message")
    said = {"title": messages.title(row), "advice": messages.advice(row), **message}
    shown_first = ("time", "kind", "source_id", "label", "action", "status")
    return {**{name: fields.pop(name) for name in shown_first}, **said, **fields}


def _message_as_json(message: Message) -> dict[str, object]:
    return message.as_json()


def plan_table(plan: Plan) -> Table:
    """Everything a plan would do, and what it leaves out, as a table."""
    rows = [
        *((_change_cells(change), change.reason) for change in plan.changes),
        *(
            ((o.kind, o.label, o.source_id, "Rejected", o.path, "", "", messages.text(o)), o.message)
            for o in plan.rejected
        ),
        *(
            ((o.kind, o.label, o.source_id, "Held back", "", "", "", messages.text(o)), o.message)
            for o in plan.held_back
        ),
        *(
            ((o.kind, o.label, o.source_id, "Skipped", "", "", "", messages.title(o)), o.message)
            for o in plan.skipped
        ),
    ]
    objects = tuple(
        {**dict(zip(_PLAN_HEADINGS, cells, strict=True)), **(message.as_json() if message is not None else {})}
        for cells, message in rows
    )
    return Table(_PLAN_HEADINGS, tuple(cells for cells, _ in rows), objects)


def write_log(path: Path, rows: Iterable[LogRow]) -> None:
    """Export the log; raises WizardError. See `write_table`."""
    with plain():
        write_table(path, log_table(rows))


def write_plan(path: Path, plan: Plan) -> None:
    """Export a plan; raises WizardError. See `write_table`."""
    with plain():
        write_table(path, plan_table(plan))


def write_table(path: Path, table: Table) -> None:
    """Write JSON to a path that ends so, else CSV: all of it or nothing, readable for its owner only."""
    write_private(path, json_bytes(table) if path.suffix.lower() == ".json" else csv_bytes(table))


def csv_bytes(table: Table) -> bytes:
    """CSV as RFC 4180 has it, UTF-8 with the mark that Excel knows it by; no cell is taken for a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(table.headings)
    writer.writerows([disarmed(cell) for cell in row] for row in table.rows)
    return text.getvalue().encode("utf-8-sig")


def json_bytes(table: Table) -> bytes:
    """One array with one object per row."""
    return msgspec.json.format(msgspec.json.encode(table.objects), indent=2) + b"\n"


_PLAN_HEADINGS = ("Kind", "Name", "Source ID", "Action", "Attributes", "Before", "After", "Why")


def _log_cells(row: LogRow) -> tuple[str, ...]:
    modified = "; ".join(f"{change.name}: {change.before} → {change.after}" for change in row.modified)
    texts = (
        row.time, row.kind, row.label, row.source_id, row.action, row.status, messages.title(row),
        messages.advice(row), modified, row.target_id, row.request_id, row.detail,
    )  # fmt: skip
    return (*texts, str(row.http_status or ""), str(row.milliseconds), str(row.count))


def _change_cells(change: Change) -> tuple[str, ...]:
    why = messages.title(change.reason) if change.reason is not None else ""
    attributes = "; ".join(sorted({*change.before, *change.after}))
    now, then = _resource_cell(change.before), _resource_cell(change.after)
    kind = "membership" if change.is_membership else change.kind
    if change.action is Action.REMOVE_MEMBERS:
        now = "; ".join(change.names)
    elif change.action is Action.ADD_MEMBERS:
        then = "; ".join(change.names)
    return (kind, change.label, change.source_id, _words(change), attributes, now, then, why)


def _words(change: Change) -> str:
    """“Create user”, “Disable user”, “Add members”."""
    if change.is_membership:
        return "Add members" if change.action is Action.ADD_MEMBERS else "Remove members"
    return f"{_OUTCOMES[outcome(change)]} {change.kind}"


_OUTCOMES: dict[Outcome, str] = {
    "create": "Create",
    "update": "Update",
    "disable": "Disable",
    "delete": "Delete",
    "members": "Change members of",
}
"""Not translated: scripts read this column."""


def _resource_cell(resource: Resource) -> str:
    return "; ".join(f"{path}: {_value_cell(resource[path])}" for path in sorted(resource))


def _value_cell(value: Value) -> str:
    match value:
        case Known(id):
            return id
        case Planned(source_id):
            return source_id
        case bool():
            return str(value).lower()
        case tuple():
            return ", ".join(value)
        case _:
            return value
