"""The access token of a job. Calls may wait until a person unlocks the keyring, so each runs in a thread."""

from functools import partial
from typing import TYPE_CHECKING

from anyio import to_thread

from wizard.errors import NoSecret
from wizard.storage.secret_store import AWS_TOKEN, SecretPlace

if TYPE_CHECKING:
    from wizard.provisioning.job import Job
    from wizard.storage.secret_store import KeyringState, SecretStore

Kept = SecretPlace


async def keyring_state(secrets: "SecretStore") -> "KeyringState":
    """Return whether there is a safe keyring, and its name."""
    return await to_thread.run_sync(secrets.keyring_state, abandon_on_cancel=True)


async def keep(secrets: "SecretStore", job: "Job", token: str, session_only: bool = False) -> Kept:
    """Store the token with the job's tenant URL, in the keyring or in memory; raises NoSecret."""
    url = job.target.tenant_url
    if session_only:
        secrets.keep_for_session(job.id, AWS_TOKEN, token, url)
        return "session"
    await to_thread.run_sync(secrets.store, job.id, AWS_TOKEN, token, url, abandon_on_cancel=True)
    return "keyring"


async def where_kept(secrets: "SecretStore", job: "Job") -> Kept:
    """Return where the job's token is; "" = nowhere. Raises NoSecret where the keyring cannot be asked."""
    return await to_thread.run_sync(secrets.where, job.id, AWS_TOKEN, abandon_on_cancel=True)


async def token_for(secrets: "SecretStore", job: "Job") -> str:
    """Return the token that may be sent to the job's tenant URL; raises NoSecret or OtherTenant."""
    find = partial(secrets.find, job.id, AWS_TOKEN, job.target.tenant_url)
    token = await to_thread.run_sync(find, abandon_on_cancel=True)
    if not token:
        raise NoSecret(
            "There is no access token for this job",
            f"Enter it in the window (AWS IAM Identity Center) or with `secret set`, or set {AWS_TOKEN.variable}.",
        )
    return token
