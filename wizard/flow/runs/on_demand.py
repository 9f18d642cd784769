"""Provision on demand: one person or group, in Entra's five steps. What it would do is shown before it is done."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from anyio import to_thread

from wizard import messages
from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser
from wizard.errors import Message, WizardError
from wizard.flow.directory.reading import read_for_plan
from wizard.flow.runs.accounts import decisions_for
from wizard.flow.runs.connection import identity_center, run_connection_test
from wizard.flow.runs.engines import require_own_engine, with_other_engine
from wizard.flow.runs.journal import open_journal
from wizard.flow.runs.plan import Emit, Prepared, RequestRecorder
from wizard.flow.runs.run import apply_with_journal
from wizard.flow.runs.texts import short_title
from wizard.flow.scope.scope import Candidate, divide, explain
from wizard.flow.services import Services
from wizard.messages.formats import comma_list, grouped, short_span
from wizard.messages.row import as_sentence, sentences
from wizard.messages.translation import N_, _
from wizard.progress import ignore_event
from wizard.provisioning.apply import ConcernOpen
from wizard.provisioning.change import Action, Change, differing, short_name, value_text
from wizard.provisioning.effects import Effect, effects
from wizard.provisioning.events import ChangeEnded, LogRow, ObjectReported, RunControl, RunEvent
from wizard.provisioning.job import Job
from wizard.provisioning.ledger import Link
from wizard.provisioning.match import PROTECTED
from wizard.provisioning.only_some import ObjectKey
from wizard.provisioning.plan import Concern, Plan
from wizard.provisioning.planning import make_plan_for_one
from wizard.provisioning.report import held_row, names_of, rejected_row
from wizard.scim.resource import Known, Planned
from wizard.storage.journal import Journal

StepName = Literal["test", "import", "scope", "match", "act"]
STEPS: tuple[StepName, ...] = ("test", "import", "scope", "match", "act")


@dataclass(frozen=True, slots=True)
class StepResult:
    """How one of the five steps ended."""

    step: StepName
    outcome: Literal["success", "warning", "failure", "skipped", "held"]
    """skipped: nothing was to be done, or an earlier step ended it."""
    title: str
    """One line without a full stop."""
    advice: str = ""
    details: tuple[tuple[str, str], ...] = ()
    """(name, value): what was read, why it is in scope, by what it matched, what was changed."""
    rows: tuple[LogRow, ...] = ()
    """act: the lines of the provisioning log that it made."""


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One attribute or membership of a change, before and after; "" = no value."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class OneChange:
    """What provisioning one person or group would do. `prepare_one` returns it to be shown, `carry_out` does it."""

    key: ObjectKey
    steps: tuple[StepResult, ...]
    """The first four where something would change; all five where nothing is to be done."""
    prepared: Prepared | None = None
    """None = nothing is to be done."""
    title: str = ""
    """"Paul Schmidt will be disabled: no longer in scope"."""
    verb: str = ""
    """Text of the button: "Disable Paul Schmidt"."""
    takes_access: bool = False
    """A person or group loses access, an account or a group."""
    lines: tuple[ShownLine, ...] = ()
    notes: tuple[str, ...] = ()
    """Skipped parts, and other people or groups that change too."""
    concerns: tuple[Concern, ...] = ()
    """To be accepted first, as in Preview."""
    made_at: float = 0.0
    """Monotonic, seconds."""


class NotAsShown(WizardError):
    """Directory or AWS have changed since the change was shown: it would be another one."""

    def __init__(self) -> None:
        super().__init__("one-change-not-as-shown")


async def prepare_one(
    services: Services,
    job: Job,
    kind: Literal["user", "group"],
    source_id: str,
    tell: Callable[[StepResult], None] = ignore_event,
    emit: Emit = ignore_event,
) -> OneChange:
    """Work out for one object what a run would do. Nothing is written.

    A step that fails ends it, the others are then skipped. Raises WizardError where nothing could be begun: no
    secret, the job is locked.
    """
    require_own_engine(job)
    steps, key = _Steps(tell), (kind, source_id)
    tested = await run_connection_test(services, job)
    if not tested.passed:
        steps.add(StepResult("test", "failure", messages.title(tested), messages.advice(tested)))
        return OneChange(key, steps.ended())
    steps.add(
        StepResult(
            "test", "success", messages.title(tested), details=((_("Response time"), short_span(tested.seconds)),)
        )
    )
    async with open_journal(services, job) as journal:
        try:
            snapshot = await read_for_plan(services, job, journal, ignore_event)
        except WizardError as error:
            steps.add(StepResult("import", "failure", messages.title(error), messages.advice(error)))
            return OneChange(key, steps.ended())
        found = _in_directory(snapshot, kind, source_id)
        steps.add(_imported(found))
        if found is None:
            return OneChange(key, steps.ended())
        steps.add(await to_thread.run_sync(_scoped, job, snapshot, kind, found))
        return await _match(services, job, journal, snapshot, key, steps, emit)


async def carry_out(
    services: Services,
    job: Job,
    change: OneChange,
    accepted: frozenset[str] = frozenset(),
    tell: Callable[[StepResult], None] = ignore_event,
    emit: Emit = ignore_event,
) -> tuple[StepResult, ...]:
    """Do what was shown, and return the five steps.

    Raises NotAsShown where it would be another change by now, ConcernOpen where one of its concerns is not accepted.
    """
    require_own_engine(job)
    prepared = change.prepared
    if prepared is None:
        return change.steps
    if time.monotonic() - change.made_at > _FRESH_SECONDS:
        again = (await prepare_one(services, job, *change.key, emit=emit)).prepared
        if again is None or again.plan.checksum != prepared.plan.checksum:
            raise NotAsShown
        prepared = again
    steps = _Steps(tell, change.steps)
    async with open_journal(services, job) as journal:
        if await to_thread.run_sync(journal.last_run) != prepared.plan.after_run:
            raise NotAsShown
        await _act(services, job, journal, prepared, accepted, steps, emit)
    return steps.ended()


_FRESH_SECONDS = 60.0
"""A change that was shown longer ago is worked out again, and compared, before it is carried out."""


class _Steps:
    """The steps so far."""

    def __init__(self, tell: Callable[[StepResult], None], done: Sequence[StepResult] = ()) -> None:
        self._tell = tell
        self._done = list(done)

    @property
    def done(self) -> tuple[StepResult, ...]:
        return tuple(self._done)

    def add(self, result: StepResult) -> None:
        self._done.append(result)
        self._tell(result)

    def ended(self) -> tuple[StepResult, ...]:
        """All five: what was not reached is skipped."""
        for step in STEPS[len(self._done) :]:
            self.add(StepResult(step, "skipped", _("Skipped")))
        return tuple(self._done)


def _in_directory(snapshot: DirectorySnapshot, kind: str, source_id: str) -> DirectoryUser | DirectoryGroup | None:
    things = snapshot.users if kind == "user" else snapshot.groups
    return next((one for one in things if one.id == source_id), None)


def _imported(found: DirectoryUser | DirectoryGroup | None) -> StepResult:
    if found is None:
        advice = _("It may have been deleted, or its row cannot be read. The next full run handles it.")
        return StepResult("import", "failure", _("No longer in the directory"), advice)
    details = [(name, _shown(value)) for name, value in found.attributes.items()]
    if isinstance(found, DirectoryGroup):
        details.append(("members", grouped(len(found.members))))
    return StepResult("import", "success", _("Found in the directory"), details=tuple(details))


def _shown(value: object) -> str:
    return comma_list([str(one) for one in value]) if isinstance(value, tuple) else str(value)


def _scoped(job: Job, snapshot: DirectorySnapshot, kind: str, found: DirectoryUser | DirectoryGroup) -> StepResult:
    candidate = Candidate(found.id, found.label, "", kind == "group")
    reason = explain(snapshot, job.scope, divide(snapshot, job.scope), candidate)
    sentence = reason.sentence.replace("**", "")  # a page that marks names marks its own
    if reason.inside:
        return StepResult("scope", "success", _("In scope"), details=((_("Reason"), sentence),))
    return StepResult("scope", "warning", _("Not in scope"), sentence)


async def _match(
    services: Services,
    job: Job,
    journal: Journal,
    snapshot: DirectorySnapshot,
    key: ObjectKey,
    steps: _Steps,
    emit: Emit,
) -> OneChange:
    known = key in await to_thread.run_sync(journal.links)
    memory = await to_thread.run_sync(journal.guard_memory)
    target = await identity_center(services, job)
    recorder = RequestRecorder(emit)
    try:
        async with target.connect(recorder.emit) as session:
            decisions = await decisions_for(services, job)
            plan = await make_plan_for_one(
                job, snapshot, target, session, journal, recorder.emit, key, memory=memory, decisions=decisions
            )
        plan = await with_other_engine(services, job, plan)
    except WizardError as error:
        steps.add(StepResult("match", "failure", messages.title(error), messages.advice(error)))
        return OneChange(key, steps.ended())
    plan = replace(plan, after_run=await to_thread.run_sync(journal.last_run))
    held = next((held for held in plan.held_back if (held.kind, held.source_id) == key), None)
    if held is not None:
        rows = (held_row(held),)
        steps.add(StepResult("match", "failure", short_title(held.message), messages.advice(held), rows=rows))
        return OneChange(key, steps.ended())
    steps.add(_matched(plan, key, known))
    rejected = next((one for one in plan.rejected if (one.kind, one.source_id) == key), None)
    if rejected is not None and not plan.changes:
        row = rejected_row(rejected)
        steps.add(StepResult("act", "failure", messages.title(row), messages.advice(row), rows=(row,)))
        return OneChange(key, steps.ended())
    if not plan.changes and (known or not _linked(plan, key)):
        title = _("Nothing to do") if plan.skipped else _("Already up to date")
        steps.add(StepResult("act", "skipped", title))
        return OneChange(key, steps.ended())
    label = _label(plan, snapshot, key)
    return await to_thread.run_sync(
        lambda: _shown_change(recorder.prepared(plan, snapshot), key, label, steps.done)
    )


def _label(plan: Plan, snapshot: DirectorySnapshot, key: ObjectKey) -> str:
    found = _in_directory(snapshot, *key)
    return found.label if found is not None else next((one.label for one in plan.changes if one.key == key), "")


def _shown_change(prepared: Prepared, key: ObjectKey, label: str, steps: tuple[StepResult, ...]) -> OneChange:
    """What the plan does, in words; its own change first, then groups that it joins or leaves, then others."""
    plan, names = prepared.plan, {one.id: one.label for one in prepared.snapshot.users} | names_of(prepared.plan)
    own = next((change for change in plan.changes if change.key == key and not change.is_membership), None)
    title, verb = _title_and_verb(plan, own, label)
    lines = [line for change in plan.changes if change.key == key for line in _lines(change, names)]
    notes = [
        sentences(as_sentence(messages.title(warning)), messages.advice(warning.message))
        for warning in plan.warnings
    ]
    for change in plan.changes:
        if change.key == key:
            continue
        if change.is_membership and key[0] == "user":
            leaves = change.action is Action.REMOVE_MEMBERS
            lines.append(ShownLine("groups", change.label if leaves else "", "" if leaves else change.label))
        else:
            notes.append(_("{name} is changed first, because both exchange names.").format(name=change.label))
    takes = any(
        effects(change) & {Effect.LOSES_ACCESS, Effect.DELETED, Effect.LOSES_MEMBERSHIP} for change in plan.changes
    )
    return OneChange(
        key, steps, prepared, title, verb, takes, tuple(lines), tuple(notes), plan.concerns, time.monotonic()
    )


_REASONS = {
    "no-longer-in-scope": N_("no longer in scope"),
    "no-longer-in-directory": N_("no longer in the directory"),
    "blocked-in-directory": N_("sign-in is blocked in the directory"),
}


def _title_and_verb(plan: Plan, own: Change | None, label: str) -> tuple[str, str]:
    if own is None and not plan.changes:
        title, verb = _("{name} will be linked to the account in AWS, which is up to date"), _("Link {name}")
    elif own is None:
        title, verb = _("The groups of {name} will change"), _("Change groups of {name}")
    else:
        title, verb = _own_title_and_verb(own)
    return title.format(name=label), verb.format(name=label)


def _own_title_and_verb(own: Change) -> tuple[str, str]:
    """Title and button of the person's own change, with {name} to be filled in."""
    done, code = effects(own), own.reason.code if own.reason is not None else ""
    if own.action is Action.DELETE:
        return _because(_("{name} will be deleted"), code), _("Delete {name}")
    if Effect.LOSES_ACCESS in done:
        if code not in _REASONS:
            return _("{name} will be disabled: the mapping makes the account inactive"), _("Disable {name}")
        return _because(_("{name} will be disabled"), code), _("Disable {name}")
    if own.action is Action.CREATE:
        return _("{name} will be created"), _("Create {name}")
    if Effect.TAKEN_OVER in done:
        return _("The existing account of {name} will be taken over"), _("Take over {name}")
    if Effect.INHERITED in done:
        return _("{name} will get the account of someone who left"), _("Reassign to {name}")
    if Effect.GAINS_ACCESS in done:
        return _("{name} will be enabled again"), _("Enable {name}")
    return _("{name} will be updated"), _("Update {name}")


