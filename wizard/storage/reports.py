"""What leaves the program as a file: the log and the plan as CSV or JSON, and the diagnostics."""

import csv
import importlib.metadata
import io
import platform
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from wizard.errors import WizardError
from wizard.provisioning.events import LogRow
from wizard.provisioning.job import Job
from wizard.provisioning.operations import AddMembers, Operation, RemoveMembers
from wizard.provisioning.plan import Plan
from wizard.scim.resource import Known, Planned, Resource, Value
from wizard.storage.jobs import JobStore, SavedJob
from wizard.storage.journal_schema import VERSION as JOURNAL_VERSION
from wizard.storage.log_pages import LogReader
from wizard.storage.paths import Home, write_private
from wizard.storage.secrets import Secrets

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet program would run a cell that begins so."""
_PARTS = ("pyside6-essentials", "httpx", "keyring", "anyio", "msgspec", "truststore", "openpyxl")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as they are exported: for CSV every cell a text, for JSON one object each."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    objects: tuple[Any, ...]
    """The same rows for JSON, with all that a cell cannot hold."""


def log_table(rows: Iterable[LogRow]) -> Table:
    """The provisioning log as a table, in Entra's columns."""
    kept = tuple(rows)
    headings = (
        "Time", "Kind", "Name", "Source ID", "Action", "Status", "What happened", "Advice", "Modified", "AWS ID",
        "AWS request ID", "AWS message", "HTTP status", "Milliseconds", "Count",
    )  # fmt: skip
    return Table(headings, tuple(_log_cells(row) for row in kept), tuple(msgspec.to_builtins(row) for row in kept))


def plan_table(plan: Plan) -> Table:
    """Everything a plan would do, and what it leaves out, as a table."""
    rows = [
        *(_operation_cells(operation) for operation in plan.operations),
        *((o.kind, o.label, o.source_id, "Rejected", o.path, "", "", o.sentence) for o in plan.rejected),
        *((o.kind, o.label, o.source_id, "Skipped", "", "", "", o.reason) for o in plan.skipped),
    ]
    return Table(_PLAN_HEADINGS, tuple(rows), tuple(dict(zip(_PLAN_HEADINGS, row, strict=True)) for row in rows))


def write_log(path: Path, rows: Iterable[LogRow]) -> None:
    """Export the log; raises WizardError. See `write_table`."""
    write_table(path, log_table(rows))


def write_plan(path: Path, plan: Plan) -> None:
    """Export a plan; raises WizardError. See `write_table`."""
    write_table(path, plan_table(plan))


def write_table(path: Path, table: Table) -> None:
    """Write JSON to a path that ends so, else CSV: all of it or nothing, readable for its owner only."""
    write_private(path, json_bytes(table) if path.suffix.lower() == ".json" else csv_bytes(table))


