"""Setting up Microsoft's provisioning service: the review, taking over its configuration, and carrying it out."""

import hashlib
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from anyio import to_thread

from wizard.directory import DirectorySnapshot, DirectoryUser
from wizard.entra_provisioning.carry_out import Setup, SetupResult, Waits
from wizard.entra_provisioning.configured import Configured, Existing, find_existing, read_configured
from wizard.entra_provisioning.desired import Desired, Schema, merged_schema
from wizard.entra_provisioning.differences import SavedRow, engine_differences, schema_edits
from wizard.entra_provisioning.setup_plan import (
    ExpressionCheck,
    ExpressionOutcome,
    SetupPlan,
    expression_rows,
    plan_setup,
)
from wizard.errors import Message, NoAccess, NotAccepted, WizardError
from wizard.flow.directory.entra_models import MorePermission, Need
from wizard.flow.directory.reading import read_directory
from wizard.flow.microsoft.administrator import missing_rights
from wizard.flow.microsoft.forecast import make_forecast
from wizard.flow.microsoft.from_job import desired_of, facts_of, with_microsofts
from wizard.flow.microsoft.models import ChangedRow, EmitSetup, FirstMapping, Forecast, SetupReview
from wizard.flow.microsoft.words import edit_name, value_words
from wizard.flow.runs.connection import token_for
from wizard.flow.runs.journal import open_journal
from wizard.flow.services import Services
from wizard.graph import synchronization
from wizard.graph.applications import Application
from wizard.graph.client import GraphClient, PermissionMissing
from wizard.mapping.expression.errors import EvaluationError, ExpressionError, NoFlow
from wizard.mapping.resources import expression_of, run_context
from wizard.mapping.scoping import in_scope
from wizard.mapping.source_values import entra_name, user_value
from wizard.progress import Progress, ignore_event
from wizard.provisioning.job import Engine, Job, LeaverAction
from wizard.secret import Secret
from wizard.storage.acceptances import ProtectedNames
from wizard.storage.microsoft.setups import MicrosoftSetups

if TYPE_CHECKING:
    from collections.abc import Callable

_CHANGING_FUNCTIONS = ("Guid", "RandomString", "Now")
"""Their values differ each time."""


class SetupOutdated(WizardError):
    """The setup at Microsoft, or the job, changed since the review."""

    def __init__(self) -> None:
        super().__init__("setup-outdated")


# --- Opening Graph --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Opened:
    """Graph with the most permissions that can be had without a person."""

    client: GraphClient
    refused: MorePermission | None
    """A person must allow more before anything can be changed."""


@asynccontextmanager
async def open_to_look(services: Services, job: Job) -> AsyncIterator[Opened]:
    """Graph with permissions to change, else to watch, else to read; raises WizardError."""
    refused: MorePermission | None = None
    wanted: tuple[Need, ...] = ("provisioning", "monitor", "read")
    for need in wanted:
        entered = False
        try:
            async with services.entra.graph(job, need=need) as client:
                entered = True
                yield Opened(client, refused)
                return
        except MorePermission as error:
            if entered:
                raise
            refused = refused or error


# --- Review ---------------------------------------------------------------------------------------------------------


async def existing_setups(services: Services, job: Job) -> tuple[Existing, ...]:
    """Return every application of AWS in the tenant with its provisioning job, for *Monitor it · Take over*.

    Raises WizardError.
    """
    async with open_to_look(services, job) as opened:
        return await find_existing(opened.client)