def _because(change: str, code: str) -> str:
    """ "{name} will be deleted: no longer in scope"."""
    reason = _REASONS.get(code)
    return _("{change}: {reason}").format(change=change, reason=_(reason)) if reason else change


def _lines(change: Change, names: dict[str, str]) -> list[ShownLine]:
    lines = [
        ShownLine(short_name(path), _value(change.before.get(path), names), _value(change.after.get(path), names))
        for path in differing(change.before, change.after)
    ]
    leaves = change.action is Action.REMOVE_MEMBERS
    labels = (
        change.names
        if len(change.names) == len(change.members)
        else [_value(member, names) for member in change.members]
    )
    return lines + [ShownLine("members", label if leaves else "", "" if leaves else label) for label in labels]


def _value(value: object, names: dict[str, str]) -> str:
    match value:
        case Known(id):
            return names.get(id, id)
        case Planned(source_id):
            return names.get(source_id, source_id)
        case _:
            return value_text(value)  # type: ignore[arg-type]


def _matched(plan: Plan, key: ObjectKey, known: bool) -> StepResult:
    link = _linked(plan, key)
    if link is not None:
        by = _("Provisioned by this job before") if known else _("Found in AWS by the matching attribute")
        return StepResult("match", "success", by, details=((_("AWS ID"), link.target_id),))
    if plan.gone:
        return StepResult("match", "warning", _("Deleted in AWS"), _("It will be created again with a new ID."))
    if plan.skipped:
        skipped = plan.skipped[0]
        if skipped.reason == PROTECTED:
            return StepResult("match", "skipped", messages.title(skipped), messages.advice(skipped))
        return StepResult("match", "skipped", _("Skipped: not in scope"))
    by_address = _("AWS cannot search by email address. If another account uses this one, AWS rejects the change.")
    return StepResult("match", "success", _("Not in AWS yet"), by_address if key[0] == "user" else "")


