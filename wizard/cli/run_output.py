"""Output of a plan, a run and a connection test: a progress line, sentences, or one JSON event per line."""

import shlex
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import msgspec

from wizard import messages
from wizard.cli.columns import display_width, padded, shortened
from wizard.cli.output import clear_line, message_json, one_line, print_json, say
from wizard.directory import DirectorySnapshot, RowProblem
from wizard.errors import Message
from wizard.flow.runs.exports import row_as_json
from wizard.messages.formats import comma_list
from wizard.messages.row import sentences
from wizard.messages.translation import N_, Nn_, Np_, Npn_, _, ngettext, npgettext
from wizard.progress import Progress, RequestMade
from wizard.provisioning.change import Action, Change
from wizard.provisioning.effects import outcome
from wizard.provisioning.events import ChangeEnded, LogRow, ObjectReported, PhaseBegan, RunEvent
from wizard.provisioning.plan import ASKED_CODES, HeldBack, Plan
from wizard.provisioning.report import RunReport, plan_counts

if TYPE_CHECKING:
    from wizard.aws.interface import ConnectionTest

_PHASES = {"read": N_("Reading"), "compare": N_("Comparing"), "write": N_("Writing to AWS"), "report": N_("Done")}
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
                self._phase, self._total, self._done = _(_PHASES[event.phase]), event.total, 0
                self._show(self._phase, always=event.phase != "report")
            case Progress():
                self._show(_progress(messages.title(event.doing), event.done, event.total))
            case ChangeEnded():
                self._done += 1
                self.rows.append(event.row)
                self._show(_progress(self._phase, self._done, self._total), always=self._done == self._total)
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
        line = one_line(text)  # the name of a file may hold a line break
        if self._terminal:  # a second row would stay: only one is cleared
            line = shortened(line, shutil.get_terminal_size().columns - 1)
        self._out.write(line if self._terminal else f"{line}\n")
        self._out.flush()

    def close(self) -> None:
        """End the line."""
        if self._terminal:
            clear_line(self._out)
            self._out.flush()


def _progress(doing: str, done: int, total: int | None) -> str:
    if not done:
        return doing
    text = _("{activity}, {done:,}") if total is None else _("{activity}, {done:,} of {total:,}")
    return text.format(activity=doing, done=done, total=total)


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
            return {"event": "ended", "ending": event.ending, **message_json(event.message)}


_MOST_REMARKS = 20
"""Remarks about rows that are printed; `--json` has all of them."""


def print_notes(plan: Plan, snapshot: DirectorySnapshot | None) -> None:
    """Print what the reading guessed or left out, and the other notes of a plan."""
    remarks = remarks_of(snapshot) if snapshot else ()
    for note in plan.notes:
        if note.code != "row-remarks" or not remarks:
            say(_("Note: {note}").format(note=messages.text(note)))
    print_remarks(remarks)


def remarks_of(snapshot: DirectorySnapshot) -> tuple[RowProblem, ...]:
    """The problems of rows whose people or groups are read all the same."""
    return tuple(problem for problem in snapshot.problems if not problem.excluded)


def print_remarks(problems: tuple[RowProblem, ...], most: int = _MOST_REMARKS) -> None:
    """Print problems of rows, the first of them in full."""
    for problem in problems[:most]:
        if not problem.line:
            text = _("  {name}: {problem}")
        elif problem.column:
            text = _("  Line {line}, {column}: {problem}")
        else:
            text = _("  Line {line}: {problem}")
        values = {"name": problem.label, "line": problem.line, "column": problem.column}
        say(text.format(**values, problem=messages.text(problem)))
    more = len(problems) - most
    if more > 0:
        text = ngettext(
            "  … and {n:,} more warning; --json lists all", "  … and {n:,} more warnings; --json lists all", more
        )
        say(text.format(n=more))


def print_source_events(plan: Plan, snapshot: DirectorySnapshot) -> None:
    """Print notes of a plan and remarks about rows, one event each."""
    for note in plan.notes:
        print_json({"event": "note", **message_json(note)})
    for problem in snapshot.problems:
        where = {"line": problem.line, "column": problem.column, "label": problem.label}
        known = {"sourceId": problem.source_id, "leftOut": problem.excluded}
        print_json({"event": "remark", **where, **known, **message_json(problem.message)})


