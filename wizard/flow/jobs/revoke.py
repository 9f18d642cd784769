"""Removes secrets, mirrors, history and schedules of one job or of all. Job files stay."""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from anyio import to_thread

from wizard.errors import JobFileError, Message, NoSecret, WizardError
from wizard.flow.alerts import alerts
from wizard.flow.alerts.background import forget_start
from wizard.flow.alerts.metrics import forget_metrics
from wizard.flow.schedules import schedules
from wizard.storage.jobs import SavedJob
from wizard.storage.paths import JOB_ID
from wizard.storage.recent_sources import RecentFiles, TenantNames
from wizard.storage.redaction import REDACTION_KEY
from wizard.storage.secret_store import AWS_TOKEN, ENTRA_SECRET, SIGN_IN, SIGN_IN_KEY, SecretKind

if TYPE_CHECKING:
    from wizard.flow.services import Services

Step = Callable[[], Awaitable[object]]
_SECRETS: tuple[SecretKind, ...] = (AWS_TOKEN, ENTRA_SECRET, SIGN_IN_KEY, REDACTION_KEY)


async def find_id(services: "Services", job: str) -> str:
    """Return the id of a job by name or path, or the id of one whose file is gone; raises JobFileError."""
    try:
        return (await to_thread.run_sync(services.jobs.find, job)).id
    except JobFileError:
        if not JOB_ID.fullmatch(job):
            raise
        return job


async def all_ids(services: "Services") -> tuple[str, ...]:
    """Return the ids of the saved jobs, of jobs that HOME holds files of, and of jobs with a schedule."""

    def read() -> set[str]:
        saved = {each.job.id for each in services.jobs.all() if isinstance(each, SavedJob)}
        return {*saved, *services.home.job_ids(), *services.jobs.known_ids()}

    ids = await to_thread.run_sync(read)
    with suppress(WizardError):  # a system without a scheduler has no schedules
        ids.update(job_id for job_id, _ in await schedules.all_installed(services))
    return tuple(sorted(filter(JOB_ID.fullmatch, ids)))


async def revoke(services: "Services", job_id: str) -> tuple[Message, ...]:
    """Remove everything stored for a job, and return what could not be removed.

    The schedule goes first: a run that starts meanwhile would write again. Each part is tried, whatever became of the
    others.
    """
    return await _each_tried(
        [
            partial(schedules.remove, services, job_id),
            partial(to_thread.run_sync, services.jobs.forget, job_id),
            *_removals_of_secrets(services, job_id),
        ]
    )


async def delete_secrets(services: "Services", job_id: str) -> None:
    """Delete every secret of a job; each is tried, whatever became of the others. Raises WizardError."""
    for message in await _each_tried(_removals_of_secrets(services, job_id)):
        raise WizardError(message)


def _removals_of_secrets(services: "Services", job_id: str) -> list[Step]:
    return [
        partial(schedules.remove_credentials, services, job_id),
        partial(alerts.forget, services, job_id),
        partial(to_thread.run_sync, _delete_secrets, services, job_id, abandon_on_cancel=True),
    ]


async def _each_tried(steps: Iterable[Step]) -> tuple[Message, ...]:
    """Carry out each step, and return why some failed."""
    failed: list[Message] = []
    for step in steps:
        try:
            await step()
        except WizardError as error:
            if error.message not in failed:
                failed.append(error.message)
    return tuple(failed)


def _delete_secrets(services: "Services", job_id: str) -> None:
    """Delete those in memory and keyring; raises NoSecret. A keyring that does not answer is asked once."""
    services.secrets.session.delete(job_id, SIGN_IN)
    failure: NoSecret | None = None
    for kind in _SECRETS:
        services.secrets.session.delete(job_id, kind)
        if failure is None or failure.message.code != "keyring-silent":
            try:
                services.secrets.delete(job_id, kind)
            except NoSecret as error:
                failure = error
    if failure is not None:
        raise failure


async def revoke_all(services: "Services") -> tuple[int, tuple[Message, ...]]:
    """Revoke every job; remove what belongs to no job: the start at sign-in, the watcher, metrics, recent files, hosts.

    Returns how many jobs, and what could not be removed.
    """
    ids = await all_ids(services)
    failed: list[Message] = []
    for job_id in ids:
        failed += (message for message in await revoke(services, job_id) if message not in failed)
    home = services.home
    steps: tuple[Callable[[], Awaitable[object]], ...] = (
        partial(schedules.remove_watcher, services),
        partial(forget_start, services),
        partial(forget_metrics, services),
        partial(to_thread.run_sync, services.confirmed_hosts.withdraw_all),
        partial(to_thread.run_sync, RecentFiles(home).forget),
        partial(to_thread.run_sync, TenantNames(home).forget),
    )
    for step in steps:
        try:
            await step()
        except WizardError as error:
            failed.append(error.message)
    return len(ids), tuple(failed)
