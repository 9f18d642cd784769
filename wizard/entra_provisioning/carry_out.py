"""Carries out a setup plan at Microsoft, in its fixed order.

Every step reads first and changes only what differs, so that a setup that was killed anywhere can run again and ends in
the same state. A lost answer is looked up and adopted, never sent again blindly.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

import anyio

from wizard.entra_provisioning.configured import Configured, is_owned, read_configured
from wizard.entra_provisioning.desired import Desired, Schema, merged_schema, rule_id, same_schema
from wizard.entra_provisioning.differences import SavedRow, saved_rows, schema_edits, with_rows_of
from wizard.entra_provisioning.on_demand import OnDemandResult, read_answer
from wizard.entra_provisioning.setup_plan import (
    START,
    ExpressionCheck,
    Remembered,
    SetupChange,
    SetupPlan,
    SetupStep,
    expression_rows,
    settings_differ,
    settings_texts,
)
from wizard.errors import Message, NoAccess, WizardError
from wizard.graph import synchronization
from wizard.graph.applications import (
    APPEARS_SECONDS,
    Application,
    GroupsNeedLicence,
    add_owner,
    add_user_role,
    application_of,
    assign,
    find_applications,
    instantiate,
    principal_of_client,
    registration_of,
    user_role,
    wait_for_application,
)
from wizard.graph.client import GraphClient, PermissionMissing
from wizard.graph.synchronization import (
    AT_ONCE,
    TEMPLATE,
    CredentialsTest,
    Patience,
    Subject,
    SynchronizationJob,
)
from wizard.http.failures import AnswerLost
from wizard.progress import ignore_event
from wizard.secret import Secret

PILOT_FAILED = "pilot-failed"
"""Code of the concern that one of the first people failed; accepted, the service is started all the same."""
NOT_ENTITLED = "NotEffectivelyEntitled"
"""Microsoft's reason for people who are not assigned, or disabled."""
HEALTHY_SECONDS = 10.0
"""After this long a started job shows whether its credentials work."""


@dataclass(frozen=True, slots=True)
class Waits:
    """How long to wait for Microsoft; tests make it short."""

    fresh: Patience = synchronization.FRESH
    application_seconds: float = APPEARS_SECONDS
    entitled: Patience = field(default_factory=lambda: Patience(20.0, 15))
    """A new assignment is honoured some minutes later."""
    healthy_seconds: float = HEALTHY_SECONDS


@dataclass(frozen=True, slots=True)
class SetupEvent:
    """What happens while a setup is carried out."""

    step: SetupStep
    state: Literal["began", "waiting", "changed", "failed", "ended"]
    message: Message | None = None
    """The reason for waiting, the change made, or the reason for the failure."""
    key: str = ""
    """Of the change, as `SetupChange.key`."""


Emit = Callable[[SetupEvent], None]


class SetupMemory(Protocol):
    """What a setup stores on this computer, before and after each change; every call is durable when it returns."""

    async def adding(self, name: str, known: frozenset[str]) -> tuple[str, frozenset[str]] | None:
        """Store that an application is about to be added beside these ids.

        Returns what a setup stored that was cut off lately, instead; None = there is none.
        """

    async def application(self, application: Application) -> None:
        """Store the application in the job."""

    async def settings_saved(self, settings: Mapping[str, str]) -> None:
        """Store what was saved beside the token: `settings_texts`."""

    async def before_first_schema(self, job_id: str, schema: Schema) -> None:
        """Keep the schema that was there before the first save, once for each job: it is the only undo."""

    async def schema_saved(self, rows: Mapping[str, SavedRow]) -> None:
        """Store the rows as they were saved."""

    async def microsoft_provisions(self) -> None:
        """Store in the job that Microsoft's service provisions it: before that service may write to AWS."""


Check = Callable[[GraphClient, str, str, list[tuple[str, str, str]]], Awaitable[tuple[ExpressionCheck, ...]]]
"""(client, application, job, rows as of `expression_rows`) -> what Microsoft makes of each expression."""


@dataclass(frozen=True, slots=True)
class SetupResult:
    """How a setup ended."""

    changed: tuple[tuple[SetupStep, str], ...]
    """(step, key) of what was changed."""
    failed: tuple[tuple[SetupStep, str, Message], ...]
    """(step, key, why); the others were carried out."""
    blocked: tuple[ExpressionCheck, ...]
    pilot: tuple[tuple[str, OnDemandResult], ...]
    """(id, what Microsoft did) of each person who was provisioned first."""
    application_id: str
    application_name: str
    job: SynchronizationJob | None
    started: bool
    """Microsoft's service runs."""
    waits_for: str = ""
    """Code to accept before the service is started: "start", "pilot-failed"; "" = nothing."""


