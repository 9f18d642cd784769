"""Jobs and their drafts: opens them, saves edits, applies edits after a review, discards them.

The job file is what was last reviewed. Edits of a job that has run go to a draft; a job that never ran has none: the file
is the job. Name, target and single sign-on hold at once, the target as soon as it has passed its test.
"""

from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import to_thread

from wizard.errors import JobFileError, WizardError
from wizard.flow.jobs.first_opening import first_opening
from wizard.flow.jobs.names import default_name
from wizard.flow.steps.steps import STEPS, UNNAMED, StepId
from wizard.provisioning.job import Job, policy_problems, reviewed_parts, with_parts
from wizard.storage.acceptances import OwnAccounts
from wizard.storage.drafts import Draft, Drafts, changed_parts, digests
from wizard.storage.jobs import with_absolute_paths
from wizard.storage.log_pages import LogReader

if TYPE_CHECKING:
    from wizard.flow.services import Services
    from wizard.flow.steps.session import Session


@dataclass(frozen=True, slots=True)
class Conflict:
    """A job file and a draft that were both changed since the draft was begun."""

    in_file: tuple[StepId, ...]
    """The steps that the file has other answers for."""
    in_draft: tuple[StepId, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """A job as the window shows it."""

    job: Job
    """With the edits of its draft."""
    reviewed: Job | None
    """The job file, where the job has run."""
    saved_at: float
    """Wall clock, seconds."""
    conflict: Conflict | None = None
    """The person has to choose between both; `job` has the edits of the draft."""
    first_seen: tuple[str, ...] = ()
    """Sentences about its source and target, if this computer has not seen it before."""


@dataclass(frozen=True, slots=True)
class Edits:
    """The job as it is edited in the window, to be saved."""

    draft: Job
    reviewed: Job | None
    target_holds: bool
    """The target has passed its test, or the test was skipped."""
    in_file: Job | None = None
    """Of a job that never ran: the job file as the window read or wrote it last."""
    is_named: bool = False
    """A person chose the name; otherwise it is made of source and target."""


def edits_of(session: "Session") -> Edits:
    """Return the edits in the window."""
    return Edits(session.draft, session.reviewed, session.target_holds(), session.in_file, session.is_named)


@dataclass(frozen=True, slots=True)
class Saved:
    """Result of saving edits."""

    job: Job
    """With a name that no other job has."""
    reviewed: Job | None
    """The version that the draft is based on; None = the file is the job."""


async def open_job(services: "Services", path: str) -> Opened:
    """Open a job file with its draft; raises JobFileError."""
    opened = await to_thread.run_sync(_open, services, Path(path))
    return replace(opened, first_seen=await first_opening(services, opened.reviewed or opened.job))


def _open(services: "Services", path: Path) -> Opened:
    job, drafts = services.jobs.load(path), Drafts(services.home)
    saved_at, draft = path.stat().st_mtime, drafts.load(job.id)
    if draft is None:
        return Opened(job, job if _has_run(services, job) else None, saved_at)
    edited, changed = changed_parts(draft.job, draft.base), changed_parts(job, draft.base)
    both = with_parts(job, draft.job, edited)
    if "target" in edited:
        both = replace(both, target=draft.job.target)
    if both == job:  # applied, and the process was killed before it removed the draft
        drafts.remove(job.id)
    asks = reviewed_parts(both) != reviewed_parts(job) and changed - {"target"}
    return Opened(both, job, saved_at, Conflict(_steps(changed), _steps(edited)) if asks else None)


async def keep_edits(services: "Services", opened: Opened) -> None:
    """Resolve a conflict in favour of the draft: apply its edits to the current job file. Raises WizardError."""
    await save_edits(services, Edits(opened.job, opened.reviewed, target_holds=False, is_named=True))


async def save_edits(services: "Services", edits: Edits) -> Saved:
    """Save edits: to the file of a job that never ran, otherwise to a draft.

    A file that was changed outside the window is not replaced: what the window holds becomes a draft. Raises
    WizardError, or JobFileError where a value breaks a rule for job files.
    """
    return await to_thread.run_sync(_save, services, edits)


def _save(services: "Services", edits: Edits) -> Saved:
    draft, reviewed = _absolute(edits)
    path = services.jobs.path_of(draft.id)
    if reviewed is None and path is not None and edits.in_file is not None:
        known = (reviewed_parts(edits.in_file), reviewed_parts(draft))
        reviewed = None if reviewed_parts(services.jobs.load(path)) in known else edits.in_file
    if reviewed is None:
        return Saved(services.jobs.save(_named(services, _usable(services, draft), edits.is_named)).job, None)
    if path is None:  # for this session only
        target = draft.target if edits.target_holds else reviewed.target
        current = replace(reviewed, name=draft.name, target=target, sign_on=draft.sign_on)
    else:
        current = _with_what_holds(services, path, edits, reviewed)
        reviewed = replace(reviewed, name=current.name, target=current.target, sign_on=current.sign_on)
    drafts = Drafts(services.home)
    base = digests(replace(reviewed, target=current.target))
    if changed_parts(draft, base):
        drafts.save(Draft(draft, base))
    else:
        drafts.remove(draft.id)
    return Saved(replace(draft, name=current.name), reviewed if path is not None else current)


def _with_what_holds(services: "Services", path: Path, edits: Edits, reviewed: Job) -> Job:
    """Write name, tested target and single sign-on to the job file: they need no review. Other fields keep the file's."""
    draft = edits.draft
    job = changed = services.jobs.load(path)
    if draft.name not in (reviewed.name, UNNAMED):
        changed = replace(changed, name=services.jobs.free_name(draft.name, job.id))
    if edits.target_holds and draft.target != reviewed.target:
        changed = replace(changed, target=draft.target)
    if draft.sign_on != reviewed.sign_on:
        changed = replace(changed, sign_on=draft.sign_on)
    return services.jobs.save(changed).job if changed != job else job


def _absolute(edits: Edits) -> tuple[Job, Job | None]:
    """Return draft and reviewed job with paths as a job file has them."""
    reviewed = edits.reviewed
    return with_absolute_paths(edits.draft), with_absolute_paths(reviewed) if reviewed is not None else None


async def apply_edits(services: "Services", edits: Edits) -> Job | None:
    """Make the draft the job, and return it as written; None = the job is for this session only.

    Raises JobFileError, and writes nothing, where the job file was changed since the edits were begun.
    """

    def apply() -> Job | None:
        drafts, path = Drafts(services.home), services.jobs.path_of(edits.draft.id)
        if path is None:
            drafts.remove(edits.draft.id)
            return None
        draft, reviewed = _absolute(edits)
        current = services.jobs.load(path)
        if reviewed is not None and reviewed_parts(current) != reviewed_parts(reviewed):
            raise JobFileError("job-file-changed", name=current.name)
        job = _named(services, draft, edits.is_named)
        if reviewed is not None and drafts.edited_at(
            job.id
        ):  # an earlier edit: after a kill it would contradict the file
            drafts.save(Draft(job, digests(reviewed)))
        saved = services.jobs.save(job).job if job != current else current
        drafts.remove(edits.draft.id)
        return saved

    return await to_thread.run_sync(apply)


async def discard_draft(services: "Services", job_id: str) -> None:
    """Delete the draft of a job; raises WizardError."""
    await to_thread.run_sync(Drafts(services.home).remove, job_id)


async def edited_parts(services: "Services", job: Job) -> tuple[StepId, ...]:
    """Return the steps that the draft of a saved job has other answers for; () = it has no edits."""

    return await to_thread.run_sync(parts_of_draft, services, job)


def parts_of_draft(services: "Services", job: Job) -> tuple[StepId, ...]:
    """As `edited_parts`, on the thread that calls it."""
    draft = Drafts(services.home).load(job.id)
    return _steps(changed_parts(draft.job, digests(job))) if draft is not None else ()


def _steps(parts: frozenset[str]) -> tuple[StepId, ...]:
    return tuple(step.id for step in STEPS if step.id in parts)


def _named(services: "Services", job: Job, is_named: bool) -> Job:
    """Return the job with a name that no other saved job has."""
    name = job.name if is_named and job.name.strip() else default_name(job)
    return replace(job, name=services.jobs.free_name(name, job.id))


def _usable(services: "Services", job: Job) -> Job:
    """Return a job that never ran without settings that are not valid yet, because they are being typed."""
    if not policy_problems(job.policy):
        return job
    path = services.jobs.path_of(job.id)
    return replace(job, policy=services.jobs.load(path).policy if path else type(job.policy)())


def _has_run(services: "Services", job: Job) -> bool:
    """Return whether the job has run on this computer, by its journal or by the accounts that it linked."""
    if OwnAccounts(services.home, job.id).all():
        return True
    try:
        with closing(LogReader(services.home, job.id)) as reader:
            return bool(reader.runs())
    except WizardError:
        return True  # a journal that cannot be read is of a run