def print_plan(plan: Plan, snapshot: DirectorySnapshot | None = None) -> None:
    """Print counts, the first changes, skipped objects with their reasons, and everything that needs approval."""
    say(_counts_line(planned_counts(plan), _to_do_words))
    for change in plan.changes[:_MOST_CHANGES]:
        say(f"  {_change_line(change)}")
    _print_more(len(plan.changes))
    for rejected in plan.rejected:
        text = _("Cannot be provisioned: {name} (line {line}): {reason}")
        if not rejected.line:
            text = _("Cannot be provisioned: {name}: {reason}")
        name = rejected.label or rejected.source_id
        say(text.format(name=name, line=rejected.line, reason=messages.text(rejected)))
    _print_asked(plan)
    for warning in plan.warnings:
        say(_("Note: {name}: {note}").format(name=warning.label, note=messages.text(warning)))
    print_notes(plan, snapshot)
    for concern in plan.concerns:
        say(_("Needs approval ({code}): {warning}").format(code=concern.code, warning=messages.text(concern)))


def planned_counts(plan: Plan) -> dict[str, object]:
    """As `plan_counts`, but what waits for approval is "held": nothing of it is rejected."""
    counts = plan_counts(plan)
    for name, kind in (("users", "user"), ("groups", "group")):
        held = sum(one.is_asked and one.kind == kind for one in plan.held_back)
        numbers = counts[name]
        assert isinstance(numbers, dict)
        counts[name] = {**numbers, "failed": numbers["failed"] - held, "held": held}
    return counts


def _print_more(count: int) -> None:
    more = count - _MOST_CHANGES
    if more > 0:
        say(ngettext("  … and {n:,} more", "  … and {n:,} more", more).format(n=more))


def _print_asked(plan: Plan) -> None:
    """Print what a person must accept before anything of it is changed, and the option for each and for all."""
    for code in ASKED_CODES:
        asked = [held for held in plan.held_back if held.message.code == code]
        if not asked:
            continue
        title = ngettext(
            "{n:,} waits for your approval (to accept all, use --accept {code}):",
            "{n:,} wait for your approval (to accept all, use --accept {code}):",
            len(asked),
        )
        say(title.format(n=len(asked), code=code))
        for held in asked[:_MOST_CHANGES]:
            name = shlex.quote(str(held.message.args["name"]))
            text = _("  {name}: {agreement} (--accept {option})")
            agreement = messages.text(_agreement(held))
            say(text.format(name=held.label, agreement=agreement, option=f"{code}={name}"))
        _print_more(len(asked))
        say(f"  {_(_ASKED[code])}")


_ASKED = {
    "take-over": N_(
        "They already exist in AWS, and this job did not create them. They stay unchanged until you accept them."
    ),
    "inherited": N_(
        "They belonged to someone who left. Accept only the same person, who then gets their assignments in AWS."
    ),
}


def _agreement(held: HeldBack) -> Message:
    agreement = held.message.args["agreement"]
    assert isinstance(agreement, Message)
    return agreement


def print_report(report: RunReport, rows: list[LogRow]) -> None:
    """Print counts, and each failed object with its reason and advice."""
    say(_counts_line(report.as_json(), _outcome_words))
    for row in rows:
        if row.status in ("failure", "warning"):
            text = _("Failed: {name}: {reason}") if row.status == "failure" else _("Note: {name}: {reason}")
            answer = _("AWS reported: {detail}").format(detail=row.detail) if row.detail else ""
            say(text.format(name=row.label, reason=sentences(_reason(row.message), answer)))
    if report.unread_groups:
        say(messages.text(Message("memberships-not-read", groups=report.unread_groups)))
    if report.message is not None:
        say(messages.text(report.message))


def _reason(message: Message) -> str:
    """The text of a row; of a rejected object the exact one, which the title of the row would repeat."""
    why = message.args.get("why") if message.code == "object-rejected" else None
    if not isinstance(why, Message):
        return messages.text(message)
    line = message.args.get("line")
    return _("Line {line}: {reason}").format(line=line, reason=messages.text(why)) if line else messages.text(why)


_STEPS = {
    "answer": N_("Connection"),
    "token": N_("Access token"),
    "people": N_("People"),
    "groups": N_("Groups"),
}
_OUTCOMES = {"passed": N_("passed"), "failed": N_("failed"), "not-tried": N_("not tested")}


def print_test(result: "ConnectionTest") -> None:
    """Print the steps of a connection test and its result."""
    names = {name: _(text) for name, text in _STEPS.items()}
    width = max(map(display_width, names.values())) + 2
    for step in result.steps:
        outcome_, detail = _(_OUTCOMES[step.outcome]), step.detail
        if detail:
            outcome_ = _("{result} ({detail})").format(result=outcome_, detail=messages.title(detail))
        say(f"  {padded(names[step.name], width)}{outcome_}")
    say(messages.text(result))