async def read_setup(
    services: Services,
    job: Job,
    emit: "Callable[[Progress], None]" = ignore_event,
    *,
    pilot: tuple[str, ...] | None = None,
    forecast: bool = True,
) -> SetupReview:
    """Read Microsoft's configuration and work out what a setup would change; changes nothing.

    pilot: ids of one to five people to provision first; None = the first people of the scope. forecast: also read the
    directory and AWS, and say what Microsoft's service will do. Raises WizardError where Microsoft cannot be reached.
    """
    protected = len(await to_thread.run_sync(ProtectedNames(services.home).all))
    differences = engine_differences(facts_of(job, protected))
    remembered = await to_thread.run_sync(MicrosoftSetups(services.home, job.id).remembered)
    if any(each.blocking for each in differences):
        plan = plan_setup(Configured(), desired_of(job, pilot=pilot), differences, remembered=remembered)
        plan = replace(plan, changes=())
        return SetupReview(job, Configured(), plan, differences, (), None, None, ())
    snapshot, problem = await _directory(services, job, emit)
    desired = desired_of(job, labels(snapshot), pilot)
    async with open_to_look(services, job) as opened:
        configured = await read_configured(
            opened.client, desired.application_id, address=desired.address, owner=desired.owner, test_saved=True
        )
        person = person_to_try(job, snapshot, pilot)
        checks, more = await _checks(opened.client, configured, desired, person)
    plan = plan_setup(configured, desired, differences, checks, remembered)
    plan = replace(plan, notes=(*plan.notes, *more))
    made: Forecast | None = None
    if forecast and snapshot is not None:
        try:
            made = await make_forecast(services, job, snapshot, emit)
        except WizardError as error:
            problem = error.message
    missing = missing_rights(configured, opened.refused)
    first = await _first_mapping(services, job, configured)
    return SetupReview(job, configured, plan, differences, checks, made, problem, missing, first)


async def _directory(
    services: Services, job: Job, emit: "Callable[[Progress], None]"
) -> tuple[DirectorySnapshot | None, Message | None]:
    """The directory; without an application whose assignments say who is in scope it cannot be read yet."""
    if job.source.entra.scope == "assigned" and not job.source.entra.application_id:
        return None, Message("forecast-without-application")
    try:
        return await read_directory(services, job, emit), None
    except WizardError as error:
        return None, error.message


def labels(snapshot: DirectorySnapshot | None) -> dict[str, str]:
    """Return the labels of people and groups by their ids."""
    if snapshot is None:
        return {}
    people = {each.id: each.label for each in snapshot.users}
    return people | {each.id: each.label for each in snapshot.groups}


def person_to_try(
    job: Job, snapshot: DirectorySnapshot | None, pilot: tuple[str, ...] | None = None
) -> DirectoryUser | None:
    """Return the person with whose values expressions are evaluated: of the pilot, else with the most attributes."""
    if snapshot is None or not snapshot.users:
        return None
    people: tuple[DirectoryUser, ...] = snapshot.users
    with suppress(WizardError):  # a filter that cannot be used is a problem of the Scope page
        people = in_scope(snapshot, job.scope).users or people
    first = set(pilot or job.scope.first_user_ids)
    return max(people, key=lambda each: (each.id in first, len(each.attributes), each.id))


# --- Expressions ----------------------------------------------------------------------------------------------------


async def _checks(
    client: GraphClient, configured: Configured, desired: Desired, person: DirectoryUser | None
) -> tuple[tuple[ExpressionCheck, ...], tuple[Message, ...]]:
    """What Microsoft makes of every expression, as far as it can be asked before a setup."""
    if configured.application is None or configured.schema is None:
        return (), ()
    wanted = merged_schema(configured.schema, desired)
    rows = list(expression_rows(wanted))
    if person is None:
        return (), (Message("setup-no-person-to-try"),) if rows else ()
    job_id = configured.job.id if configured.job else ""
    try:
        return await check_expressions(client, configured.application.id, job_id, rows, person), ()
    except PermissionMissing:
        return (), (Message("setup-expressions-unchecked"),) if rows else ()
    except NoAccess:
        if job_id:
            raise
        return (), ()  # the template evaluates nothing: the setup checks them once there is a job


