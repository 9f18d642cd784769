"""Output of a plan, a run and a connection test: a progress line, sentences, or one JSON event per line."""

import json
import shlex
import sys
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from wizard import messages
from wizard.cli.output import clear_line, escaped, say
from wizard.directory import DirectorySnapshot, RowProblem
from wizard.errors import Message
from wizard.flow.runs.exports import row_as_json
from wizard.progress import Progress, RequestMade
from wizard.provisioning.change import Action, Change
from wizard.provisioning.effects import outcome
from wizard.provisioning.events import ChangeEnded, LogRow, ObjectReported, PhaseBegan, RunEvent
from wizard.provisioning.plan import ASKED_CODES, HeldBack, Plan
from wizard.provisioning.report import RunReport, plan_counts

if TYPE_CHECKING:
    from wizard.aws.interface import ConnectionTest

_PHASES = {"read": "Reading", "compare": "Comparing", "write": "Writing to AWS", "report": "Done"}
_MOST_CHANGES = 50
"""Changes that a printed plan lists."""


class TextLines:
    """One progress line on standard error; on a terminal it rewrites itself, elsewhere a line every two seconds."""

    def __init__(self) -> None:
        self.rows: list[LogRow] = []
        self._out = sys.stderr
        self._terminal = self._out.isatty()
        self._done, self._total, self._phase = 0, 0, ""
        self._shown_at = 0.0

    def emit(self, event: RunEvent) -> None:
        """Take one event."""
        match event:
            case PhaseBegan():
                self._phase, self._total, self._done = _PHASES[event.phase], event.total, 0
                self._show(self._phase, always=event.phase != "report")
            case Progress():
                total = f" of {event.total:,}" if event.total is not None else ""
                self._show(f"{messages.title(event.doing)}, {event.done:,}{total}")
            case ChangeEnded():
                self._done += 1
                self.rows.append(event.row)
                self._show(f"{self._phase}, {self._done:,} of {self._total:,}", always=self._done == self._total)
            case ObjectReported():
                self.rows.append(event.row)
            case _:
                pass

    def _show(self, text: str, always: bool = False) -> None:
        now = time.monotonic()
        if not always and now - self._shown_at < (0.1 if self._terminal else 2.0):
            return
        self._shown_at = now
        if self._terminal:
            clear_line(self._out)
        line = escaped(text, "")  # the name of a file may hold a line break
        self._out.write(line if self._terminal else f"{line}\n")
        self._out.flush()

    def source(self, plan: Plan, snapshot: DirectorySnapshot) -> None:
        """Notes of a plan and remarks about rows, where there is no list of events."""
        for event in source_json(plan, snapshot):
            print(json.dumps(event, ensure_ascii=False))

    def last(self, event: str, counts: Mapping[str, object]) -> None:
        """The counts, where there is no list of events to end."""
        print(json.dumps({"event": event, **counts}, ensure_ascii=False))

    def close(self) -> None:
        """End the line."""
        if self._terminal:
            clear_line(self._out)
            self._out.flush()


class EventLines(TextLines):
    """One JSON object per event on standard output."""

    def emit(self, event: RunEvent) -> None:
        """Print one event."""
        print(msgspec.json.encode(event_json(event)).decode(), flush=True)


def event_json(event: RunEvent) -> dict[str, object]:
    """The event as scripts read it; never holds a secret, because no event does."""
    match event:
        case PhaseBegan():
            return {"event": "phase", "phase": event.phase, "total": event.total}
        case Progress():
            doing = messages.title(event.doing)
            numbers = {"done": event.done, "total": event.total}
            return {"event": "progress", "doing": doing, **numbers, **event.doing.as_json()}
        case RequestMade():
            return {"event": "request", **msgspec.to_builtins(event)}
        case ChangeEnded():
            return {"event": "operation", **row_as_json(event.row)}
        case ObjectReported():
            return {"event": "object", **row_as_json(event.row)}
        case _:
            return {"event": "ended", "ending": event.ending, **_said(event.message)}


def _said(message: Message | None) -> dict[str, object]:
    if message is None:
        return {"title": "", "advice": "", "code": "", "args": {}}
    return {"title": messages.title(message), "advice": messages.advice(message), **message.as_json()}


_MOST_REMARKS = 20
"""Remarks about rows that are printed; `--json` has all of them."""


def print_notes(plan: Plan, snapshot: DirectorySnapshot | None) -> None:
    """Print what the reading guessed or left out, and the other notes of a plan."""
    remarks = remarks_of(snapshot) if snapshot else ()
    for note in plan.notes:
        if note.code != "row-remarks" or not remarks:
            say(f"Note: {messages.text(note)}")
    print_remarks(remarks)


def remarks_of(snapshot: DirectorySnapshot) -> tuple[RowProblem, ...]:
    """The problems of rows whose people or groups are read all the same."""
    return tuple(problem for problem in snapshot.problems if not problem.excluded)