_COUNTS = {
    ("users", "created"): Npn_("count of people", "{n:,} created", "{n:,} created"),
    ("users", "updated"): Npn_("count of people", "{n:,} updated", "{n:,} updated"),
    ("users", "disabled"): Npn_("count of people", "{n:,} disabled", "{n:,} disabled"),
    ("users", "deleted"): Npn_("count of people", "{n:,} deleted", "{n:,} deleted"),
    ("users", "failed"): Npn_("count of people", "{n:,} failed", "{n:,} failed"),
    ("users", "skipped"): Npn_("count of people", "{n:,} skipped", "{n:,} skipped"),
    ("users", "unchanged"): Npn_("count of people", "{n:,} unchanged", "{n:,} unchanged"),
    ("groups", "created"): Npn_("count of groups", "{n:,} created", "{n:,} created"),
    ("groups", "updated"): Npn_("count of groups", "{n:,} updated", "{n:,} updated"),
    ("groups", "disabled"): Npn_("count of groups", "{n:,} disabled", "{n:,} disabled"),
    ("groups", "deleted"): Npn_("count of groups", "{n:,} deleted", "{n:,} deleted"),
    ("groups", "failed"): Npn_("count of groups", "{n:,} failed", "{n:,} failed"),
    ("groups", "skipped"): Npn_("count of groups", "{n:,} skipped", "{n:,} skipped"),
    ("groups", "unchanged"): Npn_("count of groups", "{n:,} unchanged", "{n:,} unchanged"),
    ("memberships", "added"): Npn_("count of memberships", "{n:,} added", "{n:,} added"),
    ("memberships", "removed"): Npn_("count of memberships", "{n:,} removed", "{n:,} removed"),
}
"""(Kind, outcome) -> its words: participles differ by what is counted in several languages."""
_TO_DO = {
    "created": Nn_("{n:,} to create", "{n:,} to create"),
    "updated": Nn_("{n:,} to update", "{n:,} to update"),
    "disabled": Nn_("{n:,} to disable", "{n:,} to disable"),
    "deleted": Nn_("{n:,} to delete", "{n:,} to delete"),
    "added": Nn_("{n:,} to add", "{n:,} to add"),
    "removed": Nn_("{n:,} to remove", "{n:,} to remove"),
    "held": Nn_("{n:,} to approve", "{n:,} to approve"),
}
_REJECTED = {
    "users": Npn_("count of people", "{n:,} rejected", "{n:,} rejected"),
    "groups": Npn_("count of groups", "{n:,} rejected", "{n:,} rejected"),
}
_KINDS = {
    "users": (N_("People: {counts}."), Np_("people", "none")),
    "groups": (N_("Groups: {counts}."), Np_("groups", "none")),
    "memberships": (N_("Memberships: {counts}."), Np_("memberships", "none")),
}


def _outcome_words(kind: str, outcome: str, n: int) -> str:
    return npgettext(*_COUNTS[kind, outcome], n).format(n=n)


def _to_do_words(kind: str, outcome: str, n: int) -> str:
    if outcome == "failed":
        return npgettext(*_REJECTED[kind], n).format(n=n)
    if outcome in _TO_DO:
        return ngettext(*_TO_DO[outcome], n).format(n=n)
    return _outcome_words(kind, outcome, n)


def _counts_line(counts: Mapping[str, object], words: Callable[[str, str, int], str]) -> str:
    """ "People: 3 created, 1 failed. Groups: none. Memberships: 4 added." """
    parts = []
    for kind, (text, none) in _KINDS.items():
        numbers = counts[kind]
        assert isinstance(numbers, Mapping)
        named = [words(kind, outcome_, n) for outcome_, n in numbers.items() if n]
        parts.append(_(text).format(counts=comma_list(named) or _(none)))
    return sentences(*parts)


_CHANGES = {
    "create": N_("Create: {name}"),
    "update": N_("Update: {name}"),
    "disable": N_("Disable: {name}"),
    "delete": N_("Delete: {name}"),
}


def _change_line(change: Change) -> str:
    if change.is_membership:
        adds = change.action is Action.ADD_MEMBERS
        text = _("Add members: {name} ({n:,})") if adds else _("Remove members: {name} ({n:,})")
        return text.format(name=change.label, n=len(change.members))
    line = _(_CHANGES[outcome(change)]).format(name=change.label)
    if change.reason is None:
        return line
    return _("{change} ({reason})").format(change=line, reason=messages.title(change.reason))
