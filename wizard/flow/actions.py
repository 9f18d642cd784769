"""What buttons and verbs do: coroutines over the stores, for the worker's loop and for the headless verbs alike."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from anyio import CancelScope, to_thread

from wizard import messages
from wizard.errors import AccessRefused, WizardError
from wizard.flow.runs import quarantine as quarantining
from wizard.flow.runs import token as secrets_kept
from wizard.flow.runs.retry import failed_last
from wizard.flow.values import Applied, NothingFailed, PlanOutdated, Prepared, SandboxAddress

if TYPE_CHECKING:  # imported when first needed: the first window does not wait for HTTP, keyring or spreadsheets
    from wizard.aws.identity_center import IdentityCenter
    from wizard.aws.interface import ConnectionTest
    from wizard.directory import DirectorySnapshot
    from wizard.flow.directory.entra_session import EntraAccess
    from wizard.flow.runs.token import Kept
    from wizard.progress import Progress, RequestMade
    from wizard.provisioning.control import RunControl
    from wizard.provisioning.events import RunEvent
    from wizard.provisioning.job import Job
    from wizard.provisioning.narrowing import Only
    from wizard.sources.interface import Inspection, Source
    from wizard.storage.jobs import JobStore
    from wizard.storage.journal import Journal
    from wizard.storage.paths import Home
    from wizard.storage.secret_store import KeyringState, SecretStore

Emit = Callable[["RunEvent"], None]


def quiet(_event: object) -> None:
    """An `emit` for those who do not listen."""


class Actions:
    """Everything the conversation can do with the world."""

    def __init__(
        self,
        home: "Home",
        jobs: "JobStore",
        secrets: "SecretStore",
        start_sandbox: Callable[[], SandboxAddress],
        entra: "EntraAccess",
    ) -> None:
        self.home = home
        self.jobs = jobs
        self.secrets = secrets
        self.entra = entra
        """Microsoft's side: sign-in, application, tenant."""
        self._start_sandbox = start_sandbox

    # --- secrets and the target ----------------------------------------------------------------------------------

    async def keyring_state(self) -> "KeyringState":
        """Is there a safe keyring."""
        return await secrets_kept.keyring_state(self.secrets)

    async def keep_token(self, job: "Job", token: str, session_only: bool = False) -> "Kept":
        """Keep tenant URL and token; raises NoSecret with an advice."""
        return await secrets_kept.keep(self.secrets, job, token, session_only)

    async def where_token(self, job: "Job") -> "Kept":
        """Where the job's token stands."""
        return await secrets_kept.where_kept(self.secrets, job)

    async def test_target(self, job: "Job", emit: Callable[["RequestMade"], None] = quiet) -> "ConnectionTest":
        """Try the endpoint with the kept token; raises NoSecret or OtherTenant, nothing for what AWS does."""
        target = await self.target(job)
        return await target.test(emit)

    async def target(self, job: "Job", linked: Callable[[str], bool] | None = None) -> "IdentityCenter":
        """Identity Center with the job's token, before a connection is opened; raises NoSecret or OtherTenant."""
        from wizard.aws.identity_center import IdentityCenter

        token = await secrets_kept.token_for(self.secrets, job)
        return IdentityCenter(
            job.target.tenant_url,
            token,
            pacing=job.policy.pacing,
            allowed_host=job.target.allowed_host,
            is_linked=linked,
        )

    async def start_sandbox(self) -> SandboxAddress:
        """Start an Identity Center of our own on this computer."""
        return await to_thread.run_sync(self._start_sandbox, abandon_on_cancel=True)

    # --- the directory -------------------------------------------------------------------------------------------

    async def inspect_source(self, job: "Job") -> "Inspection":
        """What can be said of the directory before it is read for good; raises WizardError."""
        source = await to_thread.run_sync(self._source, job)
        return await to_thread.run_sync(source.inspect, abandon_on_cancel=True)

    async def read_source(self, job: "Job", emit: Callable[["Progress"], None] = quiet) -> "DirectorySnapshot":
        """Read the directory, all that a mapping may choose from; raises WizardError."""
        source = await to_thread.run_sync(self._source, job)
        return await to_thread.run_sync(source.read, emit, abandon_on_cancel=True)

    async def read_for_plan(
        self, job: "Job", journal: "Journal", emit: Callable[["Progress"], None]
    ) -> "DirectorySnapshot":
        """Read what the plan needs: of a tenant only what is mapped, and only what changed since the last whole run."""

        def read() -> "DirectorySnapshot":
            if job.source.kind != "entra":
                return self._source(job).read(emit)
            last = journal.snapshot()
            return self.entra.source(job, last.cursor if last else "", keep=True).read(emit)

        return await to_thread.run_sync(read, abandon_on_cancel=True)

    def _source(self, job: "Job") -> "Source":
        from wizard.sources.catalogue import open_source

        choice = job.source
        if choice.kind == "entra":
            return self.entra.source(job, keep=False)
        return open_source(
            choice.kind,
            choice.users_file,
            choice.members_file,
            choice.identity,
            choice.columns,
            choice.groups_column,
        )

    # --- plan and run --------------------------------------------------------------------------------------------

    async def prepare(self, job: "Job", emit: Emit = quiet, full: bool = True) -> Prepared:
        """Read both sides and compare. Changes nothing in the target.

        full: False plans against the journal where it is sound. Raises WizardError.
        """
        async with self.journal(job) as journal:
            snapshot = await self.read_for_plan(job, journal, emit)
            return await self._prepare(job, journal, snapshot, emit, full)

    async def prepare_retry(self, job: "Job", emit: Emit = quiet, full: bool = True) -> Prepared:
        """As `prepare`, for those alone that failed in the last run; raises NothingFailed."""
        only = await to_thread.run_sync(failed_last, self.home, job.id)
        if only is None:
            raise NothingFailed
        async with self.journal(job) as journal:
            snapshot = await self.read_for_plan(job, journal, emit)
            return await self._prepare(job, journal, snapshot, emit, full, only)

    async def apply(
        self, job: "Job", prepared: Prepared, emit: Emit, accepted: frozenset[str], control: "RunControl"
    ) -> Applied:
        """Carry out an approved plan; raises ConcernOpen, PlanOutdated, or WizardError before the first request."""
        applied: Applied | None = None
        try:
            async with self.journal(job) as journal:
                if await to_thread.run_sync(journal.last_run) != prepared.plan.after_run:
                    raise PlanOutdated
                applied = await self.apply_with(job, journal, prepared, emit, accepted, control)
                if quarantining.is_good(applied.report):  # a person's run lifts quarantine, and never puts in
                    await quarantining.keep(journal, await quarantining.standing(self.home, job.id), None)
        except WizardError as error:
            applied = _told_all_the_same(applied, error)
        return applied

    async def run(
        self, job: "Job", emit: Emit, accepted: frozenset[str], control: "RunControl", full: bool = False
    ) -> tuple[Prepared, Applied]:
        """Plan and apply at once under one lock, as the verb `run` does; raises InQuarantine before it is due."""
        before = await quarantining.standing(self.home, job.id)
        token = await secrets_kept.token_for(self.secrets, job) if before is not None else ""
        on_trial = quarantining.admitted(before, job, token) if before is not None else False
        applied: Applied | None = None
        try:
            async with self.journal(job) as journal:
                snapshot = await self.read_for_plan(job, journal, emit)
                try:
                    prepared = await self._prepare(job, journal, snapshot, emit, full or on_trial)
                except AccessRefused as refused:
                    token = await secrets_kept.token_for(self.secrets, job)
                    now = quarantining.failed(before, "access-refused", messages.title(refused), job, token)
                    await quarantining.keep(journal, before, now)
                    raise
                prepared = await to_thread.run_sync(quarantining.without_escrow, journal, prepared)
                applied = await self.apply_with(job, journal, prepared, emit, accepted, control)
                token = await secrets_kept.token_for(self.secrets, job)
                await quarantining.keep(journal, before, quarantining.judged(before, applied.report, job, token))
        except WizardError as error:
            applied = _told_all_the_same(applied, error)
        return prepared, applied

    async def lift_quarantine(self, job: "Job") -> None:
        """Repeated runs may go again, as if none had failed; raises JobLocked while one is under way."""
        async with self.journal(job) as journal:
            await to_thread.run_sync(journal.set_quarantine, None)

    async def lift_after_check(self, job: "Job") -> bool:
        """A passed test of the connection is what a refused access waits for; True = it stood in quarantine."""
        before = await quarantining.standing(self.home, job.id)
        if before is None or before.reason != "access-refused":
            return False
        await self.lift_quarantine(job)
        return before.stands

    async def _prepare(
        self,
        job: "Job",
        journal: "Journal",
        snapshot: "DirectorySnapshot",
        emit: Emit,
        full: bool,
        only: "Only | None" = None,
    ) -> Prepared:
        from wizard.flow.runs.recorder import Overheard, noted
        from wizard.provisioning.prepare import prepare

        target = await self.target(job)
        last = await to_thread.run_sync(journal.snapshot)
        due = "asked for" if full else await to_thread.run_sync(journal.full_check_due)
        overheard = Overheard(emit)
        async with target.connect(overheard.emit) as session:
            people = len(last.user_ids) if last else 0
            heard = overheard.emit
            plan = await prepare(
                job, snapshot, target, session, journal, heard, full=bool(due), last_people=people, only=only
            )
        return Prepared(noted(plan, journal), snapshot, tuple(overheard.requests))

    async def apply_with(
        self,
        job: "Job",
        journal: "Journal",
        prepared: Prepared,
        emit: Emit,
        accepted: frozenset[str],
        control: "RunControl",
    ) -> Applied:
        """As `apply`, for whoever holds the job's journal."""
        from wizard.flow.runs.recorder import keep_reading, recorded, unnoted
        from wizard.provisioning.apply import ConcernOpen, apply

        plan = prepared.plan
        waiting = tuple(concern.code for concern in plan.concerns if concern.code not in accepted)
        if waiting:  # asked here too, so that a refused run leaves no line in the history
            raise ConcernOpen(plan, waiting)
        linked = {link.target_id for link in journal.links().values()}
        target = await self.target(job, linked.__contains__)
        with recorded(journal, prepared, emit) as recording:
            async with target.connect(recording.emit) as session:
                await apply(plan, session, journal, recording.emit, accepted=accepted, control=control)
            report = await to_thread.run_sync(recording.finish)
        if report.ending == "done" and not plan.purpose:  # a run for a few says nothing about the others
            try:
                await to_thread.run_sync(keep_reading, journal, prepared)
            except WizardError as error:
                report = unnoted(report, error)
        journal.purge(job.policy.results_kept_days)
        return Applied(report, recording.run_id)

    @asynccontextmanager
    async def journal(self, job: "Job") -> AsyncIterator["Journal"]:
        """The job's journal and its lock; raises JobLocked."""
        from wizard.storage.journal import Journal

        journal = await to_thread.run_sync(Journal.open, self.home, job.id, job.target.tenant_url)
        try:
            yield journal
        finally:
            with CancelScope(shield=True):  # a cancelled run must let go of the job's lock as well
                await to_thread.run_sync(journal.close)


def _told_all_the_same(applied: Applied | None, error: WizardError) -> Applied:
    """What was applied, if it was, although the journal could not be written or closed behind it."""
    from wizard.flow.runs.recorder import unnoted

    if applied is None:
        raise error
    return replace(applied, report=unnoted(applied.report, error))
