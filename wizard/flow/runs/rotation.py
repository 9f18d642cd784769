"""Replacing the access token while runs continue: AWS accepts two at a time, so the new one is stored before the first goes.

At every moment the keyring holds a token that AWS accepts: the new one is tested first, and the keyring's entry is replaced
in one step. A process that was killed is finished by the same action with the same token.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from anyio import to_thread

from wizard.errors import Message, NoSecret, WizardError
from wizard.flow.runs.connection import check_token, store_token, token_for, token_place
from wizard.flow.schedules.schedules import credentials_of
from wizard.flow.services import Services
from wizard.provisioning.job import Job
from wizard.secret import Secret
from wizard.storage.health.rotations import Rotations
from wizard.storage.paths import write_private


@dataclass(frozen=True, slots=True)
class Rotated:
    """A replaced token."""

    made_on: str
    """ISO date of the new token's creation, now in the job."""
    at_microsoft: Message | None = None
    """Why Microsoft's service still has the first one; None = it has the new one, or does not provision the job."""
    is_new: bool = True
    """False: this computer had it already, and only Microsoft's service was given it; nothing is known of a first one."""
    to_renew: tuple[tuple[str, str], ...] = ()
    """(file, command that renews it) of each systemd credential that still holds the first token."""

    @property
    def is_whole(self) -> bool:
        """Whether the new token is everywhere, so that the first one can be deleted."""
        return self.at_microsoft is None and not self.to_renew


async def rotate_token(
    services: Services,
    job: Job,
    token: str,
    made_on: str = "",
    today: Callable[[], date] | None = None,
    session_only: bool = False,
) -> Rotated:
    """Test a second token and store it in place of the first one, here and where scheduled runs and Microsoft's service
    take it from; raises WizardError, and then the first one stays.

    A token that this computer has already is sent to Microsoft only, and nothing else is noted of it.

    made_on: ISO date of its creation; "" = today. session_only: hold it in memory where none is stored yet.
    """
    day = (today() if today else datetime.now(UTC).date()).isoformat()
    place = await token_place(services, job)
    rotations = Rotations(services.home, job.id)
    is_stored = bool(place) and await token_for(services, job) == token
    if is_stored and not await to_thread.run_sync(rotations.is_storing, token):
        if job.engine != "entra":
            raise WizardError("rotation-with-same-token")
        return Rotated(job.target.token_made_on, await _at_microsoft(services, job, token), is_new=False)
    if place == "environment":
        raise NoSecret("rotation-of-passed-in-token")
    in_memory = place == "session" or (session_only and not place)
    begun = (await to_thread.run_sync(rotations.read)).made_on if is_stored else ""
    made_on = made_on or begun or day
    begin = partial(rotations.begin, token, made_on)
    # An earlier attempt that is not whole yet is not forgotten because this one fails.
    abandon = rotations.abandon if not is_stored else lambda: None
    at_microsoft = await _store(services, job, token, begin, abandon, in_memory)
    await to_thread.run_sync(_renew_file, services, job, token)
    await to_thread.run_sync(_save_date, services, job, made_on)
    if at_microsoft is None:  # else Microsoft's service still needs the first one
        await to_thread.run_sync(rotations.finish, day)
    return Rotated(made_on, at_microsoft, to_renew=await credentials_of(services, job.id))


async def first_token_deleted(services: Services, job_id: str) -> None:
    """Stop the reminder to delete the first token; raises WizardError."""
    await to_thread.run_sync(Rotations(services.home, job_id).first_deleted)


async def _at_microsoft(services: Services, job: Job, token: str) -> Message | None:
    """Give Microsoft a token that this computer has; returns why it has not got it. Raises WizardError."""
    from wizard.flow.microsoft.credentials import replace_token  # not at the top: few jobs are Microsoft's

    return (await replace_token(services, job, token, is_stored=True)).microsoft


async def _store(
    services: Services,
    job: Job,
    token: str,
    begin: Callable[[], None],
    abandon: Callable[[], None],
    session_only: bool,
) -> Message | None:
    """Test and store the token; returns why Microsoft's service has not got it. Raises WizardError.

    begin, abandon: note that it is about to be stored, and that it was not.
    """
    if job.engine == "entra":
        from wizard.flow.microsoft.credentials import replace_token  # not at the top: few jobs are Microsoft's

        await to_thread.run_sync(begin)
        try:
            replaced = await replace_token(services, job, token, session_only)
        except WizardError:
            await to_thread.run_sync(abandon)
            raise
        if replaced.here is not None:
            await to_thread.run_sync(abandon)
            raise WizardError(replaced.here)
        return replaced.microsoft
    await check_token(services, job, Secret(token))
    await to_thread.run_sync(begin)
    try:
        await store_token(services, job, token, session_only)
    except WizardError:
        await to_thread.run_sync(abandon)
        raise
    return None


def _renew_file(services: Services, job: Job, token: str) -> None:
    """Write the token to the file that runs outside the person's session take it from, if there is one."""
    file: Path = services.home.root / "schedules" / f"{job.id}.aws-token"
    if file.exists():
        write_private(file, token.encode())


def _save_date(services: Services, job: Job, made_on: str) -> None:
    """Save the day of the token's creation in the job file; a job for this session only has none."""
    path = services.jobs.path_of(job.id)
    if path is None:
        return
    saved = services.jobs.load(path)
    services.jobs.save(replace(saved, target=replace(saved.target, token_made_on=made_on)), path)