async def check_expressions(
    client: GraphClient,
    application: str,
    job_id: str,
    rows: Iterable[tuple[str, str, str]],
    person: DirectoryUser | None,
) -> tuple[ExpressionCheck, ...]:
    """Return what Microsoft makes of each expression for this person, beside this program's value.

    rows: (key, target, expression). Expressions of groups are parsed, and evaluated for nobody. Raises WizardError.
    """
    checks = []
    for key, target, expression in rows:
        subject = None if key.startswith("groups.") else person
        values = _inputs(expression, subject) if subject else {}
        parsed = await synchronization.parse_expression(client, application, job_id, expression, values)
        checks.append(ExpressionCheck(key, target, expression, _compared(expression, subject, parsed)))
    return tuple(checks)


def _inputs(expression: str, person: DirectoryUser) -> dict[str, str | bool | tuple[str, ...]]:
    """The person's attributes that an expression reads, by the names it reads them with."""
    parsed = expression_of(expression)
    if isinstance(parsed, ExpressionError):
        return {}
    from wizard.mapping.expression.expression import source_names  # the language is imported with an expression

    values = {}
    for name in source_names(parsed):
        value = user_value(person, name)
        value = user_value(person, entra_name(name)) if value is None else value
        if value is not None:
            values[name] = value
    return values


def _compared(expression: str, person: DirectoryUser | None, parsed: synchronization.Parsed) -> ExpressionOutcome:
    if not parsed.parsed:
        return "not-parsed"
    ours = _own_value(expression, person) if person else None
    if ours is None or any(f"{function}(" in expression for function in _CHANGING_FUNCTIONS):
        return "same"  # nothing to compare: no person to evaluate it for, or a function that only Microsoft has
    if not parsed.evaluated and ours:
        return "not-evaluated"
    return "same" if ours == tuple(value for value in parsed.values if value) else "differs"


def _own_value(expression: str, person: DirectoryUser) -> tuple[str, ...] | None:
    """The values as this program evaluates it; None = it cannot."""
    parsed = expression_of(expression)
    if isinstance(parsed, ExpressionError):
        return None

    def source(name: str) -> object:
        value = user_value(person, name)
        return user_value(person, entra_name(name)) if value is None else value

    try:
        value = parsed.value(source, run_context())  # type: ignore[arg-type]
    except (EvaluationError, WizardError):
        return None
    if value is None or isinstance(value, NoFlow):
        return ()
    values = value if isinstance(value, tuple) else (str(value),)
    return tuple(each for each in values if each)


# --- Keep Microsoft's -----------------------------------------------------------------------------------------------


def keep_microsofts(review: SetupReview, keys: Iterable[str]) -> Job:
    """Return the job with Microsoft's values of these edits (`Edit.key`) in place of its own; nothing is saved.

    Edits that cannot be kept (`Edit.can_keep`) are left out.
    """
    kept = frozenset(keys) & {edit.key for edit in review.plan.edits if edit.can_keep}
    job, configured = review.job, review.configured
    if configured.schema is not None and any(not key.startswith("settings.") for key in kept):
        job = with_microsofts(job, json.dumps(configured.schema), kept)
    saved = configured.secrets
    if saved is None:
        return job
    policy, entra = job.policy, job.source.entra
    if "settings.everyone" in kept:
        entra = replace(entra, scope="all" if saved.sync_all else "assigned")
    if "settings.mail" in kept:
        mail = saved.notifications
        policy = replace(policy, notification_address=mail.mail, mail_on_failure=mail.mail_on or not mail.mail)
    if "settings.threshold" in kept:
        policy = replace(policy, threshold_count=max(0, saved.notifications.threshold - 1))
    if "settings.out-of-scope" in kept:
        policy = replace(policy, leavers=LeaverAction.LEAVE if saved.keep_out_of_scope else LeaverAction.DISABLE)
    return replace(job, policy=policy, source=replace(job.source, entra=entra))


