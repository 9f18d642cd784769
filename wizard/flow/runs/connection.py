"""The connection to AWS: the job's access token and where it is stored, and the connection test.

The keyring may wait for a prompt, so it is only asked in threads that a cancelled task abandons.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import to_thread

from wizard.aws.endpoint import Endpoint, endpoint
from wizard.errors import NoAccess, NoSecret, WizardError
from wizard.flow.services import Services
from wizard.progress import ignore_event
from wizard.provisioning.job import Job
from wizard.secret import Secret
from wizard.storage import secret_store
from wizard.storage.paths import write_private
from wizard.storage.secret_store import (
    AWS_TOKEN,
    ENTRA_SECRET,
    KeyringState,
    SecretKind,
    SecretPlace,
    allowed_keyrings,
)

if TYPE_CHECKING:
    from wizard.aws.interface import ConnectionTest
    from wizard.aws.session import IdentityCenter

SECRET_FILES = {AWS_TOKEN: "aws_token_file", ENTRA_SECRET: "entra_secret_file"}
"""Kind -> the option of a command that names a file with such a secret."""


async def keyring_state(services: Services) -> KeyringState:
    """Return whether there is a safe keyring, and its name."""
    return await to_thread.run_sync(services.secrets.keyring_state, abandon_on_cancel=True)


async def allow_keyring(services: Services, backend: str) -> None:
    """Trust a keyring's backend (`module.Class`) on this computer; raises WizardError."""
    allowed = allowed_keyrings(services.home)
    await to_thread.run_sync(allowed.change, lambda before: tuple(sorted({*before, backend})))


async def confirm_host(services: Services, host: str, session_only: bool = False) -> None:
    """Allow tokens to be sent to this host, which a person on this computer named; raises WizardError."""
    await to_thread.run_sync(services.confirmed_hosts.confirm, host, session_only)


async def withdraw_host(services: Services, host: str) -> None:
    """Take back that tokens may be sent to this host; raises WizardError."""
    await to_thread.run_sync(services.confirmed_hosts.withdraw, host)


async def confirmed_hosts(services: Services) -> frozenset[str]:
    """Return the hosts, neither AWS's nor this computer, that tokens may be sent to."""
    return await to_thread.run_sync(services.confirmed_hosts.all)


async def check_host(services: Services, tenant_url: str) -> str:
    """Raise NoAccess unless a token may be sent to this tenant URL; return its host if a person had to confirm it."""
    place = endpoint(tenant_url)
    if not isinstance(place, Endpoint) or not place.needs_confirmation():
        return ""
    if place.needs_confirmation(await confirmed_hosts(services)):
        raise NoAccess("host-not-confirmed", host=place.host)
    return place.host


async def store_token(
    services: Services, job: Job, token: str, session_only: bool = False, confirmed_host: str = ""
) -> SecretPlace:
    """Store the token with the job's tenant URL, in the keyring or in memory for this session.

    session_only: the journal of a job that was never saved is for this session only, too. confirmed_host: the person
    confirmed this host now. Raises NoSecret, or NoAccess where the token must not be sent to the URL.
    """
    secrets, url = services.secrets, job.target.tenant_url
    if confirmed_host:
        await confirm_host(services, confirmed_host, session_only)
    await check_host(services, url)
    if session_only:
        if services.jobs.path_of(job.id) is None:
            services.home.keep_out(job.id)
        secrets.keep_for_session(job.id, AWS_TOKEN, token, url)
        return "session"
    await to_thread.run_sync(secrets.store, job.id, AWS_TOKEN, token, url, abandon_on_cancel=True)
    return "keyring"


async def use_secret_file(services: Services, kind: SecretKind, path: Path) -> None:
    """Take a secret of the job from this file, whatever else holds one; raises NoSecret."""
    await to_thread.run_sync(services.secrets.use_file, kind, path, abandon_on_cancel=True)


async def read_secret_file(path: Path) -> str:
    """Return the secret in a file that others cannot access; raises NoSecret."""
    return await to_thread.run_sync(secret_store.read_secret_file, path, abandon_on_cancel=True)


async def write_secret_file(path: Path, secret: str) -> None:
    """Write a secret to a file that only this user can access; raises WizardError."""
    if not secret.strip():
        raise NoSecret("secret-file-empty", path=str(path))
    await to_thread.run_sync(lambda: write_private(path.absolute(), secret.strip().encode()))


async def token_place(services: Services, job: Job, ask_keyring: bool = True) -> SecretPlace:
    """Return where the job's token is stored; "" = nowhere. Raises NoSecret if the keyring cannot be read."""
    return await to_thread.run_sync(services.secrets.where, job.id, AWS_TOKEN, ask_keyring, abandon_on_cancel=True)


async def known_token_place(services: Services, job: Job) -> SecretPlace:
    """As `token_place`; the keyring is asked for a saved job only, because it holds nothing of a new one."""
    saved = await to_thread.run_sync(services.jobs.path_of, job.id)
    return await token_place(services, job, ask_keyring=saved is not None)


async def token_for(services: Services, job: Job) -> str:
    """Return the token that may be sent to the job's tenant URL; raises NoSecret, NoAccess or OtherTenant."""
    await check_host(services, job.target.tenant_url)
    find = partial(services.secrets.find, job.id, AWS_TOKEN, job.target.tenant_url)
    token = await to_thread.run_sync(find, abandon_on_cancel=True)
    if not token:
        raise NoSecret("no-access-token", variable=AWS_TOKEN.variable)
    return token


async def identity_center(
    services: Services, job: Job, is_linked: Callable[[str], bool] | None = None
) -> "IdentityCenter":
    """Return Identity Center with the job's token, not connected yet; raises NoSecret, NoAccess or OtherTenant.

    is_linked: tells whether the job provisions the object with this AWS id.
    """
    from wizard.aws.session import IdentityCenter  # 0.1 s, which commands that send nothing do without

    return IdentityCenter(
        job.target.tenant_url,
        await token_for(services, job),
        pacing=job.policy.pacing,
        allowed_host=await check_host(services, job.target.tenant_url),
        is_linked=is_linked,
    )


async def run_connection_test(services: Services, job: Job) -> "ConnectionTest":
    """Test the endpoint with the stored token; raises NoSecret, NoAccess or OtherTenant, nothing for AWS's answers."""
    return await (await identity_center(services, job)).test(ignore_event)


async def check_token(services: Services, job: Job, token: Secret) -> None:
    """Raise WizardError where AWS refuses this token from this computer; it is stored nowhere."""
    from wizard.aws.session import IdentityCenter  # 0.1 s, which commands that send nothing do without

    host = await check_host(services, job.target.tenant_url)
    target = IdentityCenter(job.target.tenant_url, token.reveal(), pacing=job.policy.pacing, allowed_host=host)
    tested = await target.test(ignore_event)
    if not tested.passed:
        raise WizardError(tested.message)