def csv_bytes(table: Table) -> bytes:
    """CSV as RFC 4180 has it, UTF-8 with the mark that Excel knows it by; no cell is taken for a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(table.headings)
    writer.writerows([_disarmed(cell) for cell in row] for row in table.rows)
    return text.getvalue().encode("utf-8-sig")


def json_bytes(table: Table) -> bytes:
    """One array with one object per row."""
    return msgspec.json.format(msgspec.json.encode(table.objects), indent=2) + b"\n"


def diagnostics(home: Home, jobs: JobStore, secrets: Secrets, version: str) -> str:
    """What helps to understand a problem from afar: versions, settings and counts; no names, URLs or secrets."""
    state = secrets.state()
    found = jobs.all()
    saved = [one.job for one in found if isinstance(one, SavedJob)]
    lines = [
        f"Identity Center Wizard {version}",
        f"Python {platform.python_version()} on {platform.system()} {platform.release()} {platform.machine()}",
        f"Frozen: {_yes(bool(getattr(sys, 'frozen', False)))}",
        f"SQLite {sqlite3.sqlite_version}, journal shape {JOURNAL_VERSION}",
        *(f"{part} {_version(part)}" for part in _PARTS),
        f"Keyring usable: {_yes(state.usable)} ({state.name})",
        f"Token in the environment: {_yes(secrets.token_in_environment)}",
        f"Jobs: {len(saved)}, files that could not be read: {len(found) - len(saved)}",
    ]
    for number, job in enumerate(saved, start=1):
        lines += ["", f"Job {number}", *_job_lines(job), *_journal_lines(LogReader(home, job.id))]
    return "\n".join(lines) + "\n"


_PLAN_HEADINGS = ("Kind", "Name", "Source ID", "Action", "Attributes", "Before", "After", "Why")


def _log_cells(row: LogRow) -> tuple[str, ...]:
    modified = "; ".join(f"{change.name}: {change.before} → {change.after}" for change in row.modified)
    texts = (
        row.time, row.kind, row.label, row.source_id, row.action, row.status, row.title, row.advice, modified,
        row.target_id, row.request_id, row.detail,
    )  # fmt: skip
    return (*texts, str(row.http_status or ""), str(row.milliseconds), str(row.count))


def _operation_cells(operation: Operation) -> tuple[str, ...]:
    words = _words(type(operation).__name__)
    before: Resource = getattr(operation, "before", {})
    after: Resource = getattr(operation, "after", {})
    attributes = "; ".join(sorted({*before, *after}))
    now, then = _resource_cell(before), _resource_cell(after)
    if isinstance(operation, AddMembers):
        then = "; ".join(operation.names)
    elif isinstance(operation, RemoveMembers):
        now = "; ".join(operation.names)
    kind = "user" if words.endswith("user") else "membership" if words.endswith("members") else "group"
    return (kind, operation.label, operation.source_id, words, attributes, now, then, operation.why)


def _words(name: str) -> str:
    """“CreateUser” -> “Create user”."""
    return "".join(f" {letter.lower()}" if letter.isupper() and at else letter for at, letter in enumerate(name))


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


def _disarmed(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _job_lines(job: Job) -> Sequence[str]:
    policy, scope = job.policy, job.scope
    flows = Counter(str(mapping.kind) for mapping in (*job.mappings.users, *job.mappings.groups))
    return (
        f"  source: {job.source.kind}, columns by hand: {len(job.source.columns)}",
        f"  memberships file: {_yes(bool(job.source.members_file))}",
        f"  scope: everyone {_yes(scope.everyone)}, chosen {len(scope.user_ids)} + {len(scope.group_ids)} groups",
        f"  start small: {_yes(scope.start_small)}, people {_yes(scope.people)}, groups {_yes(scope.groups)}",
        f"  mappings: people {len(job.mappings.users)}, groups {len(job.mappings.groups)}, {_counts(flows)}",
        f"  other host allowed: {_yes(bool(job.target.allowed_host))}",
        f"  token made on: {job.target.token_made_on or 'not known'}",
        f"  leavers: {policy.leavers}, groups gone: {policy.groups_gone}",
        f"  pacing: {policy.pacing or 'by the host'}, results kept: {policy.results_kept_days} days",
        f"  threshold: {policy.threshold_count} and {policy.threshold_percent} %",
    )


def _journal_lines(reader: LogReader) -> Sequence[str]:
    try:
        runs = reader.runs()
        lines = [
            f"  runs: {len(runs)}, {_counts(Counter(run.ending or 'running' for run in runs))}",
            f"  results: {_counts(reader.status_counts())}",
            f"  links: {_counts(reader.link_counts())}, in doubt: {reader.open_count()}",
        ]
        return (*lines, *(f"  last run: {run.started}, {run.ending or 'running'}" for run in runs[:1]))
    except WizardError as error:
        return (f"  journal: {error.title}",)
    finally:
        reader.close()


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counts.items())) or "none"


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


def _version(part: str) -> str:
    try:
        return importlib.metadata.version(part)
    except importlib.metadata.PackageNotFoundError:
        return "(version not known)"  # a frozen program may leave the notes of its parts out