async def take_over(services: Services, job: Job, application: Application) -> Job:
    """Return the job with everything that is configured at Microsoft for this application; nothing is saved.

    Schema, scope, mail, threshold, and the people out of scope. Raises WizardError.
    """
    entra = replace(job.source.entra, application_id=application.id, application_name=application.name)
    job = replace(job, source=replace(job.source, entra=entra))
    async with open_to_look(services, job) as opened:
        configured = await read_configured(opened.client, application.id)
    if configured.job is None:
        raise WizardError("nothing-to-take-over", application=application.name)
    plan = plan_setup(configured, desired_of(job))
    review = SetupReview(job, configured, plan, (), (), None, None, missing_rights(configured))
    taken = keep_microsofts(review, (edit.key for edit in plan.edits))
    address = configured.secrets.address if configured.secrets else ""
    if address and address != "*" and not taken.target.tenant_url:
        taken = replace(taken, target=replace(taken.target, tenant_url=address))
    return taken


# --- Carrying it out ------------------------------------------------------------------------------------------------


async def carry_out(
    services: Services,
    job: Job,
    review: SetupReview,
    accepted: frozenset[str],
    emit: EmitSetup = ignore_event,
    waits: Waits | None = None,
) -> SetupResult:
    """Do what the review shows, in its fixed order; Microsoft's service is started only if `accepted` holds "start".

    Raises NotAccepted where a concern is open, SetupOutdated where anything changed since the review, JobLocked during a
    run of this program, MorePermission, CredentialsRefused, NoSecret, and WizardError, also for what blocks the setup.
    Completed steps stay; the next setup continues from there.
    """
    blocking = next((each.message for each in review.concerns if each.blocking), None)
    if blocking is not None:
        raise WizardError(blocking)
    open_concerns = [each for each in review.concerns if each.code not in accepted]
    if open_concerns:
        raise NotAccepted(tuple(each.message for each in open_concerns))
    token = Secret(await token_for(services, job))
    setups = MicrosoftSetups(services.home, job.id)
    remembered = await to_thread.run_sync(setups.remembered)
    desired = desired_of(job, _names(review.plan), _pilot(review.plan))
    snapshot, _ = await _directory(services, job, ignore_event)
    person = person_to_try(job, snapshot)
    # The job's lock: no run of this program is under way when Microsoft's service begins to write.
    async with open_journal(services, job), services.entra.graph(job, need="provisioning") as client:
        configured = await read_configured(
            client, desired.application_id, address=desired.address, owner=desired.owner, test_saved=True
        )
        now = plan_setup(configured, desired, review.differences, review.checks, remembered)
        if now.checksum != review.plan.checksum:
            raise SetupOutdated
        await to_thread.run_sync(setups.accept, frozenset(each.code for each in review.differences))
        memory = _Memory(services, job, setups)
        setup = Setup(
            client,
            desired,
            token,
            memory,
            partial(_check_for, person),
            remembered,
            accepted,
            emit,
            waits or Waits(),
        )
        return await setup.carry_out()


def job_after(job: Job, result: SetupResult) -> Job:
    """Return the job as a setup left it in its file: with the application that was added, and who provisions now."""
    entra = replace(
        job.source.entra, application_id=result.application_id, application_name=result.application_name
    )
    tried = any(step == "on-demand" for step, _ in result.changed) or bool(result.pilot)
    engine: Engine = "entra" if result.started or tried else job.engine
    return replace(job, source=replace(job.source, entra=entra), engine=engine)


async def _check_for(
    person: DirectoryUser | None,
    client: GraphClient,
    application: str,
    job_id: str,
    rows: list[tuple[str, str, str]],
) -> tuple[ExpressionCheck, ...]:
    return await check_expressions(client, application, job_id, rows, person)


def _names(plan: SetupPlan) -> Mapping[str, str]:
    """Labels of the people in the reviewed plan."""
    return {each.key: each.after for each in plan.changes if each.step in ("assignments", "on-demand")}


