"""When the client secret expires that a job signs in to Microsoft with; read at most once a day, for the job's health."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from anyio import move_on_after, to_thread

from wizard.errors import WizardError
from wizard.flow.services import Services
from wizard.provisioning.job import Job
from wizard.storage.health.attempts import AttemptStore, ClientSecretEnd
from wizard.storage.secret_store import ENTRA_SECRET

if TYPE_CHECKING:
    from wizard.graph.applications import ClientSecret
    from wizard.graph.client import GraphClient

_log = logging.getLogger(__name__)
_AGAIN_AFTER = timedelta(hours=20)
_NEAR = timedelta(days=30)
"""One that ends so soon is read in each run, so that a replaced one is noticed at once."""
_SECONDS = 20.0


async def note_client_secret(services: Services, job: Job, client: "GraphClient | None" = None) -> None:
    """Read and keep when the job's client secret expires. Uses only permissions that were granted; never raises.

    client: an open one of this job; None = one is opened.
    """
    if job.source.kind != "entra" or job.source.entra.sign_in != "secret":
        return
    store, client_id, now = AttemptStore(services.home, job.id), job.source.entra.client_id, datetime.now(UTC)
    try:
        seen = (await to_thread.run_sync(store.read)).client_secret
        if seen is not None and seen.client_id == client_id and not _is_due(seen, now):
            return
        ends: datetime | None = None
        with move_on_after(_SECONDS) as limit:
            ends = await _read(services, job, client, now)
        if limit.cancelled_caught:
            return
        found = ClientSecretEnd(client_id, now.isoformat(), ends.isoformat() if ends is not None else "")
        await to_thread.run_sync(store.saw_client_secret, found)
    except WizardError as error:
        _log.warning("when the client secret expires could not be read: %s", error)


def _is_due(seen: ClientSecretEnd, now: datetime) -> bool:
    """Whether to read it again; a time in the future was written before the clock was set back."""
    if abs(now - datetime.fromisoformat(seen.at)) > _AGAIN_AFTER:
        return True
    return bool(seen.ends) and datetime.fromisoformat(seen.ends) - now < _NEAR


async def _read(services: Services, job: Job, client: "GraphClient | None", now: datetime) -> datetime | None:
    """When the secret in use expires; None = Microsoft does not say."""
    from wizard.graph.applications import client_secrets_of  # not at the top: few jobs sign in with a secret
    from wizard.graph.client import ApplicationGone, PermissionMissing

    try:
        async with _opened(services, job, client) as graph:
            secrets = await client_secrets_of(graph, job.source.entra.client_id)
    except (PermissionMissing, ApplicationGone):
        return None

    def find() -> str:
        return services.secrets.find(job.id, ENTRA_SECRET, services.entra.address(job))

    return end_of(secrets, await to_thread.run_sync(find, abandon_on_cancel=True), now)


@asynccontextmanager
async def _opened(services: Services, job: Job, client: "GraphClient | None") -> "AsyncIterator[GraphClient]":
    if client is not None:
        yield client
        return
    async with services.entra.graph(job) as opened:
        yield opened


def end_of(secrets: "Sequence[ClientSecret]", secret: str, now: datetime) -> datetime | None:
    """Return when this secret expires, of those that an application has; None = it cannot be told apart.

    Graph shows the first three characters of each. The secret was just accepted, so it is none that has expired.
    """
    valid = [one for one in secrets if one.ends > now]
    alike = [one.ends for one in valid if one.hint and secret.startswith(one.hint)]
    if alike:
        return min(alike)
    return valid[0].ends if len(valid) == 1 and not valid[0].hint else None