class CredentialsRefused(NoAccess):
    """Microsoft's service cannot use the SCIM endpoint with the access token."""


class StartUnknown(NoAccess):
    """The answer to Start is lost, and the job does not run: nobody knows whether it will."""


@dataclass(slots=True)
class Setup:
    """One setup while it is carried out."""

    client: GraphClient
    desired: Desired
    token: Secret = field(repr=False)
    memory: SetupMemory
    check: Check
    remembered: Remembered = field(default_factory=Remembered)
    accepted: Collection[str] = ()
    emit: Emit = ignore_event
    waits: Waits = field(default_factory=Waits)
    _changed: list[tuple[SetupStep, str]] = field(default_factory=list)
    _failed: list[tuple[SetupStep, str, Message]] = field(default_factory=list)
    _blocked: tuple[ExpressionCheck, ...] = ()
    _pilot: list[tuple[str, OnDemandResult]] = field(default_factory=list)
    _fresh: Patience = AT_ONCE
    """How patient calls are: more while something was just made."""

    async def carry_out(self) -> SetupResult:
        """Do every step that is not done yet; raises WizardError where one fails that the next ones need."""
        application = await self._application()
        application = await self._roles(application)
        now = await read_configured(
            self.client, application.id, owner=self.desired.owner, test_saved=True, fresh=self._fresh
        )
        await self._secrets(application, now)
        job = await self._job(application)
        await self._schema(application, job)
        await self._assignments(application, now)
        job = await self._on_demand(application, job)
        return await self._start(application, job)

    # --- Application and roles

    async def _application(self) -> Application:
        if self.desired.application_id:
            return await application_of(self.client, self.desired.application_id)
        self._began("application")
        name = self.desired.application_name
        known = frozenset(each.id for each in await find_applications(self.client))
        unfinished = await self.memory.adding(name, known)
        added = ""
        if unfinished is not None:  # it may have been added all the same
            name, known = unfinished
            added = await self._look_for_new(name, known)
        if not added:
            try:
                added = await instantiate(self.client, name)
            except AnswerLost:
                added = await self._look_for_new(name, known)
        if not added:
            raise NoAccess("application-maybe-added", name=name)
        self._wait("application", Message("waiting-for-new-application"))
        application = await wait_for_application(
            self.client, added, name, ignore_event, self.waits.application_seconds
        )
        self._fresh = self.waits.fresh
        await self.memory.application(application)
        self.desired = replace(self.desired, application_id=application.id)
        self._change("application", "application")
        return application

    async def _look_for_new(self, name: str, known: frozenset[str]) -> str:
        """The id of an application that a request without an answer added; "" = none appears."""
        for _ in range(self.waits.fresh.tries):
            self._wait("application", Message("waiting-for-new-application"))
            for each in await find_applications(self.client):
                if each.name == name and each.id not in known:
                    return each.id
            await anyio.sleep(self.waits.fresh.seconds)
        return ""

    async def _roles(self, application: Application) -> Application:
        if not Configured(application).has_user_role:
            self._began("roles")
            self._wait("roles", Message("waiting-for-new-role"))
            application = await add_user_role(self.client, application, self.waits.application_seconds)
            self._change("roles", "role")
        if self.desired.owner and not await is_owned(self.client, application, self.desired.owner):
            self._began("roles")
            await self._own(application)
        return application

    async def _own(self, application: Application) -> None:
        """Make the application that signs in an owner, which on-demand requests need; its next token knows it."""
        principal = await principal_of_client(self.client, self.desired.owner)
        if not principal:
            self._fail("roles", "owner", Message("setup-owner-unknown", client=self.desired.owner))
            return
        seconds = self.waits.application_seconds
        try:
            await add_owner(self.client, f"/servicePrincipals/{application.id}", principal, seconds)
            registration = await registration_of(self.client, application.app_id)
            if registration:
                await add_owner(self.client, f"/applications/{registration}", principal, seconds)
        except PermissionMissing as error:
            self._fail("roles", "owner", error.message)
            return
        await self.client.renew()
        self._change("roles", "owner")

    # --- Credentials

    async def _secrets(self, application: Application, now: Configured) -> None:
        if not settings_differ(now, self.desired, self.remembered):
            return
        self._began("validate")
        self._raise_for(
            await synchronization.try_credentials(
                self.client, application.id, self.desired.address, self.token, self._fresh
            )
        )
        self._began("secrets")
        secrets = self.desired.secrets(self.token)
        if now.secrets is not None and now.secrets.notifications.more:
            kept = replace(secrets.notifications, more=now.secrets.notifications.more)
            secrets = replace(secrets, notifications=kept)
        await synchronization.save_secrets(self.client, application.id, secrets, self._fresh)
        await self._wait_for_secrets(application)
        await self.memory.settings_saved(settings_texts(self.desired))
        self._change("secrets", "settings")
        self._began("validate-saved")
        tested = CredentialsTest(False)
        for _ in range(self.waits.fresh.tries):
            tested = await synchronization.try_saved_credentials(self.client, application.id, self._fresh)
            if tested.passed or tested.answer == "refused":
                break
            self._wait("validate-saved", Message("waiting-for-saved-credentials"))
            await anyio.sleep(self.waits.fresh.seconds)
        self._raise_for(tested)

    async def _wait_for_secrets(self, application: Application) -> None:
        """Wait until Microsoft shows a token: a job that is made before is quarantined at once."""
        for _ in range(self.waits.fresh.tries):
            try:
                if (await synchronization.saved_secrets(self.client, application.id, self._fresh)).has_token:
                    return
            except PermissionMissing:
                return  # it cannot be seen; the test of the saved credentials tells
            self._wait("secrets", Message("waiting-for-saved-credentials"))
            await anyio.sleep(self.waits.fresh.seconds)

    @staticmethod
    def _raise_for(tested: CredentialsTest) -> None:
        if not tested.passed:
            raise CredentialsRefused("microsoft-cannot-use-credentials", answer=tested.answer, said=tested.said)

    # --- Job and schema

    async def _job(self, application: Application) -> SynchronizationJob:
        found = await self._jobs(application)
        if found is None:
            self._began("job")
            try:
                found = await synchronization.create_job(self.client, application.id, self.waits.fresh)
            except AnswerLost:
                found = await self._created_all_the_same(application)
            self._fresh = self.waits.fresh
            self._wait("job", Message("waiting-for-new-job"))
            found = await synchronization.job(self.client, application.id, found.id, self._fresh)
            self._change("job", "job")
        return found

    async def _jobs(self, application: Application) -> SynchronizationJob | None:
        jobs = await synchronization.jobs(self.client, application.id, self._fresh)
        return next((each for each in jobs if each.template == TEMPLATE), None)

    async def _created_all_the_same(self, application: Application) -> SynchronizationJob:
        for _ in range(self.waits.fresh.tries):
            found = await self._jobs(application)
            if found is not None:
                return found
            self._wait("job", Message("waiting-for-new-job"))
            await anyio.sleep(self.waits.fresh.seconds)
        raise NoAccess("provisioning-job-maybe-created")

    async def _schema(self, application: Application, job: SynchronizationJob) -> None:
        live = await synchronization.schema(self.client, application.id, job.id, self._fresh)
        wanted = merged_schema(live, self.desired)
        edits = {edit.key for edit in schema_edits(live, wanted, self.remembered.rows)}
        if not edits:
            return
        self._began("schema")
        rows = [row for row in expression_rows(wanted) if row[0] in edits]
        self._blocked = tuple(
            check for check in await self.check(self.client, application.id, job.id, rows) if not check.passed
        )
        wanted = with_rows_of(wanted, live, frozenset(check.key for check in self._blocked))
        if same_schema(live, wanted):
            return
        await self.memory.before_first_schema(job.id, live)
        await synchronization.replace_schema(self.client, application.id, job.id, wanted, self._fresh)
        after = await synchronization.schema(self.client, application.id, job.id, self._fresh)
        await self.memory.schema_saved(saved_rows(wanted, after))
        for key in sorted(edits - {check.key for check in self._blocked}):
            self._change("schema", key)

    # --- People

    async def _assignments(self, application: Application, now: Configured) -> None:
        if self.desired.sync_all:
            return
        role = user_role(application)
        present = {each.principal_id for each in now.assignments or ()}
        for person in self.desired.assigned:
            if person.id in present or role is None:
                continue
            self._began("assignments")
            try:
                await assign(self.client, application.id, person.id, role.id)
            except (NoAccess, GroupsNeedLicence):
                raise
            except WizardError as error:
                self._fail("assignments", person.id, error.message)
            else:
                self._change("assignments", person.id)

    async def _on_demand(self, application: Application, job: SynchronizationJob) -> SynchronizationJob:
        if job.was_started or not self.desired.pilot:
            return job
        self._began("on-demand")
        await self.memory.microsoft_provisions()
        schema = await synchronization.schema(self.client, application.id, job.id, self._fresh)
        for person in self.desired.pilot:
            result = await self._provision(application, job, rule_id(schema), person.id)
            self._pilot.append((person.id, result))
            if result.outcome in ("done", "nothing-to-do"):
                self._change("on-demand", person.id)
            else:
                self._fail("on-demand", person.id, result.message)
        return await synchronization.job(self.client, application.id, job.id, self._fresh)

    async def _provision(
        self, application: Application, job: SynchronizationJob, rule: str, person: str
    ) -> OnDemandResult:
        """Provision one person, again while a new assignment is not honoured yet."""
        subject = Subject(person, "User")
        for tries_left in reversed(range(self.waits.entitled.tries)):
            try:
                answer = await synchronization.provision_on_demand(
                    self.client, application.id, job.id, rule, subject
                )
            except AnswerLost:
                # Microsoft looks up before it writes, so a second request changes nothing that the first one did.
                answer = await synchronization.provision_on_demand(
                    self.client, application.id, job.id, rule, subject
                )
            result = read_answer(*answer)
            if not tries_left or not self._may_be_early(result):
                break
            self._wait("on-demand", Message("waiting-for-assignment"))
            await anyio.sleep(self.waits.entitled.seconds)
        return result

    def _may_be_early(self, result: OnDemandResult) -> bool:
        """Whether a new assignment is not honoured yet."""
        new = any(step == "assignments" for step, _ in self._changed) or self._fresh is not AT_ONCE
        return new and result.outcome == "skipped" and NOT_ENTITLED in str(result.message.args["reason"])

    # --- Start

    async def _start(self, application: Application, job: SynchronizationJob) -> SetupResult:
        if job.is_active:
            return self._result(application, job, started=True)
        pilot_failed = any(step == "on-demand" for step, _, _ in self._failed)
        if START not in self.accepted:
            return self._result(application, job, waits_for=START)
        if pilot_failed and PILOT_FAILED not in self.accepted:
            return self._result(application, job, waits_for=PILOT_FAILED)
        self._began("start")
        await self.memory.microsoft_provisions()
        job = await start_once(self.client, application.id, job.id, self._fresh, self.waits.healthy_seconds)
        self._change("start", START)
        return self._result(application, job, started=True)

    def _result(
        self, application: Application, job: SynchronizationJob, *, started: bool = False, waits_for: str = ""
    ) -> SetupResult:
        return SetupResult(
            tuple(self._changed),
            tuple(self._failed),
            self._blocked,
            tuple(self._pilot),
            application.id,
            application.name,
            job,
            started,
            waits_for,
        )

    # --- Events

    def _began(self, step: SetupStep) -> None:
        self.emit(SetupEvent(step, "began"))

    def _wait(self, step: SetupStep, message: Message) -> None:
        self.emit(SetupEvent(step, "waiting", message))

    def _change(self, step: SetupStep, key: str) -> None:
        self._changed.append((step, key))
        self.emit(SetupEvent(step, "changed", key=key))

    def _fail(self, step: SetupStep, key: str, message: Message) -> None:
        self._failed.append((step, key, message))
        self.emit(SetupEvent(step, "failed", message, key))


async def start_once(
    client: GraphClient, application_id: str, job_id: str, fresh: Patience = AT_ONCE, healthy_seconds: float = 0.0
) -> SynchronizationJob:
    """Start a job with one request at most, and return it as it is then; raises StartUnknown, WizardError.

    Nothing is sent to a job that runs and is not in quarantine: the call could stop it.
    """
    job = await synchronization.job(client, application_id, job_id, fresh)
    if job.is_active and job.quarantine is None:
        return job
    lost = False
    try:
        await synchronization.start(client, application_id, job_id, fresh)
    except AnswerLost:
        lost = True
    await anyio.sleep(healthy_seconds)
    job = await synchronization.job(client, application_id, job_id, fresh)
    if lost and not job.is_active:
        raise StartUnknown("entra-start-unknown")
    return job


def undone(plan: SetupPlan, result: SetupResult) -> tuple[SetupChange, ...]:
    """Return the changes of a plan that a setup did not carry out."""
    steps = {step for step, _ in result.changed}
    return tuple(
        change
        for change in plan.changes
        if (change.step, change.key) not in result.changed
        and not (change.step == "secrets" and "secrets" in steps)
    )