def _linked(plan: Plan, key: ObjectKey) -> Link | None:
    return next((link for link in plan.links if (link.kind, link.source_id) == key), None)


async def _act(
    services: Services,
    job: Job,
    journal: Journal,
    prepared: Prepared,
    accepted: frozenset[str],
    steps: _Steps,
    emit: Emit,
) -> None:
    rows: list[LogRow] = []

    def listen(event: RunEvent) -> None:
        if isinstance(event, ChangeEnded | ObjectReported):
            rows.append(event.row)
        emit(event)

    try:
        applied = await apply_with_journal(services, job, journal, prepared, listen, accepted, RunControl())
    except ConcernOpen:
        raise
    except WizardError as error:
        steps.add(StepResult("act", "failure", messages.title(error), messages.advice(error)))
        return
    steps.add(_acted(tuple(rows), applied.report.message))


def _acted(rows: tuple[LogRow, ...], stopped: Message | None) -> StepResult:
    details = tuple(
        (change.name, f"{change.before} → {change.after}" if change.before else change.after)
        for row in rows
        for change in row.modified
    )
    weight = {"failure": 0, "warning": 1, "success": 2, "skipped": 3}
    first = min(rows, key=lambda row: weight[row.status], default=None)
    if first is None:
        return StepResult("act", "success", _("Linked to the account in AWS"))
    advice = messages.advice(first)
    title = messages.title(stopped if stopped is not None else first.message)
    done = next((row for row in rows if row.status == "success"), None)
    if first.status == "warning" and done is not None:  # done except for a part
        title, advice = messages.title(done), sentences(as_sentence(messages.title(first)), advice)
    return StepResult("act", first.status, title, advice, details, rows)