def print_remarks(problems: tuple[RowProblem, ...], most: int = _MOST_REMARKS) -> None:
    """Print problems of rows, the first of them in full."""
    for problem in problems[:most]:
        where = f"line {problem.line}, {problem.column or 'the whole row'}" if problem.line else problem.label
        say(f"  {where}: {messages.text(problem)}")
    if len(problems) > most:
        say(f"  … and {len(problems) - most:,} more remarks; --json has all of them")


def source_json(plan: Plan, snapshot: DirectorySnapshot) -> Iterator[dict[str, object]]:
    """Notes of a plan and remarks about rows, one event each."""
    for note in plan.notes:
        yield {"event": "note", **_said(note)}
    for problem in snapshot.problems:
        where = {"line": problem.line, "column": problem.column, "label": problem.label}
        known = {"sourceId": problem.source_id, "leftOut": problem.excluded}
        yield {"event": "remark", **where, **known, **_said(problem.message)}


def print_plan(plan: Plan, snapshot: DirectorySnapshot | None = None) -> None:
    """Print counts, the first changes, what is left out and why, and what must be accepted."""
    say(_counts_line(plan_counts(plan), _TO_DO))
    for change in plan.changes[:_MOST_CHANGES]:
        say(f"  {_verb(change)}: {change.label}{_details(change)}")
    if len(plan.changes) > _MOST_CHANGES:
        say(f"  … and {len(plan.changes) - _MOST_CHANGES:,} more")
    for rejected in plan.rejected:
        where = f" (line {rejected.line})" if rejected.line else ""
        whom = f"{rejected.label or rejected.source_id}{where}"
        say(f"Cannot be provisioned: {whom}, {rejected.path}: {messages.text(rejected)}")
    _print_asked(plan)
    for warning in plan.warnings:
        say(f"Note: {warning.label}: {messages.text(warning)}")
    print_notes(plan, snapshot)
    for concern in plan.concerns:
        say(f"To be accepted ({concern.code}): {messages.text(concern)}")


def _print_asked(plan: Plan) -> None:
    """Print what a person must accept before anything of it is changed, and the option for each and for all."""
    for code in ASKED_CODES:
        asked = [held for held in plan.held_back if held.message.code == code]
        if not asked:
            continue
        say(f"Held back until accepted, {len(asked):,} (all: --accept {code}):")
        for held in asked[:_MOST_CHANGES]:
            name = shlex.quote(str(held.message.args["name"]))
            say(f"  {held.label}: {messages.text(_agreement(held))} (--accept {code}={name})")
        if len(asked) > _MOST_CHANGES:
            say(f"  … and {len(asked) - _MOST_CHANGES:,} more")
        say(f"  {_ASKED[code]}")


_ASKED = {
    "take-over": "They already exist in AWS, and this job did not create them. Each stays as it is until you accept it.",
    "inherited": "They belonged to somebody who left. Accept only the same person: the assignments in AWS go over.",
}


def _agreement(held: HeldBack) -> Message:
    agreement = held.message.args["agreement"]
    assert isinstance(agreement, Message)
    return agreement


def print_report(report: RunReport, rows: list[LogRow]) -> None:
    """Print counts, and each failed object with its reason and advice."""
    say(_counts_line(report.as_json(), {}))
    for row in rows:
        if row.status in ("failure", "warning"):
            word = "Failed" if row.status == "failure" else "Note"
            detail = f" AWS said: {row.detail}" if row.detail else ""
            say(f"{word}: {row.label}: {messages.text(row)}{detail}")
    if report.unread_groups:
        say(messages.text(Message("memberships-not-read", groups=report.unread_groups)))
    if report.message is not None:
        say(messages.text(report.message))


def print_test(result: "ConnectionTest") -> None:
    """Print the steps of a connection test and its result."""
    for step in result.steps:
        say(f"  {step.name}: {step.outcome}{f', {messages.title(step.detail)}' if step.detail else ''}")
    say(messages.text(result))


_TO_DO = {
    "created": "to create",
    "updated": "to update",
    "disabled": "to disable",
    "deleted": "to delete",
    "added": "to add",
    "removed": "to remove",
}


def _counts_line(counts: Mapping[str, object], words: Mapping[str, str]) -> str:
    """ "People: 3 created, 1 failed. Groups: none. Memberships: 4 added." """
    parts = []
    for kind in ("users", "groups", "memberships"):
        numbers = counts[kind]
        assert isinstance(numbers, Mapping)
        named = [f"{number:,} {words.get(name, name)}" for name, number in numbers.items() if number]
        parts.append(f"{'People' if kind == 'users' else kind.capitalize()}: {', '.join(named) or 'none'}.")
    return " ".join(parts)


def _verb(change: Change) -> str:
    if change.is_membership:
        return "Add members" if change.action is Action.ADD_MEMBERS else "Remove members"
    return outcome(change).capitalize()


def _details(change: Change) -> str:
    if change.is_membership:
        return f" ({len(change.members):,})"
    return f" ({messages.title(change.reason)})" if change.reason else ""
