"""Tenant URL and token between the conversation and the keyring; every call may wait for a person, so none blocks."""

from typing import TYPE_CHECKING, Literal

from anyio import to_thread

if TYPE_CHECKING:
    from wizard.provisioning.job import Job
    from wizard.storage.secrets import KeyringState, Secrets

Kept = Literal["", "keyring", "session", "environment"]
"""Where a token stands; "" = nowhere."""


async def keyring_state(secrets: "Secrets") -> "KeyringState":
    """Is there a safe keyring, and what is it called."""
    return await to_thread.run_sync(secrets.state, abandon_on_cancel=True)


async def keep(secrets: "Secrets", job: "Job", token: str, session_only: bool = False) -> Kept:
    """Keep both values in the keyring, or in memory for this session; raises NoSecret."""
    url = job.target.tenant_url
    if session_only:
        secrets.keep_for_session(job.id, url, token)
        return "session"
    await to_thread.run_sync(secrets.store, job.id, url, token, abandon_on_cancel=True)
    return "keyring"


async def where_kept(secrets: "Secrets", job: "Job") -> Kept:
    """Where this job's token stands; "" = nowhere. Raises NoSecret where the keyring cannot be asked."""
    return await to_thread.run_sync(_where, secrets, job.id, abandon_on_cancel=True)


def _where(secrets: "Secrets", job_id: str) -> Kept:
    if secrets.token_in_environment:
        return "environment"
    if secrets.kept_for_session(job_id):
        return "session"
    return "keyring" if secrets.read(job_id) else ""


async def token_for(secrets: "Secrets", job: "Job") -> str:
    """The token that may be sent to this job's tenant URL; raises NoSecret or OtherTenant."""
    return await to_thread.run_sync(secrets.token_for, job.id, job.target.tenant_url, abandon_on_cancel=True)