def _pilot(plan: SetupPlan) -> tuple[str, ...]:
    """Ids of the people that the reviewed plan provisions first."""
    return tuple(each.key for each in plan.of("on-demand"))


@dataclass(slots=True)
class _Memory:
    """Stores what a setup must know after it was cut off: in the job file, and in HOME."""

    services: Services
    job: Job
    setups: MicrosoftSetups
    saved: Job = field(init=False)

    def __post_init__(self) -> None:
        self.saved = self.job

    async def adding(self, name: str, known: frozenset[str]) -> tuple[str, frozenset[str]] | None:
        return await to_thread.run_sync(self.setups.adding, name, known)

    async def application(self, application: Application) -> None:
        entra = replace(self.saved.source.entra, application_id=application.id, application_name=application.name)
        await self._save(replace(self.saved, source=replace(self.saved.source, entra=entra)))
        await to_thread.run_sync(self.setups.added)

    async def settings_saved(self, settings: Mapping[str, str]) -> None:
        await to_thread.run_sync(self.setups.settings_saved, dict(settings))

    async def before_first_schema(self, job_id: str, schema: Schema) -> None:
        await to_thread.run_sync(self.setups.keep_first_schema, job_id, schema)

    async def schema_saved(self, rows: Mapping[str, SavedRow]) -> None:
        await to_thread.run_sync(self.setups.rows_saved, dict(rows))

    async def microsoft_provisions(self) -> None:
        if self.saved.engine != "entra":
            await self._save(replace(self.saved, engine="entra"))

    async def _save(self, job: Job) -> None:
        self.saved = job
        if self.services.jobs.path_of(job.id) is not None:
            await to_thread.run_sync(self.services.jobs.save, job)


# --- Back to the first mapping --------------------------------------------------------------------------------------


async def read_first_mapping(services: Services, job: Job) -> FirstMapping | None:
    """Return what going back to the first mapping would change; None = none is kept. Raises WizardError."""
    async with open_to_look(services, job) as opened:
        configured = await read_configured(opened.client, job.source.entra.application_id)
    return await _first_mapping(services, job, configured)


async def _first_mapping(services: Services, job: Job, configured: Configured) -> FirstMapping | None:
    if configured.job is None or configured.schema is None:
        return None
    setups = MicrosoftSetups(services.home, job.id)
    first = await to_thread.run_sync(setups.first_schema, configured.job.id)
    if first is None:
        return None
    rows = tuple(
        ChangedRow(edit.key, edit_name(edit), value_words(edit.key, edit.theirs), value_words(edit.key, edit.ours))
        for edit in schema_edits(configured.schema, first, {})
    )
    return FirstMapping(rows, _checksum_of(configured.schema))


def _checksum_of(schema: Schema) -> str:
    plain = {name: schema.get(name) for name in ("synchronizationRules",)}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


async def restore_first_mapping(services: Services, job: Job, reviewed: FirstMapping) -> None:
    """Put back the mapping that Microsoft had before this job's first save, as it was reviewed.

    Only the rules are put back, over the schema that is there now: its directories may have learned attributes since. Raises
    SetupOutdated where the mapping changed since the review, JobLocked, MorePermission, WizardError.
    """
    application = job.source.entra.application_id
    setups = MicrosoftSetups(services.home, job.id)
    async with open_journal(services, job), services.entra.graph(job, need="provisioning") as client:
        found = (await read_configured(client, application)).job
        first = await to_thread.run_sync(setups.first_schema, found.id) if found else None
        if found is None or first is None:
            raise SetupOutdated
        live = await synchronization.schema(client, application, found.id)
        if _checksum_of(live) != reviewed.checksum:
            raise SetupOutdated
        restored = {**live, "synchronizationRules": first["synchronizationRules"]}
        await synchronization.replace_schema(client, application, found.id, restored)
    # What differs from the job now was decided by a person: the next review asks whose rows hold.
    await to_thread.run_sync(setups.rows_saved, {})
