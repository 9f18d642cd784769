"""Provision on demand: one person or group, in Entra's five steps, each reported when it ends."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from anyio import to_thread

from wizard import messages
from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser
from wizard.errors import Message, WizardError
from wizard.flow.directory.reading import read_for_plan
from wizard.flow.runs.accounts import decisions_for
from wizard.flow.runs.connection import identity_center, run_connection_test
from wizard.flow.runs.engines import require_own_engine
from wizard.flow.runs.journal import open_journal
from wizard.flow.runs.plan import Emit, Prepared, RequestRecorder
from wizard.flow.runs.run import apply_with_journal
from wizard.flow.runs.texts import heading
from wizard.flow.scope.scope import Candidate, divide, explain
from wizard.flow.services import Services
from wizard.progress import ignore_event
from wizard.provisioning.events import ChangeEnded, LogRow, ObjectReported, RunControl, RunEvent
from wizard.provisioning.job import Job
from wizard.provisioning.ledger import Link
from wizard.provisioning.match import PROTECTED
from wizard.provisioning.only_some import ObjectKey
from wizard.provisioning.plan import Plan
from wizard.provisioning.planning import make_plan_for_one
from wizard.storage.journal import Journal

StepName = Literal["test", "import", "scope", "match", "act"]
STEPS: tuple[StepName, ...] = ("test", "import", "scope", "match", "act")


@dataclass(frozen=True, slots=True)
class StepResult:
    """How one of the five steps ended."""

    step: StepName
    outcome: Literal["success", "warning", "failure", "skipped"]
    """skipped: nothing was to be done, or an earlier step ended it."""
    title: str
    """One line without a full stop."""
    advice: str = ""
    details: tuple[tuple[str, str], ...] = ()
    """(name, value): what was read, why it is in scope, by what it matched, what was changed."""
    rows: tuple[LogRow, ...] = ()
    """act: the lines of the provisioning log that it made."""


async def provision(
    services: Services,
    job: Job,
    kind: Literal["user", "group"],
    source_id: str,
    tell: Callable[[StepResult], None] = ignore_event,
    emit: Emit = ignore_event,
) -> tuple[StepResult, ...]:
    """Do for one object what a run would do, and return the five steps.

    A step that fails ends it, the others are then skipped. Raises WizardError where nothing could be begun: no
    secret, the job is locked.
    """
    require_own_engine(job)
    steps = _Steps(tell)
    tested = await run_connection_test(services, job)
    if not tested.passed:
        steps.add(StepResult("test", "failure", messages.title(tested), messages.advice(tested)))
        return steps.ended()
    steps.add(
        StepResult("test", "success", messages.title(tested), details=(("Took", f"{tested.seconds:.1f} s"),))
    )
    async with open_journal(services, job) as journal:
        try:
            snapshot = await read_for_plan(services, job, journal, ignore_event)
        except WizardError as error:
            steps.add(StepResult("import", "failure", messages.title(error), messages.advice(error)))
            return steps.ended()
        found = _in_directory(snapshot, kind, source_id)
        steps.add(_imported(found))
        if found is None:
            return steps.ended()
        steps.add(await to_thread.run_sync(_scoped, job, snapshot, kind, found))
        await _match_and_act(services, job, journal, snapshot, (kind, source_id), steps, emit)
    return steps.ended()


class _Steps:
    """The steps so far."""

    def __init__(self, tell: Callable[[StepResult], None]) -> None:
        self._tell = tell
        self._done: list[StepResult] = []

    def add(self, result: StepResult) -> None:
        self._done.append(result)
        self._tell(result)

    def ended(self) -> tuple[StepResult, ...]:
        """All five: what was not reached is skipped."""
        for step in STEPS[len(self._done) :]:
            self.add(StepResult(step, "skipped", "Not reached"))
        return tuple(self._done)


def _in_directory(snapshot: DirectorySnapshot, kind: str, source_id: str) -> DirectoryUser | DirectoryGroup | None:
    things = snapshot.users if kind == "user" else snapshot.groups
    return next((one for one in things if one.id == source_id), None)


def _imported(found: DirectoryUser | DirectoryGroup | None) -> StepResult:
    if found is None:
        advice = "It may have been deleted, or its row cannot be read. The next whole run deals with that."
        return StepResult("import", "failure", "Not in the directory any more", advice)
    details = [(name, _shown(value)) for name, value in found.attributes.items()]
    if isinstance(found, DirectoryGroup):
        details.append(("members", f"{len(found.members):,}"))
    return StepResult("import", "success", f"Read {found.label} from the directory", details=tuple(details))


def _shown(value: object) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, tuple) else str(value)


def _scoped(job: Job, snapshot: DirectorySnapshot, kind: str, found: DirectoryUser | DirectoryGroup) -> StepResult:
    candidate = Candidate(found.id, found.label, "", kind == "group")
    reason = explain(snapshot, job.scope, divide(snapshot, job.scope), candidate)
    sentence = f"{found.label} {reason.sentence}"
    if reason.inside:
        return StepResult("scope", "success", "In scope", details=(("Why", sentence),))
    return StepResult("scope", "warning", "Not in scope", sentence, (("Why", sentence),))


async def _match_and_act(
    services: Services,
    job: Job,
    journal: Journal,
    snapshot: DirectorySnapshot,
    key: ObjectKey,
    steps: _Steps,
    emit: Emit,
) -> None:
    known = key in await to_thread.run_sync(journal.links)
    target = await identity_center(services, job)
    recorder = RequestRecorder(emit)
    try:
        async with target.connect(recorder.emit) as session:
            decisions = await decisions_for(services, job)
            plan = await make_plan_for_one(
                job, snapshot, target, session, journal, recorder.emit, key, decisions=decisions
            )
    except WizardError as error:
        steps.add(StepResult("match", "failure", messages.title(error), messages.advice(error)))
        return
    held = next((held for held in plan.held_back if (held.kind, held.source_id) == key), None)
    if held is not None:
        steps.add(StepResult("match", "failure", messages.title(held), messages.advice(held)))
        return
    steps.add(_matched(plan, key, known))
    if plan.concerns:
        concern = plan.concerns[0]
        advice = f"{messages.advice(concern)} Nothing was changed. Run all changes, and accept it there."
        steps.add(StepResult("act", "failure", messages.title(concern), advice))
        return
    if not plan.changes and not plan.rejected and (known or not _linked(plan, key)):
        title = "Nothing to do" if plan.skipped else "Already as it should be"
        steps.add(StepResult("act", "skipped", title, "Nothing was changed."))
        return
    await _act(services, job, journal, recorder.prepared(plan, snapshot), steps, emit)


def _matched(plan: Plan, key: ObjectKey, known: bool) -> StepResult:
    link = _linked(plan, key)
    if link is not None:
        by = "Provisioned by this job before" if known else "Found in AWS by a matching attribute"
        return StepResult("match", "success", by, details=(("AWS id", link.target_id),))
    if plan.gone:
        return StepResult("match", "warning", "Deleted in AWS", "It is made anew, with another id there.")
    if plan.skipped:
        skipped = plan.skipped[0]
        if skipped.reason == PROTECTED:
            return StepResult("match", "skipped", messages.title(skipped), messages.advice(skipped))
        return StepResult("match", "skipped", "Not looked for, as it is not in scope")
    by_address = "AWS cannot look up e-mail addresses: if somebody else has this one, it refuses the next step."
    return StepResult("match", "success", "Not in AWS yet", by_address if key[0] == "user" else "")


def _linked(plan: Plan, key: ObjectKey) -> Link | None:
    return next((link for link in plan.links if (link.kind, link.source_id) == key), None)


async def _act(
    services: Services, job: Job, journal: Journal, prepared: Prepared, steps: _Steps, emit: Emit
) -> None:
    rows: list[LogRow] = []

    def listen(event: RunEvent) -> None:
        if isinstance(event, ChangeEnded | ObjectReported):
            rows.append(event.row)
        emit(event)

    try:
        applied = await apply_with_journal(services, job, journal, prepared, listen, frozenset(), RunControl())
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
        return StepResult("act", "success", "Taken over as it stands in AWS")
    advice = messages.advice(first)
    title = heading(stopped if stopped is not None else first.message)
    done = next((row for row in rows if row.status == "success"), None)
    if first.status == "warning" and done is not None:  # done, but something of it was left out
        title, advice = heading(done.message), f"{heading(first.message)}. {advice}"
    return StepResult("act", first.status, title, advice, details, rows)
